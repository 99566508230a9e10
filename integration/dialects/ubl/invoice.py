"""UBL invoices and credit notes in: Peppol BIS 3 and EN 16931. A broken rule refuses the document at the door (TM-5)."""

from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from integration.canonical import Charge, Decoded, Fault, Identifier, Invoice, InvoiceLine, Party, TaxSubtotal
from integration.dialects.ubl.document import (
    BUYER,
    CREDIT_NOTE,
    INVOICE,
    NS,
    SELLER,
    TOTALS,
    document_tax,
    has,
    is_charge,
    lines,
    number,
    quantity_path,
    stated,
    subtotals,
    text,
)
from integration.dialects.ubl.rules import broken_rules
from integration.dialects.ubl.rules.codes import CREDIT_TYPES

MAX_LINES = 1_000
MAX_ELEMENTS = 60_000  # sixty a line
MAX_CHILDREN = 2_000
_UNIT_ALIASES = {"PCE": "H87", "CS": "XCS", "BX": "XBX", "CT": "XCT", "PK": "XPK", "RO": "XRO"}


def decode(root: Element) -> Decoded:
    """Return the canonical invoice of a parsed document, or the rules it breaks; never raises on bad content."""
    if root.tag not in {INVOICE, CREDIT_NOTE}:
        return Decoded(faults=(_not_ours(root.tag),))
    large = _too_large(root)
    if large is not None:
        return Decoded(faults=(large,), control_number=text(root, "cbc:ID"))
    faults = [
        Fault(rule.id, f"{rule.id}: the document needs {rule.says}.", places[0][:200], is_fatal=rule.is_fatal)
        for rule, places in broken_rules(root)
    ]
    faults += _unreadable(root)
    if any(fault.is_fatal for fault in faults):
        return Decoded(faults=tuple(faults), control_number=text(root, "cbc:ID"))
    return Decoded((_invoice(root),), tuple(faults), text(root, "cbc:ID"))


def _not_ours(tag: str) -> Fault:
    if tag.startswith("{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice"):
        return Fault(
            "not_this_dialect", "This is EN 16931 in the syntax of UN/CEFACT (CII); this connection reads UBL.", tag[-80:],
            cure="Send the same invoice in UBL 2.1, such as Peppol BIS Billing 3.",
        )  # fmt: skip
    return Fault(
        "not_an_invoice", "The document is neither a UBL invoice nor a credit note.", tag[-80:],
        cure="Send an invoice or a credit note here.",
    )  # fmt: skip


def _too_large(root: Element) -> Fault | None:
    """Refuse what would take long to judge, before any rule looks at it."""
    if len(lines(root)) > MAX_LINES:
        said = f"The document has more than {MAX_LINES} lines."
        return Fault("too_many_lines", said, f"line {MAX_LINES + 1}", cure="Split the bill.")
    sizes = [len(node) for node in root.iter()]
    if len(sizes) > MAX_ELEMENTS or max(sizes) > MAX_CHILDREN:
        said = f"The document has more than {MAX_ELEMENTS} elements, or more than {MAX_CHILDREN} in one."
        return Fault("too_many_elements", said, "/", cure="Split the bill.")
    return None


def _unreadable(root: Element) -> list[Fault]:
    """Return dates and amounts that are there and cannot be read."""
    found = []
    for path in ("cbc:IssueDate", "cbc:DueDate"):
        if has(root, path) and _date(root, path) is None:
            found.append(
                Fault("date_unreadable", f"{text(root, path)[:20]} is not a date.", path, text(root, path)[:20])
            )
    for name in ("TaxInclusiveAmount", "TaxExclusiveAmount", "PayableAmount", "LineExtensionAmount"):
        path = f"{TOTALS}/cbc:{name}"
        if has(root, path) and not _in_range(number(root, path)):
            found.append(
                Fault("amount_unreadable", f"{text(root, path)[:20]} is not an amount.", path, text(root, path)[:20])
            )
    for position, line in enumerate(lines(root), start=1):
        for path in ("cbc:LineExtensionAmount", quantity_path(line), "cac:Price/cbc:PriceAmount"):
            if has(line, path) and not _in_range(number(line, path)):
                found.append(
                    Fault(
                        "amount_unreadable",
                        f"Line {position}: {text(line, path)[:20]} is not a number.",
                        f"line {position}/{path}",
                    )
                )
    return found


def _in_range(value: Decimal | None) -> bool:
    return value is not None and abs(value) < Decimal(10) ** 12


def _date(node: Element, path: str) -> date | None:
    try:
        return date.fromisoformat(text(node, path)[:10])
    except ValueError:
        return None


def _invoice(root: Element) -> Invoice:
    is_credit = root.tag == CREDIT_NOTE or text(root, "cbc:InvoiceTypeCode") in CREDIT_TYPES
    issued = _date(root, "cbc:IssueDate")
    gross = number(root, f"{TOTALS}/cbc:TaxInclusiveAmount") or Decimal(0)
    sign = Decimal(-1) if root.tag == INVOICE and gross < 0 else Decimal(1)
    order = text(root, "cac:OrderReference/cbc:ID")
    tax = document_tax(root)
    return Invoice(
        kind="credit_note" if is_credit or sign < 0 else "invoice",
        number=text(root, "cbc:ID"),
        issued=issued or date.min,
        due=_date(root, "cbc:DueDate") or _date(root, "cac:PaymentMeans/cbc:PaymentDueDate"),
        currency=text(root, "cbc:DocumentCurrencyCode"),
        supplier=_party(root, SELLER),
        buyer=_party(root, BUYER),
        lines=tuple(_line(line, order, sign) for line in lines(root)),
        charges=tuple(_charge(a, sign) for a in root.findall("cac:AllowanceCharge", NS)),
        total=sign * gross,
        net=_signed(number(root, f"{TOTALS}/cbc:TaxExclusiveAmount"), sign),
        tax=_signed(number(tax, "cbc:TaxAmount") if tax is not None else None, sign),
        rounding=number(root, f"{TOTALS}/cbc:PayableRoundingAmount") or Decimal(0),
        order_number=order,
        credited_number=text(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"),
        bank_account=text(root, "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"),
        remit_to=text(root, "cac:PayeeParty/cac:PartyIdentification/cbc:ID"),
        prepaid=sign * (stated(root, "PrepaidAmount") or Decimal(0)),
        payable=_signed(stated(root, "PayableAmount"), sign),
        taxes=tuple(_subtotal(s, sign) for s in subtotals(root)),
    )


def _subtotal(node: Element, sign: Decimal) -> TaxSubtotal:
    return TaxSubtotal(
        text(node, "cac:TaxCategory/cbc:ID"),
        number(node, "cac:TaxCategory/cbc:Percent"),
        sign * (number(node, "cbc:TaxableAmount") or Decimal(0)),
        sign * (number(node, "cbc:TaxAmount") or Decimal(0)),
    )


def _signed(value: Decimal | None, sign: Decimal) -> Decimal | None:
    return None if value is None else sign * value


def _party(root: Element, path: str) -> Party:
    ids = []
    endpoint = root.find(f"{path}/cbc:EndpointID", NS)
    if endpoint is not None and (endpoint.text or "").strip():
        ids.append(Identifier(endpoint.get("schemeID", ""), (endpoint.text or "").strip()))
    for found in root.findall(f"{path}/cac:PartyIdentification/cbc:ID", NS):
        if (found.text or "").strip():
            ids.append(Identifier(found.get("schemeID", ""), (found.text or "").strip()))
    for tax in root.findall(f"{path}/cac:PartyTaxScheme", NS):
        if text(tax, "cac:TaxScheme/cbc:ID") == "VAT" and has(tax, "cbc:CompanyID"):  # others hold remarks, not numbers
            ids.append(Identifier("vat", text(tax, "cbc:CompanyID")))
    legal = root.find(f"{path}/cac:PartyLegalEntity/cbc:CompanyID", NS)
    if legal is not None and (legal.text or "").strip():
        ids.append(Identifier(legal.get("schemeID", "legal"), (legal.text or "").strip()))
    name = text(root, f"{path}/cac:PartyLegalEntity/cbc:RegistrationName") or text(
        root, f"{path}/cac:PartyName/cbc:Name"
    )
    return Party(name, tuple(ids))


def _line(line: Element, order: str, sign: Decimal) -> InvoiceLine:
    quantity = number(line, quantity_path(line)) or Decimal(0)
    unit = line.find(quantity_path(line), NS)
    code = (unit.get("unitCode", "") if unit is not None else "").strip()
    gtin = line.find("cac:Item/cac:StandardItemIdentification/cbc:ID", NS)
    price = number(line, "cac:Price/cbc:PriceAmount")
    base = number(line, "cac:Price/cbc:BaseQuantity") or Decimal(1)
    reference = text(line, "cac:OrderLineReference/cac:OrderReference/cbc:ID")
    return InvoiceLine(
        line_no=text(line, "cbc:ID"),
        quantity=sign * quantity,
        unit=_UNIT_ALIASES.get(code, code),
        net_amount=sign * (number(line, "cbc:LineExtensionAmount") or Decimal(0)),
        unit_price=price / base if price is not None and base else None,
        description=text(line, "cac:Item/cbc:Name")[:300],
        order_number=reference or order,
        order_line_no=text(line, "cac:OrderLineReference/cbc:LineID"),
        buyer_item=text(line, "cac:Item/cac:BuyersItemIdentification/cbc:ID"),
        supplier_part=text(line, "cac:Item/cac:SellersItemIdentification/cbc:ID"),
        gtin=(gtin.text or "").strip()[:14] if gtin is not None else "",
        tax_code=text(line, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),
        tax_percent=number(line, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"),
    )


def _charge(node: Element, sign: Decimal) -> Charge:
    amount = number(node, "cbc:Amount") or Decimal(0)
    return Charge(
        amount=sign * (amount if is_charge(node) else -amount),
        code=text(node, "cbc:AllowanceChargeReasonCode")[:20],
        description=text(node, "cbc:AllowanceChargeReason")[:200],
        tax_code=text(node, "cac:TaxCategory/cbc:ID"),
        tax_percent=number(node, "cac:TaxCategory/cbc:Percent"),
    )
