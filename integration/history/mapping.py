"""A source of past purchases, described in a small file: which column is what, which words mean nothing is known.

A new source is a new file beside this one, not new code. Nothing here reads a clock, a database or the network.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.errors import InvalidError

FIELDS = (
    "id", "order", "shipment", "site", "supplier", "ordered", "needed", "received", "item", "category", "subcategory",
    "pack_size", "quantity", "unit_price", "amount",
)  # fmt: skip
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Refusing:
    """Rows the source holds that are no purchases: a column with this text is refused for this reason."""

    column: str
    equals: str
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """What a name in the site column becomes: our code and its IANA time zone."""

    code: str
    zone: str


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """A source's file as we read it; prices and amounts are in `currency`, quantities in `pack` units."""

    source: str
    title: str
    encoding: str
    currency: str
    number_prefix: str
    code_prefix: str
    day_format: str
    unknown_words: frozenset[str]
    columns: Mapping[str, str]
    remarks: Mapping[str, str]
    refusing: tuple[Refusing, ...]
    base_unit: tuple[str, str]
    pack_unit: tuple[str, str]
    supplier_country: str
    region: tuple[str, str]
    entity: tuple[str, str, str]
    sites: Mapping[str, PlaceWords]


def load(name: str) -> SourceMapping:
    """Return the mapping of a source by its name.

    :raises InvalidError: there is no such source, or its file lacks something.
    """
    known = sorted(path.stem for path in HERE.glob("*.toml"))
    if name not in known:
        raise InvalidError(
            "source_unknown",
            f"There is no source {name[:40]}. Known: {', '.join(known)}.",
            field="source",
            value=name[:40],
        )
    return parse((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def parse(text: str) -> SourceMapping:
    """Return a mapping from its text.

    :raises InvalidError: it is no TOML, or lacks a table or a key; the message names it.
    """
    try:
        said = tomllib.loads(text)
        mapping = _build(said)
    except tomllib.TOMLDecodeError as error:
        raise InvalidError("mapping_unreadable", f"The mapping file cannot be read: {error}.") from error
    except KeyError as error:
        raise InvalidError("mapping_incomplete", f"The mapping file lacks {error}.") from error
    missing = [field for field in FIELDS if field not in mapping.columns]
    if missing:
        raise InvalidError("mapping_incomplete", f"The mapping file names no column for {', '.join(missing)}.")
    return mapping


def _build(said: dict[str, Any]) -> SourceMapping:
    return SourceMapping(
        source=said["source"],
        title=said["title"],
        encoding=said["encoding"],
        currency=said["currency"],
        number_prefix=said["number_prefix"],
        code_prefix=said["code_prefix"],
        day_format=said["day_format"],
        unknown_words=frozenset(said["unknown_words"]),
        columns=dict(said["columns"]),
        remarks=dict(said["remarks"]),
        refusing=tuple(Refusing(**rule) for rule in said.get("refuse", ())),
        base_unit=tuple(said["units"]["base"]),
        pack_unit=tuple(said["units"]["pack"]),
        supplier_country=said["supplier"]["country"],
        region=tuple(said["places"]["region"]),
        entity=tuple(said["places"]["entity"]),
        sites={name: PlaceWords(*words) for name, words in said["sites"].items()},
    )
