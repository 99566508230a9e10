"""What makes a UBL document no valid invoice: rules of EN 16931 and Peppol BIS 3 by their published ids.

Each rule is a predicate that is true when it is broken. Sums are exact (EN 16931); only tax per category may differ by
one minor unit either way, as the standard allows. Rules not listed here are not judged: docs/dialects.md says which.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from babel.numbers import is_currency

NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
CREDIT_NOTE = "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote"
INVOICE = "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice"
SELLER = "cac:AccountingSupplierParty/cac:Party"
BUYER = "cac:AccountingCustomerParty/cac:Party"
TOTALS = "cac:LegalMonetaryTotal"
CENT = Decimal("0.01")
INVOICE_TYPES = {
    "71", "80", "82", "84", "102", "218", "219", "331", "380", "382", "383", "386", "388", "393", "395", "553", "575",
    "623", "780", "817", "870", "875", "876", "877", "326", "384", "385", "389", "390", "394", "456", "457", "458", "527",
    "633", "751", "935", "81", "83", "261", "262", "296", "308", "381", "396", "420", "502", "503", "532",
}  # fmt: skip
TAX_CATEGORIES = {"S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B"}


def texts(node: Element, path: str) -> list[str]:
    """Return the texts of the elements at a path; an empty element counts as an empty text."""
    return [(found.text or "").strip() for found in node.findall(path, NS)]


def text(node: Element, path: str) -> str:
    """Return the first text at a path, or an empty one."""
    found = texts(node, path)
    return found[0] if found else ""


def has(node: Element, path: str) -> bool:
    """Say whether there is an element with content at a path."""
    return any(found.text and found.text.strip() for found in node.findall(path, NS))


def number(node: Element, path: str) -> Decimal | None:
    """Return a decimal, or nothing when it is missing or unreadable."""
    raw = text(node, path)
    try:
        value = Decimal(raw) if raw else None
    except InvalidOperation:
        return None
    return value if value is None or value.is_finite() else None


def lines(root: Element) -> list[Element]:
    """Return the invoice or credit note lines."""
    return root.findall("cac:InvoiceLine", NS) + root.findall("cac:CreditNoteLine", NS)


def quantity_path(line: Element) -> str:
    """Return where a line states its quantity."""
    return "cbc:CreditedQuantity" if line.tag.endswith("CreditNoteLine") else "cbc:InvoicedQuantity"


def _sum(values: list[Decimal | None]) -> Decimal:
    return sum((v for v in values if v is not None), Decimal(0))


def _charges(node: Element, *, charge: bool) -> list[Element]:
    wanted = "true" if charge else "false"
    return [a for a in node.findall("cac:AllowanceCharge", NS) if text(a, "cbc:ChargeIndicator").lower() == wanted]


def _amounts(found: list[Element]) -> Decimal:
    return _sum([number(a, "cbc:Amount") for a in found])


def _differs(stated: Decimal | None, computed: Decimal) -> bool:
    return stated is not None and stated != computed


def _decimals(value: str) -> int:
    return len(value.partition(".")[2])


def _total(root: Element, name: str) -> Decimal | None:
    return number(root, f"{TOTALS}/cbc:{name}")


def _document_tax(root: Element) -> Decimal | None:
    currency = text(root, "cbc:DocumentCurrencyCode")
    for total in root.findall("cac:TaxTotal", NS):
        amount = total.find("cbc:TaxAmount", NS)
        if amount is not None and (not currency or amount.get("currencyID", currency) == currency):
            return number(total, "cbc:TaxAmount")
    return None


def _subtotals(root: Element) -> list[Element]:
    return root.findall("cac:TaxTotal/cac:TaxSubtotal", NS)


def _line_net_off(line: Element) -> bool:
    net, price = number(line, "cbc:LineExtensionAmount"), number(line, "cac:Price/cbc:PriceAmount")
    quantity = number(line, quantity_path(line))
    if net is None or price is None or quantity is None:
        return False
    base = number(line, "cac:Price/cbc:BaseQuantity") or Decimal(1)
    if base == 0:
        return True
    expected = quantity * price / base + _amounts(_charges(line, charge=True)) - _amounts(_charges(line, charge=False))
    return abs(net - expected.quantize(CENT, ROUND_HALF_UP)) > 2 * CENT


def _taxable_off(root: Element) -> bool:
    """Say whether a standard-rated subtotal differs from its lines, allowances and charges (BR-S-08)."""
    for subtotal in _subtotals(root):
        rate = number(subtotal, "cac:TaxCategory/cbc:Percent")
        if text(subtotal, "cac:TaxCategory/cbc:ID") != "S" or rate is None:
            continue
        parts = [
            number(x, "cbc:LineExtensionAmount")
            for x in lines(root)
            if _of(x, "cac:Item/cac:ClassifiedTaxCategory", rate)
        ]
        for charge in (True, False):
            found = [a for a in _charges(root, charge=charge) if _of(a, "cac:TaxCategory", rate)]
            parts.append(_amounts(found) if charge else -_amounts(found))
        stated = number(subtotal, "cbc:TaxableAmount")
        if stated is not None and abs(stated - _sum(parts)) >= 1:
            return True
    return False


def _of(node: Element, path: str, rate: Decimal) -> bool:
    return text(node, f"{path}/cbc:ID") == "S" and number(node, f"{path}/cbc:Percent") == rate


def _tax_off(root: Element) -> bool:
    for subtotal in _subtotals(root):
        taxable, tax = number(subtotal, "cbc:TaxableAmount"), number(subtotal, "cbc:TaxAmount")
        rate = number(subtotal, "cac:TaxCategory/cbc:Percent") or Decimal(0)
        if (
            taxable is not None
            and tax is not None
            and abs(tax - (taxable * rate / 100).quantize(CENT, ROUND_HALF_UP)) >= 1
        ):
            return True
    return False


def _any(root: Element, path: str, broken: Callable[[Element], bool]) -> bool:
    return any(broken(node) for node in root.findall(path, NS))


def _each_line(root: Element, broken: Callable[[Element], bool]) -> bool:
    return any(broken(line) for line in lines(root))


def _zero_rate(root: Element, code: str) -> bool:
    """Say whether a category that has no tax states some rate other than zero."""
    paths = ("cac:Item/cac:ClassifiedTaxCategory",)
    return any(
        text(line, f"{path}/cbc:ID") == code and number(line, f"{path}/cbc:Percent") not in {Decimal(0), None}
        for line in lines(root)
        for path in paths
    )


def _seller_known(root: Element) -> bool:
    return any(
        has(root, path)
        for path in (
            f"{SELLER}/cac:PartyTaxScheme/cbc:CompanyID", "cac:TaxRepresentativeParty/cac:PartyTaxScheme/cbc:CompanyID",
        )
    )  # fmt: skip


def _uses(root: Element, code: str) -> bool:
    return any(text(line, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID") == code for line in lines(root))


def _exempt_without_reason(root: Element, code: str) -> bool:
    return any(
        text(s, "cac:TaxCategory/cbc:ID") == code
        and not has(s, "cac:TaxCategory/cbc:TaxExemptionReason")
        and not has(s, "cac:TaxCategory/cbc:TaxExemptionReasonCode")
        for s in _subtotals(root)
    )


def _gln_bad(value: str) -> bool:
    if not re.fullmatch(r"\d{13}", value):
        return True
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(value))
    return total % 10 != 0


def _norwegian_bad(value: str) -> bool:
    if not re.fullmatch(r"\d{9}", value):
        return True
    weights = (3, 2, 7, 6, 5, 4, 3, 2)
    check = 11 - sum(int(d) * w for d, w in zip(value, weights, strict=False)) % 11
    return (0 if check == 11 else check) != int(value[8])


def _scheme_bad(root: Element, scheme: str, bad: Callable[[str], bool]) -> bool:
    paths = (
        f"{SELLER}/cbc:EndpointID",
        f"{BUYER}/cbc:EndpointID",
        ".//cac:PartyIdentification/cbc:ID",
        ".//cbc:CompanyID",
    )
    return any(e.get("schemeID") == scheme and bad((e.text or "").strip()) for p in paths for e in root.findall(p, NS))


@dataclass(frozen=True, slots=True)
class Rule:
    """A published rule: its id, what it says, and the predicate that is true when it is broken."""

    id: str
    says: str
    broken: Callable[[Element], bool]
    is_fatal: bool = True  # a wrong check digit in an address is noted: the document itself is understood


def _missing(path: str) -> Callable[[Element], bool]:
    return lambda root: not has(root, path)


RULES: tuple[Rule, ...] = (
    Rule("BR-01", "a specification identifier", _missing("cbc:CustomizationID")),
    Rule("BR-02", "an invoice number", _missing("cbc:ID")),
    Rule("BR-03", "an issue date", _missing("cbc:IssueDate")),
    Rule("BR-04", "a type code", lambda r: not has(r, "cbc:InvoiceTypeCode") and not has(r, "cbc:CreditNoteTypeCode")),
    Rule("BR-05", "a currency", _missing("cbc:DocumentCurrencyCode")),
    Rule("BR-06", "the seller's name", _missing(f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName")),
    Rule("BR-07", "the buyer's name", _missing(f"{BUYER}/cac:PartyLegalEntity/cbc:RegistrationName")),
    Rule("BR-08", "the seller's postal address", lambda r: r.find(f"{SELLER}/cac:PostalAddress", NS) is None),
    Rule("BR-09", "the seller's country", _missing(f"{SELLER}/cac:PostalAddress/cac:Country/cbc:IdentificationCode")),
    Rule("BR-10", "the buyer's postal address", lambda r: r.find(f"{BUYER}/cac:PostalAddress", NS) is None),
    Rule("BR-11", "the buyer's country", _missing(f"{BUYER}/cac:PostalAddress/cac:Country/cbc:IdentificationCode")),
    Rule("BR-12", "the sum of line net amounts", _missing(f"{TOTALS}/cbc:LineExtensionAmount")),
    Rule("BR-13", "the total without tax", _missing(f"{TOTALS}/cbc:TaxExclusiveAmount")),
    Rule("BR-14", "the total with tax", _missing(f"{TOTALS}/cbc:TaxInclusiveAmount")),
    Rule("BR-15", "the amount due", _missing(f"{TOTALS}/cbc:PayableAmount")),
    Rule("BR-16", "at least one line", lambda r: not lines(r)),
    Rule("BR-21", "an id on each line", lambda r: _each_line(r, lambda n: not has(n, "cbc:ID"))),
    Rule("BR-22", "a quantity on each line", lambda r: _each_line(r, lambda n: not has(n, quantity_path(n)))),
    Rule("BR-23", "a unit on each line", lambda r: _each_line(r, _unit_missing)),
    Rule("BR-24", "a net amount on each line", lambda r: _each_line(r, lambda n: not has(n, "cbc:LineExtensionAmount"))),
    Rule("BR-25", "an item name on each line", lambda r: _each_line(r, lambda n: not has(n, "cac:Item/cbc:Name"))),
    Rule("BR-26", "a net price on each line", lambda r: _each_line(r, lambda n: not has(n, "cac:Price/cbc:PriceAmount"))),
    Rule("BR-27", "no negative net price", lambda r: _each_line(r, lambda n: (number(n, "cac:Price/cbc:PriceAmount") or 0) < 0)),
    Rule("BR-28", "no negative gross price",
         lambda r: _each_line(r, lambda n: (number(n, "cac:Price/cac:AllowanceCharge/cbc:BaseAmount") or 0) < 0)),
    Rule("BR-29", "an invoicing period that ends after it begins", lambda r: _any(r, "cac:InvoicePeriod", _period_bad)),
    Rule("BR-31", "an amount on each allowance", lambda r: any(not has(a, "cbc:Amount") for a in _charges(r, charge=False))),
    Rule("BR-36", "an amount on each charge", lambda r: any(not has(a, "cbc:Amount") for a in _charges(r, charge=True))),
    Rule("BR-37", "a tax category on each charge",
         lambda r: any(not has(a, "cac:TaxCategory/cbc:ID") for a in _charges(r, charge=True))),
    Rule("BR-38", "a reason on each charge", lambda r: any(_reasonless(a) for a in _charges(r, charge=True))),
    Rule("BR-41", "an amount on each line allowance",
         lambda r: _each_line(r, lambda n: any(not has(a, "cbc:Amount") for a in _charges(n, charge=False)))),
    Rule("BR-43", "an amount on each line charge",
         lambda r: _each_line(r, lambda n: any(not has(a, "cbc:Amount") for a in _charges(n, charge=True)))),
    Rule("BR-44", "a reason on each line charge",
         lambda r: _each_line(r, lambda n: any(_reasonless(a) for a in _charges(n, charge=True)))),
    Rule("BR-45", "a taxable amount in each breakdown", lambda r: any(not has(s, "cbc:TaxableAmount") for s in _subtotals(r))),
    Rule("BR-46", "a tax amount in each breakdown", lambda r: any(not has(s, "cbc:TaxAmount") for s in _subtotals(r))),
    Rule("BR-47", "a category in each breakdown", lambda r: any(not has(s, "cac:TaxCategory/cbc:ID") for s in _subtotals(r))),
    Rule("BR-55", "a number in each preceding invoice",
         lambda r: _any(r, "cac:BillingReference", lambda n: not has(n, "cac:InvoiceDocumentReference/cbc:ID"))),
    Rule("BR-CL-04", "a currency of ISO 4217", lambda r: _currency_bad(r)),
    Rule("BR-CO-10", "line sum = lines", lambda r: _differs(_total(r, "LineExtensionAmount"),
         _sum([number(n, "cbc:LineExtensionAmount") for n in lines(r)])) and bool(lines(r))),
    Rule("BR-CO-11", "allowances = document allowances",
         lambda r: _differs(_total(r, "AllowanceTotalAmount"), _amounts(_charges(r, charge=False)))),
    Rule("BR-CO-12", "charges = document charges",
         lambda r: _differs(_total(r, "ChargeTotalAmount"), _amounts(_charges(r, charge=True)))),
    Rule("BR-CO-13", "total without tax = lines - allowances + charges", lambda r: _net_off(r)),
    Rule("BR-CO-14", "tax total = tax of the breakdown", lambda r: _breakdown_off(r)),
    Rule("BR-CO-15", "total with tax = without tax + tax", lambda r: _gross_off(r)),
    Rule("BR-CO-16", "amount due = total - prepaid + rounding", lambda r: _due_off(r)),
    Rule("BR-CO-17", "tax = taxable x rate", _tax_off),
    Rule("BR-CO-18", "a tax breakdown", lambda r: bool(lines(r)) and not _subtotals(r)),
    Rule("BR-CO-25", "a due date or terms when something is due",
         lambda r: (_total(r, "PayableAmount") or 0) > 0 and not r.tag == CREDIT_NOTE and not has(r, "cbc:DueDate")
         and not has(r, "cac:PaymentTerms/cbc:Note")),
    Rule("BR-DEC-09", "at most two decimals in the line sum", lambda r: _long(r, f"{TOTALS}/cbc:LineExtensionAmount")),
    Rule("BR-DEC-12", "at most two decimals in the total without tax", lambda r: _long(r, f"{TOTALS}/cbc:TaxExclusiveAmount")),
    Rule("BR-DEC-14", "at most two decimals in the total with tax", lambda r: _long(r, f"{TOTALS}/cbc:TaxInclusiveAmount")),
    Rule("BR-DEC-18", "at most two decimals in the amount due", lambda r: _long(r, f"{TOTALS}/cbc:PayableAmount")),
    Rule("BR-DEC-23", "at most two decimals in a line amount",
         lambda r: _each_line(r, lambda n: _decimals(text(n, "cbc:LineExtensionAmount")) > 2)),
    Rule("BR-S-08", "standard-rated taxable amount = its lines, allowances and charges", _taxable_off),
    Rule("BR-Z-05", "no rate on zero-rated lines", lambda r: _zero_rate(r, "Z")),
    Rule("BR-E-05", "no rate on exempt lines", lambda r: _zero_rate(r, "E")),
    Rule("BR-AE-05", "no rate on reverse-charge lines", lambda r: _zero_rate(r, "AE")),
    Rule("BR-E-10", "a reason for exemption", lambda r: _exempt_without_reason(r, "E")),
    Rule("BR-AE-10", "a reason for reverse charge", lambda r: _exempt_without_reason(r, "AE")),
    Rule("BR-G-10", "a reason for export", lambda r: _exempt_without_reason(r, "G")),
    Rule("BR-O-10", "a reason for no tax", lambda r: _exempt_without_reason(r, "O")),
    Rule("BR-S-02", "the seller's tax number where tax is charged", lambda r: _uses(r, "S") and not _seller_known(r)),
)  # fmt: skip
# Rules of the transport profile: judged only for documents that say they are Peppol.
PEPPOL_RULES: tuple[Rule, ...] = (
    Rule("PEPPOL-EN16931-R020", "the seller's electronic address", lambda r: r.find(f"{SELLER}/cbc:EndpointID", NS) is None),
    Rule("PEPPOL-EN16931-R010", "the buyer's electronic address", lambda r: r.find(f"{BUYER}/cbc:EndpointID", NS) is None),
    Rule("PEPPOL-EN16931-R003", "a buyer reference or an order number",
         lambda r: not has(r, "cbc:BuyerReference") and not has(r, "cac:OrderReference/cbc:ID")),
    Rule("PEPPOL-EN16931-R120", "line net = quantity x price / base + charges - allowances", lambda r: _each_line(r, _line_net_off)),
    Rule("PEPPOL-EN16931-R121", "a base quantity above zero",
         lambda r: _each_line(r, lambda n: has(n, "cac:Price/cbc:BaseQuantity") and (number(n, "cac:Price/cbc:BaseQuantity") or 0) <= 0)),
    Rule("PEPPOL-EN16931-R101", "line references to an order only",
         lambda r: _each_line(r, lambda n: any(text(d, "cbc:DocumentTypeCode") != "130" for d in n.findall("cac:DocumentReference", NS)))),
    Rule("PEPPOL-COMMON-R040", "a GLN with a right check digit", lambda r: _scheme_bad(r, "0088", _gln_bad), is_fatal=False),
    Rule("PEPPOL-COMMON-R041", "a Norwegian number with a right check digit",
         lambda r: _scheme_bad(r, "0192", _norwegian_bad), is_fatal=False),
)  # fmt: skip


def _unit_missing(line: Element) -> bool:
    quantity = line.find(quantity_path(line), NS)
    return quantity is not None and not (quantity.get("unitCode") or "").strip()


def _period_bad(period: Element) -> bool:
    start, end = text(period, "cbc:StartDate"), text(period, "cbc:EndDate")
    return bool(start and end and end < start)


def _reasonless(node: Element) -> bool:
    return not has(node, "cbc:AllowanceChargeReason") and not has(node, "cbc:AllowanceChargeReasonCode")


def _currency_bad(root: Element) -> bool:
    code = text(root, "cbc:DocumentCurrencyCode")
    return bool(code) and not is_currency(code)


def _net_off(root: Element) -> bool:
    net, base = _total(root, "TaxExclusiveAmount"), _total(root, "LineExtensionAmount")
    if net is None or base is None:
        return False
    return net != base - (_total(root, "AllowanceTotalAmount") or 0) + (_total(root, "ChargeTotalAmount") or 0)


def _breakdown_off(root: Element) -> bool:
    stated, parts = _document_tax(root), _subtotals(root)
    first = root.find("cac:TaxTotal", NS)
    if stated is None or not parts or first is None:
        return False
    own = first.findall("cac:TaxSubtotal", NS) or parts
    return stated != _sum([number(s, "cbc:TaxAmount") for s in own])


def _gross_off(root: Element) -> bool:
    gross, net = _total(root, "TaxInclusiveAmount"), _total(root, "TaxExclusiveAmount")
    if gross is None or net is None:
        return False
    return gross != net + (_document_tax(root) or 0)


def _due_off(root: Element) -> bool:
    due, gross = _total(root, "PayableAmount"), _total(root, "TaxInclusiveAmount")
    if due is None or gross is None:
        return False
    return due != gross - (_total(root, "PrepaidAmount") or 0) + (_total(root, "PayableRoundingAmount") or 0)


def _long(root: Element, path: str) -> bool:
    return any(_decimals(value) > 2 for value in texts(root, path))


def broken_rules(root: Element) -> Iterator[Rule]:
    """Yield every rule a document breaks."""
    yield from (rule for rule in RULES if rule.broken(root))
    if "peppol" in text(root, "cbc:CustomizationID"):
        yield from (rule for rule in PEPPOL_RULES if rule.broken(root))
