"""Bank accounts of suppliers: some in force, one cooling off, one to agree to and one that nobody should agree to (SU-2)."""

from datetime import timedelta

from config.demo.trade.acts import account_of
from config.demo.trade.cast import Cast
from foundation.intake.uploads import Upload, check
from foundation.journal import use_case
from suppliers.decisions.bank_numbers import fingerprint_of
from suppliers.models import BankChange, StaffAccount, Supplier
from suppliers.services import (
    ProposedAccount,
    approve_bank_change,
    propose_bank_change,
    put_bank_change_in_force,
    record_call_back,
)

BEFORE = timedelta(days=90)
LETTER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


@use_case
def open_accounts(cast: Cast) -> None:
    """Put two accounts in force, let a third cool off, ask the finance director about a fourth, and propose a clerk's own."""
    now, elena = cast.now, cast.people["demo.supplier.manager"]
    named = [cast.suppliers[code] for code in ("HARROW", "DELTA")]
    small = [s for s in cast.suppliers.values() if s.state == "active" and s.code.startswith("SVC")][:3]
    for supplier in (*named, small[0]):
        change = _checked(cast, supplier, account_of(supplier.pk), ago=BEFORE)
        put_bank_change_in_force(change_id=change.pk, actor=elena, at=now - BEFORE)
    _checked(cast, small[0], account_of(small[0].pk + 500), ago=timedelta(days=2))
    _called(cast, small[2], account_of(small[2].pk + 500), ago=timedelta(hours=5))
    clerk, account = cast.people["demo.payables"], account_of(9_001)
    StaffAccount.objects.create(person=clerk, fingerprint=fingerprint_of(account))
    _proposed(cast, small[1], account, ago=timedelta(hours=3), reason="Our bank closes; please pay here from today")


def letter_of_the_bank() -> Upload:
    """Return what proves an account."""
    return check("letter-of-the-bank.pdf", LETTER)


def _proposed(cast: Cast, supplier: Supplier, account: str, *, ago: timedelta, reason: str = "New bank") -> BankChange:
    wanted = ProposedAccount(supplier.name, "GB", account, reason=reason, evidence=letter_of_the_bank())
    return propose_bank_change(
        supplier_id=supplier.pk, proposed=wanted, source="page", actor=cast.people["demo.supplier.manager"],
        at=cast.now - ago,
    )  # fmt: skip


def _called(cast: Cast, supplier: Supplier, account: str, *, ago: timedelta) -> BankChange:
    change, at = _proposed(cast, supplier, account, ago=ago), cast.now - ago
    return record_call_back(
        change_id=change.pk, expected_version=change.version, contact_id=None, directory="Companies House",
        said="The owner read the number to us", actor=cast.people["demo.payables.lead"], at=at,
    )  # fmt: skip


def _checked(cast: Cast, supplier: Supplier, account: str, *, ago: timedelta) -> BankChange:
    change, at = _called(cast, supplier, account, ago=ago), cast.now - ago
    return approve_bank_change(
        pk=change.pk, expected_version=change.version, seen_hash=change.content_hash, actor=cast.people["demo.finance"],
        reason="", at=at,
    )  # fmt: skip
