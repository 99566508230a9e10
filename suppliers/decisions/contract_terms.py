"""What a contract may say, how two versions of it differ in words, and when its end is told. Source: SEMANTICS SO-2."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from foundation.errors import InvalidError

FIXED, TIERED, BLANKET = "fixed", "tiered", "blanket"
KINDS = {FIXED: "fixed prices", TIERED: "prices by quantity", BLANKET: "blanket"}
WARN_DAYS = (90, 60, 30)  # days before the last day
NEARLY_USED_PERCENT = 90
MOST_PRICES = 5_000
LONGEST = timedelta(days=20 * 366)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
_LARGEST = Decimal(10) ** 12
_ACCURACY = {"amount": Decimal("0.0001"), "price": Decimal("0.000001"), "quantity": Decimal("0.0001")}


@dataclass(frozen=True, slots=True)
class PriceTerm:
    """A price: net per `unit` in the contract's currency, from a quantity on; no sites = those of the contract.

    `line` is where it was written, for refusals.
    """

    item: str
    unit: str
    from_quantity: Decimal
    unit_price: Decimal
    sites: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """All that is agreed. Both days are included; amounts in `currency`, empty means none; no sites means every site."""

    title: str
    kind: str
    currency: str
    valid_from: date
    valid_to: date
    ceiling: Decimal | None
    floor: Decimal | None
    sites: tuple[str, ...]
    prices: tuple[PriceTerm, ...]


def content_of(terms: Terms) -> dict[str, Any]:
    """Return the terms as they are stored, prices in a fixed order."""
    return {
        "title": terms.title, "kind": terms.kind, "currency": terms.currency,
        "valid_from": terms.valid_from.isoformat(), "valid_to": terms.valid_to.isoformat(),
        "ceiling": _stored(terms.ceiling), "floor": _stored(terms.floor), "sites": sorted(terms.sites),
        "prices": [
            {
                "item": p.item, "unit": p.unit, "from": _stored(p.from_quantity), "price": _stored(p.unit_price),
                "sites": sorted(p.sites),
            }
            for p in sorted(terms.prices, key=_place)
        ],
    }  # fmt: skip


def terms_of(content: Mapping[str, Any]) -> Terms:
    """Return stored terms."""
    return Terms(
        content["title"], content["kind"], content["currency"], date.fromisoformat(content["valid_from"]),
        date.fromisoformat(content["valid_to"]), _read(content["ceiling"]), _read(content["floor"]),
        tuple(content["sites"]),
        tuple(
            PriceTerm(p["item"], p["unit"], Decimal(p["from"]), Decimal(p["price"]), tuple(p["sites"]))
            for p in content["prices"]
        ),
    )  # fmt: skip


def check_terms(terms: Terms, *, ordered: Decimal = Decimal(0)) -> None:
    """Refuse terms that contradict themselves; `ordered` is what was bought under the contract so far.

    :raises InvalidError: names field, value and cure.
    """
    _check_days(terms)
    for name, amount in (("ceiling", terms.ceiling), ("floor", terms.floor)):
        if amount is not None and not _fits(amount, "amount"):
            raise _wrong(name, amount, "Write an amount above zero with at most four decimals, or leave it empty.")
    if terms.kind not in KINDS:
        raise _wrong("kind", terms.kind, f"Choose one of {', '.join(KINDS)}.")
    if terms.kind == BLANKET and terms.ceiling is None:
        raise _wrong("ceiling", "", "A blanket contract has a ceiling. Write the most that may be ordered under it.")
    if terms.ceiling is not None and terms.floor is not None and terms.floor > terms.ceiling:
        raise _wrong("floor", terms.floor, f"The floor is above the ceiling of {terms.ceiling:f}. Lower it.")
    if terms.ceiling is not None and terms.ceiling < ordered:
        raise _wrong("ceiling", terms.ceiling, f"{ordered:f} is ordered under it already. Write at least that.")
    if len(terms.prices) > MOST_PRICES:
        raise _wrong("prices", len(terms.prices), f"A contract holds at most {MOST_PRICES:,} prices.")
    if terms.kind != BLANKET and not terms.prices:
        raise _wrong("prices", "", "Write at least one price, or make it a blanket contract.")
    _check_prices(terms)


def _check_days(terms: Terms) -> None:
    for name, day in (("valid_from", terms.valid_from), ("valid_to", terms.valid_to)):
        if not FIRST_DAY <= day <= LAST_DAY:
            raise _wrong(name, day, f"Write a day between {FIRST_DAY.year} and {LAST_DAY.year}.")
    if terms.valid_to < terms.valid_from:
        raise _wrong("valid_to", terms.valid_to, "The last day is before the first. Write a later one.")
    if terms.valid_to - terms.valid_from > LONGEST:
        raise _wrong("valid_to", terms.valid_to, "A contract lasts at most 20 years. Is the year right?")


def _check_prices(terms: Terms) -> None:
    seen: dict[tuple[str, str, Decimal, tuple[str, ...]], int] = {}
    for price in terms.prices:
        where = f"Line {price.line}, {price.item}: " if price.line else f"{price.item}: "
        if not _fits(price.unit_price, "price", least_allowed=True):
            raise _wrong("prices", price.unit_price, f"{where}a price is zero or more, with at most six decimals.")
        if not _fits(price.from_quantity, "quantity", least_allowed=True):
            raise _wrong("prices", price.from_quantity, f"{where}a tier begins at zero or more, at most four decimals.")
        if terms.kind == FIXED and price.from_quantity:
            raise _wrong(
                "prices", price.from_quantity, f"{where}fixed prices have no tiers. Choose prices by quantity."
            )
        outside = sorted(set(price.sites) - set(terms.sites)) if terms.sites else []
        if outside:
            raise _wrong("prices", outside[0], f"{where}the contract does not cover {outside[0]}. Add it to its sites.")
        key = (price.item, price.unit, price.from_quantity, tuple(sorted(price.sites)))
        if key in seen:
            raise _wrong("prices", price.item, f"{where}this price stands twice, also in line {seen[key]}. Keep one.")
        seen[key] = price.line


def _fits(number: Decimal, what: str, *, least_allowed: bool = False) -> bool:
    return (
        number.is_finite()
        and (number >= 0 if least_allowed else number > 0)
        and number < _LARGEST
        and number == number.quantize(_ACCURACY[what])
    )


def _wrong(field: str, value: object, cure: str) -> InvalidError:
    return InvalidError(f"{field}_unfit", cure, field=field, value=str(value)[:80])


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changes, in words; `before` or `after` is empty where it did not or will not exist."""

    what: str
    before: str
    after: str
    percent: Decimal | None = None  # of a price, against what it was; 2 means 2 % more


def differences(before: Terms, after: Terms) -> tuple[Difference, ...]:
    """Return what an amendment changes: the terms first, then the prices by item."""
    found = [
        Difference(what, old, new)
        for what, old, new in (
            ("Title", before.title, after.title),
            ("Kind", KINDS[before.kind], KINDS[after.kind]),
            ("Currency", before.currency, after.currency),
            ("First day", _day(before.valid_from), _day(after.valid_from)),
            ("Last day", _day(before.valid_to), _day(after.valid_to)),
            ("Ceiling", _amount(before, before.ceiling), _amount(after, after.ceiling)),
            ("Floor", _amount(before, before.floor), _amount(after, after.floor)),
            ("Sites", ", ".join(sorted(before.sites)) or "every site", ", ".join(sorted(after.sites)) or "every site"),
        )
        if old != new
    ]
    return (*found, *_price_differences(before, after))


def _price_differences(before: Terms, after: Terms) -> Iterable[Difference]:
    old, new = ({_place(p): p for p in terms.prices} for terms in (before, after))
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was and now and was.unit_price == now.unit_price and before.currency == after.currency:
            continue
        shown = now or was
        assert shown is not None  # noqa: S101 - the key comes from one of the two; for the type checker
        tier = f" from {shown.from_quantity.normalize():f}" if shown.from_quantity else ""
        sites = f" at {', '.join(sorted(shown.sites))}" if shown.sites else ""
        comparable = was and now and was.unit_price and before.currency == after.currency
        percent = (now.unit_price / was.unit_price - 1) * 100 if was and now and comparable else None
        yield Difference(
            f"{shown.item} per {shown.unit}{tier}{sites}", _price(before, was), _price(after, now), percent
        )


def _place(price: PriceTerm) -> tuple[str, str, Decimal, tuple[str, ...]]:
    return (price.item, price.unit, price.from_quantity, tuple(sorted(price.sites)))


def _price(terms: Terms, price: PriceTerm | None) -> str:
    return f"{price.unit_price.normalize():f} {terms.currency}" if price else ""


def _amount(terms: Terms, amount: Decimal | None) -> str:
    return "none" if amount is None else f"{amount.normalize():f} {terms.currency}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _stored(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"


def _read(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def warning_due(valid_to: date, today: date) -> int | None:
    """Return the nearest of 90, 60 and 30 days that is reached before the last day, or nothing; the day itself counts."""
    left = (valid_to - today).days
    return min((days for days in WARN_DAYS if 0 <= left <= days), default=None)


def is_nearly_used(ordered: Decimal, ceiling: Decimal | None) -> bool:
    """Say whether at least 90 % of a ceiling is ordered."""
    return ceiling is not None and ordered * 100 >= ceiling * NEARLY_USED_PERCENT
