"""Companies on their way to be suppliers, one at every stop: from an unopened invitation to spending that waits (SU-1)."""

from datetime import timedelta

from config.demo.trade.acts import account_of
from config.demo.trade.banks import letter_of_the_bank
from config.demo.trade.cast import Cast
from config.demo.trade.proofs import paper
from foundation.journal import use_case
from foundation.models import User
from suppliers.models import Onboarding, Supplier
from suppliers.services import (
    Invitation,
    ProposedAccount,
    SentCertificate,
    accept_certificate,
    accept_invitation,
    approve_bank_change,
    approve_supplier,
    import_sanctions,
    invite_supplier,
    propose_bank_change,
    put_bank_change_in_force,
    record_call_back,
    save_profile,
    send_certificate,
    send_profile,
)
from suppliers.services.invite_supplier import token_of

LISTED = b"""reference,name,aliases,country,programme
DEMO-001,Orlov Marine Supplies Ltd,Orlov Shipping|OMS Trading,GB,Invented for the demo
DEMO-002,Gulf Pearl Shipping LLC,Pearl Carriers,AE,Invented for the demo
DEMO-003,Northern Lights Munitions,,,Invented for the demo
DEMO-004,Casa Verde Comercio,Casa Verde Import,VE,Invented for the demo
"""
# company, person, tax number, how long ago invited, how far it came
NEWCOMERS = (
    ("Tarn Adhesives Ltd", "Lucy Hale", "", 1, "invited"),
    ("Copper Beech Labels Ltd", "Mark Oduya", "", 20, "invited"),
    ("Skerry Strapping Ltd", "Gwen Tait", "", 6, "writes"),
    ("Orlov Marine Supply Ltd", "Nina Orlova", "GB 123 4567 82", 9, "sent"),
    ("Fell Pallets Ltd", "Ian Crosby", "GB 234 5678 47", 4, "asked"),
    ("Burnside Tapes Ltd", "Rhona Laird", "GB 345 6789 12", 6, "qualified"),
)  # fmt: skip


@use_case
def take_on_board(cast: Cast) -> None:
    """Bring a sanctions list in and let six companies come as far as they did."""
    elena = cast.people["demo.supplier.manager"]
    import_sanctions(
        name="Demo sanctions list", file_name="sanctions.csv", content=LISTED, dry_run=False, actor=elena,
        at=cast.now - timedelta(days=30),
    )  # fmt: skip
    for name, person, tax_id, days, stop in NEWCOMERS:
        _come(cast, name, person, tax_id, days, stop)


def _come(cast: Cast, name: str, person: str, tax_id: str, days: int, stop: str) -> None:
    elena, nadia, at = (
        cast.people["demo.supplier.manager"],
        cast.people["demo.finance"],
        cast.now - timedelta(days=days),
    )
    house = name.split(" ", maxsplit=1)[0].lower()
    wanted = Invitation(
        name, "GB", "GBP", f"sales@{house}.example", person, "A second source in packaging", ["PACK"], ["LDS", "MAN"],
        "Another company: we looked at both",
    )  # fmt: skip
    onboarding = invite_supplier(invitation=wanted, actor=elena, at=at)
    if stop == "invited":
        return
    onboarding = accept_invitation(token=token_of(onboarding), at=at + timedelta(hours=5))
    writer = onboarding.accepted_by
    assert writer is not None  # noqa: S101 - accepted above; for the type checker
    onboarding = _write(onboarding, writer, house, tax_id, at_hours=6)
    if stop == "writes":
        return
    supplier = onboarding.supplier
    _prove(cast, supplier, writer, at_hours=7, onboarding=onboarding)
    send_profile(supplier_id=supplier.pk, expected_version=onboarding.version, actor=writer, at=at + timedelta(days=3))
    if stop == "qualified":
        approve_supplier(
            pk=supplier.pk, expected_version=None, seen_hash=None, actor=nadia, reason="", at=at + timedelta(days=5)
        )


def _write(onboarding: Onboarding, writer: User, house: str, tax_id: str, *, at_hours: int) -> Onboarding:
    """Write the steps; without a tax number the first and the contacts are left half done."""
    at = onboarding.invited_at + timedelta(hours=at_hours)
    name = onboarding.supplier.name
    first, _, last = onboarding.person_name.partition(" ")
    mail = f"{first.lower()}@{house}.example"
    steps: dict[str, dict[str, object]] = {
        "company": {"name": name, "country": "GB", "tax_id": tax_id, "address": f"{len(name)} Beck Street\nLeeds LS2 8JA"},
        "orders": {"order_email": f"orders@{house}.example", "currency": "GBP", "terms_days": 30},
        "serves": {"categories": list(onboarding.categories), "sites": list(onboarding.sites)},
    }  # fmt: skip
    if tax_id:
        phone = "+44 113 496 0123"
        steps["contacts"] = {
            "orders_name": onboarding.person_name, "orders_email": mail, "orders_phone": phone,
            "accounts_name": f"Sam {last}", "accounts_email": f"accounts@{house}.example", "accounts_phone": phone,
        }  # fmt: skip
    for step, given in steps.items():
        onboarding = save_profile(
            supplier_id=onboarding.supplier_id, step=step, given=given, expected_version=onboarding.version, actor=writer,
            at=at,
        )  # fmt: skip
    return onboarding


def _prove(cast: Cast, supplier: Supplier, writer: User, *, at_hours: int, onboarding: Onboarding) -> None:
    at = onboarding.invited_at + timedelta(hours=at_hours)
    wanted = ProposedAccount(
        supplier.name, "GB", account_of(supplier.pk), reason="First account", evidence=letter_of_the_bank()
    )
    today = cast.now.date()
    number = f"INS-{supplier.pk}"
    words = SentCertificate(
        "INS",
        number,
        "Pennine Mutual Insurance",
        at.date() - timedelta(days=40),
        today + timedelta(days=300),
        paper(number, 300),
    )
    certificate = send_certificate(supplier_id=supplier.pk, sent=words, actor=writer, at=at)
    accept_certificate(
        certificate_id=certificate.pk, actor=cast.people["demo.supplier.manager"], at=at + timedelta(hours=3)
    )
    change = propose_bank_change(supplier_id=supplier.pk, proposed=wanted, source="portal", actor=writer, at=at)
    change = record_call_back(
        change_id=change.pk, expected_version=change.version, contact_id=None, directory="Companies House",
        said="The owner read the number to us", actor=cast.people["demo.payables.lead"], at=at + timedelta(days=1),
    )  # fmt: skip
    approve_bank_change(
        pk=change.pk, expected_version=None, seen_hash=None, actor=cast.people["demo.finance"], reason="",
        at=at + timedelta(days=2),
    )  # fmt: skip
    put_bank_change_in_force(change_id=change.pk, actor=cast.people["demo.finance"], at=at + timedelta(days=2, hours=1))
