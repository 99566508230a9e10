"""What suppliers are compared by, as the study wants it (SU-3)."""

from collections import defaultdict

from suppliers.decisions.duplicates import (
    ADDRESS,
    BANK,
    DOMAIN,
    IDENTIFIER,
    TAX,
    Company,
    address_key,
    domain_key,
    tax_key,
)
from suppliers.models import BankAccount, Supplier, SupplierIdentifier, SupplierState

_VAT = "vat"


def companies() -> list[Company]:
    """Return every supplier that stands for itself, with its attributes in the form that is compared; three statements."""
    numbers: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for supplier_id, scheme, value in SupplierIdentifier.objects.values_list("supplier_id", "scheme", "value"):
        kind, key = (TAX, tax_key(value)) if scheme == _VAT else (IDENTIFIER, f"{scheme}:{value}")
        numbers[supplier_id].add((kind, key))
    accounts = BankAccount.objects.filter(ended_at=None).values_list("supplier_id", "fingerprint", "account")
    for supplier_id, fingerprint, account in accounts:
        numbers[supplier_id].add((BANK, f"{fingerprint}{account[-4:]}"))
    rows = Supplier.objects.exclude(state=SupplierState.MERGED).values_list(
        "pk", "name", "tax_id", "order_email", "address"
    )
    return [
        Company(pk, name, _attributes({
            (TAX, tax_key(tax)), (DOMAIN, domain_key(email)), (ADDRESS, address_key(address)), *numbers[pk],
        }))
        for pk, name, tax, email, address in rows.order_by("pk").iterator()
    ]  # fmt: skip


def _attributes(pairs: set[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for kind, key in pairs:
        if key:
            found[kind].add(key)
    return {kind: frozenset(keys) for kind, keys in found.items()}
