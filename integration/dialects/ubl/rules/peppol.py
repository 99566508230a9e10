"""Rules of Peppol BIS Billing 3, judged only for documents that say they are Peppol."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from xml.etree.ElementTree import Element

from integration.dialects.ubl.document import (
    BUYER,
    CREDIT_NOTE,
    NS,
    SELLER,
    amounts,
    charges,
    exists,
    has,
    is_charge,
    lines,
    number,
    quantity_path,
    text,
)
from integration.dialects.ubl.rules.base import Places, Rule, both, each, each_line, in_lines, whole
from integration.dialects.ubl.rules.checkdigits import SCHEMES
from integration.dialects.ubl.rules.codes import PEPPOL_CREDIT_TYPES, PEPPOL_INVOICE_TYPES, PERIOD_CODES

CENT, SLACK = Decimal("0.01"), Decimal("0.02")
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_CHARGE = "cac:AllowanceCharge"
_COUNTRY = "cac:PostalAddress/cac:Country/cbc:IdentificationCode"
_GERMAN_ONLY = {"326", "384"}
# An exemption code, the category it belongs to, and the rule that says so.
_EXEMPTIONS = (
    ("P0104", "VATEX-EU-G", "G"), ("P0105", "VATEX-EU-O", "O"), ("P0106", "VATEX-EU-IC", "K"),
    ("P0107", "VATEX-EU-AE", "AE"), ("P0108", "VATEX-EU-D", "E"), ("P0109", "VATEX-EU-F", "E"),
    ("P0110", "VATEX-EU-I", "E"), ("P0111", "VATEX-EU-J", "E"),
)  # fmt: skip
_ID_PLACES = (
    f"{SELLER}/cbc:EndpointID", f"{BUYER}/cbc:EndpointID", ".//cac:PartyIdentification/cbc:ID",
    ".//cac:PartyLegalEntity/cbc:CompanyID",
)  # fmt: skip


def _line_net_off(line: Element) -> bool:
    net, price = number(line, "cbc:LineExtensionAmount"), number(line, "cac:Price/cbc:PriceAmount")
    quantity = number(line, quantity_path(line))
    if net is None or price is None or quantity is None:
        return False
    base = number(line, "cac:Price/cbc:BaseQuantity") if has(line, "cac:Price/cbc:BaseQuantity") else Decimal(1)
    if not base:
        return True
    exact = quantity * price / base + amounts(charges(line, charge=True)) - amounts(charges(line, charge=False))
    return abs(net - exact.quantize(CENT, ROUND_HALF_UP)) > SLACK


def _percent_off(node: Element) -> bool:
    percent, base = number(node, "cbc:MultiplierFactorNumeric"), number(node, "cbc:BaseAmount")
    amount = number(node, "cbc:Amount")
    if percent is None or base is None or amount is None:
        return False
    return abs(amount - (base * percent / 100).quantize(CENT, ROUND_HALF_UP)) > SLACK


def _net_price_off(price: Element) -> bool:
    gross, net = number(price, "cac:AllowanceCharge/cbc:BaseAmount"), number(price, "cbc:PriceAmount")
    if gross is None or net is None:
        return False
    return net != gross - (number(price, "cac:AllowanceCharge/cbc:Amount") or 0)


def _base_unit_differs(line: Element) -> bool:
    base, quantity = line.find("cac:Price/cbc:BaseQuantity", NS), line.find(quantity_path(line), NS)
    if base is None or quantity is None or base.get("unitCode") is None:
        return False
    return base.get("unitCode") != quantity.get("unitCode")


def _outside_period(name: str, earlier: bool) -> Places:  # noqa: FBT001 - one of two directions
    def broken(root: Element) -> list[str]:
        limit = text(root, f"cac:InvoicePeriod/cbc:{name}")
        found = []
        for place, line in enumerate(lines(root), start=1):
            day = text(line, f"cac:InvoicePeriod/cbc:{name}")
            if limit and day and (day < limit if earlier else day > limit):
                found.append(f"line {place}/cac:InvoicePeriod/cbc:{name}")
        return found

    return broken


def _other_currency(root: Element) -> list[str]:
    """Return amounts in another currency than the document's; only the second tax total may be."""
    currency = text(root, "cbc:DocumentCurrencyCode")
    own = {amount for one in root.findall("cac:TaxTotal", NS) for amount in one.findall("cbc:TaxAmount", NS)}
    return [
        node.tag.rpartition("}")[2]
        for node in root.iter()
        if currency and node not in own and node.get("currencyID") not in {None, currency}
    ]


def _type_off(root: Element) -> bool:
    if text(root, "cbc:ProfileID") != PROFILE or root.tag == CREDIT_NOTE:
        return False
    code = text(root, "cbc:InvoiceTypeCode")
    return bool(code) and code not in PEPPOL_INVOICE_TYPES


def _credit_type_off(root: Element) -> bool:
    code = text(root, "cbc:CreditNoteTypeCode")
    return text(root, "cbc:ProfileID") == PROFILE and bool(code) and code not in PEPPOL_CREDIT_TYPES


def _german_only(root: Element) -> bool:
    countries = {text(root, f"{party}/{_COUNTRY}") for party in (SELLER, BUYER)}
    return text(root, "cbc:InvoiceTypeCode") in _GERMAN_ONLY and countries != {"DE"}


def _indicator_bad(node: Element) -> bool:
    return text(node, "cbc:ChargeIndicator") not in {"true", "false"}


def _empty(root: Element) -> list[str]:
    return [n.tag.rpartition("}")[2] for n in root.iter() if not len(n) and not (n.text or "").strip() and not n.attrib]


def _exemption(code: str, category: str) -> Places:
    path = "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory"
    return each(path, lambda n: text(n, "cbc:TaxExemptionReasonCode").upper() == code and text(n, "cbc:ID") != category)


def _scheme(scheme: str, is_right: Callable[[str], bool]) -> Places:
    def broken(root: Element) -> list[str]:
        return [
            f"{path} {(node.text or '').strip()[:40]}"
            for path in _ID_PLACES
            for node in root.findall(path, NS)
            if node.get("schemeID") == scheme and not is_right((node.text or "").strip())
        ]

    return broken


def _breakdowns_twice(root: Element) -> bool:
    return sum(exists(one, "cac:TaxSubtotal") for one in root.findall("cac:TaxTotal", NS)) > 1


def _without(required: str, given: str) -> Callable[[Element], bool]:
    return lambda node: exists(node, given) and not exists(node, required)


_RATE, _BASE = "cbc:MultiplierFactorNumeric", "cbc:BaseAmount"
RULES: tuple[Rule, ...] = (
    Rule("PEPPOL-EN16931-R003", "a buyer reference or an order number",
         whole(lambda r: not has(r, "cbc:BuyerReference") and not has(r, "cac:OrderReference/cbc:ID"), "cbc:BuyerReference")),
    Rule("PEPPOL-EN16931-R005", "a tax currency other than the document's",
         whole(lambda r: has(r, "cbc:TaxCurrencyCode") and text(r, "cbc:TaxCurrencyCode") == text(r, "cbc:DocumentCurrencyCode"),
               "cbc:TaxCurrencyCode")),
    Rule("PEPPOL-EN16931-R008", "no empty elements", _empty),
    Rule("PEPPOL-EN16931-R010", "the buyer's electronic address", whole(lambda r: not exists(r, f"{BUYER}/cbc:EndpointID"), BUYER)),
    Rule("PEPPOL-EN16931-R020", "the seller's electronic address", whole(lambda r: not exists(r, f"{SELLER}/cbc:EndpointID"), SELLER)),
    Rule("PEPPOL-EN16931-R040", "allowance or charge = base x percent", both(each(_CHARGE, _percent_off), in_lines(_CHARGE, _percent_off))),
    Rule("PEPPOL-EN16931-R041", "a base amount where a percentage is given",
         both(each(_CHARGE, _without(_BASE, _RATE)), in_lines(_CHARGE, _without(_BASE, _RATE)))),
    Rule("PEPPOL-EN16931-R042", "a percentage where a base amount is given",
         both(each(_CHARGE, _without(_RATE, _BASE)), in_lines(_CHARGE, _without(_RATE, _BASE)))),
    Rule("PEPPOL-EN16931-R043", "true or false as the charge indicator", both(each(_CHARGE, _indicator_bad), in_lines(_CHARGE, _indicator_bad))),
    Rule("PEPPOL-EN16931-R044", "no charge on a price",
         in_lines("cac:Price/cac:AllowanceCharge", lambda n: is_charge(n) or text(n, "cbc:ChargeIndicator") == "0")),
    Rule("PEPPOL-EN16931-R046", "net price = gross price - allowance", in_lines("cac:Price", _net_price_off)),
    Rule("PEPPOL-EN16931-R051", "one currency in the whole document", _other_currency),
    Rule("PEPPOL-EN16931-R053", "one tax total with a breakdown", whole(_breakdowns_twice, "cac:TaxTotal")),
    Rule("PEPPOL-EN16931-R101", "line references to an order only",
         in_lines("cac:DocumentReference", lambda n: text(n, "cbc:DocumentTypeCode") != "130")),
    Rule("PEPPOL-EN16931-R110", "a line's period that starts within the document's", _outside_period("StartDate", earlier=True)),
    Rule("PEPPOL-EN16931-R111", "a line's period that ends within the document's", _outside_period("EndDate", earlier=False)),
    Rule("PEPPOL-EN16931-R120", "line net = quantity x price / base + charges - allowances", each_line(_line_net_off)),
    Rule("PEPPOL-EN16931-R121", "a base quantity above zero",
         in_lines("cac:Price/cbc:BaseQuantity", lambda n: not (number(n, ".") or 0) > 0)),
    Rule("PEPPOL-EN16931-R130", "the base quantity in the billed unit", each_line(_base_unit_differs)),
    Rule("PEPPOL-EN16931-P0100", "an invoice type Peppol carries", whole(_type_off, "cbc:InvoiceTypeCode")),
    Rule("PEPPOL-EN16931-P0101", "a credit note type Peppol carries", whole(_credit_type_off, "cbc:CreditNoteTypeCode")),
    *(Rule(f"PEPPOL-EN16931-{rule}", f"category {category} with {code}", _exemption(code, category)) for rule, code, category in _EXEMPTIONS),
    Rule("PEPPOL-EN16931-P0112", "types 326 and 384 between German parties only", whole(_german_only, "cbc:InvoiceTypeCode")),
    Rule("PEPPOL-EN16931-CL006", "a code of when tax falls due",
         each("cac:InvoicePeriod/cbc:DescriptionCode", lambda n: (n.text or "").strip() not in PERIOD_CODES)),
    # Noted, not refused: the sender is known by the connection, and the standard's own examples carry such numbers.
    *(Rule(rule, says, _scheme(scheme, is_right), is_fatal=False) for rule, scheme, says, is_right in SCHEMES),
)  # fmt: skip
