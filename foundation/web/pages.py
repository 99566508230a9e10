"""The ground's pages: the way in for each role, search, a person's own settings, help."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from foundation import registries
from foundation.models import User
from foundation.services import save_preferences


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person; a supplier's person goes to the portal."""
    if isinstance(request.user, User) and request.user.kind == User.Kind.SUPPLIER:
        return redirect("portal_home")
    return render(request, "home/home.html", {"panels": registries.panels.render("home", request)})


@require_safe
@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Find documents, items and suppliers; one exact number goes straight to its page."""
    query = request.GET.get("q", "").strip()[:80]
    hits = registries.search.find(request.user, query) if query else []
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1:
        return redirect(exact[0].url)
    return render(request, "home/search.html", {"query": query, "hits": hits})


class PreferencesForm(forms.ModelForm[User]):
    """What a person may set for themselves."""

    class Meta:
        model = User
        fields = ["theme", "density", "time_zone", "shortcuts"]
        labels = {"theme": "Colours", "time_zone": "Time zone", "shortcuts": "Single-letter shortcuts in worklists"}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Let a person choose colours, density, time zone and shortcuts."""
    person = User.objects.get(username=request.user.get_username())
    form = PreferencesForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        save_preferences(user_id=person.pk, at=timezone.now(), **form.cleaned_data)  # noqa: TID251 - the porch
        messages.success(request, "Your settings are saved.")
        return redirect("me")
    return render(request, "home/me.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@login_required
def help_page(request: HttpRequest) -> HttpResponse:
    """Explain the words and the keys."""
    return render(request, "home/help.html")
