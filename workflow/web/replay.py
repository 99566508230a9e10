"""A version of the matrix tried on past decisions: asked for beside its rows, read on a page of its own (AP-10)."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from foundation import registries
from foundation.access import holds
from foundation.errors import InvalidError, NotFoundError, require
from foundation.models import User
from foundation.roles import VIEW
from foundation.web.csvout import stream_csv
from foundation.web.keyset import paginate
from foundation.web.typed import whole, words
from policies.access import can_read_policies
from policies.models import PolicyKind, PolicyVersion
from policies.selectors import version_numbered
from workflow.access import oversees
from workflow.decisions.replay_summary import people_words
from workflow.models import Replay
from workflow.selectors.replay import ReplayFilters, Shown, differences_of, matrix_with_replay, replay_of, shown
from workflow.services import start_replay

PERIODS = (30, 90, 365)
USUAL = 90
VIEWS = (("", "All"), ("touchless", "Now touchless"), ("asked", "No longer touchless"))
MOST_KINDS = 50


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


def panel(request: HttpRequest, pk: int | None = None) -> str:
    """Offer the replay of a matrix beside its rows, with the numbers of the last one."""
    if pk is None or not isinstance(request.user, User) or not can_read_policies(request.user):
        return ""
    found = matrix_with_replay(pk)
    return render_to_string("workflow/replay_panel.html", _frame(*found), request=request) if found else ""


def _frame(policy: PolicyVersion, found: Replay | None) -> dict[str, Any]:
    return {
        "policy": policy,
        "replay": found,
        "numbers": _numbers(found) if found and found.finished_at else None,
        "periods": PERIODS,
        "usual": found.days if found and found.days in PERIODS else USUAL,
        "currency": found.result.get("currency", "") if found else "",
    }


def _numbers(found: Replay) -> dict[str, Any]:
    """Return the numbers of a result with amounts as numbers again."""
    result = found.result
    return {
        **result,
        "share": round(100 * result["different"] / result["documents"], 1) if result["documents"] else 0,
        "touchless_gain": Decimal(result["newly_touchless"]["amount"]),
        "touchless_loss": Decimal(result["no_longer_touchless"]["amount"]),
        "hours_change": round(result["hours_after"] - result["hours_before"], 1),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def replay(request: StaffRequest, number: int) -> HttpResponse:
    """Show what a replay found; a POST asks for one and leads to its progress."""
    policy = _policy(request, number)
    error = ""
    if request.method == "POST":
        try:
            begun = start_replay(
                version_id=policy.pk,
                days=whole(words(request, "days", 6)) or 0,
                actor=request.user,
                at=timezone.now(),  # noqa: TID251 - the porch reads the clock
            )
        except InvalidError as refused:
            error = refused.message
        else:
            return redirect("job", begun.job_id)
    context = {**_frame(policy, replay_of(policy)), "error": error}
    context |= _found(request, context["replay"])
    return render(request, "workflow/replay.html", context, status=422 if error else 200)


def _policy(request: StaffRequest, number: int) -> PolicyVersion:
    require(can_read_policies(request.user))
    return version_numbered(PolicyKind.APPROVAL, number)


def _filters(request: HttpRequest) -> ReplayFilters:
    turns = request.GET.get("turns", "")
    return ReplayFilters(
        turns=turns if turns in dict(VIEWS) else "",
        shift=whole(request.GET.get("kind")),
        q=request.GET.get("q", "").strip()[:40],
    )


def _found(request: StaffRequest, found: Replay | None) -> dict[str, Any]:
    """Return the tables of a finished replay."""
    if found is None or not found.finished_at:
        return {}
    filters = _filters(request)
    page = paginate(request, differences_of(found, filters))
    kinds = sorted(enumerate(found.result["shifts"]), key=lambda kind: -kind[1]["count"])
    return {
        "filters": filters,
        "is_filtered": filters != ReplayFilters(),
        "views": VIEWS,
        "page": page,
        "rows": list(_linked(request.user, shown(found, page.rows))),
        "kinds": [(n, kind, Decimal(kind["amount"])) for n, kind in kinds[:MOST_KINDS]],
        "more_kinds": max(0, len(kinds) - MOST_KINDS),
        "people_of": people_words(found.result),
        "load": [one for one in found.result["load"] if one["before"] != one["after"]],
        "same_load": [one for one in found.result["load"] if one["before"] == one["after"]],
    }


def _linked(user: User, rows: Iterable[Shown]) -> Iterator[tuple[Shown, str]]:
    """Yield each difference with the address of its document, or of its approval, or of nothing the reader may open."""
    for row in rows:
        asked = row.request
        subject = registries.subjects.get(asked.subject_type)
        if subject is not None and subject.page is not None and holds(user, VIEW, asked.site_id or 0):
            yield row, subject.page(asked.subject_number)
        else:
            yield row, reverse("inbox_task", args=[asked.pk]) if oversees(user, asked.site) else ""


@require_safe
@login_required
def differences_csv(request: StaffRequest, number: int) -> StreamingHttpResponse:
    """Export the differences as a table, filtered as on the page."""
    policy = _policy(request, number)
    found = replay_of(policy)
    if found is None or not found.finished_at:
        raise NotFoundError("not_found", "This version was not replayed.")
    rows = shown(found, differences_of(found, _filters(request)).order_by("-pk").iterator(chunk_size=2_000))
    head = ["document", "site", "amount", "currency", "routed_at", "before", "after", "becomes"]
    return stream_csv(f"replay-{policy.kind}-{policy.number}.csv", head, (_csv(row) for row in rows))


def _csv(row: Shown) -> list[Any]:
    asked = row.request
    return [
        asked.subject_number, asked.site.code if asked.site else "", asked.amount, asked.currency, asked.opened_at.isoformat(), row.before,
        row.after, row.turns,
    ]  # fmt: skip
