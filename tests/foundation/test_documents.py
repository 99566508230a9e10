"""PO-4 and AP-7: numbers are never reused, versions count changes, a hash stands for content and not for its spelling."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, connection, transaction

from foundation.documents import content_hash, lock, next_number, next_numbers, require_unchanged, touch
from foundation.errors import NotFoundError, StaleError
from procurement.models import Requisition
from tests.factories import NOW, a_requisition, company


def numbers(_thread: int) -> list[str]:
    try:
        return [next_number("PO", "LDS") for _ in range(50)]
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_numbers_are_unique_when_many_ask_at_once_and_carry_the_site() -> None:
    with ThreadPoolExecutor(4) as pool:
        found = [number for batch in pool.map(numbers, range(4)) for number in batch]

    assert len(set(found)) == 200
    assert all(number.startswith("PO-LDS-") for number in found)


@pytest.mark.django_db
def test_number_of_a_change_that_failed_is_not_given_again() -> None:
    with transaction.atomic():
        lost = next_number("PO", "LDS")
        transaction.set_rollback(True)

    assert next_number("PO", "LDS") > lost
    assert next_number("ACK").count("-") == 1
    assert [n.rsplit("-", 1)[0] for n in next_numbers("PO", ["LDS", "HUL"])] == ["PO-LDS", "PO-HUL"]


@pytest.mark.parametrize(
    ("_case", "one", "other", "same"),
    [
        ("zeros of a decimal", {"a": Decimal("4.10")}, {"a": Decimal("4.1000")}, True),
        ("order of members", {"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ("a day and its text", {"a": date(2026, 3, 1)}, {"a": "2026-03-01"}, True),
        ("another amount", {"a": Decimal("4.1")}, {"a": Decimal("4.11")}, False),
        ("another order of lines", [1, 2], [2, 1], False),
        ("a number and its text", {"a": 1}, {"a": "1"}, False),
    ],
)
def test_content_hash(_case: str, one: Any, other: Any, same: bool) -> None:
    assert (content_hash(one) == content_hash(other)) is same


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("_case", "version", "seen", "stale"),
    [
        ("as it was opened", 1, "same", False),
        ("an older version", 0, "same", True),
        ("same version, other content", 1, "other", True),
        ("a machine that sends no version", None, None, False),
    ],
)
def test_document_that_moved_on_is_refused_with_who_and_when(
    _case: str, version: int | None, seen: str | None, stale: bool
) -> None:
    draft = a_requisition(company())
    expected = None if version is None else draft.version - 1 + version

    refusal: StaleError | None = None
    try:
        require_unchanged(draft, expected, draft.content_hash if seen == "same" else seen)
    except StaleError as error:
        refusal = error

    assert (refusal is not None) is stale
    if refusal:
        assert refusal.details["changed_by"] == str(draft.changed_by)
        assert refusal.details["changed_at"] == NOW.isoformat()


@pytest.mark.django_db
def test_touch_counts_a_change_and_lock_refuses_what_is_not_there() -> None:
    made = company()
    draft = a_requisition(made)
    before = draft.version

    assert touch(draft, by_id=made.mona.pk, at=NOW) == ["version", "changed_by", "changed_at"]
    assert (draft.version, draft.changed_by_id) == (before + 1, made.mona.pk)
    with transaction.atomic(), pytest.raises(NotFoundError):
        lock(Requisition, 0)


@pytest.mark.django_db
def test_database_refuses_a_state_that_is_no_arrow_even_by_plain_sql() -> None:
    draft = a_requisition(company())

    with pytest.raises(Error, match="no arrow draft -> ordered"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update procurement_requisition set state = 'ordered' where id = %s", [draft.pk])

    draft.refresh_from_db()
    assert draft.state == "draft"
