"""EN 16931, what must be there: number, dates, parties, payment, references, lines."""

from xml.etree.ElementTree import Element

from integration.dialects.ubl.document import (
    AGENT,
    BUYER,
    CREDIT_NOTE,
    NS,
    SELLER,
    TOTALS,
    exists,
    has,
    is_charge,
    lines,
    number,
    quantity_path,
    scheme_id,
    stated,
    subtotals,
    text,
    texts,
)
from integration.dialects.ubl.rules.base import Rule, both, each, each_line, in_lines, lacks, missing, when, whole
from integration.dialects.ubl.rules.codes import COUNTRIES

COUNTRY = "cac:Country/cbc:IdentificationCode"
TRANSFERS = {"30", "58"}  # of UNCL 4461: credit transfer, SEPA credit transfer
ALLOWANCE = "cac:AllowanceCharge"
REASON = lacks("cbc:AllowanceChargeReason", "cbc:AllowanceChargeReasonCode")
AMOUNT = lacks("cbc:Amount")
CATEGORY = lacks("cac:TaxCategory/cbc:ID")


def is_allowance(node: Element) -> bool:
    """Say whether an AllowanceCharge takes from the amount."""
    return not is_charge(node)


def _unit_missing(line: Element) -> bool:
    quantity = line.find(quantity_path(line), NS)
    return quantity is not None and not (quantity.get("unitCode") or "").strip()


def _period_backwards(period: Element) -> bool:
    start, end = text(period, "cbc:StartDate"), text(period, "cbc:EndDate")
    return bool(start and end and end < start)


def _due_unsaid(root: Element) -> bool:
    due = stated(root, "PayableAmount") or 0
    said = has(root, "cbc:DueDate") or has(root, "cac:PaymentTerms/cbc:Note") or root.tag == CREDIT_NOTE
    return due > 0 and not said


def _is_seller(root: Element, path: str) -> bool:
    """Say whether the payee is the seller, in which case it should not be named again."""
    seller = set(texts(root, f"{SELLER}/{path}")) - {""}
    return bool(seller & set(texts(root, f"cac:PayeeParty/{path}")))


def _payee(root: Element) -> bool:
    if not exists(root, "cac:PayeeParty"):
        return False
    named = has(root, "cac:PayeeParty/cac:PartyName/cbc:Name")
    return not named or _is_seller(root, "cac:PartyName/cbc:Name") or _is_seller(root, "cac:PartyIdentification/cbc:ID")


def _transfer_without_account(means: Element) -> bool:
    return text(means, "cbc:PaymentMeansCode") in TRANSFERS and not has(means, "cac:PayeeFinancialAccount/cbc:ID")


def _agent_unknown(agent: Element) -> bool:
    schemes = agent.findall("cac:PartyTaxScheme", NS)
    return not any(text(s, "cac:TaxScheme/cbc:ID").upper() == "VAT" and has(s, "cbc:CompanyID") for s in schemes)


def _seller_unknown(root: Element) -> bool:
    known = ("cac:PartyIdentification/cbc:ID", "cac:PartyLegalEntity/cbc:CompanyID", "cac:PartyTaxScheme/cbc:CompanyID")
    return not any(has(root, f"{SELLER}/{path}") for path in known)


def _vat_prefix_bad(scheme: Element) -> bool:
    value = text(scheme, "cbc:CompanyID")
    if text(scheme, "cac:TaxScheme/cbc:ID").upper() != "VAT" or not value:
        return False
    return value[:2] not in COUNTRIES | {"EL"}


def _tax_currency_unstated(root: Element) -> bool:
    wanted = text(root, "cbc:TaxCurrencyCode")
    found = {a.get("currencyID") for a in root.findall("cac:TaxTotal/cbc:TaxAmount", NS)}
    return bool(wanted) and wanted not in found


_PERIOD_EMPTY = lacks("cbc:StartDate", "cbc:EndDate", "cbc:DescriptionCode")
_VAT_NUMBERS = (f"{SELLER}/cac:PartyTaxScheme", f"{BUYER}/cac:PartyTaxScheme", f"{AGENT}/cac:PartyTaxScheme")
RULES: tuple[Rule, ...] = (
    Rule("BR-01", "a specification identifier", missing("cbc:CustomizationID")),
    Rule("BR-02", "an invoice number", missing("cbc:ID")),
    Rule("BR-03", "an issue date", missing("cbc:IssueDate")),
    Rule("BR-04", "a type code", whole(lacks("cbc:InvoiceTypeCode", "cbc:CreditNoteTypeCode"))),
    Rule("BR-05", "a currency", missing("cbc:DocumentCurrencyCode")),
    Rule("BR-06", "the seller's name", missing(f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName")),
    Rule("BR-07", "the buyer's name", missing(f"{BUYER}/cac:PartyLegalEntity/cbc:RegistrationName")),
    Rule("BR-08", "the seller's postal address", whole(lambda r: not exists(r, f"{SELLER}/cac:PostalAddress"), SELLER)),
    Rule("BR-09", "the seller's country", missing(f"{SELLER}/cac:PostalAddress/{COUNTRY}")),
    Rule("BR-10", "the buyer's postal address", whole(lambda r: not exists(r, f"{BUYER}/cac:PostalAddress"), BUYER)),
    Rule("BR-11", "the buyer's country", missing(f"{BUYER}/cac:PostalAddress/{COUNTRY}")),
    Rule("BR-12", "the sum of line net amounts", missing(f"{TOTALS}/cbc:LineExtensionAmount")),
    Rule("BR-13", "the total without tax", missing(f"{TOTALS}/cbc:TaxExclusiveAmount")),
    Rule("BR-14", "the total with tax", missing(f"{TOTALS}/cbc:TaxInclusiveAmount")),
    Rule("BR-15", "the amount due", missing(f"{TOTALS}/cbc:PayableAmount")),
    Rule("BR-16", "at least one line", whole(lambda r: not lines(r))),
    Rule("BR-17", "the payee's name, when it is not the seller", whole(_payee, "cac:PayeeParty")),
    Rule("BR-18", "the tax representative's name", each(AGENT, lacks("cac:PartyName/cbc:Name"))),
    Rule("BR-19", "the tax representative's address", each(AGENT, lambda n: not exists(n, "cac:PostalAddress"))),
    Rule("BR-20", "the tax representative's country", each(f"{AGENT}/cac:PostalAddress", lacks(COUNTRY))),
    Rule("BR-21", "an id on each line", each_line(lacks("cbc:ID"))),
    Rule("BR-22", "a quantity on each line", each_line(lambda n: not has(n, quantity_path(n)))),
    Rule("BR-23", "a unit on each line", each_line(_unit_missing)),
    Rule("BR-24", "a net amount on each line", each_line(lacks("cbc:LineExtensionAmount"))),
    Rule("BR-25", "an item name on each line", each_line(lacks("cac:Item/cbc:Name"))),
    Rule("BR-26", "a net price on each line", each_line(lacks("cac:Price/cbc:PriceAmount"))),
    Rule("BR-27", "no negative net price", each_line(lambda n: (number(n, "cac:Price/cbc:PriceAmount") or 0) < 0)),
    Rule("BR-28", "no negative gross price",
         each_line(lambda n: (number(n, "cac:Price/cac:AllowanceCharge/cbc:BaseAmount") or 0) < 0)),
    Rule("BR-29", "an invoicing period that ends after it begins", each("cac:InvoicePeriod", _period_backwards)),
    Rule("BR-30", "a line's period that ends after it begins", in_lines("cac:InvoicePeriod", _period_backwards)),
    Rule("BR-31", "an amount on each allowance", each(ALLOWANCE, when(is_allowance, AMOUNT))),
    Rule("BR-32", "a tax category on each allowance", each(ALLOWANCE, when(is_allowance, CATEGORY))),
    Rule("BR-33", "a reason on each allowance", each(ALLOWANCE, when(is_allowance, REASON))),
    Rule("BR-36", "an amount on each charge", each(ALLOWANCE, when(is_charge, AMOUNT))),
    Rule("BR-37", "a tax category on each charge", each(ALLOWANCE, when(is_charge, CATEGORY))),
    Rule("BR-38", "a reason on each charge", each(ALLOWANCE, when(is_charge, REASON))),
    Rule("BR-41", "an amount on each line allowance", in_lines(ALLOWANCE, when(is_allowance, AMOUNT))),
    Rule("BR-42", "a reason on each line allowance", in_lines(ALLOWANCE, when(is_allowance, REASON))),
    Rule("BR-43", "an amount on each line charge", in_lines(ALLOWANCE, when(is_charge, AMOUNT))),
    Rule("BR-44", "a reason on each line charge", in_lines(ALLOWANCE, when(is_charge, REASON))),
    Rule("BR-45", "a taxable amount in each breakdown", each("cac:TaxTotal/cac:TaxSubtotal", lacks("cbc:TaxableAmount"))),
    Rule("BR-46", "a tax amount in each breakdown", each("cac:TaxTotal/cac:TaxSubtotal", lacks("cbc:TaxAmount"))),
    Rule("BR-47", "a category in each breakdown", each("cac:TaxTotal/cac:TaxSubtotal", CATEGORY)),
    Rule("BR-48", "a rate in each breakdown of tax",
         each("cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory", when(lambda n: text(n, "cbc:ID") != "O", lacks("cbc:Percent")))),
    Rule("BR-49", "a code for the means of payment", each("cac:PaymentMeans", lacks("cbc:PaymentMeansCode"))),
    Rule("BR-50", "an account for a credit transfer",
         each("cac:PaymentMeans", when(lambda n: exists(n, "cac:PayeeFinancialAccount"), _transfer_without_account))),
    Rule("BR-52", "a number on each supporting document", each("cac:AdditionalDocumentReference", lacks("cbc:ID"))),
    Rule("BR-53", "the tax total in the tax currency", whole(_tax_currency_unstated, "cac:TaxTotal")),
    Rule("BR-54", "name and value of each item attribute",
         in_lines("cac:Item/cac:AdditionalItemProperty", lambda n: not (has(n, "cbc:Name") and has(n, "cbc:Value")))),
    Rule("BR-55", "a number in each preceding invoice",
         each("cac:BillingReference", lacks("cac:InvoiceDocumentReference/cbc:ID"))),
    Rule("BR-56", "the tax representative's tax number", each(AGENT, _agent_unknown)),
    Rule("BR-57", "the country goods were delivered to", each("cac:Delivery/cac:DeliveryLocation/cac:Address", lacks(COUNTRY))),
    Rule("BR-61", "an account where payment is by transfer", each("cac:PaymentMeans", _transfer_without_account)),
    Rule("BR-62", "the scheme of the seller's electronic address", whole(lambda r: exists(r, f"{SELLER}/cbc:EndpointID")
         and not scheme_id(r, f"{SELLER}/cbc:EndpointID"), f"{SELLER}/cbc:EndpointID")),
    Rule("BR-63", "the scheme of the buyer's electronic address", whole(lambda r: exists(r, f"{BUYER}/cbc:EndpointID")
         and not scheme_id(r, f"{BUYER}/cbc:EndpointID"), f"{BUYER}/cbc:EndpointID")),
    Rule("BR-64", "the scheme of an item's standard number",
         in_lines("cac:Item/cac:StandardItemIdentification/cbc:ID", lambda n: not (n.get("schemeID") or "").strip())),
    Rule("BR-65", "the scheme of an item's classification",
         in_lines("cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode", lambda n: not (n.get("listID") or "").strip())),
    Rule("BR-CO-03", "a tax point date or its code, not both",
         whole(lambda r: has(r, "cbc:TaxPointDate") and has(r, "cac:InvoicePeriod/cbc:DescriptionCode"), "cbc:TaxPointDate")),
    Rule("BR-CO-04", "a tax category on each line", each_line(lacks("cac:Item/cac:ClassifiedTaxCategory/cbc:ID"))),
    Rule("BR-CO-09", "a country before each tax number", both(*(each(path, _vat_prefix_bad) for path in _VAT_NUMBERS))),
    Rule("BR-CO-18", "a tax breakdown", whole(lambda r: bool(lines(r)) and not subtotals(r), "cac:TaxTotal")),
    Rule("BR-CO-19", "a beginning or an end of the invoicing period", each("cac:InvoicePeriod", _PERIOD_EMPTY)),
    Rule("BR-CO-20", "a beginning or an end of a line's period", in_lines("cac:InvoicePeriod", lacks("cbc:StartDate", "cbc:EndDate"))),
    Rule("BR-CO-25", "a due date or terms when something is due", whole(_due_unsaid, f"{TOTALS}/cbc:PayableAmount")),
    Rule("BR-CO-26", "a number that identifies the seller", whole(lambda r: exists(r, SELLER) and _seller_unknown(r), SELLER)),
)  # fmt: skip
