"""The tree of spend, for those who keep the ground."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from foundation import access
from foundation.models import Category, User
from foundation.selectors import category_choices
from foundation.services import CategoryDetails, change_category, create_category, seen_of_category
from foundation.web.csvout import stream_csv
from foundation.web.door import admitted, now, staff
from foundation.web.keeping import Sheet, changed, written
from foundation.web.keyset import paginate_along

SHEET = Sheet("categories", "Categories", "Add a category")
CSV_HEAD = ["Code", "Name", "Under", "UNSPSC", "Contract binding"]


class CategoryForm(forms.Form):
    """What may change at a category."""

    name = forms.CharField(max_length=80, label="Name")
    parent = forms.ChoiceField(required=False, label="Under", help_text="everything below moves along")
    unspsc = forms.CharField(max_length=8, required=False, label="UNSPSC", help_text="8 digits")
    contract_binding = forms.BooleanField(
        required=False, initial=True, label="Order only from suppliers with a price in force"
    )

    manager = forms.ModelChoiceField(
        User.objects.none(), required=False, label="Manager", empty_label="That of the branch above",
        help_text="asked by stages that ask the manager of the category",
    )  # fmt: skip

    def __init__(self, *args: Any, manager_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        manager = self.fields["manager"]
        assert isinstance(manager, forms.ModelChoiceField)  # noqa: S101 - declared above; for the type checker
        who = User.objects.filter(Q(is_active=True) | Q(pk=manager_id), kind=User.Kind.STAFF)
        manager.queryset = who.order_by("first_name", "last_name")
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ChoiceField)  # noqa: S101 - declared above; for the type checker
        parent.choices = [("", "Nothing: a root of the tree"), *category_choices()]

    def details(self) -> CategoryDetails:
        """Return what was written, as the service takes it."""
        data = self.cleaned_data
        parent = Category.objects.get(code=data["parent"]) if data["parent"] else None
        return CategoryDetails(data["name"], parent, data["unspsc"], data["contract_binding"], data["manager"])


class NewCategoryForm(CategoryForm):
    """A new category."""

    code = forms.CharField(max_length=16, label="Code", help_text="letters, digits and hyphens; it stays")
    field_order = ("name", "code", "parent", "unspsc")


@require_safe
@login_required
def categories(request: HttpRequest) -> HttpResponse:
    """Show the tree, or what of it matches."""
    admitted(request, access.can_keep_ground(staff(request)))
    text = request.GET.get("q", "").strip()[:80]
    context = {"page": paginate_along(request, _matching(text), "path"), "text": text}
    return render(request, "master/categories.html", context)


@require_safe
@login_required
def categories_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Export what matches."""
    admitted(request, access.can_keep_ground(staff(request)))
    rows = _matching(request.GET.get("q", "").strip()[:80]).order_by("path").iterator(chunk_size=500)
    lines = (
        [c.code, c.name, c.parent.code if c.parent else "", c.unspsc, "yes" if c.contract_binding else "no"]
        for c in rows
    )
    return stream_csv("categories.csv", CSV_HEAD, lines)


def _matching(text: str) -> Any:
    rows = Category.objects.select_related("parent")
    words = Q(name__icontains=text) | Q(code__icontains=text) | Q(unspsc__startswith=text)
    return rows.filter(words) if text else rows


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def category_new(request: HttpRequest) -> HttpResponse:
    """Add a category."""
    admitted(request, access.can_keep_ground(staff(request)))
    form = NewCategoryForm(request.POST or None)
    return written(
        request, SHEET, form,
        lambda: create_category(
            code=form.cleaned_data["code"], details=form.details(), actor=staff(request), at=now()
        ),
        lambda made: ("category", made.code),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def category(request: HttpRequest, code: str) -> HttpResponse:
    """Show a category and change or move it."""
    admitted(request, access.can_keep_ground(staff(request)))
    row = get_object_or_404(Category.objects.select_related("parent", "manager"), code=code)
    there = {
        "name": row.name, "parent": row.parent.code if row.parent else "", "unspsc": row.unspsc,
        "contract_binding": row.contract_binding, "manager": row.manager_id,
    }  # fmt: skip
    form = CategoryForm(request.POST or None, initial=there, manager_id=row.manager_id)
    return changed(
        request, SHEET, row, form,
        lambda: change_category(
            code=code, seen=request.POST.get("seen", ""), details=form.details(), actor=staff(request), at=now()
        ),
        lambda: seen_of_category(category=row),
    )  # fmt: skip
