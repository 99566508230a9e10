"""A supplier and we speak about one document; nobody else hears it."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from foundation.errors import ConflictError, InvalidError, NotPermittedError
from foundation.models import AuditEvent, Delivery, Notice, User
from foundation.portal_role import as_supplier
from foundation.relay import drain
from foundation.selectors import timeline
from invoicing import services as invoicing
from procurement.models import PurchaseOrder
from suppliers.models import CompanyRole, DocumentMessage, SupplierUser
from suppliers.services import messages as service
from tests.factories import NOW, Company, an_issued_order, company, person
from tests.foundation.web.test_people import browser
from tests.invoicing import factories as bills
from tests.suppliers.factories import a_message, letter

pytestmark = pytest.mark.django_db


def started() -> tuple[Company, PurchaseOrder]:
    made = company()
    return made, an_issued_order(made, ("SW-500", "5"))


def form(text: str = "When do you need it?", key: str = "k1", **more: Any) -> dict[str, Any]:
    return {"text": text, "key": key, **more}


def letters() -> list[tuple[str, str]]:
    rows = (json.loads(bytes(one.body)) for one in Delivery.objects.filter(message_type="letter").order_by("pk"))
    return [(row["to"], row["subject"]) for row in rows if " about " in row["subject"] or "wrote" in row["subject"]]


def test_question_of_the_supplier_reaches_the_buyer_and_the_answer_comes_back() -> None:
    made, order = started()
    portal, buyer = browser(made.acme_person), browser(made.boris)
    theirs, ours = (reverse(name, args=[order.number]) for name in ("portal_order_messages", "order_messages"))

    portal.post(theirs, form())
    drain()
    home = buyer.get(reverse("home")).content.decode()
    page = buyer.get(reverse("order", args=[order.number])).content.decode()
    buyer.post(ours, form("On Monday.\n\nThank you", "k2"))
    read = portal.get(theirs).content.decode()

    notice = Notice.objects.get(person=made.boris, subject_type="order")
    assert (notice.sentence, notice.path) == (f"Acme Packaging wrote about {order.number}", ours)
    assert ("Suppliers wrote" in home, "1 unread" in page, "When do you need it?" in page) == (True, True, True)
    assert ("On Monday." in read, "1 unread" in read, ", read" in read) == (True, True, True)
    assert (made.acme_person.email, f"Northgate Supply wrote about {order.number}") in letters()
    assert [one.text for one in timeline("order", order.pk)][-2:] == [
        "Message from Acme Packaging", "Message to Acme Packaging"
    ]  # fmt: skip
    assert AuditEvent.objects.filter(action="send_message").count() == 2


def test_unread_stands_on_both_first_pages_until_somebody_says_it_is_read() -> None:
    made, order = started()
    a_message(order, made.acme_person, "To us", key="a")
    a_message(order, made.boris, "To them", key="b")
    portal, home = browser(made.acme_person), reverse("portal_home")
    theirs = reverse("portal_order_messages", args=[order.number])

    before = portal.get(home).content.decode()
    opened = portal.get(theirs).content.decode()
    portal.post(theirs, {"action": "read"})
    after = portal.get(home).content.decode()

    assert ("To them" in before, "1 unread" in opened, "Unread messages" in after) == (True, True, False)
    assert list(DocumentMessage.objects.values_list("seen_by__username", flat=True)) == ["boris", "adam.acme"]


def test_file_goes_with_a_message_and_is_handed_out_to_both_sides_only() -> None:
    made, order = started()
    file = SimpleUploadedFile("Drawing 1.pdf", letter().content, "application/pdf")
    browser(made.acme_person).post(reverse("portal_order_messages", args=[order.number]), form(file=file))
    sent = DocumentMessage.objects.get()
    paths = {False: reverse("message_file", args=[sent.pk]), True: reverse("portal_message_file", args=[sent.pk])}

    answers = {
        who: browser(getattr(made, who)).get(paths[who.endswith("person")])
        for who in ("acme_person", "boris", "bolt_person", "polly")
    }

    assert {who: answer.status_code for who, answer in answers.items()} == {
        "acme_person": 200, "boris": 200, "bolt_person": 404, "polly": 404
    }  # fmt: skip
    assert answers["acme_person"].content == letter().content
    assert answers["boris"]["Content-Disposition"] == 'attachment; filename="Drawing 1.pdf"'


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"text": "  "},                                                         "text", "required"),
        ({"text": "x" * 4001},                                                   "text", "at most 4000"),
        ({"file": SimpleUploadedFile("bad.exe", b"MZ")},                         "file", "is not one of"),
        ({"file": SimpleUploadedFile("bad.pdf", b"MZ")},                         "file", "is not a PDF"),
        ({"file": SimpleUploadedFile("bad.pdf", b"%PDF-1.4 /JavaScript")},       "file", "active content"),
    ],
)  # fmt: skip
def test_message_that_cannot_be_sent_comes_back_with_its_reason(change: dict[str, Any], field: str, words: str) -> None:
    made, order = started()

    answer = browser(made.acme_person).post(reverse("portal_order_messages", args=[order.number]), form(**change))

    assert answer.status_code == 422
    assert words in str(answer.context["talk_form"].errors[field])
    assert DocumentMessage.objects.count() == 0


def test_pressed_twice_it_is_sent_once() -> None:
    made, order = started()
    client, path = browser(made.acme_person), reverse("portal_order_messages", args=[order.number])

    answers = [client.post(path, form()).status_code for _ in range(2)]

    assert (answers, DocumentMessage.objects.count()) == ([302, 302], 1)


def test_reader_of_the_supplier_and_people_of_ours_without_duty_read_and_do_not_write() -> None:
    made, order = started()
    a_message(order, made.acme_person)
    reader = person("rex.acme", User.Kind.SUPPLIER)
    SupplierUser.objects.create(supplier=made.acme, user=reader, role=CompanyRole.READER)
    doors = [(reader, "portal_order_messages"), (made.wanda, "order_messages")]

    seen = []
    for who, name in doors:
        path, client = reverse(name, args=[order.number]), browser(who)
        page = client.get(path).content.decode()
        seen.append(("When does it arrive?" in page, "<textarea" in page, client.post(path, form()).status_code))
        seen.append(client.post(path, {"action": "read"}).status_code)

    assert seen == [(True, False, 403), 403, (True, False, 403), 403]
    assert (DocumentMessage.objects.count(), DocumentMessage.objects.filter(seen_at=None).count()) == (1, 1)


def test_letter_goes_to_those_of_the_supplier_who_care_for_such_documents() -> None:
    made, order = started()
    for name, role in (("olive", "orders"), ("mary", "money"), ("rex", "reader")):
        user = person(name, User.Kind.SUPPLIER)
        SupplierUser.objects.create(supplier=made.acme, user=user, role=role)
    command = bills.bill_for(order, supplier_number="A-1", invoice_date=NOW.date())
    invoice = invoicing.receive_invoice(command=command, actor=made.acme_person, at=NOW)

    a_message(order, made.boris, key="1")
    a_message(invoice, made.pat, key="2")

    told = {(subject.rpartition(" ")[2], to.partition("@")[0]) for to, subject in letters()}
    assert told == {
        (order.number, "adam.acme"), (order.number, "olive"), (invoice.number, "adam.acme"), (invoice.number, "mary")
    }  # fmt: skip


def test_another_supplier_sees_no_row_and_cannot_write_one_as_somebody_else() -> None:
    made, order = started()
    a_message(order, made.acme_person)

    with as_supplier(made.bolt.pk):
        seen = DocumentMessage.objects.count()
        about = service.About("order", order.pk, order.number, made.acme, made.leeds)
        with pytest.raises(NotPermittedError) as refused:
            service.send_message(about=about, text="Let me in", key="x", actor=made.bolt_person, at=NOW)

    assert (seen, refused.value.code, DocumentMessage.objects.count()) == (0, "not_your_company", 1)


def test_full_thread_and_empty_words_are_refused_by_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    made, order = started()
    monkeypatch.setattr(service, "MOST", 1)
    a_message(order, made.boris)

    with pytest.raises(InvalidError):
        a_message(order, made.boris, "\n \n", key="empty")
    with pytest.raises(ConflictError):
        a_message(order, made.boris, key="full")

    assert DocumentMessage.objects.count() == 1
