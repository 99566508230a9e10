"""What taking suppliers on board furnishes: the facts a decision maker reads, and panels beside other pages (SU-1)."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from foundation.models import User
from foundation.registries import Subject
from foundation.web.door import now
from suppliers import access
from suppliers.models import Onboarding, SpendRequest, SpendState, Supplier
from suppliers.selectors.authority import authorisations_of, facts_of_spend
from suppliers.selectors.onboarding import beside, on_board, running_onboarding, steps_of, wait_of
from suppliers.services import approve_spend, approve_supplier, reject_spend, reject_supplier, return_supplier

ACTIONS = {"approve": approve_supplier, "reject": reject_supplier, "return": return_supplier}

SPEND = Subject(
    type="supplier_spend",
    label="Spend authorisation",
    url=lambda pk: reverse("supplier_spend", args=[_of(pk).code]),
    title=lambda pk: f"Buy from {_of(pk)}",
    visible=lambda user, _pk: bool(access.can_see_onboarding(user)),
    facts=lambda _user, pk: facts_of_spend(pk),
    actions={"approve": approve_spend, "reject": reject_spend},
)


def _of(pk: int) -> Supplier:
    return SpendRequest.objects.select_related("supplier").get(pk=pk).supplier


def spend_of_supplier(request: HttpRequest, pk: int | None) -> str:
    """Show what may be bought from a supplier, and where."""
    if not isinstance(request.user, User) or pk is None:
        return ""
    supplier = Supplier.objects.get(pk=pk)
    held = [one for one in authorisations_of(supplier) if one.state == SpendState.IN_FORCE]
    context = {"supplier": supplier, "shown": held[:8], "more": max(len(held) - 8, 0)}
    return render_to_string("suppliers/spend_panel.html", context, request=request)


def facts_of_supplier(_user: object, pk: int) -> list[tuple[str, str]]:
    """Return what a decision maker reads of a company that wants to be registered, and what each check found."""
    supplier = Supplier.objects.get(pk=pk)
    onboarding = Onboarding.objects.filter(supplier=supplier).select_related("invited_by").first()
    rows = [
        ("Company", f"{supplier.name}, {supplier.country}"), ("Tax number", supplier.tax_id or "none"),
        ("Address", supplier.address.replace("\n", ", ") or "none"),
        ("Payment", f"{supplier.payment_terms_days} days, {supplier.currency}"),
    ]  # fmt: skip
    if onboarding is not None:
        rows += [
            ("Sells", ", ".join(onboarding.categories)), ("To", ", ".join(onboarding.sites) or "every site"),
            ("Invited by", f"{onboarding.invited_by}: {onboarding.why}"),
        ]  # fmt: skip
    for check in supplier.checks.select_related("decided_by").order_by("pk"):
        by = f" {check.decided_by}: {check.reason}" if check.decided_by else ""
        rows.append((check.get_kind_display(), f"{check.get_state_display()}. {' '.join(check.evidence)}{by}"[:500]))
    return rows


def registration_of_supplier(request: HttpRequest, _pk: int | None) -> str:
    """Tell a supplier's people on their first page what is left to be registered."""
    supplier = getattr(request, "supplier", None)
    onboarding = running_onboarding(supplier.pk) if isinstance(supplier, Supplier) else None
    if onboarding is None or not isinstance(supplier, Supplier):
        return ""
    lacking = steps_of(onboarding, beside(supplier, now().date()))[1]
    context = {"onboarding": onboarding, "lacking": lacking, "supplier": supplier}
    return render_to_string("portal/registration_panel.html", context, request=request)


def onboarding_of_supplier(request: HttpRequest, pk: int | None) -> str:
    """Show whom a company waits for that is being taken on board, to those who look after that."""
    if not isinstance(request.user, User) or pk is None or not access.can_see_onboarding(request.user):
        return ""
    found = on_board("").filter(supplier=pk).first()
    supplier = found.supplier if found else Supplier.objects.get(pk=pk)
    if found is None and supplier.state != "requested":
        return ""
    context = {
        "supplier": supplier, "wait": wait_of(found, now()) if found else None,
        "may_invite": access.can_maintain(request.user),
    }  # fmt: skip
    return render_to_string("suppliers/onboarding/panel.html", context, request=request)
