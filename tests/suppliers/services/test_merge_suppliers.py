"""SU-3: a merge keeps every document, moves what the future needs, leads the old number on, and is undone exactly."""

from dataclasses import replace
from typing import Any

import pytest

from foundation.errors import DomainError
from foundation.models import AuditEvent, User
from foundation.relay import drain
from invoicing.selectors.orders import sent_orders
from invoicing.services import receive_invoice
from procurement.models import PurchaseOrder
from suppliers.models import CatalogueItem, DuplicateProposal, Supplier, SupplierIdentifier, SupplierMerge, SupplierUser
from suppliers.selectors import moving, standing
from suppliers.services import call_distinct, find_duplicates, merge_suppliers, move_supplier, undo_merge
from tests.factories import NOW, Company, an_issued_order, approved, company, receive_all
from tests.invoicing.factories import bill_for

pytestmark = pytest.mark.django_db


def merge(made: Company, duplicate: Supplier, survivor: Supplier, **other: Any) -> SupplierMerge:
    duplicate.refresh_from_db()
    survivor.refresh_from_db()
    said = {"seen": moving(duplicate, survivor).seen, "actor": made.people["sue"], "reason": "One tax number"} | other
    return merge_suppliers(duplicate_id=duplicate.pk, survivor_id=survivor.pk, at=NOW, **said)


def undo(made: Company, done: SupplierMerge, **other: Any) -> SupplierMerge:
    return undo_merge(merge_id=done.pk, at=NOW, **{"actor": made.people["sue"], "reason": "Two after all"} | other)


def everything() -> list[Any]:
    """Return all rows a merge may touch, but for the counters that only count changes."""
    rows: list[Any] = []
    for model in (CatalogueItem, SupplierIdentifier, SupplierUser):
        rows += model.objects.order_by("pk").values_list("pk", "supplier_id")
    return rows + list(Supplier.objects.order_by("pk").values_list("pk", "state", "state_reason", "merged_into_id"))


def test_merge_moves_what_the_future_needs_and_leaves_documents() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "4"))
    number = SupplierIdentifier.objects.create(supplier=made.acme, scheme="0088", value="5012345000008")

    merge(made, made.acme, made.bolt)

    made.acme.refresh_from_db()
    order.refresh_from_db()
    number.refresh_from_db()
    assert (made.acme.state, made.acme.merged_into, standing(made.acme)) == ("merged", made.bolt, made.bolt)
    assert (order.supplier, number.supplier) == (made.acme, made.bolt)
    assert [o.pk for o in sent_orders(made.bolt.pk, [order.number])] == [order.pk]
    assert AuditEvent.objects.filter(action="merge_supplier", object_number="ACME").count() == 1


def test_undo_restores_exactly() -> None:
    made = company()
    person = User.objects.create(username="p.acme", kind=User.Kind.SUPPLIER, email="p@acme.example")
    SupplierUser.objects.create(supplier=made.acme, user=person)
    SupplierIdentifier.objects.create(supplier=made.acme, scheme="0088", value="5012345000008")
    before = everything()

    done = merge(made, made.acme, made.bolt)
    between = everything()
    undo(made, done)

    assert between != before
    assert everything() == before
    assert SupplierUser.objects.filter(user=person).count() == 1


def test_people_of_either_see_both_while_merged() -> None:
    made = company()
    person = User.objects.create(username="p.acme", kind=User.Kind.SUPPLIER, email="p@acme.example")
    SupplierUser.objects.create(supplier=made.acme, user=person)

    merge(made, made.acme, made.bolt)

    served = SupplierUser.objects.filter(user=person).order_by("supplier__code")
    assert [row.supplier.code for row in served] == ["ACME", "BOLT"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"actor": "boris"}, "not_your_role"),
        ({"reason": "  "}, "reason_missing"),
        ({"seen": "0" * 64}, "changed_since_opened"),
    ],
)
def test_refused_merge_changes_nothing(change: dict[str, Any], code: str) -> None:
    made = company()
    before = everything()
    if "actor" in change:
        change = {"actor": made.people[change["actor"]]}

    with pytest.raises(DomainError) as refused:
        merge(made, made.acme, made.bolt, **change)

    assert refused.value.code == code
    assert everything() == before


def test_second_of_two_merges_finds_the_first() -> None:
    made = company()
    seen = moving(made.bolt, made.acme).seen
    merge(made, made.acme, made.bolt)

    with pytest.raises(DomainError) as refused:
        merge_suppliers(
            duplicate_id=made.bolt.pk,
            survivor_id=made.acme.pk,
            seen=seen,
            actor=made.people["sue"],
            reason="Same",
            at=NOW,
        )

    assert refused.value.code == "not_to_merge"


def test_blocked_supplier_does_not_escape_its_block() -> None:
    made = company()
    move_supplier(
        supplier_id=made.acme.pk, expected_version=1, move="block", actor=made.people["sue"], reason="Fraud", at=NOW
    )

    with pytest.raises(DomainError) as refused:
        merge(made, made.acme, made.bolt)

    assert refused.value.code == "not_to_merge"


def test_merged_record_is_paid_as_who_stands_for_it() -> None:
    made = company()
    merge(made, made.acme, made.bolt)
    made.acme.refresh_from_db()
    before = made.acme.may_be_paid

    move_supplier(
        supplier_id=made.bolt.pk, expected_version=1, move="block", actor=made.people["sue"], reason="Fraud", at=NOW
    )

    assert (before, Supplier.objects.get(pk=made.acme.pk).may_be_paid) == (True, False)


def test_undo_twice_is_refused() -> None:
    made = company()
    done = merge(made, made.acme, made.bolt)
    undo(made, done)

    with pytest.raises(DomainError) as refused:
        undo(made, done)

    assert refused.value.code == "undone_already"


def test_proposals_are_kept_with_evidence_and_a_decision_is_remembered() -> None:
    made = company()
    Supplier.objects.filter(pk__in=[made.acme.pk, made.bolt.pk]).update(tax_id="GB123456789")
    found = find_duplicates(actor=made.people["sue"], at=NOW)
    (proposal,) = DuplicateProposal.objects.all()
    evidence = (proposal.is_confirmed, proposal.evidence, len(proposal.inputs_hash))

    call_distinct(proposal_id=proposal.pk, actor=made.people["sue"], reason="A VAT group", at=NOW)
    again = find_duplicates(actor=made.people["sue"], at=NOW)

    proposal.refresh_from_db()
    assert evidence == (True, ["the same tax number: 123456789"], 64)
    assert (found, again, proposal.state, proposal.reason) == (1, 0, "distinct", "A VAT group")


def test_merge_closes_its_proposal_and_undo_opens_it() -> None:
    made = company()
    Supplier.objects.filter(pk__in=[made.acme.pk, made.bolt.pk]).update(tax_id="GB123456789")
    find_duplicates(actor=made.people["sue"], at=NOW)

    done = merge(made, made.acme, made.bolt)
    merged = DuplicateProposal.objects.get().state
    undo(made, done)

    assert (merged, DuplicateProposal.objects.get().state) == ("merged", "open")


def test_bill_under_the_other_record_is_a_possible_duplicate_by_number_amount_and_date() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive_all(made, order)
    command = bill_for(order, supplier_number="A-17", invoice_date=NOW.date())
    receive_invoice(command=command, actor=made.acme_person, at=NOW)
    drain()
    merge(made, made.acme, made.bolt)
    twin = replace(command, supplier_id=made.bolt.pk, supplier_number="A-I7", external_id="again")
    second = receive_invoice(command=twin, actor=made.bolt_person, at=NOW)
    drain()

    assert "possible_duplicate" in second.holds.values_list("code", flat=True)


def test_line_that_names_the_merged_record_is_ordered_at_the_one_that_stands_for_it() -> None:
    made = company()
    requisition = approved(made, ("SW-500", "10"))
    merge(made, made.acme, made.bolt)
    drain()

    line = requisition.lines.get()
    order = PurchaseOrder.objects.get(lines__sources__requisition_line=line)
    assert (line.supplier, order.supplier) == (made.bolt, made.bolt)
