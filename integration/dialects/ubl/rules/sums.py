"""EN 16931, what must add up: exact sums, at most two decimals, and codes that are on their lists."""

from xml.etree.ElementTree import Element

from babel.numbers import is_currency

from integration.dialects.ubl.document import (
    NS,
    TOTALS,
    amounts,
    charges,
    document_tax,
    is_charge,
    lines,
    number,
    stated,
    text,
    total,
)
from integration.dialects.ubl.rules.base import Rule, both, each, in_lines, when, whole
from integration.dialects.ubl.rules.codes import (
    ALLOWANCE_REASONS,
    ATTACHMENTS,
    CHARGE_REASONS,
    COUNTRIES,
    CREDIT_TYPES,
    INVOICE_TYPES,
    TAX_CATEGORIES,
)
from integration.dialects.ubl.rules.header import is_allowance

CAC = f"{{{NS['cac']}}}"
TWO = 2


def _lines_off(root: Element) -> bool:
    said = stated(root, "LineExtensionAmount")
    return (
        said is not None
        and bool(lines(root))
        and said != total(number(x, "cbc:LineExtensionAmount") for x in lines(root))
    )


def _allowances_off(root: Element) -> bool:
    said = stated(root, "AllowanceTotalAmount")
    return said is not None and said != amounts(charges(root, charge=False))


def _surcharges_off(root: Element) -> bool:
    said = stated(root, "ChargeTotalAmount")
    return said is not None and said != amounts(charges(root, charge=True))


def _net_off(root: Element) -> bool:
    net, base = stated(root, "TaxExclusiveAmount"), stated(root, "LineExtensionAmount")
    if net is None or base is None:
        return False
    return net != base - (stated(root, "AllowanceTotalAmount") or 0) + (stated(root, "ChargeTotalAmount") or 0)


def _tax_off(root: Element) -> bool:
    one = document_tax(root)
    if one is None or number(one, "cbc:TaxAmount") is None or not one.findall("cac:TaxSubtotal", NS):
        return False
    return number(one, "cbc:TaxAmount") != total(number(s, "cbc:TaxAmount") for s in one.findall("cac:TaxSubtotal", NS))


def _gross_off(root: Element) -> bool:
    gross, net, one = stated(root, "TaxInclusiveAmount"), stated(root, "TaxExclusiveAmount"), document_tax(root)
    if gross is None or net is None:
        return False
    return gross != net + ((number(one, "cbc:TaxAmount") if one is not None else None) or 0)


def _due_off(root: Element) -> bool:
    due, gross = stated(root, "PayableAmount"), stated(root, "TaxInclusiveAmount")
    if due is None or gross is None:
        return False
    return due != gross - (stated(root, "PrepaidAmount") or 0) + (stated(root, "PayableRoundingAmount") or 0)


def _long(node: Element) -> bool:
    return len((node.text or "").strip().partition(".")[2]) > TWO


def _long_amounts(root: Element) -> list[str]:
    """Return every amount with more than two decimals; prices may have more."""
    found: list[str] = []

    def walk(node: Element, path: str, *, in_price: bool) -> None:
        for child in node:
            name = child.tag.rpartition("}")[2]
            if name.endswith("Amount") and name != "PriceAmount" and not in_price and _long(child):
                found.append(f"{path}{name}")
            walk(child, f"{path}{name}/", in_price=in_price or child.tag == f"{CAC}Price")

    walk(root, "", in_price=False)
    return found


def _currencies(root: Element) -> list[str]:
    return [
        node.tag.rpartition("}")[2]
        for node in root.iter()
        if node.get("currencyID") is not None and not is_currency(node.get("currencyID") or "")
    ]


def _type_bad(root: Element) -> bool:
    invoice, credit = text(root, "cbc:InvoiceTypeCode"), text(root, "cbc:CreditNoteTypeCode")
    return bool(invoice and invoice not in INVOICE_TYPES) or bool(credit and credit not in CREDIT_TYPES)


def _reason(node: Element) -> str:
    return text(node, "cbc:AllowanceChargeReasonCode")


def _odd_allowance(node: Element) -> bool:
    return bool(_reason(node)) and _reason(node) not in ALLOWANCE_REASONS


def _odd_charge(node: Element) -> bool:
    return bool(_reason(node)) and _reason(node) not in CHARGE_REASONS


def _odd_country(node: Element) -> bool:
    return (node.text or "").strip() not in COUNTRIES


def _odd_category(node: Element) -> bool:
    return bool(text(node, "cbc:ID")) and text(node, "cbc:ID") not in TAX_CATEGORIES


def _odd_currency(node: Element) -> bool:
    return bool((node.text or "").strip()) and not is_currency((node.text or "").strip())


_CHARGE = "cac:AllowanceCharge"
_OBJECT = "cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
_SUPPORT = f"cac:AdditionalDocumentReference/{_OBJECT}"
RULES: tuple[Rule, ...] = (
    Rule("BR-CO-10", "line sum = lines", whole(_lines_off, f"{TOTALS}/cbc:LineExtensionAmount")),
    Rule("BR-CO-11", "allowances = document allowances", whole(_allowances_off, f"{TOTALS}/cbc:AllowanceTotalAmount")),
    Rule("BR-CO-12", "charges = document charges", whole(_surcharges_off, f"{TOTALS}/cbc:ChargeTotalAmount")),
    Rule("BR-CO-13", "total without tax = lines - allowances + charges", whole(_net_off, f"{TOTALS}/cbc:TaxExclusiveAmount")),
    Rule("BR-CO-14", "tax total = tax of the breakdown", whole(_tax_off, "cac:TaxTotal/cbc:TaxAmount")),
    Rule("BR-CO-15", "total with tax = without tax + tax", whole(_gross_off, f"{TOTALS}/cbc:TaxInclusiveAmount")),
    Rule("BR-CO-16", "amount due = total - prepaid + rounding", whole(_due_off, f"{TOTALS}/cbc:PayableAmount")),
    Rule("BR-DEC-09", "at most two decimals in the line sum", each(f"{TOTALS}/cbc:LineExtensionAmount", _long)),
    Rule("BR-DEC-12", "at most two decimals in the total without tax", each(f"{TOTALS}/cbc:TaxExclusiveAmount", _long)),
    Rule("BR-DEC-14", "at most two decimals in the total with tax", each(f"{TOTALS}/cbc:TaxInclusiveAmount", _long)),
    Rule("BR-DEC-18", "at most two decimals in the amount due", each(f"{TOTALS}/cbc:PayableAmount", _long)),
    Rule("BR-DEC-23", "at most two decimals in a line amount", in_lines("cbc:LineExtensionAmount", _long)),
    Rule("UBL-DT-01", "at most two decimals in an amount", _long_amounts),
    Rule("UBL-DT-07", "a file name on each attachment", each(_SUPPORT, lambda n: not (n.get("filename") or "").strip())),
    Rule("BR-CL-01", "a document type of UNCL 1001", whole(_type_bad, "cbc:InvoiceTypeCode")),
    Rule("BR-CL-03", "currencies of ISO 4217", _currencies),
    Rule("BR-CL-04", "a document currency of ISO 4217", each("cbc:DocumentCurrencyCode", _odd_currency)),
    Rule("BR-CL-05", "a tax currency of ISO 4217", each("cbc:TaxCurrencyCode", _odd_currency)),
    Rule("BR-CL-14", "countries of ISO 3166", each(".//cac:Country/cbc:IdentificationCode", _odd_country)),
    Rule("BR-CL-17", "tax categories of UNCL 5305", each("cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory", _odd_category)),
    Rule("BR-CL-18", "tax categories of UNCL 5305 on lines", in_lines("cac:Item/cac:ClassifiedTaxCategory", _odd_category)),
    Rule("BR-CL-19", "allowance reasons of UNCL 5189",
         both(each(_CHARGE, when(is_allowance, _odd_allowance)), in_lines(_CHARGE, when(is_allowance, _odd_allowance)))),
    Rule("BR-CL-20", "charge reasons of UNCL 7161",
         both(each(_CHARGE, when(is_charge, _odd_charge)), in_lines(_CHARGE, when(is_charge, _odd_charge)))),
    Rule("BR-CL-24", "an attachment of a kind that is allowed",
         each(_SUPPORT, lambda n: n.get("mimeCode") is not None and n.get("mimeCode") not in ATTACHMENTS)),
)  # fmt: skip
