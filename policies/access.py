"""Who may read and change policies: policy administrators; everybody else may read what binds them."""

from datetime import datetime

from django.db.models import Q, QuerySet

from foundation import access, duties
from foundation.models import Role, User
from foundation.verdict import ALLOWED, Verdict
from policies.models import Budget, PolicyState, PolicyVersion

_ALL_BUDGETS = (Role.FINANCE_DIRECTOR, Role.EXECUTIVE, Role.AUDITOR, Role.POLICY_ADMIN)


def can_read_policies(user: User) -> Verdict:
    """Judge reading the rules: policy administrators, auditors, executives."""
    return access.can_in_role(user, "read policies", Role.POLICY_ADMIN, Role.AUDITOR, Role.EXECUTIVE)


def can_edit(user: User, version: PolicyVersion) -> Verdict:
    """Judge changing a draft; published versions are never edited (AP-9)."""
    if version.state != PolicyState.DRAFT:
        return Verdict("policy_published", f"{version} is {version.get_state_display().lower()}. Make a new draft.")
    return can_draft(user)


def can_draft(user: User) -> Verdict:
    """Judge starting a draft."""
    return access.can_in_role(user, "change policies", Role.POLICY_ADMIN)


def can_roll_forward(user: User, version: PolicyVersion, at: datetime) -> Verdict:
    """Judge making a draft equal to an older version: one that was published and is not the one in force (AP-9)."""
    if version.state not in {PolicyState.PUBLISHED, PolicyState.SUPERSEDED}:
        return Verdict("never_in_force", f"{version} was never in force. Only what was can come back.")
    if version.is_in_force(at):
        return Verdict("version_in_force", f"{version} is in force already.")
    return can_draft(user)


def can_publish(user: User, version: PolicyVersion) -> Verdict:
    """Judge publishing: a policy administrator who wrote nothing of the draft (SD-1 draft/publish policy)."""
    verdict = can_edit(user, version)
    if not verdict:
        return verdict
    if version.created_by_id == user.pk or ("draft_policy", user.pk) in duties.done_on([_chain(version)]):
        return Verdict("second_person_needed", "You wrote in this draft, so another policy administrator publishes it.")
    return verdict


def _chain(version: PolicyVersion) -> str:
    return duties.chain_of("policy", version.pk)


def can_keep_budgets(user: User) -> Verdict:
    """Judge setting, changing and withdrawing budgets: the finance director (RQ-6)."""
    return access.can_in_role(user, "set budgets", Role.FINANCE_DIRECTOR)


def visible_budgets(user: User) -> QuerySet[Budget]:
    """Return the budgets a person may read: all for finance and auditors, else of their sites and those they own."""
    if access.has_role(user, *_ALL_BUDGETS):
        return Budget.objects.all()
    sites = access.site_ids_with(user, "view_documents")
    return Budget.objects.filter(Q(cost_centre__site__in=sites) | Q(cost_centre__owner=user))


def can_see_budgets(user: User) -> Verdict:
    """Judge opening the list of budgets: whoever has a site or a cost centre; it shows theirs only."""
    if access.has_role(user, *_ALL_BUDGETS) or access.holds_anywhere(user, "view_documents") or owns_any(user):
        return ALLOWED
    return Verdict("not_your_role", "You have neither a site nor a cost centre, so no budget is yours to read.")


def owns_any(user: User) -> bool:
    """Say whether the person owns a cost centre with a budget."""
    return Budget.objects.filter(cost_centre__owner=user).exists()
