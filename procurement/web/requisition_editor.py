"""Writing a requisition: one page, every button a plain form button, htmx swaps the part that changed (UX 6.1)."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from foundation.documents import content_hash
from foundation.errors import InvalidError, StaleError
from foundation.models import Site, User
from foundation.selectors import next_working_day_at
from foundation.web.typed import seen_version, whole
from procurement import access
from procurement.models import Requisition, RequisitionLine, RequisitionState
from procurement.selectors.approval_facts import preview
from procurement.selectors.item_book import item_book
from procurement.services import create_requisition, save_requisition, submit_requisition
from procurement.web.draft_preview import DraftPreview, preview_rows, wants_a_look
from procurement.web.pasted_lines import Pasted, read_pasted
from procurement.web.requisition_forms import HeadForm, Row, line_forms, typed_rows
from procurement.web.requisitions import after_submit, get_requisition, now
from suppliers.selectors import Found, search_catalogue

PAGE = "procurement/requisition/edit.html"
LIVE = ("find", "judge")  # htmx actions that leave the lines as they are


@dataclass(slots=True)
class Editor:
    """One visit to the page: who, where, what was typed, and what is shown beside it."""

    request: HttpRequest
    user: User
    draft: Requisition | None
    sites: QuerySet[Site]
    at: datetime
    head: HeadForm
    rows: list[Row]
    lines: Any = None  # validated forms, only after a refusal
    find: str = ""
    searched: bool = False
    found: list[tuple[Found, str]] = field(default_factory=list)  # with the name of the ordering unit
    paste: str = ""
    pasted: list[Pasted] = field(default_factory=list)
    place: Site | None = None
    focus: int | None = None  # the line whose quantity is typed next
    said: str = ""

    @property
    def site(self) -> Site:
        """Return the chosen site, else the first one the person may ask for."""
        if self.place is None:
            chosen = str(self.head["site"].value() or "")
            known = whole(chosen)
            self.place = next((site for site in self.head.sites if site.pk == known), self.head.sites[0])
        return self.place

    def preview(self) -> DraftPreview:
        """Judge what is typed by the code that will route it."""
        site = self.site
        chosen = str(self.head["cost_centre"].value() or "")
        known = whole(chosen)
        centres = [centre for centre in self.head.centres if centre.site_id == site.pk]
        wanted = next((centre for centre in centres if known in {None, centre.pk}), None)
        return preview_rows(
            self.rows, site=site, cost_centre=wanted, need_by=_day(self.head["need_by"].value(), site, self.at),
            is_urgent=bool(self.head["is_urgent"].value()), requester=self.user, at=self.at, draft=self.draft,
        )  # fmt: skip


def _day(typed: Any, site: Site, at: datetime) -> date:
    """Return the typed day; one that is missing or past is refused when saving, and judged as today meanwhile."""
    today = at.astimezone(ZoneInfo(site.time_zone)).date()
    if isinstance(typed, date):
        return max(typed, today)
    try:
        return max(date.fromisoformat(str(typed)), today)
    except ValueError:
        return today


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def requisition_new(request: HttpRequest) -> HttpResponse:
    """Write a new requisition: one page, no wizard."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    at = now()
    sites = access.sites_to_request_at(request.user).select_related("region", "calendar")
    first = sites.first()
    if first is None:
        raise Http404
    initial = {
        "site": first.pk,
        "cost_centre": first.cost_centres.filter(is_active=True).values_list("pk", flat=True).first(),
        "need_by": next_working_day_at(first, at, days=5),
    }
    head = HeadForm(request.POST or None, sites=sites, initial=initial, prefix="head")
    return _answer(Editor(request, request.user, None, sites, at, head, typed_rows(request.POST)))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def requisition_edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change a draft."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    draft = get_requisition(request, number)
    verdict = access.can_change(request.user, draft)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect("requisition", number)
    sites = access.sites_to_request_at(request.user).filter(pk=draft.ship_to_id).select_related("region", "calendar")
    initial = {
        "site": draft.ship_to_id, "cost_centre": draft.cost_centre_id, "need_by": draft.need_by, "title": draft.title,
        "is_urgent": draft.is_urgent, "urgent_reason": draft.urgent_reason, "note": draft.note,
    }  # fmt: skip
    head = HeadForm(request.POST or None, sites=sites, initial=initial, prefix="head")
    if request.method == "POST":
        rows = typed_rows(request.POST)
    else:
        rows = [_as_typed(line) for line in draft.lines.select_related("item", "unit", "category")]
    return _answer(Editor(request, request.user, draft, sites, now(), head, rows))


def _as_typed(line: RequisitionLine) -> Row:
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


def _answer(editor: Editor) -> HttpResponse:
    """Do what the pressed button says, and show the page or the part of it that changed."""
    request = editor.request
    if request.method != "POST":
        return _show(editor)
    action = request.POST.get("action", "find")
    editor.find = request.POST.get("find", "").strip()[:80]
    editor.paste = request.POST.get("paste", "")
    if action in {"save", "submit"}:
        return _keep(editor, action)
    _change(editor, action)
    return _show(editor, action)


def _change(editor: Editor, action: str) -> None:
    """Answer the search box and the add, remove and paste buttons; nothing is saved yet."""
    verb, _, rest = action.partition(":")
    if verb == "add":
        code, _, unit = rest.partition(":")
        _add(editor, code, unit)
    elif verb == "remove":
        editor.rows = [row for index, row in enumerate(editor.rows) if str(index) != rest]
        place = whole(rest)
        editor.focus = None if place is None or not editor.rows else min(place, len(editor.rows) - 1)
        editor.said = "Line removed."
    elif verb == "blank":
        editor.rows.append({"spend_kind": "non_stock"})
        editor.said = f"Line {len(editor.rows)} is free text."
    elif verb in {"paste", "take"}:
        _paste(editor, take=verb == "take")
    elif verb == "find":
        _find(editor)


def _add(editor: Editor, code: str, unit: str) -> None:
    editor.rows.append({"item_code": code[:32], "unit": unit[:8], "quantity": "1"})
    editor.focus = len(editor.rows) - 1
    editor.find = ""
    editor.said = f"{code} is line {len(editor.rows)}. Type the quantity."


def _find(editor: Editor) -> None:
    """Search; without script one exact code is added at once, as a scanner's Enter expects."""
    site = editor.site
    day = editor.at.astimezone(ZoneInfo(site.time_zone)).date()
    found = search_catalogue(site, editor.find, day) if editor.find else []
    book = item_book(f.item.code for f in found)
    editor.found = [(f, dict(book.units_of(f.item.code)).get(f.unit, f.unit)) for f in found]
    editor.searched = True
    exact = [f for f in found if editor.find.upper() in {f.item.code.upper(), f.item.gtin or "-"}]
    if len(exact) == 1 and not editor.request.htmx:  # type: ignore[attr-defined]  # set at run time, unknown to the stubs
        _add(editor, exact[0].item.code, exact[0].unit)
        editor.found, editor.searched = [], False


def _paste(editor: Editor, *, take: bool) -> None:
    """Read pasted rows; taking them adds the good ones and leaves the others in the box to be mended."""
    editor.pasted = read_pasted(editor.paste)
    if not take:
        return
    good = [p for p in editor.pasted if not p.error]
    for p in good:
        editor.rows.append({"item_code": p.code, "unit": p.unit, "quantity": f"{p.quantity:f}"})
    editor.pasted = [p for p in editor.pasted if p.error]
    editor.paste = "\n".join(p.text for p in editor.pasted)
    editor.said = f"{len(good)} lines added, {len(editor.pasted)} to mend."


def _show(editor: Editor, action: str = "", status: int = 200) -> HttpResponse:
    page = editor.preview() if action != "find" or not editor.request.htmx else None  # type: ignore[attr-defined]  # set at run time, unknown to the stubs
    if editor.lines is not None and page is not None:
        for says, form in zip(page.lines, editor.lines, strict=True):
            says.form = form
    context = {"editor": editor, "draft": editor.draft, "head": editor.head, "page": page, "once": uuid.uuid4().hex}
    if not editor.request.htmx:  # type: ignore[attr-defined]  # set at run time, unknown to the stubs
        return render(editor.request, PAGE, context, status=status)
    part = {"find": "found", "judge": "says", "paste": "pasted"}.get(action, "changed")
    return render(editor.request, f"{PAGE}#{part}", context)


def _keep(editor: Editor, action: str) -> HttpResponse:
    """Save the draft and, when asked, submit it; the check page comes between only when something is unusual."""
    editor.lines, _book = line_forms(editor.rows, judge=True)
    valid = editor.head.is_valid() & editor.lines.is_valid()
    if not valid:
        return _show(editor, status=422)
    try:
        saved = _save(editor)
    except InvalidError as error:
        _place(error, editor)
        return _show(editor, status=422)
    if action == "submit":
        return _submit(editor, saved)
    messages.success(editor.request, f"{saved.number} is saved as a draft.")
    return redirect("requisition_edit", saved.number)


def _submit(editor: Editor, saved: Requisition) -> HttpResponse:
    if saved.state != RequisitionState.DRAFT:  # the second of two presses: show what the first one did
        return redirect("requisition", saved.number)
    lines = list(saved.lines.select_related("item", "unit", "supplier", "category", "contract"))
    if not lines:
        messages.error(editor.request, "Add at least one line before you submit. The draft is saved.")
        return redirect("requisition_edit", saved.number)
    draft = get_requisition(editor.request, saved.number)
    if wants_a_look(*preview(draft, lines, editor.at)):
        return redirect("requisition_check", saved.number)
    try:
        done = submit_requisition(
            requisition_id=saved.pk, expected_version=saved.version, actor=editor.user, at=editor.at
        )
    except StaleError:
        return redirect("requisition", saved.number)
    messages.success(editor.request, after_submit(done))
    return redirect("requisition", saved.number)


def _save(editor: Editor) -> Requisition:
    data = editor.head.cleaned_data
    typed = [form.line() for form in editor.lines if not form.is_blank()]
    common = {
        "cost_centre": data["cost_centre"], "need_by": data["need_by"], "lines": typed, "title": data["title"],
        "note": data["note"], "is_urgent": data["is_urgent"], "urgent_reason": data["urgent_reason"],
        "actor": editor.user, "at": editor.at,
    }  # fmt: skip
    if editor.draft is None:
        return create_requisition(site=data["site"], once=_once(editor), **common)
    return save_requisition(requisition_id=editor.draft.pk, expected_version=seen_version(editor.request), **common)


def _once(editor: Editor) -> str:
    """Name this page's new document: a second press with the same content finds the first one's."""
    posted = editor.request.POST
    told = [(name, posted.getlist(name)) for name in sorted(posted) if name.startswith(("head-", "lines-"))]
    return f"{posted.get('once', '')[:32]}:{content_hash(told)[:32]}" if posted.get("once") else ""


def _place(error: InvalidError, editor: Editor) -> None:
    """Put a service's refusal beside the field it names."""
    name = str(error.details.get("field", ""))
    if name.startswith("lines["):
        number, _, name = name[6:].partition("].")
        name = {"item": "item_code"}.get(name, name)
        typed = [form for form in editor.lines if not form.is_blank()]
        if number.isdigit() and int(number) < len(typed):
            form = typed[int(number)]
            form.add_error(name if name in form.fields else None, error.message)
            return
    editor.head.add_error(name if name in editor.head.fields else None, error.message)
