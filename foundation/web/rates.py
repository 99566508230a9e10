"""Exchange rates, for those who keep the ground."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from foundation import access
from foundation.models import ExchangeRate
from foundation.selectors import rates_for_keeping
from foundation.services import enter_rate
from foundation.web.csvout import stream_csv
from foundation.web.door import admitted, now, staff, tried
from foundation.web.keyset import paginate
from foundation.web.numbers import NumberField

CSV_HEAD = ["Currency", "Base currency", "Counts from", "Replaced on", "Rate", "Source", "Entered at", "Entered by"]


class RateForm(forms.Form):
    """A rate and the day from which it counts."""

    currency = forms.CharField(max_length=3, label="Currency", help_text="such as EUR")
    rate = NumberField(label="One of it is worth", help_text="in the base currency, such as 0.85")
    day = forms.DateField(label="Counts from", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    source = forms.CharField(max_length=40, label="Source", help_text="such as ECB")
    is_sure = forms.BooleanField(required=False, label="I am sure of this rate")


@require_safe
@login_required
def rates(request: HttpRequest) -> HttpResponse:
    """List rates, what was entered last first, and when each counts."""
    admitted(request, access.can_keep_ground(staff(request)))
    currency = request.GET.get("currency", "").strip()[:3].upper()
    context = {
        "page": paginate(request, rates_for_keeping(currency=currency)), "currency": currency, "is_filtered": bool(currency),
        "today": timezone.localdate(),
        "currencies": ExchangeRate.objects.order_by("currency").values_list("currency", flat=True).distinct(),
    }  # fmt: skip
    return render(request, "master/rates.html", context)


@require_safe
@login_required
def rates_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Export the filtered list."""
    admitted(request, access.can_keep_ground(staff(request)))
    found = rates_for_keeping(currency=request.GET.get("currency", "").strip()[:3].upper())
    lines = (
        [
            r.currency, r.base_currency, r.date, r.until, r.rate, r.source, r.entered_at,  # type: ignore[attr-defined]  # annotated
            r.entered_by.username if r.entered_by else "",
        ]
        for r in found.order_by("-pk").iterator(chunk_size=500)
    )  # fmt: skip
    return stream_csv("rates.csv", CSV_HEAD, lines)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rate_new(request: HttpRequest) -> HttpResponse:
    """Enter a rate; one that slipped is asked about."""
    admitted(request, access.can_keep_ground(staff(request)))
    there = {"currency": request.GET.get("currency", "")[:3], "day": timezone.localdate()}
    form = RateForm(request.POST or None, initial=there)
    made = tried(form, lambda: enter_rate(**form.cleaned_data, actor=staff(request), at=now()))
    if made is not None:
        messages.success(request, f"{made}.")
        return redirect("rates")
    asked = "is_sure" in form.errors or bool(request.POST.get("is_sure"))
    return render(request, "master/rate.html", {"form": form, "asked": asked}, status=422 if form.errors else 200)
