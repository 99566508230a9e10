"""AP-9: a draft from a file and a draft from an older version, by the same rules as any other; nothing half-written."""

from dataclasses import replace
from typing import Any

import pytest

from foundation import duties
from foundation.errors import DomainError
from foundation.models import AuditEvent, Site
from policies.decisions.exchange import Numbered, Taken
from policies.models import ApprovalRule, PolicyKind, PolicyVersion
from policies.selectors import build_matrix, differences_between, document_of, ground_today, version_in_force
from policies.services import delete_rule, import_draft, roll_forward
from tests.factories import NOW, company, person
from tests.policies import exchange
from tests.policies.factories import EARLIER, MANAGER, StageInput, add_rule, draft, one_rule, publish

pytestmark = pytest.mark.django_db


def refused(call: Any) -> tuple[str, str]:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code, refusal.value.message


def taken(version: PolicyVersion) -> Taken:
    return exchange.through_json(document_of(version), ground_today())


@pytest.mark.parametrize("kind", PolicyKind.values)
def test_file_becomes_a_draft_that_says_the_same(kind: str) -> None:
    made = company()
    version = exchange.rich(made, kind)

    new = import_draft(taken=taken(version), actor=made.petra, at=NOW, note="From the spreadsheet")

    assert (new.number, new.state, new.created_by, new.note) == (3, "draft", made.petra, "From the spreadsheet")
    assert (document_of(new), differences_between(version, new)) == (document_of(version), ())
    assert duties.done_on([duties.chain_of("policy", new.pk)]) == {("draft_policy", made.petra.pk)}
    row = AuditEvent.objects.get(action="draft_policy", object_id=new.pk)
    assert (row.data["source"], row.data["rows"], len(row.data["sha256"])) == ("file", len(document_of(new).rows), 64)


def test_file_with_a_fault_writes_nothing_and_the_version_in_force_stays() -> None:
    made = company()
    whole = taken(version_in_force("approval", NOW))
    rows = [*whole.rows[:-1], Numbered("Row 4", {**whole.rows[-1].values, "stages": []})]

    code, words = refused(lambda: import_draft(taken=replace(whole, rows=tuple(rows)), actor=made.polly, at=NOW))

    assert (code, words) == (
        "import_unfit",
        "Nothing came in. Row 4, Who approves, one stage a line: The row asks nobody. Add a stage or make it touchless.",
    )
    assert (PolicyVersion.objects.count(), ApprovalRule.objects.count(), version_in_force("approval", NOW).number) == (
        5,
        4,
        1,
    )


def test_whoever_brings_a_file_in_does_not_publish_it() -> None:
    made = company()
    new = import_draft(taken=taken(version_in_force("approval", NOW)), actor=made.polly, at=NOW)

    assert refused(lambda: publish(made, new, actor=made.polly))[0] == "second_person_needed"  # SD-1


@pytest.mark.parametrize("who", ["boris", "audrey", "rita"])
def test_only_policy_administrators_bring_in_and_roll_forward(who: str) -> None:
    made = company()
    first = version_in_force("approval", NOW)
    one_rule(made, MANAGER)
    file = taken(first)
    first.refresh_from_db()

    assert refused(lambda: import_draft(taken=file, actor=made.people[who], at=NOW))[0] == "not_your_role"
    assert refused(lambda: roll_forward(version_id=first.pk, actor=made.people[who], at=NOW))[0] == "not_your_role"


def test_older_version_comes_back_as_a_draft_in_one_action() -> None:
    made = company()
    first = version_in_force("approval", NOW)
    one_rule(made, MANAGER)

    new = roll_forward(version_id=first.pk, actor=made.polly, at=NOW)

    assert (new.number, new.state, new.note, new.settings) == (3, "draft", "as v1", first.settings)
    assert build_matrix(new.pk).rules == build_matrix(first.pk).rules
    assert AuditEvent.objects.get(action="draft_policy", object_id=new.pk).data["source"] == "approval/1"
    assert publish(made, new, at=NOW).state == "published"


@pytest.mark.parametrize("kind", PolicyKind.values)
def test_older_version_of_every_kind_comes_back_whole(kind: str) -> None:
    made = company()
    old = exchange.rich(made, kind)
    if kind == PolicyKind.APPROVAL:  # the analyser refuses a row that asks its own requester; the others stay
        last = old.approval_rules.get(position=5, is_additional=False)
        delete_rule(version_id=old.pk, expected_version=old.version, rule_id=last.pk, actor=made.polly, at=EARLIER)
    publish(made, old)
    publish(made, draft(made, kind))
    old.refresh_from_db()

    assert document_of(roll_forward(version_id=old.pk, actor=made.polly, at=NOW)) == document_of(old)


START = "Approval matrix v2 cannot come back as it was, because it names what is no longer there. Make a new draft instead. "


@pytest.mark.parametrize(
    ("_case", "sites", "named", "words"),
    [
        ("a person who left", [], True, "Row 1, Who approves, one stage a line: Stage 1, person: There is no active person of ours with the user name “gone”."),
        ("a site with a new code", ["HUL"], False, "Row 1, Sites: There is no site “HUL”. Did you mean HUX?"),
    ],
)  # fmt: skip
def test_version_that_names_what_is_gone_does_not_come_back(
    _case: str, sites: list[str], named: bool, words: str
) -> None:
    made = company()
    gone = person("gone")
    stage = StageInput("person", person_id=gone.pk) if named else MANAGER
    version = add_rule(made, draft(made), "Extra", stage, is_additional=True, sites=sites)
    publish(made, version)
    one_rule(made, MANAGER)
    gone.is_active = False
    gone.save()
    Site.objects.filter(code="HUL").update(code="HUX")

    assert refused(lambda: roll_forward(version_id=version.pk, actor=made.polly, at=NOW)) == (
        "names_gone",
        START + words,
    )
    assert PolicyVersion.objects.filter(kind="approval").count() == 3


def test_draft_and_the_version_in_force_do_not_come_back() -> None:
    made = company()
    version = draft(made)
    first = version_in_force("approval", NOW)

    assert refused(lambda: roll_forward(version_id=version.pk, actor=made.polly, at=NOW))[0] == "never_in_force"
    assert refused(lambda: roll_forward(version_id=first.pk, actor=made.polly, at=NOW))[0] == "version_in_force"
