"""The page on which one row of the master data is written: the same for every kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from foundation.selectors import changes_of
from foundation.web.door import tried


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page of a kind is called, where it leads back to, and its template."""

    back: str  # name of the list in urls.py
    back_label: str
    adding: str  # heading and button of the page of a new one
    template: str = "master/sheet.html"
    slot: str = ""  # of the panels that upper rooms furnish


def written(
    request: HttpRequest, sheet: Sheet, form: forms.Form, act: Callable[[], Model], to: Callable[[Any], tuple[Any, ...]]
) -> HttpResponse:
    """Add a row, or show the form with what is wrong; `to` says where a new row leads."""
    made = tried(form, act)
    if made is not None:
        messages.success(request, f"{made} is there.")
        return redirect(*to(made))
    return render(request, sheet.template, {"sheet": sheet, "form": form}, status=422 if form.errors else 200)


def changed(
    request: HttpRequest, sheet: Sheet, row: Model, form: forms.Form, act: Callable[[], Model], seen: Callable[[], str],
    **more: Any,
) -> HttpResponse:  # fmt: skip
    """Change a row, or show it with its history and what is wrong; `more` is what else its page shows."""
    saved = tried(form, act)
    if saved is not None:
        messages.success(request, f"{saved} is saved.")
        return redirect(request.path)
    return shown(request, sheet, row, form, seen, **more)


def shown(
    request: HttpRequest, sheet: Sheet, row: Model, form: forms.Form, seen: Callable[[], str], **more: Any
) -> HttpResponse:
    """Show a row with its form and history; the first form with a fault goes into the summary."""
    wrong = next((one for one in (form, *more.values()) if isinstance(one, forms.Form) and one.errors), None)
    context = {
        "sheet": sheet, "row": row, "form": form, "history": changes_of(row), "wrong": wrong,
        "seen": request.POST.get("seen") or seen(), **more,
    }  # fmt: skip
    return render(request, sheet.template, context, status=422 if wrong else 200)
