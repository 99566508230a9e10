"""Who may read and change policies: policy administrators; everybody else may read what binds them."""

from foundation import access, duties
from foundation.models import Role, User
from foundation.verdict import Verdict
from policies.models import PolicyState, PolicyVersion


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
