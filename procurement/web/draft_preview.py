"""What the requisition page says while it is typed: price, source and warnings by line, total, who will approve."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from foundation import money
from foundation.errors import DomainError, InvalidError
from foundation.models import CostCentre, Site, User
from policies.decisions.budgets import Room, refusal
from procurement.decisions.flags import FREE_TEXT_IN_CATALOGUE, URGENT, WORDS, flag_sentences
from procurement.models import Requisition, RequisitionLine
from procurement.selectors.approval_facts import Judged, preview
from procurement.selectors.item_book import ItemBook
from procurement.services import LineInput, prepare_lines
from procurement.web.requisition_forms import line_forms
from workflow.selectors import Routing

MOST_REFUSED = 5  # lines named one after the other; the rest is named when these are mended


@dataclass(slots=True)
class LineSays:
    """One typed line, its form and item, and what is known about it."""

    form: Any
    item: Any
    row: RequisitionLine | None = None
    warnings: list[str] = field(default_factory=list)
    error: str = ""
    base: str = ""  # "10 cases = 240 ea"


@dataclass(slots=True)
class DraftPreview:
    """The whole page: lines in order, total in `currency`, and the chain the policy in force would ask."""

    lines: list[LineSays]
    formset: Any
    currency: str
    total: Decimal = Decimal(0)
    routing: Routing | None = None
    flags: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    rooms: Sequence[Room] = ()
    trouble: str = ""

    @property
    def priced(self) -> int:
        """Count the lines that have a price and a place in the total."""
        return sum(1 for line in self.lines if line.row is not None)


def preview_rows(
    rows: list[dict[str, str]], *, site: Site, cost_centre: CostCentre | None, need_by: date, is_urgent: bool,
    requester: User, at: datetime, draft: Requisition | None = None,
) -> DraftPreview:  # fmt: skip
    """Judge typed rows as submitting would, without saving; rows that are not complete yet are left out."""
    shown, book = line_forms(rows, judge=False)
    typed, _book = line_forms(rows, judge=True, book=book)
    page = DraftPreview(
        [LineSays(f, book.items.get(str(f["item_code"].value() or ""))) for f in shown], shown, site.currency
    )
    for says, form in zip(page.lines, typed, strict=True):
        says.error = " ".join(
            str(e) for e in [*form["quantity"].errors, *form["unit_price"].errors] if _was_typed(form)
        )
    complete = {i: form.line() for i, form in enumerate(typed) if form.is_valid() and not form.is_blank()}
    prepared = _prepare(page, complete, site, need_by, at)
    for index, row in prepared.items():
        page.lines[index].row = row
        page.lines[index].base = _base(row, book)
    page.total = money.total(row.line_amount for row in prepared.values())
    if prepared and cost_centre is not None:
        unsaved = Requisition(
            pk=draft.pk if draft else None, ship_to=site, requester=requester, cost_centre=cost_centre,
            currency=site.currency, need_by=need_by, total_amount=page.total, is_urgent=is_urgent,
        )  # fmt: skip
        _judge(page, unsaved, prepared, at)
    return page


def _was_typed(form: Any) -> bool:
    """Say whether a number stands in the line that cannot be read; a missing one is not named before saving."""
    return bool((form["quantity"].value() and form["quantity"].errors) or form["unit_price"].errors)


def _prepare(
    page: DraftPreview, complete: dict[int, LineInput], site: Site, need_by: date, at: datetime
) -> dict[int, RequisitionLine]:
    """Return the rows of the acceptable lines by their place; a refused line is named beside itself."""
    left = dict(complete)
    for _attempt in range(MOST_REFUSED + 1):
        try:
            rows = prepare_lines(site=site, need_by=need_by, lines=list(left.values()), at=at)
        except InvalidError as error:
            place = str(error.details.get("field", "")).removeprefix("lines[").partition("]")[0]
            if not place.isdigit() or int(place) >= len(left):
                page.trouble = error.message
                return {}
            refused = list(left)[int(place)]
            page.lines[refused].error = error.message
            del left[refused]
        else:
            return dict(zip(left, rows, strict=True))
    return {}


def _base(row: RequisitionLine, book: ItemBook) -> str:
    if row.item is None or row.unit.code == row.item.base_unit.code:
        return ""
    unit = next((u for u in [row.item.base_unit.symbol] if u), "")
    factor = book.factor(row.item.code, row.unit.code)
    return f"{row.base_quantity.normalize():f} {unit}" if factor else ""


def _judge(page: DraftPreview, draft: Requisition, prepared: dict[int, RequisitionLine], at: datetime) -> None:
    try:
        judged, page.routing = preview(draft, list(prepared.values()), at)
    except DomainError as error:
        page.trouble = error.message
        return
    for index, row in prepared.items():
        page.lines[index].warnings = [WORDS[flag] for flag in judged.by_line.get(row.line_no, ())]
    page.flags = whole_document_flags(judged)
    page.blocks = blocks_of(judged)
    page.rooms = judged.budget.rooms


def blocks_of(judged: Judged) -> list[str]:
    """Say in words why policy lets nobody submit it as it stands: flags (RQ-3) and budgets (RQ-6)."""
    flags = [WORDS[flag] for flag in judged.blocks_submission]
    return [*flags, refusal(judged.budget.exceeded)] if judged.budget.refuses else flags


def whole_document_flags(judged: Judged) -> list[str]:
    """Return in words what is unusual about the document and not already said beside a line."""
    beside = {flag for flags in judged.by_line.values() for flag in flags}
    return flag_sentences((f for f in judged.flags if f not in beside and f != URGENT), siblings=judged.siblings)


def wants_a_look(judged: Judged, routing: Routing) -> bool:
    """Say whether submitting shows the check page first: something is unusual or nobody may decide (UX 6.1).

    What the page showed while typing and the person marked knowingly is no reason: urgent, free text by choice.
    """
    harmless = {URGENT, FREE_TEXT_IN_CATALOGUE} if not judged.blocks_submission else set()
    return bool(set(judged.flags) - harmless or routing.unstaffed or blocks_of(judged))
