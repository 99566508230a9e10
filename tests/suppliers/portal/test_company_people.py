"""A supplier's people with roles (SU-4): invited, changed and removed by their administrators, restored by us."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from foundation.errors import NotPermittedError
from foundation.models import AuditEvent, Delivery, User
from foundation.portal_role import as_supplier
from invoicing import services as invoicing
from invoicing.models import Invoice
from procurement.models import OrderAcknowledgment
from procurement.services import record_acknowledgment
from suppliers.models import BankChange, CompanyRole, SupplierUser
from suppliers.services import (
    Colleague,
    ProposedAccount,
    change_colleague_role,
    invite_colleague,
    propose_bank_change,
    remove_colleague,
    set_company_role,
)
from tests.factories import NOW, Company, an_issued_order, company, person
from tests.foundation.web.test_people import browser
from tests.invoicing import factories as bills

pytestmark = pytest.mark.django_db
PEOPLE, INVITE = reverse("portal_people"), reverse("portal_invite")
KIM = {"first_name": "Kim", "last_name": "Ash", "email": "kim@acme.example", "role": "orders"}


@pytest.fixture
def made() -> Company:
    cache.clear()
    return company()


def of_acme(made: Company, role: str, name: str = "kim.acme") -> User:
    user = person(name, User.Kind.SUPPLIER)
    SupplierUser.objects.create(supplier=made.acme, user=user, role=role)
    return user


def roles(made: Company) -> dict[str, str]:
    rows = SupplierUser.objects.filter(supplier=made.acme, is_active=True)
    return dict(rows.values_list("user__email", "role"))


def to(user: User, name: str = "portal_colleague") -> str:
    return reverse(name, args=[user.pk])


def test_invited_colleague_gets_a_letter_signs_in_and_acts_in_the_role(made: Company) -> None:
    answer = browser(made.acme_person).post(INVITE, KIM, follow=True)

    kim = User.objects.get(email=KIM["email"])
    letter = json.loads(bytes(Delivery.objects.get().body))
    portal = browser(kim)
    assert "on its way to kim@acme.example" in answer.content.decode()
    assert (letter["to"], "Your role: Orders" in letter["text"]) == ("kim@acme.example", True)
    assert roles(made) == {"adam.acme@example.com": "administrator", "kim@acme.example": "orders"}
    assert [portal.get(path).status_code for path in (PEOPLE, INVITE, reverse("portal_bank"))] == [200, 403, 403]
    row = AuditEvent.objects.get(action="invite_person")
    assert (row.object_id, row.actor, row.data["role"]) == (kim.pk, made.acme_person, "orders")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"role": "owner"},                       "role",       "not one of the available choices"),
        ({"email": "nonsense"},                   "email",      "valid email"),
        ({"email": "ADAM.acme@example.com"},      "email",      "acts for your company already"),
        ({"email": "rita@example.com"},           "email",      "cannot be used here"),
        ({"first_name": "K\u202eim"},             "first_name", "right to left"),
        ({"last_name": "\u0410sh"},               "last_name",  "mixes Cyrillic"),
        ({"last_name": ""},                       "last_name",  "required"),
    ],
)  # fmt: skip
def test_invitation_that_cannot_be_is_refused_beside_its_field(
    made: Company, change: dict[str, str], field: str, words: str
) -> None:
    answer = browser(made.acme_person).post(INVITE, KIM | change)

    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert (Delivery.objects.count(), SupplierUser.objects.count()) == (0, 2)


def test_person_of_another_supplier_is_invited_like_a_stranger_and_their_name_stays_hidden(made: Company) -> None:
    made.bolt_person.first_name, made.bolt_person.last_name = "Beatrice", "Secret"
    made.bolt_person.save()
    client = browser(made.acme_person)

    stranger = client.post(INVITE, KIM)
    known = client.post(INVITE, KIM | {"email": made.bolt_person.email.upper()})
    page = client.get(PEOPLE).content.decode()

    assert (stranger.status_code, stranger["Location"]) == (known.status_code, known["Location"])
    assert (page.count("Kim Ash"), "Secret" in page, "Bolt" in page) == (2, False, False)
    assert Delivery.objects.count() == 2
    assert SupplierUser.objects.filter(user=made.bolt_person, is_active=True).count() == 2


def test_removed_colleague_is_out_at_once_and_comes_back_by_a_new_invitation(made: Company) -> None:
    kim = of_acme(made, CompanyRole.MONEY)
    admin, portal = browser(made.acme_person), browser(kim)
    before = portal.get(PEOPLE).status_code

    admin.post(to(kim, "portal_colleague_remove"))
    after = portal.get(PEOPLE).status_code
    admin.post(INVITE, KIM | {"email": kim.email})

    assert (before, after, browser(kim).get(PEOPLE).status_code) == (200, 302, 200)
    assert roles(made)[kim.email] == "orders"
    assert AuditEvent.objects.filter(action="deactivate_person", object_id=kim.pk).count() == 1


@pytest.mark.parametrize("act", ["role", "leave", "after another left"])
def test_last_administrator_stays(made: Company, act: str) -> None:
    kim = of_acme(made, CompanyRole.ADMINISTRATOR if act == "after another left" else CompanyRole.ORDERS)
    client = browser(made.acme_person)
    if act == "after another left":
        kim.is_active = False
        kim.save()

    answer = (
        client.post(to(made.acme_person), {"role": "orders"})
        if act == "role"
        else client.post(to(made.acme_person, "portal_colleague_remove"))
    )

    assert (answer.status_code, roles(made)["adam.acme@example.com"]) == (409, "administrator")
    assert "only administrator" in answer.content.decode()


def test_administrator_leaves_when_another_one_stays_and_everybody_else_may_leave_alone(made: Company) -> None:
    kim, lee = of_acme(made, CompanyRole.ADMINISTRATOR), of_acme(made, CompanyRole.READER, "lee.acme")

    answers = [browser(one).post(to(one, "portal_colleague_remove")) for one in (made.acme_person, lee)]

    assert [one["Location"] for one in answers] == [reverse("account_request_login_code")] * 2
    assert roles(made) == {kim.email: "administrator"}


def test_machine_and_colleague_of_another_company_look_like_nobody(made: Company) -> None:
    machine = User.objects.create(username="machine.acme", kind=User.Kind.SUPPLIER)
    SupplierUser.objects.create(supplier=made.acme, user=machine)
    client = browser(made.acme_person)

    answers = {
        client.post(reverse(name, args=[pk]), {"role": "reader"}).status_code
        for name in ("portal_colleague", "portal_colleague_remove")
        for pk in (machine.pk, made.bolt_person.pk, made.rita.pk, 999_999_999)
    }

    assert answers == {404}
    assert "machine.acme" not in client.get(PEOPLE).content.decode()


ACTS: list[tuple[str, str]] = [
    #  what is done          who may
    ("answer an order",      "administrator orders"),
    ("send an invoice",      "administrator money"),
    ("change the account",   "administrator money"),
    ("invite a colleague",   "administrator"),
    ("change a role",        "administrator"),
    ("remove a colleague",   "administrator"),
]  # fmt: skip


def done(act: str, made: Company, actor: User) -> Any:
    """Do something for Acme through its service, inside Acme's database role as the portal does."""
    order = an_issued_order(made, ("SW-500", "5"))
    lee = of_acme(made, CompanyRole.READER, "lee.acme")
    mine: dict[str, Any] = {"supplier_id": made.acme.pk, "actor": actor, "at": NOW}
    account = ProposedAccount("Acme Packaging", "GB", "GB29NWBK60161331926819", reason="New bank")
    bill = bills.bill_for(order, supplier_number="A-1", invoice_date=NOW.date())
    with as_supplier(made.acme.pk):
        return {
            "answer an order": lambda: record_acknowledgment(
                order_number=order.number,
                source="portal",
                external_id="x",
                answered_at=NOW,
                header="accept_all",
                **mine,
            ),
            "send an invoice": lambda: invoicing.receive_invoice(command=bill, actor=actor, at=NOW),
            "change the account": lambda: propose_bank_change(proposed=account, source="portal", **mine),
            "invite a colleague": lambda: invite_colleague(colleague=Colleague(**KIM), **mine),
            "change a role": lambda: change_colleague_role(person_id=lee.pk, role="money", **mine),
            "remove a colleague": lambda: remove_colleague(person_id=lee.pk, **mine),
        }[act]()


@pytest.mark.parametrize("role", CompanyRole.values)
@pytest.mark.parametrize(("act", "who"), ACTS)
def test_role_is_enforced_where_the_change_is_made(made: Company, act: str, who: str, role: str) -> None:
    actor = of_acme(made, role)
    if role in who.split():
        assert done(act, made, actor)
        return

    with pytest.raises(NotPermittedError) as refused:
        done(act, made, actor)

    assert refused.value.code == "not_your_company_role"
    assert (OrderAcknowledgment.objects.count(), Invoice.objects.count(), BankChange.objects.count()) == (0, 0, 0)


def test_person_removed_from_the_company_does_nothing_for_it_any_more(made: Company) -> None:
    kim = of_acme(made, CompanyRole.ADMINISTRATOR)
    SupplierUser.objects.filter(user=kim).update(is_active=False)

    with pytest.raises(NotPermittedError) as refused:
        done("answer an order", made, kim)

    assert refused.value.code == "not_your_company"


def test_supplier_manager_makes_an_administrator_of_a_company_that_has_none(made: Company) -> None:
    kim = of_acme(made, CompanyRole.READER)
    SupplierUser.objects.filter(user=made.acme_person).update(is_active=False)
    path = reverse("supplier_person_do", args=["ACME", kim.pk, "role"])
    client = browser(made.sue)

    silent = client.post(path, {"role": "administrator", "reason": " "})
    answer = client.post(path, {"role": "administrator", "reason": "They called"}, follow=True)

    assert (silent.status_code, answer.status_code, roles(made)[kim.email]) == (422, 200, "administrator")
    assert "Role in the company changed: They called" in answer.content.decode()
    row = AuditEvent.objects.get(action="change_company_role")
    assert (row.actor, row.data["before"], row.data["after"]) == (made.sue, "reader", "administrator")


def test_only_supplier_managers_restore_an_administrator(made: Company) -> None:
    kim = of_acme(made, CompanyRole.READER)

    with pytest.raises(NotPermittedError):
        set_company_role(
            supplier_id=made.acme.pk, person_id=kim.pk, role="administrator", reason="So", actor=made.boris, at=NOW
        )

    assert roles(made)[kim.email] == "reader"
