"""Suppliers' price lists for staff: bring one in, match its columns, see what it changes, let it count (SO-1)."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import InvalidError
from foundation.intake import uploads
from foundation.models import User
from foundation.selectors import changes_of
from foundation.web.attachment import attachment
from foundation.web.csvout import stream_csv
from foundation.web.door import admitted, now, staff, tried
from foundation.web.keyset import paginate
from foundation.web.typed import seen_version, words
from suppliers import access
from suppliers.models import PriceList, PriceListSource, PriceListState, RowOutcome
from suppliers.selectors.price_lists import (
    ABOVE,
    AFFECTED,
    effect_of,
    lists_for,
    rows_above,
    rows_of,
    steepest_first,
    tolerance_at,
)
from suppliers.services import match_columns, receive_price_list, settle_price_list, withdraw_price_list
from suppliers.web.price_list_forms import ColumnsForm, NewListForm, sample_of

TABS = (("open", "Open"), ("", "All"), *((str(value), str(label)) for value, label in PriceListState.choices))
SHOWN = 50
REPORT = [
    "Line", "What", "Item", "Name", "Supplier part", "Unit", "Old price", "New price", "Currency", "Change %",
    "Open needs", "Ordered in 12 months", "A year more",
]  # fmt: skip
READ = (
    PriceListState.JUDGED,
    PriceListState.WAITING,
    PriceListState.AGREED,
    PriceListState.IN_FORCE,
    PriceListState.REFUSED,
)
MAY_MATCH = (PriceListState.RECEIVED, PriceListState.READING, PriceListState.JUDGED, PriceListState.AGREED)
ENDED = (PriceListState.IN_FORCE, PriceListState.REFUSED, PriceListState.WITHDRAWN)


@require_safe
@login_required
def price_lists(request: HttpRequest) -> HttpResponse:
    """List price lists; those somebody still has to do something with unless asked otherwise."""
    user, text = staff(request), request.GET.get("q", "").strip()[:60]
    state = request.GET.get("state", "open")
    rows = lists_for(access.visible_price_lists(user), text=text, state=state)
    context = {
        "page": paginate(request, rows), "tabs": TABS, "state": state, "text": text,
        "may_bring": access.can_bring_prices(user),
    }  # fmt: skip
    return render(request, "suppliers/price_list/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def price_list_new(request: HttpRequest) -> HttpResponse:
    """Bring a price list in."""
    user = staff(request)
    admitted(request, access.can_bring_prices(user))
    start = {"valid_from": timezone.localdate(), "currency": "GBP", "supplier": request.GET.get("supplier", "")}
    form = NewListForm(request.POST or None, request.FILES or None, initial=start)
    made = tried(
        form,
        lambda: receive_price_list(
            supplier_id=form.cleaned_data["supplier"].pk,
            sent=form.sent(),
            source=PriceListSource.PAGE,
            actor=user,
            at=now(),
        ),
    )
    if made is not None:
        return redirect("price_list_columns", made.number)
    return render(request, "suppliers/price_list/new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def price_list_columns(request: HttpRequest, number: str) -> HttpResponse:
    """Match the columns of the file and have it read."""
    found, user = _find(request, number), staff(request)
    admitted(request, access.can_bring_prices(user))
    form = ColumnsForm(found, request.POST or None)
    done = tried(
        form,
        lambda: match_columns(
            price_list_id=found.pk, expected_version=seen_version(request), columns=form.columns(),
            sign=form.cleaned_data["sign"], actor=user, at=now(),
        ),
    )  # fmt: skip
    if done is not None:
        return redirect("job", done.job_id)
    context = {"form": form, "list": found, "sample": sample_of(found)}
    return render(request, "suppliers/price_list/columns.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def price_list(request: HttpRequest, number: str) -> HttpResponse:
    """Show what a list changes, the steepest first, and what is to mend."""
    return _page(request, _find(request, number))


def _find(request: HttpRequest, number: str) -> PriceList:
    rows = access.visible_price_lists(staff(request)).defer("content")
    return get_object_or_404(rows.select_related("supplier", "created_by", "job"), number=number)


def _page(request: HttpRequest, found: PriceList, *, failed: str = "", error: str = "") -> HttpResponse:
    user, tolerance = staff(request), tolerance_at(now())
    is_read = found.state in READ and bool(found.totals)
    above = rows_above(found, tolerance) if is_read else 0
    which = request.GET.get("rows", "") or (ABOVE if above else RowOutcome.RAISED)
    rows: list[Any] = []
    if is_read:
        chosen = rows_of(found, which, tolerance)
        ordered = chosen.order_by("line") if which == RowOutcome.FAULT else steepest_first(chosen)
        rows = list(ordered[: SHOWN + 1])
    context = {
        "list": found, "is_read": is_read, "above": above, "which": which, "rows": rows[:SHOWN],
        "has_more": len(rows) > SHOWN, "tabs": _tabs(found, above) if is_read else (), "tolerance": tolerance,
        "effect": effect_of(found.totals), "history": changes_of(found), "failed": failed,
        "error": error, "given": request.POST.get("reason", ""), **_verdicts(user, found, above, is_read=is_read),
    }  # fmt: skip
    return render(request, "suppliers/price_list/detail.html", context, status=422 if error else 200)


def _tabs(found: PriceList, above: int) -> list[tuple[str, str, int]]:
    """Return code, words and number of each kind of rows; the kinds without rows are left out."""
    said = found.totals
    kinds = [(str(o), str(o.label), said[o]) for o in RowOutcome if o != RowOutcome.UNREAD]
    return [tab for tab in [(ABOVE, "Above tolerance", above), *kinds] if tab[2]]


def _verdicts(user: User, found: PriceList, above: int, *, is_read: bool) -> dict[str, Any]:
    may = bool(access.can_bring_prices(user))
    is_busy = found.job is not None and found.job.is_open
    return {
        "may_match": may and found.state in MAY_MATCH and not is_busy, "is_busy": is_busy,
        "may_settle": may and found.state == PriceListState.JUDGED and is_read,
        "may_withdraw": may and found.state not in ENDED, "asks": above > 0,
    }  # fmt: skip


VERBS: dict[str, Callable[..., PriceList]] = {"settle": settle_price_list, "withdraw": withdraw_price_list}


@require_POST
@login_required
def price_list_do(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Let a list count, ask for it, or take it back; a refusal comes back beside its form."""
    found = _find(request, number)
    if verb not in VERBS:
        raise Http404
    reason = {"reason": words(request)} if verb == "withdraw" else {}
    seen = {"price_list_id": found.pk, "expected_version": seen_version(request)}
    try:
        done = VERBS[verb](**seen, actor=staff(request), at=now(), **reason)
    except InvalidError as error:
        return _page(request, found, failed=verb, error=error.message)
    messages.success(request, _said(done))
    return redirect("price_list", number)


def _said(done: PriceList) -> str:
    if done.state == PriceListState.WAITING:
        return f"{done} waits for a second person. Nothing changes before they agree."
    if done.state == PriceListState.AGREED:
        return f"{done} is agreed. Its prices count from {done.valid_from.day} {done.valid_from:%b %Y} on."
    return f"{done} is {done.get_state_display().lower()}."


@require_safe
@login_required
def price_list_report(request: HttpRequest, number: str) -> StreamingHttpResponse:
    """Export every row that can be used with what it changes."""
    found = _find(request, number)
    which = request.GET.get("rows", "")
    rows = rows_of(found, which if which in {ABOVE, AFFECTED, *RowOutcome.values} else "", tolerance_at(now()))

    def lines() -> Iterator[list[Any]]:
        for row in rows.order_by("line").iterator(chunk_size=1_000):
            item, unit = row.item, row.unit
            yield [
                row.line, row.get_outcome_display(), item.code if item else "", item.name if item else "", row.supplier_part,
                unit.code if unit else "", row.old_price, row.unit_price, found.currency, row.change_percent,
                row.open_lines, row.year_quantity, row.effect,  # type: ignore[attr-defined]  # annotated by rows_of
            ]  # fmt: skip

    return stream_csv(f"{found.number}-changes.csv", REPORT, lines())


@require_safe
@login_required
def price_list_rejects(request: HttpRequest, number: str) -> StreamingHttpResponse:
    """Export the rows to mend, as they were written, with line, column, value and cure of each fault."""
    found = _find(request, number)
    named = {field: found.head[place] for field, place in found.columns.items() if place < len(found.head)}

    def lines() -> Iterator[list[Any]]:
        for row in found.rows.filter(outcome=RowOutcome.FAULT).order_by("line").iterator(chunk_size=1_000):
            for fault in row.faults:
                column = named.get(fault["field"], fault["field"])
                yield [*row.cells, row.line, column, fault["value"], fault["cure"]]

    head = [*found.head, "Line in the file", "Column", "Written", "What to do"]
    return stream_csv(f"{found.number}-to-mend.csv", head, lines())


@require_safe
@login_required
def price_list_file(request: HttpRequest, number: str) -> HttpResponse:
    """Hand out the file as it came."""
    found = _find(request, number)
    content = bytes(PriceList.objects.values_list("content", flat=True).get(pk=found.pk))
    return attachment(content, f"{found.number}.{found.kind}", uploads.CONTENT_TYPES[found.kind])
