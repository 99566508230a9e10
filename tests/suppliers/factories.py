"""Bank changes for tests, through the services."""

from datetime import datetime, timedelta
from typing import Any

from foundation.intake.uploads import Upload, check
from foundation.models import User
from suppliers.models import BankChange, DocumentMessage, Supplier
from suppliers.services import (
    About,
    ProposedAccount,
    Told,
    approve_bank_change,
    approve_supplier_change,
    propose_bank_change,
    put_bank_change_in_force,
    record_call_back,
    send_message,
    tell_supplier,
)
from tests.factories import NOW, Company

GOOD, OTHER = "GB29NWBK60161331926819", "GB82WEST12345698765432"


def letter() -> Upload:
    """Return a letter of a bank."""
    return check("letter.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF")


def proposed(
    made: Company, account: str = GOOD, *, by: User | None = None, supplier: Supplier | None = None,
    at: datetime = NOW, source: str = "page",
) -> BankChange:  # fmt: skip
    """Propose an account for Acme, with evidence."""
    wanted = ProposedAccount("Acme Packaging Ltd", account[:2], account, reason="New bank", evidence=letter())
    to = supplier or made.acme
    return propose_bank_change(supplier_id=to.pk, proposed=wanted, source=source, actor=by or made.sue, at=at)


def approved(made: Company, account: str = GOOD, *, at: datetime = NOW, supplier: Supplier | None = None) -> BankChange:
    """Propose, call back and approve."""
    change = proposed(made, account, at=at, supplier=supplier)
    change = record_call_back(
        change_id=change.pk, expected_version=change.version, contact_id=None, directory="Companies House",
        said="Ada confirmed", actor=made.lena, at=at,
    )  # fmt: skip
    return approve_bank_change(
        pk=change.pk, expected_version=change.version, seen_hash=change.content_hash, actor=made.people["frank"],
        reason="", at=at,
    )  # fmt: skip


def paid_at(made: Company, code: str) -> None:
    """Make a location of Acme the one that is paid, by a request that Frank agrees to."""
    change = tell_supplier(
        supplier_id=made.acme.pk, told=Told({"remit_to": code}, "page"), actor=made.sue, at=NOW
    ).change
    assert change is not None
    approve_supplier_change(
        pk=change.pk, expected_version=change.version, seen_hash=change.content_hash, actor=made.people["frank"],
        reason="", at=NOW,
    )  # fmt: skip


def in_force(made: Company, account: str = GOOD, *, at: datetime = NOW, supplier: Supplier | None = None) -> BankChange:
    """Bring an account into force."""
    change = approved(made, account, at=at, supplier=supplier)
    return put_bank_change_in_force(change_id=change.pk, actor=made.lena, at=at + timedelta(days=5))


def a_message(
    document: Any,
    by: User,
    text: str = "When does it arrive?",
    *,
    key: str = "k",
    file: Upload | None = None,
    at: datetime = NOW,
) -> DocumentMessage:
    """Write about an order or an invoice, as somebody of either side."""
    kind, site = ("order", document.ship_to) if hasattr(document, "ship_to") else ("invoice", document.site)
    about = About(kind, document.pk, document.number, document.supplier, site)
    return send_message(about=about, text=text, key=key, actor=by, at=at, file=file)
