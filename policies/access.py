"""Who may read and change policies: policy administrators; everybody else may read what binds them."""

from datetime import datetime

from django.db.models import Q, QuerySet

from foundation import access, duties
from foundation.models import CostCentre, Role, User
from foundation.roles import APPROVE, VIEW
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


def can_withdraw(user: User, version: PolicyVersion, at: datetime) -> Verdict:
    """Judge taking back a version that waits for its day; what decided once is superseded, never taken back (AP-9)."""
    if version.effective_from is None or version.effective_from <= at:
        return Verdict("already_started", f"{version} does not wait for its day. Publish another version instead.")
    if version.state != PolicyState.PUBLISHED:
        return Verdict("later_version_waits", f"A version after {version} waits as well. Withdraw that one first.")
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
    """Judge setting, changing and withdrawing budgets: a finance director, of the sites the duty covers (RQ-6)."""
    return access.can_in_role(user, "set budgets", Role.FINANCE_DIRECTOR)


def visible_centres(user: User) -> QuerySet[CostCentre]:
    """Return the cost centres whose budgets a person reads: all for finance and auditors, else their sites' and own."""
    if _everywhere(user):
        return CostCentre.objects.all()
    return CostCentre.objects.filter(Q(site__in=access.site_ids_with(user, VIEW)) | Q(owner=user))


def visible_budgets(user: User) -> QuerySet[Budget]:
    """Return the budgets of the cost centres a person reads."""
    if _everywhere(user):
        return Budget.objects.all()
    return Budget.objects.filter(cost_centre__in=visible_centres(user))


def can_see_budgets(user: User) -> Verdict:
    """Judge opening the list of budgets: whoever has a site or a cost centre; it shows theirs only."""
    if _everywhere(user) or access.holds_anywhere(user, VIEW) or CostCentre.objects.filter(owner=user).exists():
        return ALLOWED
    return Verdict("not_your_role", "You have neither a site nor a cost centre, so no budget is yours to read.")


def has_budgets_at_hand(user: User) -> bool:
    """Say whether budgets stand in the person's menu: whoever sets, reads or approves by them; reads nothing more."""
    return _everywhere(user) or access.holds_anywhere(user, APPROVE)


def _everywhere(user: User) -> bool:
    held = access.roles_of(user)
    return any(role in _ALL_BUDGETS and site is None and region is None for role, site, region in held)
