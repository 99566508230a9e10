"""The documents behind a number, one line each, with what it adds to the number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from foundation.registries import subjects
from intelligence.decisions.metrics import Metric
from intelligence.models import Measurement
from intelligence.web.cards import hours_text

HEAD = [
    "document", "measured", "site", "supplier", "by", "started_at", "ended_at", "due_at", "elapsed_hours",
    "business_hours", "result",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list."""

    row: Measurement
    url: str
    kind: str
    other: str
    other_url: str
    elapsed: str
    business: str
    result: str
    tone: str

    def for_csv(self) -> list[Any]:
        """Return the line as cells of an export."""
        row = self.row
        instants = [_iso(row.started_at), _iso(row.ended_at), _iso(row.due_at)]
        return [
            row.document_number, self.other, row.site.code if row.site else "",
            row.supplier.name if row.supplier else "", str(row.actor or ""), *instants,
            _rounded(row.elapsed_hours), _rounded(row.business_hours), self.result,
        ]  # fmt: skip


def list_rows(rows: QuerySet[Measurement]) -> QuerySet[Measurement]:
    """Add what a line shows."""
    return rows.select_related("site", "supplier", "actor")


def cells(row: Measurement, metric: Metric) -> Line:
    """Return one measurement as a line; addresses come from the registries, without a query."""
    other = row.detail or (row.subject_number if row.subject_number != row.document_number else "")
    result, tone = _result(row, metric)
    subject = subjects.get(row.document_type)
    return Line(
        row=row,
        url=_address(row.document_type, row.document_number),
        kind=subject.label if subject else row.document_type,
        other=other,
        other_url=_address(row.subject_type, row.subject_number) if metric.code == "MX-1" else "",
        elapsed=hours_text(row.elapsed_hours),
        business=hours_text(row.business_hours),
        result=result,
        tone=tone,
    )


def _address(kind: str, number: str) -> str:
    subject = subjects.get(kind)
    return subject.page(number) if subject and subject.page and number else ""


def _result(row: Measurement, metric: Metric) -> tuple[str, str]:
    if metric.code == "MX-2":
        return ("Policy alone", "info") if row.is_automatic else ("Decided", "ok")
    if metric.code == "MX-4":
        return _invoice_result(row)
    if metric.code == "MX-5":
        return _answer_result(row)
    return "Ordered", "ok"


def _invoice_result(row: Measurement) -> tuple[str, str]:
    if row.is_exception:
        return ("Exception, matched first" if row.first_time else "Exception"), "warn"
    if row.first_time is None:
        return "Not tested yet", "info"
    return ("First time", "ok") if row.first_time else ("Cleared", "ok")


def _answer_result(row: Measurement) -> tuple[str, str]:
    if row.ended_at is None:
        return "No answer", "warn"
    is_late = row.due_at is not None and row.ended_at > row.due_at
    return ("Late", "warn") if is_late else ("In time", "ok")


def _iso(instant: datetime | None) -> str:
    return instant.isoformat(timespec="seconds") if instant else ""


def _rounded(hours: float | None) -> float | str:
    return "" if hours is None else round(hours, 4)
