"""SU-1: registered is one thing, buying another: category by site, approved apart, and no order goes without."""

from decimal import Decimal

import pytest

from foundation.errors import ConflictError, InvalidError, NotPermittedError
from foundation.models import Category
from foundation.relay import drain
from procurement.models import PurchaseOrder, RequisitionLine
from procurement.services import assign_source
from procurement.services.issue_order import make_issued
from suppliers.models import Onboarding, SpendAuthorisation, SpendRequest, Supplier
from suppliers.services import approve_spend, approve_supplier, ask_spend, end_spend, reject_spend, withdraw_spend
from tests.factories import NOW, Company, an_issued_order, approved, company
from tests.suppliers.onboarding import registered
from workflow.models import ApprovalRequest

pytestmark = pytest.mark.django_db


def state(supplier: Supplier) -> str:
    supplier.refresh_from_db()
    return str(supplier.state)


def qualified(made: Company) -> tuple[Supplier, SpendRequest]:
    supplier = registered(made)
    approve_supplier(pk=supplier.pk, expected_version=None, seen_hash=None, actor=made.frank, reason="", at=NOW)
    return supplier, SpendRequest.objects.get(supplier=supplier)


def authorised(made: Company, asked: SpendRequest) -> None:
    approve_spend(pk=asked.pk, expected_version=None, seen_hash=asked.content_hash, actor=made.frank, reason="", at=NOW)


def only(made: Company, supplier: Supplier, category: str, site: str) -> None:
    """Let a supplier sell one category at one site, and nothing else."""
    for one in SpendAuthorisation.objects.filter(supplier=supplier, state="in_force"):
        end_spend(authorisation_id=one.pk, reason="Narrowed", actor=made.sue, at=NOW)
    asked = ask_spend(
        supplier_id=supplier.pk, categories=[category], sites=[site] if site else [], reason="This only", actor=made.sue,
        at=NOW,
    )  # fmt: skip
    authorised(made, asked)


def test_approved_registration_asks_for_what_was_invited_and_only_its_approval_lets_orders_go() -> None:
    made = company()
    supplier, asked = qualified(made)
    before = state(supplier)

    authorised(made, asked)

    cells = SpendAuthorisation.objects.filter(supplier=supplier).values_list("category__code", "site__code", "state")
    kinds = ApprovalRequest.objects.filter(subject_type__startswith="supplier").order_by("pk")
    assert (before, state(supplier)) == ("qualified", "active")
    assert Onboarding.objects.get(supplier=supplier).outcome == f"{asked.number} is approved"
    assert list(cells) == [("PACK", "LDS", "in_force")]
    assert [request.subject_type for request in kinds] == ["supplier", "supplier_spend"]


def test_who_asked_does_not_authorise() -> None:
    made = company()
    supplier, asked = qualified(made)

    with pytest.raises(NotPermittedError):
        approve_spend(pk=asked.pk, expected_version=None, seen_hash=None, actor=made.sue, reason="", at=NOW)

    assert state(supplier) == "qualified"


def test_refused_or_withdrawn_wish_leaves_the_supplier_registered() -> None:
    made = company()
    supplier, asked = qualified(made)

    reject_spend(pk=asked.pk, expected_version=None, seen_hash=None, actor=made.frank, reason="No need", at=NOW)
    again = ask_spend(supplier_id=supplier.pk, categories=["PACK"], sites=[], reason="There is", actor=made.sue, at=NOW)
    withdraw_spend(request_id=again.pk, reason="Mistake", actor=made.sue, at=NOW)

    assert state(supplier) == "qualified"
    assert set(SpendAuthorisation.objects.filter(supplier=supplier).values_list("state", flat=True)) == {"refused"}
    assert list(ApprovalRequest.objects.filter(subject_type="supplier_spend").order_by("pk").values_list("state", flat=True)) == [
        "rejected", "withdrawn",
    ]  # fmt: skip


def test_source_falls_to_who_may_sell_at_the_site() -> None:
    made = company()
    only(made, made.acme, "PACK", "HUL")

    order = an_issued_order(made, ("SW-500", "4"))

    assert order.supplier == made.bolt
    line = RequisitionLine.objects.get(requisition__ship_to=made.leeds)
    assert [(r["supplier"], r["code"]) for r in line.sourcing["rejected"]] == [("Acme Packaging", "not_authorised")]


def test_nothing_is_ordered_from_whom_nothing_may_be_bought_there() -> None:
    made = company()
    for supplier in (made.acme, made.bolt):
        only(made, supplier, "SERV", "")

    approved(made, ("SW-500", "4"))
    drain()

    assert not PurchaseOrder.objects.exists()
    assert RequisitionLine.objects.get().waiting_reason == "no_usable_supplier"


def test_authorisation_that_ends_after_approval_keeps_the_line_waiting() -> None:
    made = company()
    requisition = approved(made, ("SW-500", "4"))
    only(made, made.acme, "SERV", "")

    drain()

    line = RequisitionLine.objects.get(requisition=requisition)
    assert (line.waiting_reason, PurchaseOrder.objects.count()) == ("supplier_not_authorised", 0)


def test_buyer_cannot_give_a_line_to_whom_nothing_may_be_bought_there() -> None:
    made = company()
    for supplier in (made.acme, made.bolt):
        only(made, supplier, "SERV", "")
    approved(made, ("SW-500", "4"))
    drain()
    line = RequisitionLine.objects.get()

    with pytest.raises(InvalidError) as refused:
        assign_source(
            line_id=line.pk, supplier=made.bolt, unit_price=Decimal(50), reason="Please", actor=made.boris, at=NOW
        )

    assert refused.value.code == "supplier_not_authorised"


def test_order_that_waits_for_a_hand_is_not_sent_without() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "4"))
    only(made, made.acme, "SERV", "")

    with pytest.raises(NotPermittedError) as refused:
        make_issued(order, list(order.lines.select_related("category")), actor=made.boris, at=NOW)

    assert refused.value.code == "supplier_not_authorised"


def test_authorised_branch_covers_what_is_below_it() -> None:
    made = company()
    root = Category.objects.get(code="PACK")
    below = Category.objects.create(code="WRAP", name="Wrap", path="PACK/WRAP/", parent=root)
    made.items["SW-500"].category = below
    made.items["SW-500"].save()
    only(made, made.acme, "PACK", "LDS")

    assert an_issued_order(made, ("SW-500", "4")).supplier == made.acme


@pytest.mark.parametrize(
    ("changed", "error", "code"),
    [
        ({"categories": []}, InvalidError, "category_unknown"),
        ({"categories": ["NONE"]}, InvalidError, "category_unknown"),
        ({"sites": ["NONE"]}, InvalidError, "site_unknown"),
        ({"reason": " "}, InvalidError, "reason_missing"),
    ],
)
def test_bad_wish_is_refused(changed: dict[str, object], error: type[Exception], code: str) -> None:
    made = company()
    given = {"categories": ["PACK"], "sites": ["LDS"], "reason": "Needed", **changed}

    with pytest.raises(error) as refused:
        ask_spend(supplier_id=made.acme.pk, actor=made.sue, at=NOW, **given)  # type: ignore[arg-type]  # as above

    assert refused.value.code == code  # type: ignore[attr-defined]  # a refusal of ours
    assert not SpendRequest.objects.exists()


def test_one_wish_at_a_time_and_nothing_twice() -> None:
    made = company()
    ask_spend(supplier_id=made.acme.pk, categories=["PACK"], sites=["LDS"], reason="x", actor=made.sue, at=NOW)

    with pytest.raises(ConflictError) as refused:
        ask_spend(supplier_id=made.acme.pk, categories=["SERV"], sites=[], reason="x", actor=made.sue, at=NOW)

    assert refused.value.code == "spend_asked"
