"""The report of conflicts as files: the tab that is open as CSV, all of them as one workbook (SD-1, SD-2)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.errors import require
from foundation.intake import xlsx
from foundation.models import User
from foundation.web.csvout import stream_csv
from policies.decisions.duties import Pair
from policies.decisions.vocabulary import DUTIES, words
from workflow import access
from workflow.selectors.duty_conflicts import Asked, Conflicting, every_conflict, role_conflicts
from workflow.web.conflicts import (
    VIEWS,
    StaffRequest,
    asked_of,
    chosen_of,
    pairs_asked,
    read_clock,
    refusals_of,
    role_names,
    rows_of,
    signatures_of,
)

MOST = 20_000  # rows of a sheet; the CSV has no end
BATCH = 500
HEADS: dict[str, list[str]] = {
    "": ["when", "person", "did", "on", "number", "site", "amount", "currency", "after", "then", "on", "strength"],
    "signatures": [
        "number", "asked", "due", "person", "did", "after", "document", "site", "amount", "currency", "state", "closed by",
        "closed",
    ],
    "roles": ["person", "holds", "and", "at"],
    "refused": ["when", "person", "duty", "after", "told"],
}  # fmt: skip


@require_safe
@login_required
def conflicts_csv(request: StaffRequest) -> StreamingHttpResponse:
    """Export the tab that is open, with its filters; every row of it."""
    require(access.can_read_conflicts(request.user))
    view = chosen_of(request).view
    view = view if view in HEADS else ""
    name = f"conflicts-{view}.csv" if view else "conflicts.csv"
    return stream_csv(name, HEADS[view], _tab(request, view))


@require_safe
@login_required
def conflicts_xlsx(request: StaffRequest) -> HttpResponse:
    """Export every tab as a sheet of one workbook, with the filters; at most 20,000 rows of each."""
    require(access.can_read_conflicts(request.user))
    sheets: list[xlsx.Sheet] = [
        (title, [24] * len(HEADS[view]), [HEADS[view], *([_plain(cell) for cell in row] for row in islice(_tab(request, view), MOST))])
        for view, title in VIEWS
    ]  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="conflicts.xlsx"'}
    return HttpResponse(xlsx.write(sheets), content_type=xlsx.CONTENT_TYPE, headers=headers)


def _plain(value: Any) -> Any:
    return "" if value is None else value


def _tab(request: StaffRequest, view: str) -> Iterator[list[Any]]:
    chosen, now = chosen_of(request), read_clock()
    _, pairs = pairs_asked(chosen, now)
    asked = asked_of(chosen, access.sites_of_conflicts(request.user), now)
    return _LINES[view](request.user, pairs, asked)


def _documents(user: User, pairs: Sequence[Pair], asked: Asked) -> Iterator[list[Any]]:
    rows: Iterable[Conflicting] = iter(every_conflict(pairs, asked))
    while some := list(islice(rows, BATCH)):
        for row in rows_of(user, some):
            one, paper = row.found, row.paper
            yield [
                _instant(one.at), one.person, row.did, one.document_type, paper.number, paper.site, paper.amount,
                paper.currency, row.held, _instant(one.held_at), row.earlier.number, row.strength[0],
            ]  # fmt: skip


def _signatures(user: User, _pairs: Sequence[Pair], asked: Asked) -> Iterator[list[Any]]:
    for one in signatures_of(user, asked).iterator(chunk_size=BATCH):
        yield [
            one.number, _instant(one.asked_at), _instant(one.due_at), str(one.person), words(one.duty, DUTIES),
            words(one.held, DUTIES), one.document_number, one.site.code if one.site else "", one.amount, one.currency,
            one.get_state_display(), str(one.decided_by or ""), _instant(one.closed_at),
        ]  # fmt: skip


def _roles(_user: User, pairs: Sequence[Pair], asked: Asked) -> Iterator[list[Any]]:
    for one in role_conflicts(pairs, asked.sites):
        yield [one.person, *role_names(one.one, one.other), "; ".join(one.sites)]


def _refused(_user: User, _pairs: Sequence[Pair], asked: Asked) -> Iterator[list[Any]]:
    for event in refusals_of(asked).iterator(chunk_size=BATCH):
        duty, held = (words(str(event.data.get(name, "")), DUTIES) for name in ("duty", "held"))
        yield [_instant(event.at), str(event.actor or "Unknown"), duty, held, event.data.get("message", "")]


def _instant(at: Any) -> str:
    return timezone.localtime(at).isoformat() if at else ""


_LINES: dict[str, Callable[[User, Sequence[Pair], Asked], Iterator[list[Any]]]] = {
    "": _documents, "signatures": _signatures, "roles": _roles, "refused": _refused,
}  # fmt: skip
