"""The record of a supplier as its sources tell it: values, rules, origins and what is asked (SU-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from suppliers.decisions.master_data import DEFAULTS, FIELDS, OUTCOMES, SOURCES, Rule
from suppliers.models import (
    FieldOrigin,
    FieldRule,
    SiteUse,
    Supplier,
    SupplierChange,
)


def rules() -> dict[str, Rule]:
    """Return how each field is governed; one statement."""
    found = dict(DEFAULTS)
    for row in FieldRule.objects.all():
        found[row.field] = Rule(row.is_controlled, tuple(row.sources), tuple(row.required_in))
    return found


def values_of(supplier: Supplier) -> dict[str, str]:
    """Return what the record says now, as text."""
    named = {code: str(getattr(supplier, code)) for code in FIELDS if code != "remit_to"}
    paid = supplier.sites.filter(payments=SiteUse.DEFAULT).values_list("code", flat=True).first()
    return {**named, "remit_to": paid or ""}


def sources_of(supplier_id: int) -> dict[str, str]:
    """Return which source each value comes from."""
    return dict(FieldOrigin.objects.filter(supplier=supplier_id).values_list("field", "source"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of a request: what stands, what is asked for, and why it waits."""

    field: str
    label: str
    before: str
    after: str
    why: str


def rows_of(change: SupplierChange) -> Sequence[Asked]:
    """Return what a request asks for, in the order of the record."""
    return [
        Asked(code, kind.label, change.before[code], change.after[code], OUTCOMES.get(change.why[code], ""))
        for code, kind in FIELDS.items()
        if code in change.after
    ]


def facts_of_supplier_change(pk: int) -> list[tuple[str, str]]:
    """Return what a decision maker reads of a request."""
    change = SupplierChange.objects.select_related("supplier", "created_by").get(pk=pk)
    said = [(row.label, f"{row.before or 'nothing'} -> {row.after or 'nothing'}") for row in rows_of(change)]
    about = [
        ("Supplier", str(change.supplier)),
        ("Came by", change.get_source_display()),
        ("Asked by", str(change.created_by)),
    ]
    return [*about, *said, *([("Why", change.reason)] if change.reason else [])]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from, in words."""

    source: str
    by: str
    at: datetime
    document: str

    @property
    def words(self) -> str:
        """Return the source with its paper."""
        return f"{SOURCES[self.source]}, {self.document}" if self.document else SOURCES[self.source]


@dataclass(frozen=True, slots=True)
class Line:
    """A field of the record as the page shows it: its value, where it is from, and what is asked instead."""

    code: str
    label: str
    value: str
    origin: Origin | None
    asked: Sequence[tuple[str, str]]  # number of the request, value asked for
    is_controlled: bool
