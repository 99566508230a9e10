"""EN 16931, tax by category: the ten rules each category has, made from one table.

The rule of a category ends in -01 breakdown, -02 to -04 who must be registered (lines, allowances, charges), -05 to -07
the rate there, -08 taxable amount, -09 tax, -10 reason for exemption.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from xml.etree.ElementTree import Element

from integration.dialects.ubl.document import (
    AGENT,
    BUYER,
    NS,
    SELLER,
    amounts,
    charges,
    exists,
    has,
    lines,
    number,
    subtotals,
    text,
    total,
)
from integration.dialects.ubl.rules.base import Rule, whole

CENT = Decimal("0.01")
ON_LINE, ON_CHARGE = "cac:Item/cac:ClassifiedTaxCategory", "cac:TaxCategory"
POSITIVE, ZERO, NONE, NOT_NEGATIVE = "above zero", "zero", "no rate at all", "zero or more"
MUST, MUST_NOT = "a reason for exemption", "no reason for exemption"
_SELLER_ANY, _SELLER_VAT = ("vat", "other", "agent"), ("vat", "agent")


@dataclass(frozen=True, slots=True)
class Category:
    """What a tax category asks of a document. `is_exact`: one breakdown, and a taxable sum without tolerance."""

    prefix: str
    code: str
    name: str
    seller: tuple[str, ...]
    buyer: tuple[str, ...]
    rate: str
    reason: str
    is_exact: bool


CATEGORIES = (
    Category("BR-S", "S", "standard-rated", _SELLER_ANY, (), POSITIVE, MUST_NOT, is_exact=False),
    Category("BR-Z", "Z", "zero-rated", _SELLER_ANY, (), ZERO, MUST_NOT, is_exact=True),
    Category("BR-E", "E", "exempt", _SELLER_ANY, (), ZERO, MUST, is_exact=True),
    Category("BR-AE", "AE", "reverse-charge", _SELLER_ANY, ("vat", "legal"), ZERO, MUST, is_exact=True),
    Category("BR-IC", "K", "intra-community", _SELLER_VAT, ("vat",), ZERO, MUST, is_exact=True),
    Category("BR-G", "G", "export", _SELLER_VAT, (), ZERO, MUST, is_exact=True),
    Category("BR-O", "O", "untaxed", (), (), NONE, MUST, is_exact=True),
    Category("BR-AF", "L", "Canary Islands", _SELLER_ANY, (), NOT_NEGATIVE, MUST_NOT, is_exact=False),
    Category("BR-AG", "M", "Ceuta and Melilla", _SELLER_ANY, (), NOT_NEGATIVE, MUST_NOT, is_exact=False),
)


def _registered(root: Element, party: str, *, vat: bool) -> bool:
    schemes = root.findall(f"{party}/cac:PartyTaxScheme", NS)
    return any(has(s, "cbc:CompanyID") and (text(s, "cac:TaxScheme/cbc:ID").upper() == "VAT") == vat for s in schemes)


def _unregistered(root: Element, category: Category) -> bool:
    """Say whether somebody lacks the registration the category asks for; untaxed asks that nobody has one."""
    seller = {
        "vat": _registered(root, SELLER, vat=True),
        "other": _registered(root, SELLER, vat=False),
        "agent": _registered(root, AGENT, vat=True),
    }
    buyer = {
        "vat": _registered(root, BUYER, vat=True),
        "legal": has(root, f"{BUYER}/cac:PartyLegalEntity/cbc:CompanyID"),
    }
    if not category.seller:
        return seller["vat"] or seller["agent"] or buyer["vat"]
    if not any(seller[kind] for kind in category.seller):
        return True
    return bool(category.buyer) and not any(buyer[kind] for kind in category.buyer)


def _on_lines(root: Element, code: str) -> list[Element]:
    return [c for line in lines(root) for c in line.findall(ON_LINE, NS) if text(c, "cbc:ID") == code]


def _on_charges(root: Element, code: str, *, charge: bool) -> list[Element]:
    found = (c for one in charges(root, charge=charge) for c in one.findall(ON_CHARGE, NS))
    return [c for c in found if text(c, "cbc:ID") == code]


def _broken_down(root: Element, code: str) -> list[Element]:
    return [s for s in subtotals(root) if text(s, "cac:TaxCategory/cbc:ID") == code]


def _breakdown_off(root: Element, category: Category) -> bool:
    code = category.code
    used = _on_lines(root, code) + _on_charges(root, code, charge=False) + _on_charges(root, code, charge=True)
    count = len(_broken_down(root, code))
    if not used:
        return count > 1 if category.is_exact else False
    return count != 1 if category.is_exact else count == 0


def _rate_off(category: Category) -> Callable[[Element], bool]:
    def off(node: Element) -> bool:
        if category.rate == NONE:
            return exists(node, "cbc:Percent")
        rate = number(node, "cbc:Percent")
        if rate is None:
            return True
        return {POSITIVE: rate <= 0, ZERO: rate != 0, NOT_NEGATIVE: rate < 0}[category.rate]

    return off


def _belongs(node: Element | None, code: str, rate: Decimal | None) -> bool:
    if node is None or text(node, "cbc:ID") != code:
        return False
    return rate is None or number(node, "cbc:Percent") == rate


def _taxable_off(root: Element, category: Category) -> bool:
    for subtotal in _broken_down(root, category.code):
        said = number(subtotal, "cbc:TaxableAmount")
        rate = None if category.is_exact else number(subtotal, "cac:TaxCategory/cbc:Percent") or Decimal(0)
        own = [x for x in lines(root) if _belongs(x.find(ON_LINE, NS), category.code, rate)]
        sums = [number(x, "cbc:LineExtensionAmount") for x in own]
        for charge, sign in ((True, 1), (False, -1)):
            found = [c for c in charges(root, charge=charge) if _belongs(c.find(ON_CHARGE, NS), category.code, rate)]
            sums.append(sign * amounts(found))
        difference = abs((said or Decimal(0)) - total(sums))
        if said is not None and (difference != 0 if category.is_exact else difference >= 1):
            return True
    return False


def _tax_off(root: Element, category: Category) -> bool:
    for subtotal in _broken_down(root, category.code):
        tax, taxable = number(subtotal, "cbc:TaxAmount"), number(subtotal, "cbc:TaxableAmount")
        rate = number(subtotal, "cac:TaxCategory/cbc:Percent") or Decimal(0)
        if tax is None:
            continue
        if category.is_exact and tax != 0:
            return True
        if not category.is_exact and taxable is not None:
            expected = (taxable * rate / 100).quantize(CENT, ROUND_HALF_UP)
            if abs(tax - expected) >= 1:
                return True
    return False


def _reason_off(root: Element, category: Category) -> bool:
    for subtotal in _broken_down(root, category.code):
        reasons = ("cbc:TaxExemptionReason", "cbc:TaxExemptionReasonCode")
        given = any(has(subtotal, f"cac:TaxCategory/{name}") for name in reasons)
        if given != (category.reason == MUST):
            return True
    return False


def _rules_of(category: Category) -> Iterator[Rule]:
    code, name, prefix = category.code, category.name, category.prefix
    one = "one breakdown" if category.is_exact else "a breakdown"
    yield Rule(f"{prefix}-01", f"{one} of {name} tax", whole(lambda r: _breakdown_off(r, category), "cac:TaxTotal"))
    who = "the parties' tax numbers" if category.seller else "no tax numbers"
    rate = _rate_off(category)
    places: tuple[tuple[str, str, Callable[[Element], list[Element]]], ...] = (
        ("lines", "cac:InvoiceLine", lambda r: _on_lines(r, code)),
        ("allowances", "cac:AllowanceCharge", lambda r: _on_charges(r, code, charge=False)),
        ("charges", "cac:AllowanceCharge", lambda r: _on_charges(r, code, charge=True)),
    )
    for step, (what, path, found) in enumerate(places):
        yield Rule(
            f"{prefix}-{step + 2:02d}",
            f"{who} for {name} {what}",
            whole(lambda r, found=found: bool(found(r)) and _unregistered(r, category), path),  # type: ignore[misc]  # a lambda whose default keeps the value
        )
        yield Rule(
            f"{prefix}-{step + 5:02d}",
            f"a rate of {category.rate} on {name} {what}",
            whole(lambda r, found=found: any(rate(c) for c in found(r)), path),  # type: ignore[misc]  # same
        )
    breakdown = "cac:TaxTotal/cac:TaxSubtotal"
    yield Rule(
        f"{prefix}-08",
        f"{name} taxable amount = its lines - allowances + charges",
        whole(lambda r: _taxable_off(r, category), f"{breakdown}/cbc:TaxableAmount"),
    )
    yield Rule(f"{prefix}-09", f"{name} tax = taxable x rate", whole(lambda r: _tax_off(r, category), breakdown))
    yield Rule(f"{prefix}-10", f"{category.reason} of {name} tax", whole(lambda r: _reason_off(r, category), breakdown))


def _general_tax_off(root: Element) -> bool:
    """Say whether any breakdown's tax is not its taxable amount times its rate (BR-CO-17)."""
    for subtotal in subtotals(root):
        taxable, tax = number(subtotal, "cbc:TaxableAmount"), number(subtotal, "cbc:TaxAmount")
        rate = number(subtotal, "cac:TaxCategory/cbc:Percent") or Decimal(0)
        if taxable is None or tax is None:
            continue
        if abs(abs(tax) - (abs(taxable) * rate / 100).quantize(CENT, ROUND_HALF_UP)) >= 1:
            return True
    return False


def _mixed_with(root: Element, used: Callable[[Element], list[Element]]) -> bool:
    return bool(_broken_down(root, "O")) and any(text(c, "cbc:ID") != "O" for c in used(root))


def _all_line_categories(root: Element) -> list[Element]:
    return [c for line in lines(root) for c in line.findall(ON_LINE, NS)]


def _all_charge_categories(root: Element, *, charge: bool) -> list[Element]:
    return [c for one in charges(root, charge=charge) for c in one.findall(ON_CHARGE, NS)]


def _delivery_unsaid(root: Element) -> bool:
    said = has(root, "cac:Delivery/cbc:ActualDeliveryDate") or any(
        has(root, f"cac:InvoicePeriod/cbc:{name}") for name in ("StartDate", "EndDate")
    )
    return bool(_broken_down(root, "K")) and not said


def _destination_unsaid(root: Element) -> bool:
    path = "cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode"
    return bool(_broken_down(root, "K")) and not has(root, path)


RULES: tuple[Rule, ...] = (
    Rule("BR-CO-17", "tax = taxable x rate", whole(_general_tax_off, "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount")),
    *(rule for category in CATEGORIES for rule in _rules_of(category)),
    Rule("BR-IC-11", "the day of delivery or a period for goods to another member state",
         whole(_delivery_unsaid, "cac:Delivery/cbc:ActualDeliveryDate")),
    Rule("BR-IC-12", "the country of delivery for goods to another member state",
         whole(_destination_unsaid, "cac:Delivery/cac:DeliveryLocation")),
    Rule("BR-O-11", "no other breakdown beside untaxed",
         whole(lambda r: bool(_broken_down(r, "O")) and len(subtotals(r)) > 1, "cac:TaxTotal")),
    Rule("BR-O-12", "no other category than untaxed on lines", whole(lambda r: _mixed_with(r, _all_line_categories))),
    Rule("BR-O-13", "no other category than untaxed on allowances",
         whole(lambda r: _mixed_with(r, lambda x: _all_charge_categories(x, charge=False)))),
    Rule("BR-O-14", "no other category than untaxed on charges",
         whole(lambda r: _mixed_with(r, lambda x: _all_charge_categories(x, charge=True)))),
)  # fmt: skip
