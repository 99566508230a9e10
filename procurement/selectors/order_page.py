"""One order as its page reads it: what was answered beside what was asked, and what may be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Prefetch
from django.db.models.functions import JSONObject

from foundation.models import UnitOfMeasure
from procurement.models import (
    AcknowledgmentLine,
    AckState,
    LineAnswer,
    OrderAcknowledgment,
    OrderState,
    OrderVersion,
    PurchaseOrder,
    PurchaseOrderLine,
)

VERDICT_WORDS = {
    "as_ordered": "As ordered",
    "within_tolerance": "Within tolerance",
    "quantity_outside": "Quantity outside tolerance",
    "price_outside": "Price outside tolerance",
    "date_outside": "Later than tolerance allows",
    "": "Not judged",
}


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    """What a supplier said about a line beside what we asked; `None` where it agrees."""

    said: AcknowledgmentLine
    line: PurchaseOrderLine
    verdict: str
    quantity_was: Decimal | None
    price_was: Decimal | None
    promised: date
    promised_was: date | None
    needs_buyer: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer with its lines; `raises` says in what its terms would raise the order, which may need approval (AP-7)."""

    answer: OrderAcknowledgment
    lines: Sequence[AnsweredLine]
    raises: str

    @property
    def is_open(self) -> bool:
        """Say whether the buyer has to decide."""
        return bool(self.answer.state == AckState.REVIEW)


def answer_views(order: PurchaseOrder, limit: int = 10) -> Sequence[AnswerView]:
    """Return the newest answers, newest first; two statements."""
    said = AcknowledgmentLine.objects.select_related("order_line__unit")
    answers = order.acknowledgments.prefetch_related(Prefetch("lines", queryset=said)).order_by("-pk")[:limit]
    return [_answer(answer) for answer in answers]


def _answer(answer: OrderAcknowledgment) -> AnswerView:
    lines = [_line(said) for said in answer.lines.all()]
    higher = [x.line.line_no for x in lines if x.price_was is not None and (x.said.unit_price or 0) > x.price_was]
    more = [x.line.line_no for x in lines if x.quantity_was is not None and x.said.quantity > x.quantity_was]
    raises = ""
    if higher or more:
        what = "a higher price" if higher else "more than ordered"
        raises = (
            f"Taking it means {what} (line {(higher or more)[0]}). Beyond what policy allows it waits for whoever the"
            " approval matrix names; agreed, it is the next version of the order."
        )
    return AnswerView(answer, lines, raises)


def _line(said: AcknowledgmentLine) -> AnsweredLine:
    line = said.order_line
    promised = said.promised or line.need_by
    is_split = said.answer in {LineAnswer.SPLIT, LineAnswer.BACKORDERED} or said.schedule_no > 1
    return AnsweredLine(
        said=said,
        line=line,
        verdict=VERDICT_WORDS.get(said.verdict, said.verdict.replace("_", " ").capitalize()),
        quantity_was=line.quantity if said.quantity != line.quantity and not is_split else None,
        price_was=line.unit_price if said.unit_price not in {None, line.unit_price} else None,
        promised=promised,
        promised_was=line.need_by if promised != line.need_by else None,
        needs_buyer=said.verdict not in {"as_ordered", "within_tolerance", ""},
    )


@dataclass(frozen=True, slots=True)
class Verb:
    """Something a buyer may do with an order, and what it means."""

    name: str
    label: str
    hint: str
    icon: str
    tone: str = ""


def verbs_of(order: PurchaseOrder, lines: Sequence[Any]) -> Sequence[Verb]:
    """Return the verbs that make sense now; each needs a reason. The services judge again."""
    if order.state == OrderState.CANCELLED:
        return []
    if order.state == OrderState.CLOSED:
        return [
            Verb("reopen", "Open it again", "What was closed short may come after all, and is committed again.", "play")
        ]
    verbs = [
        Verb("unhold", "Let it go on", f"It is on hold: {order.hold_reason}", "play")
        if order.hold_reason
        else Verb("hold", "Put on hold", "Nothing more is sent until somebody lets it go on.", "pause")
    ]
    if order.state == OrderState.ISSUED:
        verbs.append(
            Verb("close", "Close the rest short", "What is still open will not come; its commitment ends.", "check")
        )
    if not any(view.line.delivered or view.line.invoiced for view in lines):
        verbs.append(
            Verb("cancel", "Cancel the order", "Nothing of it is wanted. The supplier is told.", "ban", "danger")
        )
    return verbs


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A line of an issued version; `was` holds the values of the version before where they differ."""

    line_no: int
    description: str
    supplier_part: str
    unit: str
    now: dict[str, Any]
    was: dict[str, Any]
    is_new: bool
    is_gone: bool


def versions_beside(order: PurchaseOrder, revision: int) -> dict[int, OrderVersion]:
    """Return a version and the one before it, by revision, with the symbols of our units; one statement."""
    units = UnitOfMeasure.objects.values(unit=JSONObject(code="code", symbol="symbol"))
    versions = order.versions.select_related("issued_by").annotate(units=ArraySubquery(units))
    return {version.revision: version for version in versions.filter(revision__in=[revision, revision - 1])}


def compared(version: OrderVersion, previous: OrderVersion | None) -> Sequence[VersionLine]:
    """Return the lines of a version with what changed since the previous one; lines that are gone are kept."""
    symbols = {unit["code"]: unit["symbol"] for unit in getattr(version, "units", ())}
    now = {line["line_no"]: line for line in version.content["lines"]}
    before = {line["line_no"]: line for line in previous.content["lines"]} if previous else {}
    return [
        _compared(now.get(no), before.get(no), symbols, is_first=previous is None) for no in sorted({*now, *before})
    ]


def _compared(
    now: dict[str, Any] | None, before: dict[str, Any] | None, symbols: dict[str, str], *, is_first: bool
) -> VersionLine:
    line = now or before or {}
    values = _values(line)
    old = _values(before) if now and before else {}
    return VersionLine(
        line_no=line["line_no"],
        description=line["description"],
        supplier_part=line["supplier_part"],
        unit=symbols.get(line["unit"], line["unit"]),
        now=values,
        was={key: value for key, value in old.items() if values[key] != value},
        is_new=before is None and not is_first,
        is_gone=now is None,
    )


def _values(line: dict[str, Any]) -> dict[str, Any]:
    numbers: dict[str, Any] = {name: Decimal(line[name]) for name in ("quantity", "unit_price", "amount")}
    return {**numbers, "need_by": date.fromisoformat(line["need_by"])}
