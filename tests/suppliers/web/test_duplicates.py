"""The pages of duplicate suppliers: who may come in, what a refused decision says, where an old number leads (SU-3)."""

import pytest
from django.test import Client
from django.urls import reverse

from suppliers.models import DuplicateProposal, Supplier, SupplierMerge
from suppliers.selectors import moving
from suppliers.services import find_duplicates
from tests.factories import NOW, Company, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(client: Client) -> Company:
    made = company()
    Supplier.objects.filter(pk__in=[made.acme.pk, made.bolt.pk]).update(tax_id="GB123456789")
    find_duplicates(actor=made.people["sue"], at=NOW)
    client.force_login(made.people["sue"])
    return made


def post(client: Client, verb: str, **data: str) -> object:
    return client.post(reverse("supplier_duplicate_do", args=[DuplicateProposal.objects.get().pk, verb]), data)


@pytest.mark.parametrize(
    ("verb", "data", "words"),
    [
        ("distinct", {"reason": ""}, "Say why."),
        ("second", {"reason": "", "seen": "right"}, "Say why."),
        ("second", {"reason": "One", "seen": "wrong"}, "changed since you looked"),
    ],
)
def test_refused_decision_comes_back_with_what_was_written(
    client: Client, made: Company, verb: str, data: dict[str, str], words: str
) -> None:
    made.acme.refresh_from_db()
    made.bolt.refresh_from_db()
    if data.get("seen") == "right":
        data = {**data, "seen": moving(made.acme, made.bolt).seen}

    page = client.post(reverse("supplier_duplicate_do", args=[DuplicateProposal.objects.get().pk, verb]), data)

    assert (page.status_code, words in page.content.decode()) == (422, True)
    assert (DuplicateProposal.objects.get().state, SupplierMerge.objects.count()) == ("open", 0)


def test_lists_hold_what_their_names_say(client: Client, made: Company) -> None:
    proposal = DuplicateProposal.objects.get()
    proposal.is_confirmed = False
    proposal.save()

    found = {
        view: reverse("supplier_duplicate", args=[proposal.pk])
        in client.get(reverse("supplier_duplicates"), {"view": view}).content.decode()
        for view in ("", "names", "merged", "distinct")
    }

    assert found == {"": False, "names": True, "merged": False, "distinct": False}


def test_old_number_leads_on_and_is_undone_once(client: Client, made: Company) -> None:
    made.acme.refresh_from_db()
    made.bolt.refresh_from_db()
    seen = moving(made.acme, made.bolt).seen

    post(client, "second", reason="One", seen=seen)
    led = client.get(reverse("supplier", args=["ACME"]))
    undo = reverse("supplier_merge_undo", args=[SupplierMerge.objects.get().pk])
    client.post(undo, {"reason": ""})
    still = Supplier.objects.get(code="ACME").state
    client.post(undo, {"reason": "Two"})
    client.post(undo, {"reason": "Two"})

    assert (led.status_code, led.headers["Location"]) == (302, reverse("supplier", args=["BOLT"]))
    assert (still, Supplier.objects.get(code="ACME").state) == ("merged", "active")
