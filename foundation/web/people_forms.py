"""What user administrators write about people."""

from typing import Any

from django import forms
from django.db.models import Q

from foundation.models import Region, Role, Site, User
from foundation.services import PersonDetails
from foundation.web.numbers import NumberField


class NamesForm(forms.Form):
    """What somebody is called and where mail reaches them."""

    first_name = forms.CharField(max_length=150, label="First name")
    last_name = forms.CharField(max_length=150, label="Last name")
    email = forms.EmailField(max_length=254, label="E-mail")

    def details(self) -> PersonDetails:
        """Return what was written, as the service takes it."""
        data = self.cleaned_data
        manager = data.get("manager")
        return PersonDetails(
            data["first_name"], data["last_name"], data["email"], data.get("approval_limit"),
            manager.pk if manager else None, bool(data.get("is_staff")),
        )  # fmt: skip


class InviteForm(NamesForm):
    """Somebody new."""

    username = forms.CharField(max_length=150, label="User name", help_text="such as r.mendez; it stays as it is")
    field_order = ("first_name", "last_name", "username", "email")


class DetailsForm(NamesForm):
    """What an administrator may change of a person."""

    approval_limit = NumberField(required=False, label="Approval limit", help_text="base currency; empty means none")
    manager = forms.ModelChoiceField(User.objects.none(), required=False, label="Manager", empty_label="Nobody")
    is_staff = forms.BooleanField(required=False, label="May open the support pages under /admin/")

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = User.objects.filter(Q(is_active=True) | Q(pk=person.manager_id), kind=User.Kind.STAFF)
        self.fields["manager"] = forms.ModelChoiceField(
            who.exclude(pk=person.pk).order_by("first_name", "last_name"), required=False, label="Manager",
            empty_label="Nobody",
        )  # fmt: skip


def initial_details(person: User) -> dict[str, Any]:
    """Return what stands in the form of a person."""
    limit = person.approval_limit
    return {
        "first_name": person.first_name, "last_name": person.last_name, "email": person.email,
        "approval_limit": None if limit is None else f"{limit.normalize():f}", "manager": person.manager_id,
        "is_staff": person.is_staff,
    }  # fmt: skip


class DutyForm(forms.Form):
    """A duty and where it counts."""

    role = forms.ChoiceField(choices=[("", "Choose"), *Role.choices], label="Duty")
    place = forms.ChoiceField(label="Where")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = Site.objects.filter(is_active=True).values_list("code", "name").order_by("name")
        regions = Region.objects.values_list("code", "name").order_by("name")
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)  # noqa: S101 - declared above; for the type checker
        place.choices = [
            ("", "Choose"), ("everywhere", "Everywhere"),
            ("Regions", [(f"region:{code}", name) for code, name in regions]),
            ("Sites", [(f"site:{code}", name) for code, name in sites]),
        ]  # fmt: skip

    def where(self) -> dict[str, Any]:
        """Return site or region as the service takes them; neither means everywhere."""
        kind, _, code = self.cleaned_data["place"].partition(":")
        if kind == "site":
            return {"site": Site.objects.get(code=code)}
        return {"region": Region.objects.get(code=code)} if kind == "region" else {}
