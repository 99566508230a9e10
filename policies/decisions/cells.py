"""How a cell of the matrix grid is written and read: names, amounts, lists of words, marks.

What a person types is read strictly and written back in one form, so that the cell shows what was understood. A cell
that cannot be read raises `Unfit` with the cure. Codes and their words are both accepted; a name two things share is
refused, and the code is asked for.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Protocol

from policies.decisions.unfit import Unfit

LONGEST_NAME = 120
_AMOUNT = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?:\.([0-9]{1,30}))?")
_CURRENCY = re.compile(r"[€$£¥]|\b[A-Z]{3}\b")
_MOST_AMOUNT = Decimal(10) ** 14  # as the column of the table
_PLACES = 4
_FORMULA = ("=", "+", "@")
_SHOWN = 6  # words named in a cure
_MOST_SEARCHES, _LONGEST_SEARCH = 200, 60  # unknown words of one grid or file for which something near is looked for


@dataclass(frozen=True, slots=True)
class Names:
    """A vocabulary: what each code is called, and what one of them is called.

    `short` names a code without doubt where its words do not, such as a user name; without it the code does.
    """

    noun: str
    words: Mapping[Any, str]
    short: Mapping[Any, str] = field(default_factory=dict)
    _codes: dict[str, list[Any]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _near_to: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for code, label in self.words.items():
            self._codes.setdefault(label.casefold(), []).append(code)

    def say(self, code: Any) -> str:
        """Return the words of a code; what names it without doubt when two share the words, or nothing has it any more."""
        label = self.words.get(code, "")
        return label if label and len(self._codes[label.casefold()]) == 1 else self.exactly(code)

    def exactly(self, code: Any) -> str:
        """Return what names a code without doubt."""
        return self.short.get(code) or str(code)

    def code(self, text: str) -> Any:
        """Return the code that a code or its words stand for.

        :raises Unfit: nothing is called so, or two are.
        """
        if text in self.words:
            return text
        found = self._codes.get(text.casefold(), [])
        if len(found) == 1:
            return found[0]
        if found:
            exact = ", ".join(sorted(map(self.exactly, found)))
            raise Unfit(f"{len(found)} are called “{text}”. Write one of {exact}.", text)
        fold = text.casefold()
        folded = next((c for c in self.words if fold in {str(c).casefold(), self.exactly(c).casefold()}), None)
        if folded is not None:
            return folded
        raise Unfit(f"There is no {self.noun} “{text[:60]}”. {self._near(text)}".strip(), text)

    def _near(self, text: str) -> str:
        if text not in self._near_to and len(self._near_to) < _MOST_SEARCHES:
            by_fold = {label.casefold(): label for label in self.words.values()}
            near = get_close_matches(text[:_LONGEST_SEARCH].casefold(), by_fold, n=1)
            self._near_to[text] = by_fold[near[0]] if near else ""
        if found := self._near_to.get(text):
            return f"Did you mean {found}?"
        return f"Use {', '.join(self.words.values())}." if len(self.words) <= _SHOWN else "Write its name or code."


Ground = Mapping[str, Names]  # vocabulary -> its names


class Cell(Protocol):
    """One kind of cell."""

    def read(self, text: str, ground: Ground) -> Any:
        """Return the value a person wrote; `text` has no blanks around it.

        :raises Unfit: it cannot be read.
        """

    def write(self, value: Any, ground: Ground) -> str:
        """Return a value as the cell shows it."""


class Name:
    """The name of a row."""

    def read(self, text: str, ground: Ground) -> str:  # noqa: ARG002 - the signature of every cell
        """Return the name."""
        if not text:
            raise Unfit("Give the row a name: people read it as the reason.")
        if len(text) > LONGEST_NAME:
            raise Unfit(f"Use at most {LONGEST_NAME} characters; it has {len(text)}.")
        return text

    def write(self, value: str, ground: Ground) -> str:  # noqa: ARG002 - the signature of every cell
        """Return the name."""
        return value


class Amount:
    """An amount in base currency, or nothing."""

    def read(self, text: str, ground: Ground) -> Decimal | None:  # noqa: ARG002 - the signature of every cell
        """Return the amount; commas may stand between thousands."""
        if not text:
            return None
        if text.startswith("-"):
            raise Unfit("An amount cannot be negative. Write zero or more.")
        found = _AMOUNT.fullmatch(text)
        if not found and _CURRENCY.search(text):
            raise Unfit("Limits are in the base currency. Convert it and write the number alone, such as 5,000.50.")
        if not found:
            raise Unfit("Write the number alone, such as 5000 or 5,000.50.")
        amount = Decimal(text.replace(",", ""))
        if amount >= _MOST_AMOUNT or len((found[1] or "").rstrip("0")) > _PLACES:
            raise Unfit(f"Use at most 14 digits before the point and {_PLACES} after it.")
        return amount

    def write(self, value: Decimal | None, ground: Ground) -> str:  # noqa: ARG002 - the signature of every cell
        """Return the amount with commas and without zeros at its end."""
        if value is None:
            return ""
        whole, _, rest = f"{value:,f}".partition(".")
        return f"{whole}.{rest.rstrip('0')}" if rest.rstrip("0") else whole


@dataclass(frozen=True, slots=True)
class Codes:
    """Any number of a vocabulary; none means any."""

    of: str

    def read(self, text: str, ground: Ground) -> frozenset[Any]:
        """Return the codes; a semicolon or a comma stands between them."""
        names = ground[self.of]
        return frozenset(code for part in text.split(";") if part.strip() for code in self._part(part.strip(), names))

    def _part(self, part: str, names: Names) -> Iterable[Any]:
        try:
            return [names.code(part)]
        except Unfit:
            if "," not in part:
                raise
        return [names.code(one.strip()) for one in part.split(",") if one.strip()]

    def write(self, value: Iterable[Any], ground: Ground) -> str:
        """Return the words, in one order."""
        return "; ".join(sorted(ground[self.of].say(code) for code in value))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, some of them also said otherwise; nothing is a value of its own."""

    said: Mapping[str, Any]  # the word written for each value comes first
    cure: str

    def read(self, text: str, ground: Ground) -> Any:  # noqa: ARG002 - the signature of every cell
        """Return what a word stands for."""
        if text.casefold() not in self.said:
            raise Unfit(self.cure)
        return self.said[text.casefold()]

    def write(self, value: Any, ground: Ground) -> str:  # noqa: ARG002 - the signature of every cell
        """Return the word of a value."""
        return next(word for word, means in self.said.items() if means is value)


URGENCY = Choice(
    {"": None, "urgent": True, "not urgent": False, "yes": True, "no": False, "either": None},
    "Write urgent, not urgent, or nothing for either.",
)
TOUCHLESS = Choice(
    {"": False, "yes": True, "no": False, "x": True, "touchless": True, "true": True, "false": False},
    "Write yes, or nothing.",
)


def read_text(cell: Cell, text: str, ground: Ground) -> Any:
    """Return the value of a cell as typed or pasted; a formula of a spreadsheet is never taken for a text.

    :raises Unfit: it cannot be read.
    """
    bare = text.strip()
    if bare.startswith(_FORMULA):
        raise Unfit("A formula is not taken. Paste its value instead.")
    if not all(char.isprintable() or char == "\n" for char in bare):
        raise Unfit("It holds characters that cannot be seen. Type it again.")
    return cell.read(bare, ground)
