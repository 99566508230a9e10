"""Reading a parsed UBL invoice or credit note: texts, numbers, lines, charges, tax."""

import re
from collections.abc import Iterable
from decimal import Decimal
from xml.etree.ElementTree import Element

NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
CREDIT_NOTE = "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote"
INVOICE = "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice"
SELLER = "cac:AccountingSupplierParty/cac:Party"
BUYER = "cac:AccountingCustomerParty/cac:Party"
AGENT = "cac:TaxRepresentativeParty"
TOTALS = "cac:LegalMonetaryTotal"
_DECIMAL = re.compile(r"[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})", re.ASCII)


def texts(node: Element, path: str) -> list[str]:
    """Return the texts of the elements at a path; an empty element counts as an empty text."""
    return [(found.text or "").strip() for found in node.findall(path, NS)]


def text(node: Element, path: str) -> str:
    """Return the first text at a path, or an empty one."""
    found = texts(node, path)
    return found[0] if found else ""


def exists(node: Element, path: str) -> bool:
    """Say whether there is an element at a path, be it empty."""
    return node.find(path, NS) is not None


def has(node: Element, path: str) -> bool:
    """Say whether there is an element with content at a path."""
    return any(texts(node, path))


def number(node: Element, path: str) -> Decimal | None:
    """Return a decimal, or nothing when it is missing or unreadable: no exponents, at most 18 digits either side."""
    raw = text(node, path)
    return Decimal(raw) if _DECIMAL.fullmatch(raw) else None


def total(parts: Iterable[Decimal | None]) -> Decimal:
    """Return the exact sum; what is missing counts as nothing."""
    return sum((part for part in parts if part is not None), Decimal(0))


def lines(root: Element) -> list[Element]:
    """Return the invoice or credit note lines."""
    return root.findall("cac:InvoiceLine", NS) + root.findall("cac:CreditNoteLine", NS)


def quantity_path(line: Element) -> str:
    """Return where a line keeps its quantity."""
    return "cbc:CreditedQuantity" if line.tag.endswith("CreditNoteLine") else "cbc:InvoicedQuantity"


def is_charge(node: Element) -> bool:
    """Say whether an AllowanceCharge adds to the amount."""
    return text(node, "cbc:ChargeIndicator").lower() in {"true", "1"}


def charges(node: Element, *, charge: bool) -> list[Element]:
    """Return the charges, or the allowances, of a document or a line."""
    return [found for found in node.findall("cac:AllowanceCharge", NS) if is_charge(found) == charge]


def amounts(nodes: Iterable[Element]) -> Decimal:
    """Return the sum of the amounts of charges or allowances."""
    return total(number(node, "cbc:Amount") for node in nodes)


def subtotals(root: Element) -> list[Element]:
    """Return the tax breakdown."""
    return root.findall("cac:TaxTotal/cac:TaxSubtotal", NS)


def stated(root: Element, name: str) -> Decimal | None:
    """Return a document total as its sender states it."""
    return number(root, f"{TOTALS}/cbc:{name}")


def document_tax(root: Element) -> Element | None:
    """Return the tax total in the document's currency; a second one may state the tax in the buyer's own."""
    currency = text(root, "cbc:DocumentCurrencyCode")
    found = root.findall("cac:TaxTotal", NS)
    for one in found:
        amount = one.find("cbc:TaxAmount", NS)
        if amount is not None and amount.get("currencyID") == currency:
            return one
    return found[0] if found else None


def scheme_id(node: Element, path: str) -> str:
    """Return the scheme of the identifier at a path, empty when it has none."""
    found = node.find(path, NS)
    return (found.get("schemeID") or "").strip() if found is not None else ""
