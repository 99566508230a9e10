"""How the study writes numbers into its sentences: plain, exact, never rounded into agreement."""

from decimal import Decimal

from foundation.money import minor_units, round_amount

SIGNS = {"GBP": "£", "EUR": "€", "USD": "US$"}  # as the pages write them; other currencies by their code


def money(amount: Decimal, currency: str) -> str:
    """Return an amount with its currency, in whole minor units: £1,234.50, -£1.00, 12.00 SEK."""
    rounded = round_amount(amount, currency)
    figures = f"{abs(rounded):,.{minor_units(currency)}f}"
    said = f"{SIGNS[currency]}{figures}" if currency in SIGNS else f"{figures} {currency}"
    return f"-{said}" if rounded < 0 else said


def number(value: Decimal) -> str:
    """Return a quantity or percentage without trailing zeros."""
    return f"{value.normalize() + 0:,f}"


def price(value: Decimal, currency: str) -> str:
    """Return a unit price with at least the currency's decimals and no needless ones."""
    digits = max(minor_units(currency), -int(value.normalize().as_tuple().exponent))
    return f"{value:,.{digits}f}"


def percent(part: Decimal, whole: Decimal) -> str:
    """Return a share as people say it: one decimal."""
    return f"{part / whole * 100:,.1f} %" if whole else "all"
