"""Certificates of suppliers: most are valid, three end soon, one ended and stopped orders, one waits for a look (SU-1)."""

from datetime import timedelta

from config.demo.trade.cast import Cast
from foundation.intake.uploads import Upload, check
from foundation.journal import use_case
from foundation.models import Category, User
from suppliers.models import CatalogueItem, CatalogueState, Supplier
from suppliers.services import (
    NeedDetails,
    SentCertificate,
    accept_certificate,
    add_certificate_kind,
    need_certificate,
    restrict_for_certificates,
    send_certificate,
    warn_of_certificates,
)

SENT = timedelta(days=340)
SOON = {"HARROW": 25, "DELTA": 55, "COLPA02": 80}  # days left
PAPER = (
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%% {}\n%%EOF\n"
)


@use_case
def send_certificates(cast: Cast) -> None:
    """Ask for insurance of who sells packaging, and for a quality system of Harrow, Delta and Colpaert's like."""
    elena, at = cast.people["demo.supplier.manager"], cast.now - SENT
    insurance = add_certificate_kind(code="INS", name="Liability insurance", has_end=True, actor=elena, at=at)
    quality = add_certificate_kind(code="ISO-9001", name="Quality system, ISO 9001", has_end=True, actor=elena, at=at)
    add_certificate_kind(code="TAX", name="Tax form, W-9 or local", has_end=False, actor=elena, at=at)
    packaging = Category.objects.get(code="PACK")
    need_certificate(details=NeedDetails(insurance, at.date(), category=packaging), actor=elena, at=at)
    need_certificate(
        details=NeedDetails(quality, (cast.now + timedelta(days=60)).date(), country="DE"), actor=elena, at=cast.now
    )
    sellers = _sellers(packaging)
    ended = [one for one in sellers if one.code not in SOON][-1]
    for supplier in {*sellers, *(cast.suppliers[code] for code in SOON)}:
        days = -4 if supplier == ended else SOON.get(supplier.code, 200)
        _accepted(cast, supplier, "INS", days, by=elena)
    _sent(cast, cast.suppliers["HARROW"], "INS", 390, by=cast.people["demo.supplier1"], ago=timedelta(hours=5))
    warn_of_certificates(today=cast.now.date(), at=cast.now)
    restrict_for_certificates(today=cast.now.date(), at=cast.now - timedelta(days=3))


def _sellers(category: Category) -> list[Supplier]:
    offers = CatalogueItem.objects.filter(state=CatalogueState.ACTIVE, item__category__path__startswith=category.path)
    return list(Supplier.objects.filter(pk__in=offers.values("supplier"), state="active").order_by("code"))


def _accepted(cast: Cast, supplier: Supplier, kind: str, days: int, *, by: User) -> None:
    certificate = _sent(cast, supplier, kind, days, by=by, ago=SENT)
    accept_certificate(certificate_id=certificate, actor=cast.people["demo.finance"], at=cast.now - SENT)


def paper(number: str, days: int) -> Upload:
    """Return a certificate as it was scanned."""
    return check("certificate.pdf", PAPER.format(f"{number} {days}").encode())


def _sent(cast: Cast, supplier: Supplier, kind: str, days: int, *, by: User, ago: timedelta) -> int:
    today = cast.now.date()
    number = f"{kind}-{(supplier.pk * 7919 + days) % 90_000 + 10_000}"
    words = SentCertificate(
        kind, number, "Pennine Mutual Insurance", today - ago - timedelta(days=5), today + timedelta(days=days),
        paper(number, days),
    )  # fmt: skip
    return send_certificate(supplier_id=supplier.pk, sent=words, actor=by, at=cast.now - ago).pk
