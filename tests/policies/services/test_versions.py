"""AP-9 and SD-1: from draft to force, by two people, never with a hole in it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from foundation import duties
from foundation.errors import DomainError
from foundation.models import AuditEvent, DomainEvent, RoleAssignment
from foundation.services import revoke_role
from policies.access import can_publish
from policies.models import PolicyKind, PolicyState, PolicyVersion
from policies.selectors import build_matrix, differences_between, version_in_force
from policies.services import (
    RowInput,
    analyse_draft,
    discard_draft,
    publish_version,
    save_grid,
    save_switches,
    withdraw_version,
)
from tests.factories import NOW, Company, company
from tests.policies.factories import EARLIER, MANAGER, REGION, add_rule, clear, draft, publish

pytestmark = pytest.mark.django_db
FINANCE = "finance_director"


def refused(call: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code


def sentence(call: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.message


def bands(version: PolicyVersion) -> list[tuple[str, str]]:
    return [(r.name, f"{r.amount_from or 0:.0f}-{r.amount_to or 0:.0f}") for r in build_matrix(version.pk).rules]


def test_draft_is_a_copy_of_the_version_in_force_and_changes_nothing() -> None:
    made = company()

    version = draft(made)

    assert build_matrix(version.pk).rules == build_matrix(version_in_force("approval", NOW).pk).rules
    assert (version.label, version.state, version_in_force("approval", NOW).label) == (
        "approval/2",
        "draft",
        "approval/1",
    )


@pytest.mark.parametrize(
    ("_case", "who", "code"),
    [
        ("SD-1 who drafted it", "polly", "second_person_needed"),
        ("no policy administrator", "boris", "not_your_role"),
        ("reads, but does not write", "audrey", "not_your_role"),
    ],
)
def test_publication_is_refused_and_nothing_changes(_case: str, who: str, code: str) -> None:
    made = company()
    version = draft(made)

    assert refused(lambda: publish(made, version, actor=made.people[who])) == code
    version.refresh_from_db()
    assert (version.state, version_in_force("approval", NOW).label) == ("draft", "approval/1")


def test_whoever_wrote_one_row_of_anothers_draft_may_not_publish_it() -> None:
    made = company()
    version = draft(made)
    rule = version.approval_rules.first()
    assert rule is not None
    save_grid(
        version_id=version.pk, expected_version=1, actor=made.petra, at=EARLIER,
        rows=[RowInput(rule.pk, False, {"name": "Renamed"}, None)],
    )  # fmt: skip

    assert refused(lambda: publish(made, version, actor=made.petra)) == "second_person_needed"  # SD-1


def test_second_person_publishes_and_the_version_before_ends_there() -> None:
    made = company()
    version = draft(made)

    done = publish(made, version)

    before = PolicyVersion.objects.get(kind="approval", number=1)
    assert (done.state, done.published_by, done.effective_from) == (PolicyState.PUBLISHED, made.petra, EARLIER)
    assert (before.state, before.effective_until) == (PolicyState.SUPERSEDED, EARLIER)
    row = AuditEvent.objects.filter(action="publish_policy", object_id=done.pk).get()
    assert (row.actor, row.policy_version) == (made.petra, "approval/2")
    assert DomainEvent.objects.filter(kind="policies.version.published", subject_id=done.pk).count() == 1
    chain = duties.done_on([duties.chain_of("policy", done.pk)])
    assert chain == {("draft_policy", made.polly.pk), ("publish_policy", made.petra.pk)}


def test_version_waits_for_its_instant() -> None:
    made = company()

    publish(made, draft(made), effective_from=NOW + timedelta(days=2))

    days = [version_in_force("approval", NOW + timedelta(days=n)).number for n in (0, 1, 2, 3)]
    assert days == [1, 1, 2, 2]


def test_start_in_the_past_is_refused() -> None:
    made = company()
    version = draft(made)

    assert refused(lambda: publish(made, version, effective_from=EARLIER - timedelta(minutes=1))) == "start_in_past"


def test_second_start_before_a_waiting_version_is_refused() -> None:
    made = company()
    publish(made, draft(made), effective_from=NOW + timedelta(days=2))
    version = draft(made)

    assert refused(lambda: publish(made, version, effective_from=NOW + timedelta(days=1))) == "later_version_waits"


def test_second_start_at_the_instant_of_a_waiting_version_is_refused() -> None:
    made = company()
    starts = NOW + timedelta(days=2)
    publish(made, draft(made), effective_from=starts)
    version = draft(made)

    assert refused(lambda: publish(made, version, effective_from=starts)) == "later_version_waits"


def test_two_versions_may_wait_one_after_the_other() -> None:
    made = company()
    for days in (2, 4):
        publish(made, draft(made), effective_from=NOW + timedelta(days=days))

    assert [version_in_force("approval", NOW + timedelta(days=n)).number for n in (0, 2, 3, 4, 9)] == [1, 2, 2, 3, 3]


def withdraw(made: Company, version: PolicyVersion, who: str = "polly", at: Any = NOW) -> PolicyVersion:
    version.refresh_from_db()
    return withdraw_version(
        version_id=version.pk, expected_version=version.version, actor=made.people[who], at=at
    )  # fmt: skip


def test_waiting_version_is_withdrawn_and_the_one_before_goes_on() -> None:
    made = company()
    version = publish(made, draft(made), effective_from=NOW + timedelta(days=2))

    withdraw(made, version)

    before = PolicyVersion.objects.get(kind="approval", number=1)
    version.refresh_from_db()
    assert (version.state, version.effective_from, before.state, before.effective_until) == (
        "discarded", None, "published", None,
    )  # fmt: skip
    assert version_in_force("approval", NOW + timedelta(days=3)).number == 1
    rows = AuditEvent.objects.filter(action__in=["withdraw_policy", "reopen_policy"]).order_by("pk")
    assert [(row.action, row.object_id, row.actor) for row in rows] == [
        ("withdraw_policy", version.pk, made.polly), ("reopen_policy", before.pk, made.polly),
    ]  # fmt: skip
    assert publish(made, draft(made), effective_from=NOW + timedelta(days=1)).number == 3


def test_version_is_withdrawn_only_while_it_waits_and_the_last_one_first() -> None:
    made = company()
    first, second = (publish(made, draft(made), effective_from=NOW + timedelta(days=days)) for days in (2, 4))

    assert refused(lambda: withdraw(made, first)) == "later_version_waits"
    assert refused(lambda: withdraw(made, version_in_force("approval", NOW))) == "already_started"
    assert refused(lambda: withdraw(made, second, at=NOW + timedelta(days=4))) == "already_started"
    assert refused(lambda: withdraw(made, second, "boris")) == "not_your_role"
    assert [version_in_force("approval", NOW + timedelta(days=n)).number for n in (0, 2, 4)] == [1, 2, 3]


def test_draft_says_when_it_was_analysed_and_that_it_changed_since() -> None:
    made = company()
    version = draft(made)
    assert (version.analysed_at, version.is_analysed) == (None, False)

    done = analyse_draft(version_id=version.pk, actor=made.petra, at=NOW)
    assert (done.analysed_at, done.analysed_blocking, done.is_analysed) == (NOW, 0, True)

    changed = add_rule(made, version, "Never", MANAGER)
    assert changed.is_analysed is False
    again = analyse_draft(version_id=version.pk, actor=made.petra, at=NOW)
    assert (again.analysed_blocking, again.is_analysed) == (1, True)
    assert publish(made, draft(made), at=NOW).analysed_at == NOW
    assert can_publish(made.petra, again)  # who only looks may publish


@pytest.mark.parametrize(
    ("_case", "rows", "expected"),
    [
        ("gap", [("Small", [MANAGER], {"amount_to": Decimal(5000)})],
         "Mend this first. Any site, above 5,000.00: nobody decides."),
        ("dead row", [("All", [MANAGER], {}), ("Small", [MANAGER], {"amount_to": Decimal(5000)})],
         "Mend this first. Row 2 never decides: row 1 takes everything it could."),
        ("empty", [], "The matrix has no row. Add at least one."),
    ],
)  # fmt: skip
def test_publication_with_an_open_finding_is_refused(_case: str, rows: list[Any], expected: str) -> None:
    made = company()
    version = clear(made, draft(made))
    for name, stages, axes in rows:
        version = add_rule(made, version, name, *stages, **axes)

    assert sentence(lambda: publish(made, version)) == expected  # AP-9
    version.refresh_from_db()
    assert version.state == "draft"


def test_publication_is_refused_when_a_stage_has_nobody_today() -> None:
    made = company()
    version = draft(made)
    revoke_role(assignment=RoleAssignment.objects.get(user=made.regina), actor=None, at=NOW)

    words = sentence(lambda: publish(made, version))

    assert words == "Mend this first. Row 3, stage 2: nobody is Regional operations lead of North. 1 more like this."


def test_published_version_is_refused_every_change() -> None:
    made = company()
    version = publish(made, draft(made))
    before = build_matrix(version.pk)

    assert refused(lambda: add_rule(made, version, "Late", MANAGER)) == "policy_published"
    assert refused(lambda: clear(made, version)) == "policy_published"
    assert refused(lambda: publish(made, version)) == "policy_published"
    assert (
        refused(
            lambda: discard_draft(version_id=version.pk, expected_version=version.version, actor=made.polly, at=NOW)
        )
        == "policy_published"
    )
    assert build_matrix(version.pk) == before


def test_change_of_an_old_screen_is_refused() -> None:
    made = company()
    version = draft(made)
    add_rule(made, version, "Extra", REGION, is_additional=True)

    assert (
        refused(lambda: publish_version(version_id=version.pk, expected_version=1, actor=made.petra, at=NOW))
        == "changed_since_opened"
    )


def test_discarded_draft_stays_readable() -> None:
    made = company()
    version = draft(made)

    discard_draft(version_id=version.pk, expected_version=1, actor=made.petra, at=NOW)

    version.refresh_from_db()
    assert (version.state, len(build_matrix(version.pk).rules)) == ("discarded", 4)


@pytest.mark.parametrize(
    ("_case", "axes"),
    [
        ("site", {"sites": ["XXX"]}), ("region", {"regions": ["XXX"]}), ("category", {"categories": ["XXX"]}),
        ("spend kind", {"spend_kinds": ["XXX"]}), ("document", {"document_types": ["XXX"]}),
    ],
)  # fmt: skip
def test_row_that_names_what_does_not_exist_is_refused(_case: str, axes: dict[str, Any]) -> None:
    made = company()
    version = draft(made)

    assert refused(lambda: add_rule(made, version, "Typo", MANAGER, **axes)) == "code_unknown"


@pytest.mark.parametrize(
    ("_case", "settings", "code"),
    [
        ("percent as words", {"price_drift_percent": "two"}, "switch_value"),
        ("percent below nothing", {"ack_price_percent": "-1"}, "switch_value"),
        ("percent without end", {"ack_price_percent": "Infinity"}, "switch_value"),
        ("percent as a float", {"ack_price_percent": 2.5}, "switch_value"),
        ("days as words", {"ack_late_days": "1"}, "switch_value"),
        ("yes or no", {"combine": "maybe"}, "switch_value"),
        ("RQ-5 an hour as words", {"combine_until": "noon"}, "switch_value"),
        ("RQ-5 no such hour", {"combine_until": "24:00"}, "switch_value"),
        ("RQ-3 a flag nobody raises", {"block_approval": ["colour"]}, "switch_value"),
        ("a switch that is not there", {"colour": "red"}, "switch_unknown"),
    ],
)
def test_switch_that_could_not_be_used_is_refused(_case: str, settings: dict[str, Any], code: str) -> None:
    made = company()
    version = draft(made, PolicyKind.SOURCING)

    assert (
        refused(
            lambda: save_switches(
                version_id=version.pk, expected_version=1, settings=settings, actor=made.polly, at=NOW
            )
        )
        == code
    )


def test_differences_are_told_in_words() -> None:
    made = company()
    base = version_in_force("approval", NOW)
    version = draft(made)
    rules = list(version.approval_rules.order_by("position"))
    bands = {rules[1].pk: (None, 4000), rules[2].pk: (4000, 25000)}
    save_grid(
        version_id=version.pk, expected_version=1, actor=made.polly, at=EARLIER,
        rows=[
            RowInput(rule.pk, False, dict(zip(("amount_from", "amount_to"), bands[rule.pk], strict=True)) if rule.pk in bands else {}, None)
            for rule in rules
        ],
    )  # fmt: skip
    version = add_rule(made, version, "IT", REGION, is_additional=True, categories=["SERV"])

    assert differences_between(base, version) == (
        "Row 2: up to 5,000.00 becomes up to 4,000.00.",
        "Row 3: above 5,000.00 up to 25,000.00 becomes above 4,000.00 up to 25,000.00.",
        "Additional row 1 is new: IT, any amount; Category Services; Stage 1 Regional operations lead in the region, 8 h.",
    )
    assert differences_between(base, draft(made)) == ()


def test_two_fallback_owners_differ_in_words(django_assert_max_num_queries: Any) -> None:
    made: Company = company()
    base = version_in_force("approval", NOW)
    version = draft(made)
    save_switches(
        version_id=version.pk, expected_version=1, settings={"fallback_role": "auditor"}, actor=made.polly, at=NOW
    )
    version.refresh_from_db()

    with django_assert_max_num_queries(12):
        lines = differences_between(base, version)

    assert lines == ("Fallback owner: Finance director becomes Auditor.",)
