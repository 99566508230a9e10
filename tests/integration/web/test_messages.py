"""The monitor, the file door and the exception page: what an integration engineer sees and does (IN-4)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from foundation.errors import ConflictError
from foundation.models import User
from integration import tasks
from integration.models import Connection, InboxMessage
from invoicing.models import Invoice
from tests.factories import Company, an_issued_order, company
from tests.integration import factories as f

pytestmark = pytest.mark.django_db
UPLOAD = reverse("upload_message")


@pytest.fixture
def made() -> Company:
    return company()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def hand_in(client: Client, connection: Connection, name: str, content: bytes) -> Any:
    file = SimpleUploadedFile(name, content, content_type="application/octet-stream")
    return client.post(UPLOAD, {"connection": connection.pk, "file": file})


XML = "ubl"
EDI = "x12"
BILL = f.bill("PO-1")


@pytest.mark.parametrize(
    ("_case", "dialect", "name", "content", "words"),
    [
        ("another kind",              XML, "bill.exe", BILL, "is not one of XML"),
        ("no ending",                 XML, "bill", BILL, "is not one of XML"),
        ("a PDF called XML",          XML, "bill.xml", b"%PDF-1.7 and so on", "not well-formed"),
        ("entities",                  XML, "bill.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type or entities"),
        ("a file of ours by entity",  XML, "bill.xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "document type or entities"),
        ("another encoding",          XML, "bill.xml", '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("latin-1"), "not well-formed"),
        ("an encoding nobody knows",  XML, "bill.xml", b'<?xml version="1.0" encoding="x-none"?><a/>', "not well-formed"),
        ("empty",                     XML, "bill.xml", b"", "empty"),
        ("too large",                 XML, "bill.xml", b"<a>" + b"x" * (10 * 1024 * 1024) + b"</a>", "1 byte to 10 MiB"),
        ("a bill for an X12 door",    EDI, "bill.xml", BILL, "takes X12"),
        ("text without an ISA",       EDI, "answer.edi", b"Dear Sirs, we accept.", "no X12 file"),
        ("binary called EDI",         EDI, "answer.edi", b"ISA*\x00\x01\x02", "no X12 file"),
    ],
)  # fmt: skip
def test_file_is_refused_before_it_is_read_and_nothing_is_stored(
    _case: str, dialect: str, name: str, content: bytes, words: str, made: Company
) -> None:
    answer = hand_in(signed_in(made.igor), f.way_in(dialect, made.acme), name, content)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "<title>Error: " in page
    assert InboxMessage.objects.count() == 0


def test_file_is_shown_as_read_and_applied_only_when_a_person_says_so(made: Company) -> None:
    order, client = an_issued_order(made), signed_in(made.igor)

    answer = hand_in(client, f.way_in(supplier=made.acme), "bill.xml", f.bill(order.number))
    message = InboxMessage.objects.get()
    tasks.apply_inbox()
    page = client.get(answer.url).content.decode()

    assert (answer.status_code, answer.url) == (302, reverse("message", args=[message.pk]))
    assert (InboxMessage.objects.get().status, Invoice.objects.count()) == ("held", 0)
    assert all(text in page for text in ("Invoice INV-77", "Stretch wrap 500 mm", "10 XCS", order.number, "Apply it"))

    client.post(reverse("replay_message", args=[message.pk]))
    tasks.apply_inbox()

    assert Invoice.objects.get().number in client.get(answer.url).content.decode()


def test_answer_handed_in_is_shown_with_its_faults_by_position(made: Company) -> None:
    client = signed_in(made.igor)
    raw = f.x12(["855", "BAK*00*AC*PO-1*20260310", "PO1*10*5*QQ*48", "ACK*IA*5*QQ*067*20260324"]).replace(
        b"SE*5", b"SE*9"
    )

    page = client.get(hand_in(client, f.way_in("x12", made.acme), "answer.edi", raw).url).content.decode()

    assert all(text in page for text in ("Answer to PO-1", "unit_unknown", "3/3", "se_count", "5/1", "24 Mar 2026"))


def test_same_file_twice_is_the_same_message(made: Company) -> None:
    client, connection = signed_in(made.igor), f.way_in(supplier=made.acme)

    first, again = (hand_in(client, connection, name, BILL) for name in ("a.xml", "b.xml"))

    assert (first.url, InboxMessage.objects.count()) == (again.url, 1)


def test_exception_page_shows_the_message_and_cures_it(made: Company) -> None:
    order, client = an_issued_order(made), signed_in(made.igor)
    message = f.take(f.way_in(supplier=made.acme), f.bill(order.number, ('unitCode="XCS"', 'unitCode="XPK"')))
    case = f.case_of(message)
    assert case is not None
    url = reverse("case", args=[case.number])

    page = client.get(url).content.decode()
    assert all(text in page for text in ("What is XPK in our units?", "INV-77", reverse("message", args=[message.pk])))

    wrong = client.post(reverse("teach_message", args=[message.pk]), {"meaning": "NOPE"}, follow=True)
    assert "There is no unit NOPE." in wrong.content.decode()
    client.post(reverse("teach_message", args=[message.pk]), {"meaning": "XCS"})
    tasks.apply_inbox()

    assert "The message was applied." in client.get(url).content.decode()
    assert Invoice.objects.count() == 1


def test_conflict_shows_both_messages(made: Company) -> None:
    client, connection = signed_in(made.igor), f.way_in(supplier=made.acme)
    first = f.take(connection, f.bill("PO-1"), "m-1")
    with pytest.raises(ConflictError):
        f.take(connection, f.bill("PO-2"), "m-1")
    held = InboxMessage.objects.get(status="quarantined")

    page = client.get(reverse("message", args=[held.pk])).content.decode()

    assert reverse("message", args=[first.pk]) in page
    assert "PO-2" in page
    assert reverse("replay_message", args=[held.pk]) not in page


def test_setting_aside_wants_a_reason(made: Company) -> None:
    client = signed_in(made.igor)
    message = f.take(f.way_in(supplier=made.acme), b"<a/>")
    url = reverse("set_message_aside", args=[message.pk])

    refused = client.post(url, {"reason": " "}, follow=True)
    done = client.post(url, {"reason": "A test of theirs"}, follow=True)

    assert "Say why it is set aside." in refused.content.decode()
    assert "Set aside: A test of theirs" in done.content.decode()
    assert InboxMessage.objects.get().status == "set_aside"


@pytest.mark.parametrize(
    ("who", "sees", "acts"),
    [("igor", 200, 302), ("audrey", 200, 403), ("rita", 403, 403), ("pat", 403, 403), ("acme_person", 403, 403)],
)
def test_only_the_integration_engineer_acts(who: str, sees: int, acts: int, made: Company) -> None:
    message = f.take(f.way_in(supplier=made.acme), b"<a/>")
    client = signed_in(getattr(made, who))

    seen = {client.get(reverse("message", args=[message.pk])).status_code, client.get(reverse("messages")).status_code}
    done = {
        client.post(reverse(name, args=[message.pk]), {"reason": "x", "meaning": "x"}).status_code
        for name in ("replay_message", "teach_message", "set_message_aside")
    }
    opened = client.get(UPLOAD).status_code

    assert (opened == 200) == (acts == 302)
    assert (seen, done) in [({sees}, {acts}), ({404}, {404}), ({302}, {302})]
