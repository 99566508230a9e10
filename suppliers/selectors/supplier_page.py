"""What the page of a supplier shows, read in one statement (SU-5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Value
from django.db.models.functions import Concat, JSONObject

from suppliers.decisions.master_data import DEFAULTS, FIELDS
from suppliers.models import (
    Contract,
    ContractState,
    FieldOrigin,
    FieldRule,
    SiteUse,
    Supplier,
    SupplierChange,
    SupplierChangeState,
    SupplierIdentifier,
    SupplierMerge,
    SupplierSite,
)
from suppliers.selectors.master_data import Line, Origin

Rows = Sequence[Mapping[str, Any]]
_OF_SITE = ("code", "name", "orders", "payments", "address", "email", "is_active")
_OF_CONTRACT = ("number", "title", "state", "valid_from", "valid_to", "ordered_amount", "currency")
CONTRACTS = 20


@dataclass(frozen=True, slots=True)
class SupplierRecord:
    """What a supplier's page shows: fields, locations (those in use first), numbers at partners, contracts, who it stands for."""

    lines: Sequence[Line]
    sites: Sequence[Mapping[str, Any]]
    numbers: Sequence[str]
    contracts: Sequence[Mapping[str, Any]]
    absorbed: Sequence[Mapping[str, Any]]


def record_of(supplier: Supplier) -> SupplierRecord:
    """Return the record of a supplier with its origins, what is asked, its contracts and the records it stands for."""
    mine = {"supplier": OuterRef("pk")}
    sites = SupplierSite.objects.filter(**mine).order_by("-is_active", "code")
    numbers = SupplierIdentifier.objects.filter(**mine).order_by("scheme", "value")
    origins = FieldOrigin.objects.filter(**mine).order_by("pk")
    waiting = SupplierChange.objects.filter(**mine, state=SupplierChangeState.PROPOSED).order_by("pk")
    contracts = Contract.objects.filter(**mine).order_by("-valid_to")
    merges = SupplierMerge.objects.filter(survivor=OuterRef("pk"), undone_at=None).order_by("-pk")
    origin = JSONObject(field="field", source="source", document="document", at="at", by=_person("by"))
    merge = JSONObject(
        pk="pk",
        name="duplicate__name",
        code="duplicate__code",
        by=_person("merged_by"),
        at="merged_at",
        reason="reason",
    )
    rule = JSONObject(field="field", controlled="is_controlled")
    rows = Supplier.objects.filter(pk=supplier.pk).order_by()
    found = rows.values_list(
        ArraySubquery(sites.values(one=JSONObject(**{name: name for name in _OF_SITE}))),
        ArraySubquery(numbers.values(one=Concat("scheme", Value(":"), "value"))),
        ArraySubquery(origins.values(one=origin)),
        ArraySubquery(waiting.values(one=JSONObject(number="number", after="after"))),
        ArraySubquery(FieldRule.objects.order_by("pk").values(one=rule)),
        ArraySubquery(contracts.values(one=JSONObject(**{name: name for name in _OF_CONTRACT}))[:CONTRACTS]),
        ArraySubquery(merges.values(one=merge)),
    ).get()
    said, held, known, asked, ruled, agreed, stands_for = found
    lines = _lines(supplier, said, known, asked, ruled)
    return SupplierRecord(lines, said, held, [_contract(row) for row in agreed], [_merge(row) for row in stands_for])


def _person(field: str) -> JSONObject:
    return JSONObject(**{name: f"{field}__{name}" for name in ("first_name", "last_name", "username")})


def _name(person: Mapping[str, Any]) -> str:
    return f"{person['first_name'] or ''} {person['last_name'] or ''}".strip() or person["username"] or "automatic"


def _lines(supplier: Supplier, sites: Rows, origins: Rows, waiting: Rows, rules: Rows) -> list[Line]:
    paid = next((site["code"] for site in sites if site["payments"] == SiteUse.DEFAULT), "")
    controlled = {code: rule.is_controlled for code, rule in DEFAULTS.items()}
    controlled |= {row["field"]: row["controlled"] for row in rules}
    known = {row["field"]: _origin(row) for row in origins}
    lines = []
    for code, kind in FIELDS.items():
        value = paid if code == "remit_to" else str(getattr(supplier, code))
        asked = [(row["number"], row["after"][code]) for row in waiting if code in row["after"]]
        lines.append(Line(code, kind.label, value, known.get(code), asked, controlled[code]))
    return lines


def _origin(row: Mapping[str, Any]) -> Origin:
    return Origin(row["source"], _name(row["by"]), datetime.fromisoformat(row["at"]), row["document"])


def _contract(row: Mapping[str, Any]) -> Mapping[str, Any]:
    days = {name: date.fromisoformat(row[name]) for name in ("valid_from", "valid_to")}
    amount = Decimal(str(row["ordered_amount"]))
    return {**row, **days, "ordered_amount": amount, "get_state_display": ContractState(row["state"]).label}


def _merge(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "by": _name(row["by"]), "at": datetime.fromisoformat(row["at"])}


def told_of(supplier: Supplier) -> tuple[Rows, Rows]:
    """Return the locations that are paid and the newest requests of a supplier's own people; one statement, theirs only."""
    sites = SupplierSite.objects.filter(supplier=OuterRef("pk"), is_active=True).exclude(payments=SiteUse.NO)
    asked = SupplierChange.objects.filter(supplier=OuterRef("pk"), source="portal").order_by("-pk")
    request = JSONObject(number="number", state="state", after="after", closed_reason="closed_reason")
    rows = Supplier.objects.filter(pk=supplier.pk).order_by()
    places, requests = rows.values_list(
        ArraySubquery(sites.order_by("code").values(one=JSONObject(code="code", name="name", payments="payments"))),
        ArraySubquery(asked.values(one=request)[:10]),
    ).get()
    for row in requests:
        row["shown"] = SupplierChangeState(row["state"]).label
        row["asked"] = [(FIELDS[code].label, value) for code, value in row["after"].items()]
    return places, requests
