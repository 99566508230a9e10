"""SU-1: the pages of certificates, ours and the supplier's."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.models import User
from suppliers.models import Certificate, CertificateKind, CertificateNeed, Supplier
from suppliers.services import restrict_for_certificates
from tests.factories import NOW, Company, company
from tests.suppliers.certificates import a_kind, needed, paper, sent

pytestmark = pytest.mark.django_db
SOON = timedelta(days=300)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(**changed: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "kind": "INS", "number": "POL-1", "issuer": "Mutual plc", "valid_from": today - timedelta(days=5),
        "valid_until": today + SOON, "file": SimpleUploadedFile("scan.pdf", paper().content), **changed,
    }  # fmt: skip


def test_supplier_sends_one_and_we_accept_it() -> None:
    made = company()
    a_kind(made)
    needed(made)
    restrict_for_certificates(today=timezone.localdate(), at=NOW)
    portal, ours = as_(made.acme_person), as_(made.sue)

    sent_ = portal.post(reverse("portal_certificates"), words())
    certificate = Certificate.objects.get(supplier=made.acme)
    waits = ours.get(reverse("certificates")).content.decode()
    ours.post(reverse("certificate_do", args=["ACME", certificate.pk, "accept"]))

    assert sent_.status_code == 302
    assert "Acme Packaging" in waits
    assert "POL-1" in waits
    certificate.refresh_from_db()
    assert certificate.state == "accepted"
    assert Supplier.objects.get(pk=made.acme.pk).state == "active"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"file": SimpleUploadedFile("scan.pdf", b"<html>")}, "is not a PDF file"),
        ({"file": SimpleUploadedFile("scan.exe", b"MZ")}, "is not one of JPG, PDF, PNG"),
        ({"file": SimpleUploadedFile("scan.pdf", b"%PDF-1.4 /JavaScript")}, "active content"),
        ({"valid_until": "2020-01-01"}, "It ends before it begins."),
        ({"valid_until": "2999-01-01"}, "ends at most 15 years from now"),
        ({"valid_until": ""}, "Write the last day it is valid."),
        ({"valid_from": "31.2.2026"}, "Enter a valid date."),
        ({"number": "\u202e77"}, "runs from right to left"),
        ({"issuer": "M\u0443tual"}, "mixes Cyrillic and Latin letters"),
        ({"kind": "NONE"}, "Select a valid choice"),
    ],
)
@pytest.mark.parametrize("door", ["portal", "page"])
def test_bad_certificate_is_refused_beside_its_field(door: str, changed: dict[str, Any], says: str) -> None:
    made = company()
    a_kind(made)
    url, who = {
        "portal": (reverse("portal_certificates"), made.acme_person),
        "page": (reverse("supplier_certificates", args=["ACME"]), made.sue),
    }[door]
    file = changed.get("file")
    if file:
        file.seek(0)

    answer = as_(who).post(url, words(**changed))

    assert (answer.status_code, Certificate.objects.count()) == (422, 0)
    assert says in answer.content.decode()


def test_paper_is_handed_out_as_a_file_under_a_name_of_ours() -> None:
    made = company()
    certificate = sent(made)

    answer = as_(made.acme_person).get(reverse("portal_certificate_file", args=[certificate.pk]))

    assert answer["Content-Disposition"] == f'attachment; filename="certificate-{certificate.pk}.pdf"'
    assert answer.content == bytes(certificate.file)


def test_foreign_certificate_looks_like_a_missing_one() -> None:
    made = company()
    theirs = sent(made, supplier=made.bolt, by=made.bolt_person)
    client = as_(made.acme_person)

    answers = [
        (client.get(reverse("portal_certificate_file", args=[pk])).status_code,
         client.post(reverse("portal_certificate_withdraw", args=[pk])).status_code)
        for pk in (theirs.pk, 999_999)
    ]  # fmt: skip

    assert answers == [(404, 404), (404, 404)]


def test_supplier_takes_back_what_waits_and_reads_why_one_was_refused() -> None:
    made = company()
    one, other = sent(made), sent(made, number="P-78")
    portal, ours = as_(made.acme_person), as_(made.sue)

    portal.post(reverse("portal_certificate_withdraw", args=[one.pk]))
    blank = ours.post(reverse("certificate_do", args=["ACME", other.pk, "refuse"]), {"reason": ""})
    ours.post(reverse("certificate_do", args=["ACME", other.pk, "refuse"]), {"reason": "Page 2 is missing"})

    assert (blank.status_code, "Say why." in blank.content.decode()) == (422, True)
    assert "Page 2 is missing" in portal.get(reverse("portal_certificates")).content.decode()
    assert {c.state for c in Certificate.objects.all()} == {"withdrawn", "refused"}


def test_keeper_asks_for_a_certificate_and_the_supplier_reads_it() -> None:
    made = company()
    ours = as_(made.sue)

    ours.post(reverse("certificate_kind_new"), {"code": "iso-9001", "name": "Quality system", "has_end": "on"})
    kind = CertificateKind.objects.get(code="ISO-9001")
    answer = ours.post(
        reverse("certificate_needs"), {"kind": kind.pk, "country": "gb", "needed_from": timezone.localdate()}
    )

    assert answer.status_code == 302
    assert CertificateNeed.objects.get().country == "GB"
    page = as_(made.acme_person).get(reverse("portal_certificates")).content.decode()
    assert "Quality system" in page
    assert "No new orders without it." in page


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"country": "ZZ"}, "ZZ is no country"), ({"needed_from": "2999-01-01"}, "within two years"), ({"kind": ""}, "required")],
)  # fmt: skip
def test_bad_need_is_refused(made_words: dict[str, str], changed: dict[str, str], says: str) -> None:
    made = company()
    given = {"kind": str(a_kind(made).pk), **made_words, **changed}

    answer = as_(made.sue).post(reverse("certificate_needs"), given)

    assert (answer.status_code, CertificateNeed.objects.count()) == (422, 0)
    assert says in answer.content.decode()


@pytest.fixture
def made_words() -> dict[str, str]:
    return {"country": "", "needed_from": timezone.localdate().isoformat()}


def test_list_shows_what_ends_and_whose_orders_stopped() -> None:
    made: Company = company()
    needed(made)
    restrict_for_certificates(today=timezone.localdate(), at=NOW)

    page = as_(made.sue).get(f"{reverse('certificates')}?view=missing").content.decode()

    assert "Acme Packaging" in page
    assert "Liability insurance is missing" in page
