"""SU-5: every door tells, nothing is overwritten silently, and somebody else decides what is controlled."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from foundation.errors import ConflictError, DomainError, InvalidError, NotPermittedError
from foundation.models import AuditEvent, User
from suppliers.decisions.master_data import Rule
from suppliers.models import FieldOrigin, FieldRule, Supplier, SupplierChange
from suppliers.services import (
    Heard,
    SupplierRow,
    Told,
    agree_field_rule,
    approve_supplier_change,
    import_suppliers,
    propose_field_rule,
    reject_supplier_change,
    tell_supplier,
    withdraw_supplier_change,
)
from tests.factories import NOW, Company, company
from tests.machine import client_of, post
from workflow.models import ApprovalRequest

pytestmark = pytest.mark.django_db
RECORD = {
    "name": "Acme Packaging", "tax_id": "", "country": "GB", "address": "", "order_email": "orders@acme.example",
    "currency": "GBP", "payment_terms_days": "30", "acknowledge_hours": "8", "order_channel": "portal",
    "remit_to": "MAIN", "reason": "New terms",
}  # fmt: skip


@pytest.fixture
def made() -> Company:
    return company()


def tell(made: Company, source: str = "page", by: User | None = None, **values: str) -> Heard:
    told = Told(values, source, "letter of 3 March", "They wrote to us")
    return tell_supplier(supplier_id=made.acme.pk, told=told, actor=by or made.sue, at=NOW)


def asked(made: Company, **values: str) -> SupplierChange:
    change = tell(made, **(values or {"payment_terms_days": "14"})).change
    assert change is not None
    return change


def decide(made: Company, change: SupplierChange, service: Any = approve_supplier_change, by: str = "frank") -> Any:
    seen = {"expected_version": change.version, "seen_hash": change.content_hash}
    return service(pk=change.pk, **seen, actor=made.people[by], reason="Seen the letter", at=NOW)


def acme() -> Supplier:
    return Supplier.objects.get(code="ACME")


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def by_page(made: Company) -> None:
    as_(made.sue).post(reverse("supplier_record", args=["ACME"]), {**RECORD, "payment_terms_days": "14"})


def by_portal(made: Company) -> None:
    as_(made.acme_person).post(reverse("portal_record"), {**RECORD, "payment_terms_days": "14"})


def by_api(made: Company) -> None:
    post(
        client_of(made.acme_person),
        reverse("api_supplier_record", args=["ACME"]),
        {"values": {"payment_terms_days": "14"}},
    )


def by_erp(made: Company) -> None:
    body = {"values": {"payment_terms_days": "14"}, "feed": "erp", "document": "vendor 4711"}
    post(client_of(made.sue), reverse("api_supplier_record", args=["ACME"]), body)


def by_import(made: Company) -> None:
    row = SupplierRow(2, "Acme Packaging Holding", "GB", "GBP", "ACME")
    import_suppliers(rows=[row], source="vendors.csv", dry_run=False, actor=made.sue, at=NOW)


DOORS = {"page": by_page, "portal": by_portal, "api": by_api, "erp": by_erp, "import": by_import}


@pytest.mark.parametrize("door", DOORS)
def test_controlled_field_becomes_a_request_through_every_door(made: Company, door: str) -> None:
    DOORS[door](made)

    change = SupplierChange.objects.get()
    assert (change.source, change.state) == (door, "proposed")
    assert (acme().payment_terms_days, acme().name) == (30, "Acme Packaging")
    assert ApprovalRequest.objects.filter(subject_type="supplier_change", subject_id=change.pk).exists()


def test_second_person_changes_the_record_with_its_origin(made: Company) -> None:
    change = asked(made)

    decide(made, change)

    origin = FieldOrigin.objects.get(supplier=made.acme, field="payment_terms_days")
    assert (acme().payment_terms_days, origin.source, origin.document) == (14, "page", change.number)
    row = AuditEvent.objects.get(action="approve_supplier_change")
    assert (row.data["was"], row.data["now"]) == ({"payment_terms_days": "30"}, {"payment_terms_days": "14"})


@pytest.mark.parametrize(
    ("_case", "by", "error"),
    [("who asked", "sue", "own_request"), ("whom nobody asked", "pat", "no_step_for_you")],
)
def test_who_may_not_decide_is_told_why(made: Company, _case: str, by: str, error: str) -> None:
    change = asked(made)

    with pytest.raises(NotPermittedError) as refused:
        decide(made, change, by=by)

    assert (refused.value.code == error) or by != "sue"
    assert acme().payment_terms_days == 30


def test_refused_and_withdrawn_requests_leave_the_record(made: Company) -> None:
    refused = decide(made, asked(made), reject_supplier_change)
    again = asked(made, name="Acme Group Ltd")
    back = withdraw_supplier_change(
        change_id=again.pk, expected_version=again.version, actor=made.sue, reason="Typing", at=NOW
    )

    assert (refused.state, back.state) == ("refused", "withdrawn")
    assert (acme().payment_terms_days, acme().name) == (30, "Acme Packaging")


def test_request_about_what_changed_meanwhile_is_not_made(made: Company) -> None:
    first, second = asked(made), asked(made, payment_terms_days="60")
    decide(made, first)

    with pytest.raises(ConflictError) as refused:
        decide(made, second)

    assert (refused.value.code, acme().payment_terms_days) == ("record_moved", 14)


def test_weaker_source_asks_and_a_stronger_one_writes(made: Company) -> None:
    by_supplier = tell(made, "portal", made.acme_person, order_email="sales@acme.example")
    by_erp = tell(made, "erp", order_email="old@acme.example")
    again = tell(made, "erp", order_email="old@acme.example")

    assert (by_supplier.written, by_supplier.change) == (("order_email",), None)
    assert by_erp.change is not None
    assert (by_erp.change.why, by_erp.change.before) == (
        {"order_email": "weaker"},
        {"order_email": "sales@acme.example"},
    )
    assert again.change == by_erp.change
    assert acme().order_email == "sales@acme.example"


@pytest.mark.parametrize(
    ("_case", "by", "values", "code"),
    [
        ("terms in words", "sue", {"payment_terms_days": "soon"}, "number_unfit"),
        ("a year and more", "sue", {"payment_terms_days": "366"}, "number_unfit"),
        ("wrong check digits", "sue", {"tax_id": "GB980780685"}, "tax_id_check_digits"),
        ("no country", "sue", {"country": "QQ"}, "country_unknown"),
        ("turned name", "sue", {"name": "Acme \u202eLtd"}, "name_right_to_left"),
        ("no mail address", "sue", {"order_email": "acme"}, "email_unfit"),
        ("not paid there", "sue", {"remit_to": "NORTH"}, "remit_to_unknown"),
        ("no such field", "sue", {"state": "active"}, "field_unknown"),
        ("not theirs to say", "acme_person", {"order_channel": "api"}, "field_unknown"),
    ],
)  # fmt: skip
def test_unfit_values_change_nothing(made: Company, _case: str, by: str, values: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        tell(made, by=getattr(made, by), **values)

    assert (refused.value.code, SupplierChange.objects.count(), acme().version) == (code, 0, made.acme.version)


def test_others_tell_nothing(made: Company) -> None:
    for who in (made.rita, made.bolt_person):
        with pytest.raises(DomainError):
            tell(made, by=who, order_email="x@y.example")

    assert acme().order_email == "orders@acme.example"


def test_database_keeps_what_was_asked(made: Company) -> None:
    change = asked(made)

    for act in (
        lambda: SupplierChange.objects.filter(pk=change.pk).update(after={"payment_terms_days": "90"}),
        lambda: SupplierChange.objects.filter(pk=change.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_rule_changes_by_two_people_and_then_holds(made: Company) -> None:
    rule = Rule(True, ("erp", "page", "portal", "api", "import"), ("PACK",))
    propose_field_rule(field="address", expected_version=0, rule=rule, actor=made.sue, at=NOW)
    before = tell(made, address="1 Mill Lane")
    with pytest.raises(NotPermittedError):
        agree_field_rule(field="address", expected_version=1, actor=made.sue, at=NOW)

    agree_field_rule(field="address", expected_version=1, actor=made.people["frank"], at=NOW)
    after = tell(made, address="2 Mill Lane")

    assert (before.written, after.written) == (("address",), ())
    assert FieldRule.objects.get(field="address").required_in == ["PACK"]


@pytest.mark.parametrize(
    ("sources", "required_in", "code"),
    [
        (("page",), (), "sources_unfit"),
        (("page", "page", "portal", "api", "import"), (), "sources_unfit"),
        (("page", "portal", "erp", "api", "import"), ("NOWHERE",), "category_unknown"),
    ],
)
def test_unfit_rule_is_refused(
    made: Company, sources: tuple[str, ...], required_in: tuple[str, ...], code: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        propose_field_rule(
            field="address", expected_version=0, rule=Rule(False, sources, required_in), actor=made.sue, at=NOW
        )

    assert refused.value.code == code


def test_page_shows_where_a_value_is_from_and_what_is_asked(made: Company) -> None:
    tell(made, "portal", made.acme_person, order_email="sales@acme.example")
    change = asked(made)

    page = as_(made.sue).get(reverse("supplier", args=["ACME"])).content.decode()
    detail = as_(made.people["frank"]).get(reverse("supplier_change", args=[change.number])).content.decode()

    assert "The supplier&#x27;s portal, letter of 3 March" in page
    assert change.number in page
    assert "Payment terms, days" in detail
