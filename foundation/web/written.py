"""Amounts, quantities and days as the reader's language writes them; English has ways of its own."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from django.utils.translation import get_language

from foundation.money import UNIT_PRICE_DECIMALS, minor_units

LOCALE = "en_GB"
DASH = "\u2013"


def _locale() -> str:
    """Return the locale of the reader's language other than English, else nothing: English has ways of its own below."""
    language = get_language() or ""
    return "" if language.startswith("en") else language.replace("-", "_")


@lru_cache(maxsize=256)
def _symbol(currency: str) -> str:
    return get_currency_symbol(currency, locale=LOCALE)


def money(amount: Decimal | None, currency: str) -> str:
    """Write an amount with its currency and minor units, such as £1,234.50; nothing is a dash."""
    if amount is None:
        return DASH
    if locale := _locale():
        return format_currency(amount, currency, locale=locale)
    return f"{'-' if amount < 0 else ''}{_symbol(currency)}{abs(amount):,.{minor_units(currency)}f}"


def price(amount: Decimal | None, currency: str) -> str:
    """Write a unit price with as many decimals as it has, at least the currency's, at most six."""
    if amount is None:
        return DASH
    least = minor_units(currency)
    digits = "#,##0." + "0" * least + "#" * (UNIT_PRICE_DECIMALS - least)
    locale = _locale()
    pattern = f"{digits}\u00a0¤" if locale else f"¤{digits}"
    return format_currency(amount, currency, pattern, locale=locale or LOCALE, currency_digits=False)


def number(value: Decimal | float | None) -> str:
    """Write a number with thousands commas and no trailing zeros."""
    if value is None:
        return DASH
    if locale := _locale():
        return format_decimal(Decimal(str(value)), "#,##0.######", locale=locale)
    text = f"{Decimal(str(value)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity(value: Decimal | None, unit: Any = "") -> str:
    """Write a quantity with its unit."""
    return DASH if value is None else f"{number(value)} {unit}".strip()


def day(value: date | None) -> str:
    """Write a calendar day: 27 Nov 2026."""
    if value is None:
        return DASH
    locale = _locale()
    return format_date(value, "d. MMM y", locale=locale) if locale else f"{value.day} {value:%b %Y}"


def short(local: datetime, *, with_year: bool) -> str:
    """Write day and minute in the reader's language: 25 Nov 15:01."""
    if locale := _locale():
        return f"{format_date(local, 'd. MMM y' if with_year else 'd. MMM', locale=locale)} {local:%H:%M}"
    return f"{local.day} {local:%b %Y %H:%M}" if with_year else f"{local.day} {local:%b %H:%M}"
