"""Companies that come on board, for tests, through the services."""

from datetime import datetime, timedelta

from suppliers.models import Onboarding, Supplier, SupplierCheck
from suppliers.services import (
    Invitation,
    accept_invitation,
    decide_check,
    import_sanctions,
    invite_supplier,
    save_profile,
    send_profile,
)
from suppliers.services.invite_supplier import token_of
from tests.factories import NOW, Company
from tests.suppliers.factories import OTHER, in_force

LISTED = b"reference,name,aliases,country,programme\nX-1,Morozov Arms Trading,Moroz Arms|MAT,GB,Arms\nX-2,Gulf Pearl Shipping LLC,,AE,Oil\n"
PROFILE: dict[str, dict[str, object]] = {
    "company": {"name": "Kestrel Fasteners Ltd", "trading_name": "", "country": "GB", "tax_id": "GB 980 7806 84",
                "address": "4 Mill Lane\nLeeds LS1 4AB"},
    "orders": {"order_email": "orders@kestrel.example", "currency": "GBP", "terms_days": 45},
    "contacts": {"orders_name": "Ann Kerr", "orders_email": "ann@kestrel.example", "orders_phone": "+44 113 496 0001",
                 "accounts_name": "Bob Kerr", "accounts_email": "bob@kestrel.example", "accounts_phone": "+44 113 496 0002"},
    "serves": {"categories": ["PACK"], "sites": ["LDS"]},
}  # fmt: skip


def invitation(**changed: object) -> Invitation:
    """Return the words of an invitation."""
    words = {
        "name": "Kestrel Fasteners", "country": "GB", "currency": "GBP", "email": "ann@kestrel.example",
        "person_name": "Ann Kerr", "why": "A second source for packaging", "categories": ["PACK"], "sites": ["LDS"],
        **changed,
    }  # fmt: skip
    return Invitation(**words)  # type: ignore[arg-type]  # a table of any fields


def invited(made: Company, *, at: datetime = NOW, **changed: object) -> Onboarding:
    """Invite Kestrel, by Sue."""
    return invite_supplier(invitation=invitation(**changed), actor=made.sue, at=at)


def accepted(made: Company, *, at: datetime = NOW, **changed: object) -> Onboarding:
    """Invite, and use the link."""
    onboarding = invited(made, at=at, **changed)
    return accept_invitation(token=token_of(onboarding), at=at)


def written(made: Company, *, but: str = "", at: datetime = NOW, **changed: object) -> Onboarding:
    """Write every step of the profile, but one."""
    onboarding = accepted(made, at=at, **changed)
    for step, values in PROFILE.items():
        if step != but:
            onboarding = save_profile(
                supplier_id=onboarding.supplier_id, step=step, given=values, expected_version=onboarding.version,
                actor=onboarding.accepted_by, at=at,  # type: ignore[arg-type]  # accepted above
            )  # fmt: skip
    return onboarding


def listed(made: Company, content: bytes = LISTED) -> None:
    """Bring a sanctions list in."""
    import_sanctions(name="Test list", file_name="list.csv", content=content, dry_run=False, actor=made.sue, at=NOW)


def registered(made: Company, *, bank: bool = True, **changed: object) -> Supplier:
    """Write and send a profile; with an account in force every check passes and the registration is asked for."""
    listed(made)
    onboarding = written(made, **changed)
    in_force(made, OTHER, supplier=onboarding.supplier, at=NOW - timedelta(days=9)) if bank else None
    return send_profile(
        supplier_id=onboarding.supplier_id, expected_version=onboarding.version,
        actor=onboarding.accepted_by, at=NOW,  # type: ignore[arg-type]  # accepted above
    )  # fmt: skip


def check_of(supplier: Supplier, kind: str) -> SupplierCheck:
    """Return one check of a supplier."""
    return SupplierCheck.objects.get(supplier=supplier, kind=kind)


def cleared(made: Company, supplier: Supplier, kind: str) -> SupplierCheck:
    """Let Sue say that a check stands in nobody's way."""
    return decide_check(
        check_id=check_of(supplier, kind).pk, verdict="passed", reason="Not them", actor=made.sue, at=NOW
    )
