"""Certificates for tests, through the services."""

from datetime import date, datetime, timedelta
from itertools import count

from foundation.intake.uploads import Upload, check
from foundation.models import User
from suppliers.models import Certificate, CertificateKind, CertificateNeed, Supplier
from suppliers.services import (
    NeedDetails,
    SentCertificate,
    accept_certificate,
    add_certificate_kind,
    need_certificate,
    send_certificate,
)
from tests.factories import NOW, TODAY, Company

_papers = count(1)


def paper() -> Upload:
    """Return a scan, each time another one."""
    return check("insurance.pdf", b"%%PDF-1.4\n1 0 obj<</Type/Catalog/N %d>>endobj\n%%%%EOF" % next(_papers))


def a_kind(
    made: Company, code: str = "INS", name: str = "Liability insurance", *, has_end: bool = True
) -> CertificateKind:
    """Return a kind of certificate, added the first time."""
    known = CertificateKind.objects.filter(code=code).first()
    return known or add_certificate_kind(code=code, name=name, has_end=has_end, actor=made.sue, at=NOW)


def needed(made: Company, start: date = TODAY, **where: object) -> CertificateNeed:
    """Ask for insurance from a day on."""
    details = NeedDetails(kind=a_kind(made), needed_from=start, **where)  # type: ignore[arg-type]  # a table of any fields
    return need_certificate(details=details, actor=made.sue, at=NOW)


def sent(
    made: Company, *, until: date | None = TODAY + timedelta(days=200), by: User | None = None,
    supplier: Supplier | None = None, number: str = "P-77", at: datetime = NOW,
) -> Certificate:  # fmt: skip
    """Send Acme's insurance, by its own person."""
    a_kind(made)
    words = SentCertificate("INS", number, "Mutual plc", TODAY - timedelta(days=30), until, paper())
    return send_certificate(supplier_id=(supplier or made.acme).pk, sent=words, actor=by or made.acme_person, at=at)


def accepted(made: Company, *, until: date | None = TODAY + timedelta(days=200), **more: object) -> Certificate:
    """Send one and let the supplier manager accept it."""
    certificate = sent(made, until=until, **more)  # type: ignore[arg-type]  # same
    return accept_certificate(certificate_id=certificate.pk, actor=made.sue, at=NOW)
