"""The requester's pages."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import InvalidError
from foundation.models import Item, ItemUnit, Site, User
from foundation.selectors import next_working_day_at, timeline
from foundation.web.csvout import stream_csv
from foundation.web.keyset import paginate
from procurement import access
from procurement.decisions.flags import WORDS
from procurement.models import Requisition, RequisitionLine, RequisitionState
from procurement.selectors.approval_facts import preview
from procurement.services import (
    cancel_requisition,
    copy_requisition,
    create_requisition,
    save_requisition,
    submit_requisition,
    withdraw_requisition,
)
from procurement.web.requisition_forms import HeadForm, LineFormSet
from suppliers.selectors import search_catalogue
from workflow.selectors import messages_on, newest_request

VIEWS = [
    ("", "All"),
    ("draft", "Drafts"),
    ("submitted", "Waiting"),
    ("approved", "Approved"),
    ("ordered", "Ordered"),
    ("rejected", "Rejected"),
]


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


def _filtered(request: HttpRequest) -> QuerySet[Requisition]:
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    rows = access.visible_requisitions(request.user).select_related("ship_to", "requester")
    state, site, text = request.GET.get("state", ""), request.GET.get("site", ""), request.GET.get("q", "").strip()[:60]
    if state in RequisitionState.values:
        rows = rows.filter(state=state)
    if site:
        rows = rows.filter(ship_to__code=site[:8])
    if request.GET.get("mine"):
        rows = rows.filter(requester=request.user)
    if text:
        rows = rows.filter(
            Q(number__icontains=text) | Q(title__icontains=text) | Q(lines__description__icontains=text)
        ).distinct()
    return rows


@require_safe
@login_required
def requisition_list(request: HttpRequest) -> HttpResponse:
    """List requisitions of the person's sites; filters live in the address."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    context = {
        "page": paginate(request, _filtered(request)),
        "views": VIEWS,
        "sites": Site.objects.filter(pk__in=access.visible_requisitions(request.user).values("ship_to")).order_by(
            "name"
        ),
        "may_request": access.sites_to_request_at(request.user).exists(),
    }
    return render(request, "procurement/requisition/list.html", context)


@require_safe
@login_required
def requisition_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Export the filtered list."""
    head = ["Number", "Title", "Site", "Requester", "State", "Needed by", "Amount", "Currency"]

    def rows() -> Iterator[list[Any]]:
        for r in _filtered(request).order_by("-pk").iterator(chunk_size=500):
            yield [
                r.number,
                r.title,
                r.ship_to.code,
                str(r.requester),
                r.get_state_display(),
                r.need_by,
                r.total_amount,
                r.currency,
            ]

    return stream_csv("requisitions.csv", head, rows())


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def requisition_new(request: HttpRequest) -> HttpResponse:
    """Write a new requisition: one page, no wizard."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    sites = access.sites_to_request_at(request.user).select_related("region", "calendar")
    first = sites.first()
    if first is None:
        raise Http404
    initial = {
        "site": first.pk,
        "cost_centre": first.cost_centres.values_list("pk", flat=True).first(),
        "need_by": next_working_day_at(first, _now(), days=5),
    }
    head = HeadForm(request.POST or None, sites=sites, initial=initial, prefix="head")
    lines = LineFormSet(request.POST or None, prefix="lines", initial=[{}] if request.method != "POST" else None)
    return _edit(request, None, head, lines, sites)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def requisition_edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change a draft."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    draft = _get(request, number)
    verdict = access.can_change(request.user, draft)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect("requisition", number)
    sites = access.sites_to_request_at(request.user).filter(pk=draft.ship_to_id).select_related("region", "calendar")
    initial = {
        "site": draft.ship_to_id, "cost_centre": draft.cost_centre_id, "need_by": draft.need_by, "title": draft.title,
        "is_urgent": draft.is_urgent, "urgent_reason": draft.urgent_reason, "note": draft.note,
    }  # fmt: skip
    stored = [_as_typed(line) for line in draft.lines.select_related("item", "unit", "category")]
    head = HeadForm(request.POST or None, sites=sites, initial=initial, prefix="head")
    lines = LineFormSet(
        request.POST or None, prefix="lines", initial=(stored or [{}]) if request.method != "POST" else None
    )
    return _edit(request, draft, head, lines, sites)


def _as_typed(line: RequisitionLine) -> dict[str, Any]:
    typed = line.price_source == "typed"
    return {
        "item_code": line.item.code if line.item else "",
        "description": "" if line.item else line.description,
        "category": "" if line.item else line.category.code,
        "spend_kind": line.spend_kind,
        "quantity": f"{line.quantity.normalize():f}",
        "unit": line.unit.code,
        "unit_price": f"{line.unit_price.normalize():f}" if typed else "",
    }


def _edit(
    request: HttpRequest, draft: Requisition | None, head: HeadForm, lines: Any, sites: QuerySet[Site]
) -> HttpResponse:
    """Handle the page's buttons: find and add an item, remove a line, save, submit."""
    now = _now()
    context: dict[str, Any] = {"draft": draft, "head": head, "lines": lines, "found": [], "find": ""}
    if request.method != "POST":
        context["shown"] = _shown(lines)
        return render(request, "procurement/requisition/edit.html", context)
    action = request.POST.get("action", "save")
    if action.startswith(("find", "add:", "remove:", "blank")):
        return _change_lines(request, draft, head, sites, action, now)
    valid = head.is_valid() & lines.is_valid()
    if not valid:
        context["shown"] = _shown(lines)
        return render(request, "procurement/requisition/edit.html", context, status=422)
    try:
        saved = _save(request, draft, head, lines, now)
    except InvalidError as error:
        _place(error, head, lines)
        context["shown"] = _shown(lines)
        return render(request, "procurement/requisition/edit.html", context, status=422)
    if action == "submit":
        return redirect("requisition_check", saved.number)
    messages.success(request, f"{saved.number} is saved as a draft.")
    return redirect("requisition_edit", saved.number)


def _save(request: HttpRequest, draft: Requisition | None, head: HeadForm, lines: Any, now: datetime) -> Requisition:
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    data = head.cleaned_data
    typed = [form.line() for form in lines if not form.is_blank()]
    common = {
        "cost_centre": data["cost_centre"], "need_by": data["need_by"], "lines": typed, "title": data["title"],
        "note": data["note"], "is_urgent": data["is_urgent"], "urgent_reason": data["urgent_reason"],
        "actor": request.user, "at": now,
    }  # fmt: skip
    if draft is None:
        return create_requisition(site=data["site"], **common)
    version = int(request.POST.get("version", "0") or 0)
    return save_requisition(requisition_id=draft.pk, expected_version=version, **common)


def _place(error: InvalidError, head: HeadForm, lines: Any) -> None:
    """Put a service's refusal beside the field it names."""
    field = str(error.details.get("field", ""))
    if field.startswith("lines["):
        number, _, name = field[6:].partition("].")
        name = {"item": "item_code"}.get(name, name)
        typed = [form for form in lines if not form.is_blank()]
        if number.isdigit() and int(number) < len(typed):
            typed[int(number)].add_error(name if name in typed[int(number)].fields else None, error.message)
            return
    head.add_error(field if field in head.fields else None, error.message)


def _change_lines(
    request: HttpRequest, draft: Requisition | None, head: HeadForm, sites: QuerySet[Site], action: str, now: datetime
) -> HttpResponse:
    """Answer the search box and the add and remove buttons; nothing is saved yet."""
    rows = _typed_rows(request)
    find = request.POST.get("find", "").strip()[:80]
    site = sites.filter(pk=request.POST.get("head-site") or 0).first() or sites.first()
    assert site is not None  # noqa: S101 - the page needs a site to open; for the type checker
    day = now.astimezone(ZoneInfo(site.time_zone)).date()
    found: list[Any] = []
    if action.startswith("add:"):
        _verb, code, unit = [*action.split(":"), "", ""][:3]
        rows = [r for r in rows if _says_something(r)]
        rows.append({"item_code": code, "unit": unit, "quantity": "1"})
        find = ""
    elif action.startswith("remove:"):
        number = action.partition(":")[2]
        rows = [r for index, r in enumerate(rows) if str(index) != number] or [{}]
    elif action == "blank":
        rows.append({"spend_kind": "non_stock"})
    else:
        found = search_catalogue(site, find, day) if find else []
        exact = [f for f in found if f.item.code.upper() == find.upper()]
        if len(exact) == 1:
            rows = [r for r in rows if _says_something(r)]
            rows.append({"item_code": exact[0].item.code, "unit": exact[0].unit, "quantity": "1"})
            found, find = [], ""
    again = HeadForm(initial={n: head.data.get(f"head-{n}") for n in head.fields}, sites=sites, prefix="head")
    again.initial["is_urgent"] = bool(head.data.get("head-is_urgent"))
    lines = LineFormSet(prefix="lines", initial=rows)
    context = {
        "draft": draft,
        "head": again,
        "lines": lines,
        "found": found,
        "find": find,
        "searched": action == "find",
    }
    context["shown"] = _shown(lines)
    return render(request, "procurement/requisition/edit.html", context)


def _typed_rows(request: HttpRequest) -> list[dict[str, Any]]:
    count = request.POST.get("lines-TOTAL_FORMS", "0")
    total = min(int(count), 500) if count.isdigit() else 0
    names = ("item_code", "description", "category", "spend_kind", "quantity", "unit", "unit_price")
    return [{n: request.POST.get(f"lines-{i}-{n}", "") for n in names} for i in range(total)]


def _says_something(row: dict[str, Any]) -> bool:
    """Tell a typed row from the empty one; a browser sends the first choice of its lists even then."""
    return any(row[name] for name in ("item_code", "description", "quantity"))


def _shown(lines: Any) -> list[dict[str, Any]]:
    """Return each line form with the name of its item, for the page."""
    codes = [str(form["item_code"].value() or "") for form in lines]
    items = {i.code: i for i in Item.objects.filter(code__in=[c for c in codes if c]).select_related("base_unit")}
    packs: dict[tuple[int, str], Any] = {
        (u.item_id, u.unit.code): u for u in ItemUnit.objects.filter(item__in=items.values()).select_related("unit")
    }
    shown = []
    for form, code in zip(lines, codes, strict=True):
        item = items.get(code)
        pack = packs.get((item.pk, str(form["unit"].value() or ""))) if item else None
        shown.append({"form": form, "item": item, "pack": pack})
    return shown


def _get(request: HttpRequest, number: str) -> Requisition:
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    return get_object_or_404(
        access.visible_requisitions(request.user).select_related(
            "ship_to__region", "ship_to__calendar", "requester", "cost_centre", "changed_by"
        ),
        number=number,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def requisition_check(request: HttpRequest, number: str) -> HttpResponse:
    """Show who will approve and what is unusual, then submit. No warning and nobody to ask goes straight through."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    draft = _get(request, number)
    verdict = access.can_change(request.user, draft)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect("requisition", number)
    lines = list(draft.lines.select_related("item", "unit", "supplier", "category", "contract"))
    if not lines:
        messages.error(request, "Add at least one line before you submit.")
        return redirect("requisition_edit", number)
    if request.method == "POST":
        version = int(request.POST.get("version", "0") or 0)
        done = submit_requisition(requisition_id=draft.pk, expected_version=version, actor=request.user, at=_now())
        messages.success(request, _after_submit(done))
        return redirect("requisition", number)
    judged, routing = preview(draft, lines, _now())
    context = {
        "requisition": draft,
        "lines": [(line, [WORDS[f] for f in judged.by_line.get(line.line_no, ())]) for line in lines],
        "flags": [WORDS.get(flag, flag) for flag in judged.flags],
        "routing": routing,
        "base_amount": judged.facts.base_amount,
        "base_currency": judged.rate.base_currency,
    }
    return render(request, "procurement/requisition/check.html", context)


def _after_submit(done: Requisition) -> str:
    if done.state == RequisitionState.APPROVED:
        return f"{done.number} is approved by the policy and goes to the supplier now."
    return f"{done.number} is on its way to approval."


@require_safe
@login_required
def requisition_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one requisition: lines, chain, history, and what the person may do."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    requisition = _get(request, number)
    lines = requisition.lines.select_related("item", "unit", "supplier", "contract", "category")
    context = {
        "requisition": requisition,
        "lines": lines,
        "approval": newest_request("requisition", requisition.pk),
        "thread": messages_on("requisition", requisition.pk),
        "history": timeline("requisition", requisition.pk),
        "flags": [WORDS.get(flag, flag) for flag in requisition.flags],
        "may_change": access.can_change(request.user, requisition),
        "may_withdraw": access.can_withdraw(request.user, requisition),
        "may_cancel": access.can_cancel(request.user, requisition),
        "may_copy": access.sites_to_request_at(request.user).filter(pk=requisition.ship_to_id).exists(),
    }
    return render(request, "procurement/requisition/detail.html", context)


@require_POST
@login_required
def requisition_act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Withdraw, cancel or copy."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    requisition = _get(request, number)
    version = int(request.POST.get("version", "0") or 0)
    reason = request.POST.get("reason", "")
    try:
        if verb == "copy":
            copy = copy_requisition(
                requisition_id=requisition.pk,
                actor=request.user,
                at=_now(),
                need_by=next_working_day_at(requisition.ship_to, _now(), days=5),
            )
            messages.success(request, f"{copy.number} is a copy of {number}, at today's prices.")
            return redirect("requisition_edit", copy.number)
        act = {"withdraw": withdraw_requisition, "cancel": cancel_requisition}.get(verb)
        if act is None:
            raise Http404
        act(requisition_id=requisition.pk, expected_version=version, actor=request.user, reason=reason, at=_now())
    except InvalidError as error:
        messages.error(request, error.message)
    return redirect("requisition", number)


@require_safe
@login_required
def catalogue(request: HttpRequest) -> HttpResponse:
    """Look up items with price, source and lead time at a site."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    sites = Site.objects.filter(pk__in=access.visible_sites(request.user)).select_related("region")
    site = sites.filter(code=request.GET.get("site", "")[:8]).first() or sites.first()
    if site is None:
        raise Http404
    text = request.GET.get("q", "").strip()[:80]
    day = _now().astimezone(ZoneInfo(site.time_zone)).date()
    found = search_catalogue(site, text, day, limit=50) if text else []
    context = {"sites": sites, "site": site, "q": text, "found": found, "day": day}
    return render(request, "procurement/catalogue/search.html", context)
