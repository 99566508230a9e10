"""How long a replay takes: 100,000 routed documents of many shapes, a draft with other limits, by the product's own worker.

Needs Django set up, tables migrated and the scene built. Alone: python -m tools.replay --documents 20000.
"""

import argparse
import logging
import os
import random
import resource
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tools import rig

DOCUMENTS, DAYS, BUDGET = 100_000, 365, 60.0
CHUNK = 5_000
SITES, REQUESTERS = 12, 120
FLAGS = ("off_contract", "over_budget", "price_unknown", "free_text", "new_supplier")


def main() -> None:
    """Measure alone, in a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    documents = parser.parse_args().documents
    with rig.own_data("replay"):
        import django  # noqa: PLC0415 - the data directory comes first

        django.setup()
        logging.disable(logging.WARNING)
        from django.core.management import call_command  # noqa: PLC0415 - same
        from django.db import connection  # noqa: PLC0415 - same

        from foundation.embedded import server  # noqa: PLC0415 - same

        try:
            call_command("migrate", verbosity=0, interactive=False)
            from tools import cycle, scene  # noqa: PLC0415 - models are ready only now

            print(told(*measure(scene.build(cycle.now()), documents)))
        finally:
            connection.close()
            if not os.environ.get("DATABASE_URL"):
                server.leave()


def told(seconds: float, result: dict[str, Any], peak: float) -> str:
    """Say a measure in one line."""
    return (
        f"{result['documents']:,} documents in {seconds:.1f} s, {result['different']:,} routed otherwise, "
        f"{len(result['load'])} people, never above {peak:.0f} MB"
    )


def measure(company: Any, documents: int = DOCUMENTS) -> tuple[float, dict[str, Any], float]:
    """Return the seconds of a replay, its result, and the most memory the process ever had, in megabytes, storing the documents included."""
    from foundation.jobs import run  # noqa: PLC0415 - settings are ready only now
    from workflow.models import Replay  # noqa: PLC0415 - same
    from workflow.services import start_replay  # noqa: PLC0415 - same

    at = _routed(company, documents)
    draft = _draft(at)
    started = time.perf_counter()
    asked = start_replay(version_id=draft.pk, days=DAYS, actor=_system(), at=at)
    run(asked.job_id or 0)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds, Replay.objects.get(pk=asked.pk).result, peak


def _system() -> Any:
    from foundation.selectors import system_user  # noqa: PLC0415 - settings are ready only now

    return system_user("policy")


def _drafter(at: datetime) -> Any:
    from foundation.models import Role, User  # noqa: PLC0415 - settings are ready only now
    from foundation.services import grant_role  # noqa: PLC0415 - same

    person = User.objects.create_user("drafts", "drafts@example.test", first_name="Drafts")
    grant_role(user=person, role=Role.POLICY_ADMIN, actor=None, at=at)
    return person


def _draft(at: datetime) -> Any:
    """Draft the matrix in force with limits half as high again, and managers up to the limit instead of a role."""
    from django.db.models import F  # noqa: PLC0415 - settings are ready only now

    from policies.models import ApprovalRule, ApprovalStage  # noqa: PLC0415 - same
    from policies.services import create_draft  # noqa: PLC0415 - same

    draft = create_draft(kind="approval", actor=_drafter(at), at=at)
    rules = ApprovalRule.objects.filter(policy=draft)
    rules.update(amount_from=F("amount_from") * Decimal("1.5"), amount_to=F("amount_to") * Decimal("1.5"))
    ApprovalStage.objects.filter(rule__policy=draft, who="site_role").update(who="climb", role="")
    return draft


def _routed(company: Any, documents: int) -> datetime:
    """Store routed documents with their stages and decisions, spread over the year; return the instant after them."""
    from django.utils import timezone  # noqa: PLC0415 - settings are ready only now

    from policies.selectors import matrix_in_force  # noqa: PLC0415 - same
    from workflow.models import ApprovalDecision, ApprovalRequest, ApprovalStep, StepAssignee  # noqa: PLC0415 - same

    now = timezone.now()  # noqa: TID251 - a tool reads the clock
    matrix, policy = matrix_in_force(now)
    places, people = _places(company, now), _people(company)
    chance = random.Random(7)  # noqa: S311 - the same documents each run
    for begin in range(0, documents, CHUNK):
        requests = [
            _request(number, chance, chance.choice(places), chance.choice(people), matrix, policy, now)
            for number in range(begin, min(begin + CHUNK, documents))
        ]
        ApprovalRequest.objects.bulk_create(requests, batch_size=1_000)
        steps = [step for request in requests for step in _steps(request, chance)]
        ApprovalStep.objects.bulk_create(steps, batch_size=1_000)
        by = company.people["manager"]
        StepAssignee.objects.bulk_create((StepAssignee(step=step, person=by) for step in steps), batch_size=1_000)
        ApprovalDecision.objects.bulk_create(
            (
                ApprovalDecision(
                    step=step, actor=by, verdict="approved", subject_version=1, content_hash="0" * 64,
                    approved_hash="0" * 64, decided_at=step.decided_at,
                )
                for step in steps
            ),
            batch_size=1_000,
        )  # fmt: skip
    return now + timedelta(seconds=1)


def _places(company: Any, at: datetime) -> list[Any]:
    """Return the site of the scene and others beside it, each with a manager."""
    from foundation.models import Role, Site, User  # noqa: PLC0415 - settings are ready only now
    from foundation.services import grant_role  # noqa: PLC0415 - same

    first = company.site
    places = [first]
    for number in range(1, SITES):
        place = Site.objects.create(
            code=f"S{number:02}", name=f"Site {number}", region=first.region, legal_entity=first.legal_entity,
            calendar=first.calendar, currency="GBP",
        )  # fmt: skip
        manager = User.objects.create_user(
            f"manager.{number}", f"m{number}@example.test", first_name=f"Manager {number}"
        )
        grant_role(user=manager, role=Role.SITE_MANAGER, site=place, actor=None, at=at)
        places.append(place)
    return places


def _people(company: Any) -> list[Any]:
    from foundation.models import User  # noqa: PLC0415 - settings are ready only now

    boss = company.people["manager"]
    return [
        User.objects.create_user(f"asks.{n}", f"a{n}@example.test", first_name=f"Asks {n}", manager=boss)
        for n in range(REQUESTERS)
    ]


def _request(number: int, chance: random.Random, site: Any, by: Any, matrix: Any, policy: Any, now: datetime) -> Any:
    from policies.decisions.approval import ApprovalFacts, decide  # noqa: PLC0415 - settings are ready only now
    from policies.decisions.stored import decision_to_json, facts_to_json  # noqa: PLC0415 - same
    from workflow.models import ApprovalRequest  # noqa: PLC0415 - same

    amount = Decimal(str(round(chance.lognormvariate(7.0, 1.3), 2)))
    facts = ApprovalFacts(
        "requisition", amount, site.code, site.region.code,
        categories=tuple(("PACK", f"PACK-{chance.randrange(40)}") for _ in range(chance.randrange(1, 3))),
        spend_kinds=frozenset({chance.choice(("catalogue", "non_stock", "service"))}),
        urgent=chance.random() < 0.1,  # noqa: PLR2004 - one in ten
        flags=frozenset(flag for flag in FLAGS if chance.random() < 0.1),  # noqa: PLR2004 - same
        supplier_states=frozenset({"active"}), requester_roles=frozenset({"requester"}),
    )  # fmt: skip
    decision = decide(facts, matrix)
    opened = now - timedelta(minutes=chance.randrange(1, (DAYS - 1) * 24 * 60))
    return ApprovalRequest(
        subject_type="requisition", subject_id=10_000_000 + number, subject_number=f"REQ-B-{number}", subject_version=1,
        content_hash="0" * 64, title="Bench", site=site, requester=by, amount=amount, currency="GBP",
        people=_people_then(by, chance), base_amount=amount, rate=1, rate_date=opened.date(),
        facts=facts_to_json(facts) | {"chains": [f"requisition:{number}"], "duty": "approve"}, policy=policy,
        decision=decision_to_json(decision), is_touchless=decision.is_touchless, state="approved", version=2,
        opened_at=opened, closed_at=opened + timedelta(hours=9),
    )  # fmt: skip


def _people_then(by: Any, chance: random.Random) -> dict[str, Any]:
    """Return who stood where when a document asked, as it is frozen with it: three managers, an owner, two categories."""
    climb = [[by.manager_id, "1000.0000"], [by.manager_id + 1, "5000.0000"], [by.manager_id + 2, None]]
    managers = {"PACK": by.manager_id, f"PACK-{chance.randrange(40)}": by.manager_id + 1}
    return {"climb": climb, "owners": [by.manager_id + chance.randrange(3)], "managers": managers}


def _steps(request: Any, chance: random.Random) -> Iterator[Any]:
    from workflow.models import ApprovalStep  # noqa: PLC0415 - settings are ready only now

    for place, stage in enumerate(request.decision["stages"], start=1):
        yield ApprovalStep(
            request=request, position=place, group=place, rule=stage["rule"], label=stage["role"], completion="one", due_hours=8,
            state="approved", opened_at=request.opened_at, due_at=request.opened_at + timedelta(hours=8),
            decided_at=request.opened_at + timedelta(minutes=chance.randrange(5, 3000)),
        )  # fmt: skip


if __name__ == "__main__":
    main()
