"""How one value of a policy is written in a file: as JSON, and as a cell that a person reads.

A value that cannot be taken raises `Unfit` with the cure in words. Numbers are strings in JSON, never floats.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from policies.decisions.exchange_known import NOUNS, Known
from policies.decisions.unfit import Unfit, read_each

UNLIMITED = "unlimited"
YES, NO = "yes", "no"
_SAID = {"yes": True, "true": True, "x": True, "1": True, "no": False, "false": False, "0": False, "": False}
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_CUTS = re.compile(r"[;,\n]")
_MOST_DIGITS = 9  # of a whole number; longer is out of every range


_BY_CODE = frozenset({"sites", "regions", "categories", "people"})  # short and unmistakable, so cells show the code


class Value(ABC):
    """One kind of value. `plain` is how it stands in JSON."""

    def plain(self, stored: Any) -> Any:
        """Return what a row stores as plain JSON."""
        return stored

    def stored(self, plain: Any) -> Any:
        """Return plain JSON as a row stores it."""
        return plain

    @abstractmethod
    def from_json(self, given: Any, known: Known) -> Any:
        """Return what came as JSON once it is known to be fit.

        :raises Unfit: it is not.
        """

    @abstractmethod
    def from_cell(self, text: str, known: Known) -> Any:
        """Return the plain value a person wrote in a cell.

        :raises Unfit: it cannot be read.
        """

    def to_cell(self, plain: Any, known: Known) -> str | int | Decimal:  # noqa: ARG002 - some need what is known
        """Return a plain value as a cell."""
        return "" if plain is None else plain


@dataclass(frozen=True, slots=True)
class Text(Value):
    """A text of a limited length."""

    longest: int
    needed: bool = True
    pattern: str = ""
    hint: str = ""

    def from_json(self, given: Any, known: Known) -> str:  # noqa: ARG002 - the signature of every value
        """Return what came as JSON once it is fit."""
        if not isinstance(given, str):
            raise Unfit("Write a text.")
        text = given.strip()
        if self.needed and not text:
            raise Unfit("It is empty. Write it.")
        if len(text) > self.longest:
            raise Unfit(f"Use at most {self.longest} characters; it has {len(text)}.")
        if any(not char.isprintable() for char in text):
            raise Unfit("It holds characters that cannot be seen. Type it again.")
        if self.pattern and text and not re.fullmatch(self.pattern, text):
            raise Unfit(self.hint)
        return text

    def from_cell(self, text: str, known: Known) -> str:
        """Return what a person wrote in a cell."""
        return self.from_json(text, known)


@dataclass(frozen=True, slots=True)
class Number(Value):
    """A number from zero, or nothing; `unlimited` may be written where the value allows it (GR-3)."""

    digits: int
    places: int
    unit: str = ""
    may_be_unlimited: bool = False

    def plain(self, stored: Any) -> str | None:
        """Return what a row stores as plain JSON."""
        return stored if stored is None or stored == UNLIMITED else f"{Decimal(stored).normalize():f}"

    def stored(self, plain: Any) -> Any:
        """Return plain JSON as a row stores it."""
        return plain if plain is None or plain == UNLIMITED else Decimal(plain)

    def from_json(self, given: Any, known: Known) -> str | None:
        """Return what came as JSON once it is fit."""
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, str | int | Decimal):
            raise Unfit(f'Write a number as a text, such as "5000"{self._otherwise()}.')
        return self.from_cell(f"{given:f}" if isinstance(given, Decimal) else str(given), known)

    def from_cell(self, text: str, known: Known) -> str | None:
        """Return what a person wrote in a cell."""
        text = text.strip()
        if not text:
            return None
        if self.may_be_unlimited and text.lower() == UNLIMITED:
            return UNLIMITED
        if not _PLAIN_NUMBER.fullmatch(text):
            unit = self.unit or f"base currency, {known.currency}"
            raise Unfit(f"Write the number alone, such as 5000 or 12.5, in {unit}{self._otherwise()}.")
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise Unfit("It is no number.") from error
        if number < 0:
            raise Unfit("It is below zero. Write zero or more.")
        whole, places = self.digits - self.places, self.places
        if number >= Decimal(10) ** whole or number != round(number, places):
            raise Unfit(f"Use at most {whole} digits before the point and {places} after it.")
        return self.plain(number)

    def _otherwise(self) -> str:
        return ", or unlimited" if self.may_be_unlimited else ""

    def to_cell(self, plain: Any, known: Known) -> str | Decimal:  # noqa: ARG002 - the signature of every value
        """Return a plain value as a cell."""
        return "" if plain is None else plain if plain == UNLIMITED else Decimal(plain)


@dataclass(frozen=True, slots=True)
class Whole(Value):
    """A whole number between two ends; cells may show its unit."""

    least: int
    most: int
    unit: str = ""
    needed: bool = True

    def from_json(self, given: Any, known: Known) -> int | None:  # noqa: ARG002 - the signature of every value
        """Return what came as JSON once it is fit."""
        if given is None and not self.needed:
            return None
        if isinstance(given, bool) or not isinstance(given, int) or not self.least <= given <= self.most:
            raise Unfit(f"Write a whole number from {self.least} to {self.most}{f' {self.unit}' if self.unit else ''}.")
        return given

    def from_cell(self, text: str, known: Known) -> int | None:
        """Return what a person wrote in a cell."""
        bare = text.strip().removesuffix(self.unit).strip() if self.unit else text.strip()
        return self.from_json(
            int(bare) if bare.isascii() and bare.isdigit() and len(bare) <= _MOST_DIGITS else bare or None, known
        )

    def to_cell(self, plain: Any, known: Known) -> str | int:  # noqa: ARG002 - the signature of every value
        """Return a plain value as a cell."""
        return "" if plain is None else plain


@dataclass(frozen=True, slots=True)
class YesNo(Value):
    """Yes or no; with `either`, nothing means both."""

    either: bool = False

    def from_json(self, given: Any, known: Known) -> bool | None:  # noqa: ARG002 - the signature of every value
        """Return what came as JSON once it is fit."""
        if isinstance(given, bool) or (given is None and self.either):
            return given
        raise Unfit("Write true, false or null." if self.either else "Write true or false.")

    def from_cell(self, text: str, known: Known) -> bool | None:  # noqa: ARG002 - the signature of every value
        """Return what a person wrote in a cell."""
        said = text.strip().lower()
        if said not in _SAID:
            raise Unfit("Write yes, no, or nothing for either." if self.either else "Write yes or no.")
        return None if self.either and not said else _SAID[said]

    def to_cell(self, plain: Any, known: Known) -> str:  # noqa: ARG002 - the signature of every value
        """Return a plain value as a cell."""
        return "" if plain is None else YES if plain else NO if self.either else ""


@dataclass(frozen=True, slots=True)
class OneOf(Value):
    """One code of a vocabulary; a cell shows its words."""

    of: str
    needed: bool = True

    def from_json(self, given: Any, known: Known) -> str:
        """Return what came as JSON once it is fit."""
        return self._fit(given, known.require)

    def from_cell(self, text: str, known: Known) -> str:
        """Return what a person wrote in a cell."""
        return self._fit(text.strip(), known.code)

    def _fit(self, given: Any, find: Any) -> str:
        if not isinstance(given, str):
            raise Unfit(f"Write the code of a {NOUNS[self.of]}.")
        if not given:
            if self.needed:
                raise Unfit(f"It is empty. Name the {NOUNS[self.of]}.")
            return ""
        code: str = find(self.of, given)
        return code

    def to_cell(self, plain: Any, known: Known) -> str:
        """Return a plain value as a cell."""
        code: str = plain
        return code if self.of in _BY_CODE else known.label(self.of, code)


@dataclass(frozen=True, slots=True)
class Codes(Value):
    """Any number of codes of a vocabulary, sorted unless their order says something; none means any."""

    of: str
    keeps_order: bool = False

    def plain(self, stored: Any) -> list[str]:
        """Return what a row stores as plain JSON."""
        return list(stored) if self.keeps_order else sorted(stored)

    def from_json(self, given: Any, known: Known) -> list[str]:
        """Return what came as JSON once it is fit."""
        if not isinstance(given, list) or not all(isinstance(code, str) for code in given):
            raise Unfit('Write a list of codes, such as ["A", "B"]; an empty list means any.')
        return self._once(read_each(given, lambda code: known.require(self.of, code)))

    def from_cell(self, text: str, known: Known) -> list[str]:
        """Return what a person wrote in a cell."""
        return self._once(
            read_each(filter(None, map(str.strip, _CUTS.split(text))), lambda part: known.code(self.of, part))
        )

    def _once(self, codes: list[str]) -> list[str]:
        twice = next((code for code in codes if codes.count(code) > 1), None)
        if twice is not None:
            raise Unfit(f"“{twice}” stands twice. Name it once.", twice)
        return codes if self.keeps_order else sorted(codes)

    def to_cell(self, plain: Any, known: Known) -> str:
        """Return a plain value as a cell."""
        return "; ".join(code if self.of in _BY_CODE else known.label(self.of, code) for code in plain)
