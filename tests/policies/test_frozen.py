"""AP-9: what left the draft is never edited, not even by a hand in the database."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from policies.models import PolicyKind, PolicyVersion
from tests.factories import company
from tests.policies.factories import draft

pytestmark = pytest.mark.django_db
ROWS = {
    "policies_approvalrule": ("approval", "name = 'Free for all'"),
    "policies_matchtolerance": ("tolerance", "price_up_percent = 99"),
    "policies_dutypair": ("duty", "strength = 'compensated', countersign_days = 9"),
    "policies_exceptionroute": ("routing", "owner_role = 'buyer'"),
}
STAGES = (
    "delete from policies_approvalstage where rule_id in (select id from policies_approvalrule where policy_id = %s)"
)


def run(sql: str, *args: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, args)
        return int(cursor.rowcount)


def refused(sql: str, *args: Any) -> str:
    with pytest.raises(DatabaseError) as refusal:
        run(sql, *args)
    return str(refusal.value).splitlines()[0]


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("state", ["published", "draft"])
def test_rows_are_edited_only_while_their_version_is_a_draft(table: str, state: str) -> None:
    made = company()
    kind, change = ROWS[table]
    draft(made, kind)
    key = PolicyVersion.objects.get(kind=kind, state=state).pk
    update, delete = f"update {table} set {change} where policy_id = %s", f"delete from {table} where policy_id = %s"
    sentence = f"a row of policy {kind}/1, which is published, is never edited; make a new draft"

    if state == "published":
        assert [refused(update, key), refused(delete, key)] == [sentence, sentence]
        assert kind != "approval" or refused(STAGES, key) == sentence
    else:
        assert run(update, key) > 0
        assert kind != "approval" or run(STAGES, key) > 0
        assert run(delete, key) > 0


@pytest.mark.parametrize(
    "change",
    [
        "note = 'Forged'", "settings = '[1]'", "number = 99", "effective_from = now()", "effective_until = now()",
        "published_by_id = null", "created_at = now()", "effective_from = null, state = 'draft'",
    ],
)  # fmt: skip
def test_published_version_is_never_edited(change: str) -> None:
    company()

    words = refused(f"update policies_policyversion set {change} where kind = 'duty'")

    assert words in {
        "policy duty/1 is published and never edited; make a new draft",
        "no arrow published -> draft on policies_policyversion.state",
    }
    assert PolicyVersion.objects.get(kind=PolicyKind.DUTY).note == "First version"


def test_published_version_is_never_deleted() -> None:
    company()

    assert refused("delete from policies_policyversion where kind = 'sourcing'").startswith(
        "policy sourcing/1 is published"
    )


def test_row_is_not_moved_into_a_published_version() -> None:
    made = company()
    version = draft(made, PolicyKind.DUTY)
    published = PolicyVersion.objects.get(kind="duty", state="published")

    words = refused("update policies_dutypair set policy_id = %s where policy_id = %s", published.pk, version.pk)

    assert words == "a row of policy duty/1, which is published, is never edited; make a new draft"
