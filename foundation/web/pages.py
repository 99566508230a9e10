"""The ground's pages: the way in for each role, search, a person's own settings, help."""

from dataclasses import dataclass
from zoneinfo import available_timezones

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from foundation import registries
from foundation.models import Organisation, User
from foundation.services import save_preferences


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person; a stranger signs in, or reads how an empty installation is set up."""
    if not request.user.is_authenticated and not Organisation.objects.exists():
        return render(request, "home/not_founded.html")
    return _home(request)


@login_required
def _home(request: HttpRequest) -> HttpResponse:
    """Show the panels; a supplier's person goes to the portal."""
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

    theme = forms.ChoiceField(
        label="Colours", choices=[("system", "As the device"), ("light", "Light"), ("dark", "Dark")]
    )
    density = forms.ChoiceField(
        label="Rows", choices=[("compact", "Compact, 36 px"), ("comfortable", "Comfortable, 44 px")]
    )

    def clean_time_zone(self) -> str:
        """Refuse what is not a time zone, before the service does."""
        name: str = self.cleaned_data["time_zone"].strip()
        if name and name not in available_timezones():
            raise forms.ValidationError(f"{name} is not a time zone. Use a name such as Europe/London.")
        return name


@dataclass(frozen=True, slots=True)
class Way:
    """One way of signing in, as the settings show it; `tone` is the colour family of `state`."""

    label: str
    text: str
    url: str
    state: str = ""
    tone: str = ""


def _ways(person: User) -> list[Way]:
    held = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))

    def on_off(kind: str) -> tuple[str, str]:
        return ("On", "ok") if kind in held else ("Off", "")

    return [
        Way("Passkeys", "Your device proves who you are; no code to type", reverse("mfa_index"), *on_off("webauthn")),
        Way("Authenticator app", "A six-digit code after the password", reverse("mfa_index"), *on_off("totp")),
        Way("Password", "At least 15 characters; a sentence is easiest", reverse("account_change_password")),
        Way("Where you are signed in", "See and end your other sessions", reverse("usersessions_list")),
    ]


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
    duties = person.role_assignments.select_related("site", "region").order_by("role", "pk")
    context = {"form": form, "ways": _ways(person), "duties": duties}
    return render(request, "home/me.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def help_page(request: HttpRequest) -> HttpResponse:
    """Explain the words and the keys."""
    return render(request, "home/help.html")
