"""How things look in every template: amounts, quantities, dates, chips, icons, fields. Built in, no {% load %}."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import keep_lazy_text
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext

from foundation.web.written import DASH, day, money, number, price, quantity, short

__all__ = ["DASH", "day", "money", "number", "price", "quantity"]  # pages and letters write with them too
register = template.Library()
for _written in (money, price, number, quantity, day):
    register.filter(_written)


# One colour family per meaning: settled, what moves, what needs somebody, what went wrong.
_TONES: dict[str, set[str]] = {
    "ok": {"approved", "confirmed", "accepted", "active", "cleared", "posted", "paid", "full", "matched", "delivered",
           "published", "cured", "resolved", "ordered", "applied", "released", "qualified", "signed",
           "agreed", "in_force"},
    "info": {"submitted", "issued", "open", "received", "partial", "waiting", "pending_approval", "pending",
             "invited", "registered", "screened", "reading", "judged"},
    "warn": {"changed", "review", "held", "differs", "overdue", "on_hold", "restricted", "over", "requested",
             "quantity_changed", "date_changed", "price_changed", "split", "substituted", "backordered"},
    "bad": {"rejected", "blocked", "parked", "refused", "quarantined", "terminated"},
}  # fmt: skip


def _tone(state: str) -> str:
    return next((tone for tone, states in _TONES.items() if state in states), "")


@register.simple_tag(takes_context=True)
def moment(context: template.Context, value: datetime | None) -> SafeString | str:
    """Write an instant in the reader's zone, with its year unless it is this one; the ISO form is in the element."""
    if value is None:
        return DASH
    user = getattr(context.get("request"), "user", None)
    local = value.astimezone(ZoneInfo(getattr(user, "time_zone", "") or "Europe/London"))
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M %Z}",
        short(local, with_year=local.year != timezone.localdate().year),
    )


@register.simple_tag(takes_context=True)
def instant(context: template.Context, text: str) -> SafeString | str:
    """Write an instant that comes as ISO text, as `moment` does; anything else is shown as it is."""
    try:
        return moment(context, datetime.fromisoformat(text))
    except ValueError:
        return text


@register.simple_tag
def chip(state: str, label: Any = "", tone: str = "") -> SafeString:
    """Draw a state as a dot and a word; the tone follows from the state unless given."""
    return _badge(tone or _tone(str(state)), gettext(str(label or str(state).replace("_", " "))))


@lru_cache(maxsize=512)
def _badge(tone: str, word: str) -> SafeString:
    return format_html('<span class="badge {}">{}</span>', tone, word)


@register.simple_tag
def track(stages: Iterable[Any]) -> SafeString:
    """Draw how far a document's parts are; each has a `word` and a `tone`."""
    return _track(tuple((str(stage.tone), str(stage.word)) for stage in stages))


@lru_cache(maxsize=512)
def _track(stages: tuple[tuple[str, str], ...]) -> SafeString:
    steps = format_html_join("", '<li class="{}">{}</li>', stages)
    return format_html('<ol class="track" aria-label="Progress">{}</ol>', steps)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite; it always stands beside a word, so it is hidden from readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons/sprite.svg"), name
    )


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, hint: str = "", label: str = "", classes: str = "", *, must: bool = False
) -> dict[str, Any]:
    """Draw a form field: label, hint, error, tied together for screen readers.

    `must` leaves out the word optional where the form itself decides what is missing.
    """
    help_id, error_id = f"{bound.id_for_label}_hint", f"{bound.id_for_label}_error"
    hint = hint or str(bound.help_text or "")
    described = " ".join(part for part, there in ((help_id, hint), (error_id, bound.errors)) if there)
    attrs: dict[str, str | bool] = {"aria-describedby": described} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    is_group = getattr(bound.field.widget, "use_fieldset", False)
    is_check = not is_group and getattr(bound.field.widget, "input_type", "") == "checkbox"
    return {
        "bound": bound,
        "widget": bound.as_widget(attrs=attrs),
        "label": label or bound.label,
        "hint": hint,
        "help_id": help_id,
        "error_id": error_id,
        "is_check": is_check,
        "is_optional": not bound.field.required and not must,
        "is_group": is_group,
        "classes": classes,
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: Any) -> dict[str, Any]:
    """Draw every error of the forms on top of the page, each linked to its field (GOV.UK way)."""
    rows: list[tuple[str, str]] = []
    for form in forms:
        for one in getattr(form, "forms", [form] if form else []):
            rows += [("", str(error)) for error in one.non_field_errors()]
            rows += [(bound.id_for_label, str(error)) for bound in one for error in bound.errors]
        if hasattr(form, "non_form_errors"):
            rows += [("", str(error)) for error in form.non_form_errors()]
    return {"rows": rows}


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Return the present query string with some parameters changed; an empty value takes one away."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value not in {None, ""}:
            params[name] = str(value)
    return f"?{urlencode(params, doseq=True)}" if params else "?"


@register.simple_block_tag
def card(content: str, title: str = "", aside: str = "", level: str = "2") -> SafeString:
    """Draw a panel with a heading."""
    if not title:
        return format_html('<section class="card">{}</section>', content)
    return format_html(
        '<section class="card"><header class="row between"><h{0}>{1}</h{0}>{2}</header>{3}</section>',
        level,
        title,
        aside,
        content,
    )


@register.simple_block_tag
def table(content: str, caption: str, classes: str = "") -> SafeString:
    """Draw a table that scrolls sideways in its own focusable region, never the page."""
    return format_html(
        '<div class="scroll" tabindex="0" role="region" aria-label="{0}">'
        '<table class="tbl {1}"><caption class="vh">{0}</caption>{2}</table></div>',
        caption,
        classes,
        content,
    )


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "") -> dict[str, str]:
    """Say what will be here and offer the first action."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("components/view_tabs.html", takes_context=True)
def view_tabs(
    context: template.Context, options: Iterable[tuple[str, str]], current: str, label: str, name: str = "state"
) -> dict[str, Any]:
    """Draw the views of a list, each a link that changes one parameter and begins at the first page."""
    links = [
        (query(context, **{name: value, "before": "", "after": ""}), text, value == current) for value, text in options
    ]
    return {"links": links, "label": label}


@register.simple_tag
def search_field(label: str, value: str, name: str = "q") -> SafeString:
    """Draw the search field of a list."""
    return format_html(
        '<div class="field grow"><label for="{0}">{1}</label><input id="{0}" name="{0}" type="search" value="{2}"></div>',
        name,
        label,
        value,
    )


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: template.Context, page: Any) -> dict[str, Any]:
    """Draw Newer and Older for a keyset page (foundation.web.keyset.Page)."""
    return {"page": page, "request": context["request"]}


@register.inclusion_tag("components/timeline.html", takes_context=True)
def timeline(context: template.Context, entries: Any) -> dict[str, Any]:
    """Draw what happened, newest last: entries have `at`, `text`, `who` and `tone`."""
    return {"entries": entries, "request": context["request"]}


@register.simple_tag(takes_context=True)
def panels(context: template.Context, slot: str, pk: int | None = None) -> SafeString:
    """Show what upper rooms furnish for this place of the page."""
    from foundation.registries import panels as registry  # noqa: PLC0415 - templates load before the registries

    return SafeString("".join(registry.render(slot, context["request"], pk)))


@register.filter
def since(start: datetime, end: datetime) -> str:
    """Write how long it was from one instant to another in its largest unit: 4 days."""
    return timesince(start, end, depth=1)


@register.filter
def translated(text: Any) -> str:
    """Say a word of ours, such as the name of a state, in the reader's language."""
    return gettext(str(text)) if str(text) else ""


@register.filter
def words(code: str) -> str:
    """Write a code such as off_contract as words."""
    return str(code).replace("_", " ")


@register.filter
def tone(level: str) -> str:
    """Return the colour family of a message's level."""
    return {"error": "bad", "warning": "warn", "success": "ok"}.get(level, "")


@register.filter
@keep_lazy_text
def initials(name: str) -> str:
    """Return up to two first letters of a name."""
    return "".join(part[0] for part in name.split()[:2]).upper()
