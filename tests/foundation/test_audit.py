"""AU-1: the log is append-only, and whoever gets past that is found."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from foundation import audit
from foundation.models import AuditEvent

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 10, 9, tzinfo=UTC)


def write(rows: int = 5) -> None:
    for number in range(rows):
        audit.record_fact("test", number, f"T-{number}", "change", actor=None, at=AT, amount=str(number))


def by_force(*statements: str) -> None:
    """Change the table as only somebody with the database's own keys could."""
    with connection.cursor() as cursor:
        cursor.execute("alter table foundation_auditevent disable trigger user")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("alter table foundation_auditevent enable trigger user")
        cursor.execute("alter table foundation_auditevent disable trigger audit_no_truncate")


def nth(number: int) -> int:
    return AuditEvent.objects.order_by("seq")[number - 1].seq


@pytest.mark.parametrize(
    "change", ["update foundation_auditevent set action = 'other'", "delete from foundation_auditevent"]
)
def test_database_refuses_to_change_or_delete_a_row(change: str) -> None:
    write()
    before = list(AuditEvent.objects.values())

    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert list(AuditEvent.objects.values()) == before


def test_rows_number_themselves_and_whatever_is_sent_for_number_and_hash_is_ignored() -> None:
    write(2)
    AuditEvent.objects.create(action="forged", object_type="test", seq=1, hash=b"x", prev_hash=b"y")

    rows = list(AuditEvent.objects.order_by("seq"))
    assert [row.seq for row in rows] == [rows[0].seq, rows[0].seq + 1, rows[0].seq + 2]
    assert bytes(rows[2].prev_hash) == bytes(rows[1].hash)
    assert audit.first_fault() is None


@pytest.mark.parametrize(
    ("_case", "statements", "row", "fault"),
    [
        ("a word changed", ["update foundation_auditevent set action = 'other' where seq = {third}"], 3, "content changed"),
        ("an amount changed", ["""update foundation_auditevent set data = data || '{{"amount": "9"}}' where seq = {third}"""], 3, "content changed"),
        ("another person", ["update foundation_auditevent set actor_id = 77 where seq = {third}"], 3, "content changed"),
        ("a row deleted", ["delete from foundation_auditevent where seq = {third}"], 4, "link broken"),
        ("the first row deleted", ["delete from foundation_auditevent where seq = {first}"], 2, "row missing before"),
        ("the tail cut", ["delete from foundation_auditevent where seq >= {fourth}"], 4, "tail cut"),
        (
            "two rows swapped",
            [
                "update foundation_auditevent set seq = 0 where seq = {third}",
                "update foundation_auditevent set seq = {third} where seq = {fourth}",
                "update foundation_auditevent set seq = {fourth} where seq = 0",
            ],
            3, "content changed",
        ),
    ],
)  # fmt: skip
def test_first_broken_link_is_named(_case: str, statements: list[str], row: int, fault: str) -> None:
    write()
    seqs = {"first": nth(1), "third": nth(3), "fourth": nth(4)}
    expected = nth(1) + row - 1

    by_force(*(statement.format(**seqs) for statement in statements))

    assert audit.first_fault() == (expected, fault)
    with pytest.raises(CommandError, match=f"broken at row {expected}: {fault}"):
        call_command("verify_audit")


def test_whole_chain_is_said_to_be_whole_with_its_length() -> None:
    write(3)
    out = StringIO()

    call_command("verify_audit", stdout=out)

    assert f"whole: {AuditEvent.objects.count()} rows" in out.getvalue()


def test_row_says_from_where_a_change_came() -> None:
    with audit.context(audit.Origin("request-77", "192.0.2.7")):
        write(1)
    write(1)

    inside, outside = AuditEvent.objects.order_by("seq")
    assert (inside.request_id, inside.address) == ("request-77", "192.0.2.7")
    assert (outside.request_id, outside.address) == ("", "")
    assert inside.data == {"business_at": AT.isoformat(), "amount": "0"}
