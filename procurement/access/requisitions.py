"""Who sees and moves requisitions. A person sees those of the sites where they may see documents."""

from django.db.models import QuerySet

from foundation import access
from foundation.models import Site, User
from foundation.roles import ORDER, REQUEST, VIEW
from foundation.verdict import ALLOWED, Verdict
from procurement.models import Requisition, RequisitionState
from workflow.access import waiting_for


def visible_requisitions(user: User) -> QuerySet[Requisition]:
    """Return the requisitions of the sites where the person may see documents."""
    return Requisition.objects.filter(ship_to__in=access.site_ids_with(user, VIEW))


def can_see_requisition(user: User, requisition: Requisition) -> Verdict:
    """Judge reading one requisition; the same rows as the list."""
    if access.holds(user, VIEW, requisition.ship_to_id):
        return ALLOWED
    return Verdict("not_your_site", "This requisition belongs to another site.")


def requisitions_to_decide(user: User) -> QuerySet[Requisition]:
    """Return the requisitions whose open stage asks the person and waits for their decision, wherever they are."""
    asked = waiting_for(user).filter(request__subject_type="requisition")
    return Requisition.objects.filter(pk__in=asked.values("request__subject_id"))


def can_decide(user: User, requisition: Requisition) -> Verdict:
    """Judge deciding about one requisition now; the service judges duties again (AP-4, SD-1)."""
    if requisitions_to_decide(user).filter(pk=requisition.pk).exists():
        return ALLOWED
    return Verdict("not_asked", f"{requisition.number} does not wait for your decision.")


def sites_to_request_at(user: User) -> QuerySet[Site]:
    """Return the active sites where the person may raise requisitions."""
    return access.sites_with(user, REQUEST).filter(is_active=True)


def can_request(user: User, site: Site) -> Verdict:
    """Judge raising a requisition at a site."""
    return access.can_at(user, REQUEST, site, "raise requisitions")


def can_change(user: User, requisition: Requisition) -> Verdict:
    """Judge changing a draft: its requester, while they still may request there."""
    if requisition.state != RequisitionState.DRAFT:
        return Verdict("not_a_draft", f"{requisition.number} is {requisition.get_state_display().lower()}.")
    if requisition.requester_id != user.pk:
        return Verdict("not_yours", f"Only {requisition.requester} may change this draft.")
    return can_request(user, requisition.ship_to)


def can_withdraw(user: User, requisition: Requisition) -> Verdict:
    """Judge taking a submitted requisition back: its requester."""
    if requisition.state != RequisitionState.SUBMITTED:
        return Verdict("not_submitted", f"{requisition.number} is {requisition.get_state_display().lower()}.")
    if requisition.requester_id != user.pk:
        return Verdict("not_yours", f"Only {requisition.requester} may take it back.")
    return ALLOWED


def can_cancel(user: User, requisition: Requisition) -> Verdict:
    """Judge cancelling: its requester, before anything is ordered."""
    open_states = {RequisitionState.DRAFT, RequisitionState.SUBMITTED, RequisitionState.APPROVED}
    if requisition.state not in open_states:
        return Verdict("not_open", f"{requisition.number} is {requisition.get_state_display().lower()}.")
    if requisition.requester_id != user.pk:
        return Verdict("not_yours", f"Only {requisition.requester} may cancel it.")
    return ALLOWED


def can_source(user: User, requisition: Requisition) -> Verdict:
    """Judge giving a waiting line its source: a buyer of the site."""
    return access.can_at(user, ORDER, requisition.ship_to, "place orders")
