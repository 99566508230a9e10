"""SU-1: who may restrict, block and activate a supplier, from where to where, and what is left of it."""

import pytest

from foundation.errors import DomainError
from foundation.models import AuditEvent, DomainEvent
from suppliers.models import Supplier, SupplierState
from suppliers.services import move_supplier
from tests.factories import NOW, Company, company

pytestmark = pytest.mark.django_db


def move(made: Company, verb: str, *, reason: str = "Quality", by: str = "sue", version: int = 1) -> Supplier:
    return move_supplier(
        supplier_id=made.acme.pk, expected_version=version, move=verb, actor=made.people[by], reason=reason, at=NOW
    )


@pytest.mark.parametrize(
    ("before", "verb", "after"),
    [
        ("active", "restrict", "restricted"),
        ("active", "block", "blocked"),
        ("restricted", "block", "blocked"),
        ("restricted", "activate", "active"),
        ("blocked", "activate", "active"),
    ],
)
def test_step_is_taken_audited_and_told(before: str, verb: str, after: str) -> None:
    made = company()
    made.acme = Supplier.objects.create(
        code="NEW", name="New", state=before, country="GB", currency="GBP", created_at=NOW, changed_at=NOW
    )

    moved = move(made, verb)

    assert (moved.state, moved.version, moved.state_reason) == (after, 2, "Quality")
    row = AuditEvent.objects.get(object_type="suppliers.supplier", object_number="NEW")
    assert (row.data["before"], row.data["after"], row.data["reason"]) == (before, after, "Quality")
    assert DomainEvent.objects.filter(subject_number="NEW").count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"verb": "activate"}, "no_such_move"),
        ({"verb": "block", "reason": " "}, "reason_missing"),
        ({"verb": "block", "by": "boris"}, "not_your_role"),
        ({"verb": "block", "version": 7}, "changed_since_opened"),
    ],
)
def test_refused_step_changes_nothing(change: dict[str, object], code: str) -> None:
    made = company()
    before = AuditEvent.objects.count()

    with pytest.raises(DomainError) as refused:
        move(made, **change)  # type: ignore[arg-type] - the table's words

    made.acme.refresh_from_db()
    assert refused.value.code == code
    assert (made.acme.state, made.acme.version) == (SupplierState.ACTIVE, 1)
    assert AuditEvent.objects.count() == before
