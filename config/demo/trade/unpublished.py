"""Policies at work: changed, thrown away, waiting for its day, for a second person, and a draft matrix with three faults."""

from datetime import datetime, timedelta
from decimal import Decimal

from config.demo.trade.cast import Cast
from config.demo.trade.play import Play, Story
from foundation.jobs import run
from policies.models import ApprovalRule, PolicyKind, PolicyVersion
from policies.services import (
    StageInput,
    create_draft,
    discard_draft,
    publish_version,
    save_route,
    save_rule,
    save_switches,
)
from workflow.services import ask_publication, start_replay


def schedule(cast: Cast, play: Play) -> None:
    """Let the policy administrators work."""
    for back, clock, tell in (
        (15, "10:20", _routed),
        (14, "09:10", _informing),
        (6, "14:05", _discarded),
        (2, "11:40", _faulty),
        (2, "14:30", _waiting),
        (1, "15:10", _asked),
    ):
        at = cast.almanac.at(back, clock)
        play.add(tell(cast, at), at)


def _fresh(draft: PolicyVersion) -> int:
    draft.refresh_from_db()
    return draft.version


def _routed(cast: Cast, at: datetime) -> Story:
    """Exceptions about tax are given two days; the second person publishes."""
    hugh, mei = cast.people["demo.policy1"], cast.people["demo.policy2"]
    draft = create_draft(kind=PolicyKind.ROUTING, actor=hugh, at=at, note="Two days for tax")
    save_route(
        version_id=draft.pk, expected_version=_fresh(draft), category="invoice_tax", name="Tax differs",
        owner_role="payables_lead", due_hours=18, actor=hugh, at=at,
    )  # fmt: skip
    at = cast.later("LDS", at, 5)
    yield at
    publish_version(version_id=draft.pk, expected_version=_fresh(draft), actor=mei, at=at)


def _informing(cast: Cast, at: datetime) -> Story:
    """From now on the finance director is told of what goes above 5,000, without anything waiting for it (AP-2)."""
    hugh, mei = cast.people["demo.policy1"], cast.people["demo.policy2"]
    draft = create_draft(kind=PolicyKind.APPROVAL, actor=hugh, at=at, note="Tell finance of large requests")
    save_rule(
        version_id=draft.pk, expected_version=_fresh(draft), name="Finance knows of large requests", is_additional=True,
        amount_from=Decimal(5000), stages=[StageInput("enterprise_role", "finance_director", completion="inform")],
        actor=hugh, at=at,
    )  # fmt: skip
    at = cast.later("LDS", at, 4)
    yield at
    publish_version(version_id=draft.pk, expected_version=_fresh(draft), actor=mei, at=at)


def _discarded(cast: Cast, at: datetime) -> Story:
    """A draft of the duties was thrown away."""
    mei = cast.people["demo.policy2"]
    draft = create_draft(kind=PolicyKind.DUTY, actor=mei, at=at, note="Without countersignature")
    at = cast.later("LDS", at, 3)
    yield at
    discard_draft(version_id=draft.pk, expected_version=_fresh(draft), actor=mei, at=at)


def _waiting(cast: Cast, at: datetime) -> Story:
    """Tax exceptions are to be cured within a day from next month on: published, and waiting for its day."""
    hugh, mei = cast.people["demo.policy1"], cast.people["demo.policy2"]
    draft = create_draft(kind=PolicyKind.ROUTING, actor=hugh, at=at, note="One day for tax, from next month")
    save_route(
        version_id=draft.pk, expected_version=_fresh(draft), category="invoice_tax", name="Tax differs",
        owner_role="payables_lead", due_hours=9, actor=hugh, at=at,
    )  # fmt: skip
    at = cast.later("LDS", at, 2)
    yield at
    first = (at + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    publish_version(version_id=draft.pk, expected_version=_fresh(draft), actor=mei, at=at, effective_from=first)


def _asked(cast: Cast, at: datetime) -> Story:
    """Suppliers may confirm two days later without asking a buyer: drafted, and a second person is asked to agree."""
    hugh = cast.people["demo.policy1"]
    draft = create_draft(kind=PolicyKind.SOURCING, actor=hugh, at=at, note="Two days of grace for confirmed dates")
    save_switches(version_id=draft.pk, expected_version=_fresh(draft), settings={"ack_late_days": 2}, actor=hugh, at=at)
    at = cast.later("LDS", at, 1)
    yield at
    ask_publication(version_id=draft.pk, expected_version=_fresh(draft), actor=hugh, at=at)


def _faulty(cast: Cast, at: datetime) -> Story:
    """A matrix for next year, with three faults to find: a gap, a row that never decides, a stage that asks nobody.

    The region's band was moved up and the manager's was not, so 5,000 to 6,000 is nobody's; the board's row comes after
    the one that takes everything above 25,000; and no site has a supplier manager of its own. A colleague replayed it.
    """
    hugh, mei = cast.people["demo.policy1"], cast.people["demo.policy2"]
    draft = create_draft(kind=PolicyKind.APPROVAL, actor=hugh, at=at, note="Regions from 6,000, next year")
    rule = ApprovalRule.objects.get(policy=draft, is_additional=False, amount_from=Decimal(5000))
    stages = [
        StageInput(who=s.who, role=s.role, person_id=s.person_id, completion=s.completion, due_hours=s.due_hours)
        for s in rule.stages.order_by("position")
    ]
    board = [StageInput(who="enterprise_role", role="finance_director", due_hours=16)]
    beside = [StageInput(who="site_role", role="supplier_manager")]
    for row, asks, axes in (
        (rule.pk, stages, {"name": "6,000 to 25,000", "amount_from": Decimal(6000), "amount_to": rule.amount_to}),
        (None, board, {"name": "Above 100,000, for the board", "amount_from": Decimal(100_000)}),
        (None, beside, {"name": "Not the preferred supplier", "is_additional": True, "any_flags": ["not_preferred"]}),
    ):
        save_rule(
            version_id=draft.pk, expected_version=_fresh(draft), actor=hugh, at=at, rule_id=row, stages=asks, **axes
        )
    at = cast.later("LDS", at, 6)
    yield at
    asked = start_replay(version_id=draft.pk, days=365, actor=mei, at=at)
    run(asked.job_id or 0)
