"""Who let which machine in: list, let in, new secret, shut out. A secret is shown once, in the answer that made it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from oauth2_provider.settings import oauth2_settings

from foundation.errors import InvalidError, NotPermittedError, require
from foundation.models import Site, User
from foundation.web.keyset import paginate
from foundation.web.typed import seen_version, words
from integration import access
from integration.models import ApiClient
from integration.services import (
    DUTIES,
    Admitted,
    grant_client_duty,
    register_client,
    revoke_client,
    revoke_client_duty,
    rotate_client,
)
from suppliers.models import Supplier

OWN, PERSON, SUPPLIER = "own", "person", "supplier"
ACTS_AS = [
    (OWN, "An account of its own, which gets its duties from a user administrator"),
    (PERSON, "A person or system account of ours"),
    (SUPPLIER, "A supplier: it sees that supplier's documents only"),
]


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    return request.user


class ClientForm(forms.Form):
    """What a new client is."""

    name = forms.CharField(max_length=80, label="Name", help_text="which system it is, such as Warehouse Leeds")
    acts_as = forms.ChoiceField(choices=ACTS_AS, widget=forms.RadioSelect, initial=OWN, label="It acts as")
    person = forms.CharField(max_length=150, required=False, label="User name", help_text="when it acts as a person")
    supplier = forms.CharField(max_length=16, required=False, label="Supplier code", help_text="when it acts for one")
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="It may", initial=["read", "write"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)  # noqa: S101 - declared above; for the type checker
        scopes.choices = [(name, text.lower()) for name, text in oauth2_settings.SCOPES.items()]

    def clean(self) -> dict[str, Any]:
        """Look up whom the client acts as."""
        data = super().clean() or {}
        data["person"] = self._named(PERSON, User.objects.all(), username=data.get("person", ""))
        data["supplier"] = self._named(SUPPLIER, Supplier.objects.all(), code=data.get("supplier", ""))
        return data

    def _named(self, kind: str, rows: Any, **name: str) -> Any:
        if self.cleaned_data.get("acts_as") != kind:
            return None
        found = rows.filter(**name).first()
        if found is None:
            given = next(iter(name.values()))
            self.add_error(kind, f"There is no {kind} {given!r}." if given else f"Say which {kind} it acts for.")
        return found


class DutyForm(forms.Form):
    """A duty at a site."""

    role = forms.ChoiceField(choices=[(duty.value, duty.label) for duty in DUTIES], label="Duty")
    site = forms.ModelChoiceField(
        Site.objects.filter(is_active=True), required=False, label="Site", empty_label="Every site"
    )


@require_safe
@login_required
def client_list(request: HttpRequest) -> HttpResponse:
    """List the clients, newest first."""
    require(access.can_see_clients(_user(request)))
    rows = ApiClient.objects.select_related("application__user", "supplier")
    context = {"page": paginate(request, rows), "may_manage": access.can_manage_clients(_user(request))}
    return render(request, "integration/clients.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def client_new(request: HttpRequest) -> HttpResponse:
    """Let a machine in and show its secret, once."""
    require(access.can_manage_clients(_user(request)))
    form = ClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            admitted = register_client(
                name=data["name"], scopes=data["scopes"], person=data["person"], supplier=data["supplier"],
                actor=_user(request), at=_now(),
            )  # fmt: skip
        except InvalidError as error:
            form.add_error(str(error.details["field"]), error.message)
        except NotPermittedError as error:
            form.add_error("person", error.message)
        else:
            return _secret(request, admitted)
    return render(request, "integration/client_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@login_required
def client_detail(request: HttpRequest, client_id: int) -> HttpResponse:
    """Show one client: whom it acts as, what it may do, when it last signed in."""
    require(access.can_see_clients(_user(request)))
    client = get_object_or_404(
        ApiClient.objects.select_related("application__user", "supplier", "created_by", "revoked_by"), pk=client_id
    )
    is_open = client.revoked_at is None
    context = {
        "client": client,
        "may_manage": is_open and access.can_manage_clients(_user(request)),
        "may_renew": is_open and access.can_manage_clients(_user(request)) and access.can_renew(_user(request), client),
        "may_grant": is_open and client.has_own_account and access.can_grant_duties(_user(request)),
        "duties": client.application.user.role_assignments.select_related("site", "region").order_by("pk"),
        "form": DutyForm(),
    }
    return render(request, "integration/client.html", context)


@require_POST
@login_required
def client_grant(request: HttpRequest, client_id: int) -> HttpResponse:
    """Give a client a duty."""
    form = DutyForm(request.POST)
    if not form.is_valid():
        raise InvalidError(
            "duty_not_for_machines", "Choose a duty and a site of the lists.", field=next(iter(form.errors))
        )
    grant_client_duty(client_id=client_id, actor=_user(request), at=_now(), **form.cleaned_data)
    messages.success(request, "The duty counts from the next call on.")
    return redirect("api_client", client_id)


@require_POST
@login_required
def client_ungrant(request: HttpRequest, client_id: int, assignment_id: int) -> HttpResponse:
    """Take a duty from a client."""
    revoke_client_duty(client_id=client_id, assignment_id=assignment_id, actor=_user(request), at=_now())
    messages.success(request, "The duty is taken away.")
    return redirect("api_client", client_id)


@require_POST
@login_required
@never_cache
def client_rotate(request: HttpRequest, client_id: int) -> HttpResponse:
    """Give a client a new secret and show it, once."""
    admitted = rotate_client(
        client_id=client_id, expected_version=seen_version(request), actor=_user(request), at=_now()
    )
    return _secret(request, admitted)


@require_POST
@login_required
def client_revoke(request: HttpRequest, client_id: int) -> HttpResponse:
    """Shut a client out."""
    client = revoke_client(
        client_id=client_id, expected_version=seen_version(request), actor=_user(request),
        reason=words(request), at=_now(),
    )  # fmt: skip
    messages.success(request, f"{client.name} is shut out. Its tokens no longer open anything.")
    return redirect("api_client", client.pk)


def _secret(request: HttpRequest, admitted: Admitted) -> HttpResponse:
    context = {"client": admitted.client, "secret": admitted.secret}
    return render(request, "integration/client_secret.html", context)
