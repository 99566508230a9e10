"""What is typed of a request for quotation: its head, its lines one row each, the choice of an award, a contract's days."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from foundation.errors import InvalidError
from foundation.models import Site, UnitOfMeasure
from foundation.quantity import QUANTITY_DECIMALS
from foundation.web.numbers import read_counted
from suppliers.decisions.quotation_terms import MOST_LINES, Asked, AskedLine, closing_instant
from suppliers.models import MAY_QUOTE, Contract, QuotationLine, QuotationRequest, Supplier

BLANK_ROWS, MORE_ROWS = 3, 10
MOST_LISTED = 300  # suppliers to choose from
_WHEN = "%Y-%m-%dT%H:%M"
_PLACE = re.compile(r"qty-([0-9]{1,4})")


class HeadForm(forms.Form):
    """What is asked, until when, and whom."""

    title = forms.CharField(max_length=120, label="What you ask for")
    site = forms.ModelChoiceField(
        Site.objects.none(), label="Site that asks", to_field_name="code", empty_label=None,
        help_text="Its clock counts for the closing time.",
    )  # fmt: skip
    closes_at = forms.DateTimeField(
        label="Answers until", input_formats=[_WHEN], help_text="On the clock of the site. Prices are sealed until then.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_WHEN),
    )  # fmt: skip
    terms = forms.CharField(
        required=False, max_length=4_000, label="Terms", widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Delivery, packing, payment: whatever every supplier must know.",
    )  # fmt: skip
    suppliers = forms.MultipleChoiceField(required=False, label="Suppliers", widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        required=False, max_length=300, label="What changes", help_text="Every invited supplier reads it."
    )

    def __init__(self, sites: Iterable[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site, suppliers = self.fields["site"], self.fields["suppliers"]
        assert isinstance(site, forms.ModelChoiceField)  # noqa: S101 - declared above; for the type checker
        assert isinstance(suppliers, forms.MultipleChoiceField)  # noqa: S101 - declared above; for the type checker
        site.queryset = Site.objects.filter(pk__in=sites, is_active=True)
        usable = Supplier.objects.filter(state__in=MAY_QUOTE).order_by("name").values_list("code", "name")
        suppliers.choices = list(usable[:MOST_LISTED])

    def clean_closes_at(self) -> datetime:
        """Return the time as a clock shows it, without a zone; the site's is put on when both are known."""
        value: datetime = self.cleaned_data["closes_at"]
        return timezone.make_naive(value) if timezone.is_aware(value) else value

    def asked(self, lines: Sequence[AskedLine]) -> Asked:
        """Return what was written, as the service takes it.

        :raises InvalidError: the clocks of the site show the closing time never or twice.
        """
        data = self.cleaned_data
        closes = closing_instant(data["closes_at"], data["site"].time_zone)
        return Asked(data["title"], data["terms"], closes, tuple(lines))


def head_of(request: QuotationRequest, invited: Iterable[str]) -> dict[str, Any]:
    """Return what the head of the form shows of a stored request."""
    return {
        "title": request.title, "site": request.site.code, "terms": request.terms, "suppliers": list(invited),
        "closes_at": f"{request.closes_at.astimezone(ZoneInfo(request.site.time_zone)):{_WHEN}}",
    }  # fmt: skip


@dataclass(slots=True)
class Row:
    """One line of the form as typed; `errors` says what is wrong by input name. `no` is empty for a new line."""

    place: int
    no: str = ""
    item: str = ""
    what: str = ""
    qty: str = ""
    unit: str = ""
    site: str = ""
    need: str = ""
    source: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Say whether nothing was typed that means a line."""
        return not (self.item or self.what or self.qty)


def rows_of(lines: Iterable[QuotationLine]) -> list[Row]:
    """Return stored lines as the form shows them."""
    return [
        Row(
            place, str(line.line_no), line.item.code if line.item else "",
            "" if line.item and line.item.name == line.description else line.description,
            f"{line.quantity.normalize():f}", line.unit.code, line.ship_to.code, line.need_by.isoformat(),
            f"{line.requisition}, line {line.requisition_line}" if line.requisition else "",
        )
        for place, line in enumerate(lines)
    ]  # fmt: skip


def with_blanks(rows: list[Row], count: int = BLANK_ROWS) -> list[Row]:
    """Return the rows with empty ones after them."""
    last = rows[-1] if rows else Row(0)
    start = rows[-1].place + 1 if rows else 0
    return rows + [Row(start + n, site=last.site, need=last.need) for n in range(count)]


def read_rows(data: Mapping[str, str]) -> tuple[list[Row], list[AskedLine]]:
    """Return the typed rows with their errors, and the lines they say; blank ones and those taken out are left out."""
    places = sorted({int(match[1]) for name in data if (match := _PLACE.fullmatch(name))})
    rows = [_typed(data, place) for place in places[: MOST_LINES + MORE_ROWS] if not data.get(f"drop-{place}")]
    rows = [row for row in rows if not row.is_blank]
    lines = [line for row in rows if (line := _read(row)) is not None]
    return rows, lines


def _typed(data: Mapping[str, str], place: int) -> Row:
    def of(name: str, longest: int = 40) -> str:
        return data.get(f"{name}-{place}", "").strip()[:longest]

    return Row(place, of("no"), of("item").upper(), of("what", 300), of("qty"), of("unit"), of("site"), of("need"))


def _read(row: Row) -> AskedLine | None:
    quantity, need = Decimal(0), date.min
    try:
        quantity = read_counted(row.qty, QUANTITY_DECIMALS)
    except ValidationError as error:
        row.errors["qty"] = str(error.message)
    try:
        need = date.fromisoformat(row.need)
    except ValueError:
        row.errors["need"] = f"“{row.need}” is not a day; choose one from the calendar."
    if row.no and not (row.no.isascii() and row.no.isdigit() and len(row.no) < 7):  # noqa: PLR2004 - beyond any line
        row.errors["qty"] = "this line is not known; open the page anew."
    if row.errors:
        return None
    return AskedLine(int(row.no or 0), row.item, row.what, quantity, row.unit, row.site, need)


def problems(rows: Iterable[Row]) -> list[tuple[str, str]]:
    """Return every error of the rows with the id of its input."""
    return [
        (f"{name}-{row.place}", f"Row {row.place + 1}: {text}") for row in rows for name, text in row.errors.items()
    ]


def choices() -> dict[str, Any]:
    """Return what every row chooses from."""
    return {"units": list(UnitOfMeasure.objects.values_list("code", "name"))}


class PaperForm(forms.Form):
    """A file that goes with a request."""

    file = forms.FileField(label="File", widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.csv"}))


class ContractForm(forms.Form):
    """Where what a supplier won goes: a new contract with its days, or one that is there."""

    contract = forms.ModelChoiceField(
        Contract.objects.none(), required=False, label="Contract", to_field_name="number", empty_label="A new one"
    )
    title = forms.CharField(required=False, max_length=120, label="What it is about")
    valid_from = forms.DateField(
        required=False, label="First day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        required=False, label="Last day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, contracts: Sequence[Contract], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = self.fields["contract"]
        assert isinstance(found, forms.ModelChoiceField)  # noqa: S101 - declared above; for the type checker
        found.queryset = Contract.objects.filter(pk__in=[contract.pk for contract in contracts])


def whole_number(data: QueryDict, name: str) -> int | None:
    """Return a plain whole number of at most three digits a form sent, nothing for an empty box.

    :raises InvalidError: it is something else.
    """
    text = data.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3):  # noqa: PLR2004 - days below a thousand
        raise InvalidError("days_unfit", "Write whole days, such as 5.", field=name, value=text[:20])
    return int(text)
