"""Who sees and works approval tasks and exception cases."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Trim

from foundation import access, duties, registries
from foundation.models import Role, Site, User
from foundation.roles import APPROVE, ENTER_INVOICES, ORDER, RECEIVE, RELEASE_HOLDS, REQUEST, VIEW
from foundation.verdict import ALLOWED, Verdict
from policies.decisions.duties import conflicts
from policies.decisions.vocabulary import DUTIES
from policies.selectors import duty_pairs_in_force
from workflow.decisions.signatures import may_sign
from workflow.models import (
    ApprovalDecision,
    ApprovalRequest,
    ApprovalStep,
    CaseState,
    Countersignature,
    ExceptionCase,
    HeldDecision,
    RequestState,
    SignatureState,
    StepAssignee,
    StepState,
)

_READS_CASES = (Role.AUDITOR, Role.EXECUTIVE)
_SEES_ALL = (Role.AUDITOR, Role.EXECUTIVE, Role.POLICY_ADMIN)
# Whoever holds the permission behind a duty at the site may sign for it; what is not here goes to the fallback owner.
SIGNED_WITH: Mapping[str, str] = {
    **{duty: APPROVE for duty in DUTIES if duty.startswith("approve_")},
    "request": REQUEST, "create_order": ORDER,
    "receive": RECEIVE, "enter_invoice": ENTER_INVOICES, "release_hold": RELEASE_HOLDS,
    "release_quantity_hold": RELEASE_HOLDS, "release_price_hold": RELEASE_HOLDS,
}  # fmt: skip


def _holds_at(user: User, site: Site, *roles: str) -> bool:
    """Say whether the person holds one of the roles at the site, at its region or everywhere."""
    return any(
        role in roles and (site_id in {None, site.pk}) and (region_id in {None, site.region_id})
        for role, site_id, region_id in access.roles_of(user)
    )


def oversees(user: User, site: Site | None) -> bool:
    """Say whether the person may read every approval of a site: auditors, executives and policy administrators.

    What is of no site they read who hold the role for the whole enterprise.
    """
    if site is None:
        return any((role, None, None) in access.roles_of(user) for role in _SEES_ALL)
    return _holds_at(user, site, *_SEES_ALL)


def waiting_for(user: User) -> QuerySet[ApprovalStep]:
    """Return the open stages at which the person is asked and their voice is not given yet, by them or for them.

    What they decided and may still take back does not wait. `for_whom` is who they decide for, when it is not themselves
    (AP-5).
    """
    own, lent = OuterRef("person"), OuterRef("for_person")
    given = ApprovalDecision.objects.filter(
        Q(actor=own) | Q(on_behalf_of=own) | Q(actor=lent) | Q(on_behalf_of=lent), step=OuterRef("step")
    )
    mine = StepAssignee.objects.filter(~Exists(given), person_id=user.pk, step=OuterRef("pk"))
    held = HeldDecision.objects.filter(request=OuterRef("request"), actor_id=user.pk, settled_at=None)
    name = Concat("for_person__first_name", Value(" "), "for_person__last_name")
    return (
        ApprovalStep.objects.filter(Exists(mine), ~Exists(held), state=StepState.OPEN)
        .annotate(for_whom=Subquery(mine.exclude(for_person=None).values(name=Trim(name))[:1]))
        .select_related("request__site", "request__requester", "request__policy")
    )


def tasks_waiting_for(user: User) -> QuerySet[ApprovalStep]:
    """Return what waits for a person as tasks: of stages open together in one request only the one due first."""
    earlier = waiting_for(user).filter(
        Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk")),
        request=OuterRef("request"),
    )
    return waiting_for(user).filter(~Exists(earlier))


def can_see_request(user: User, request: ApprovalRequest) -> Verdict:
    """Judge reading a request: those who see its document, those asked, and auditors."""
    subject = registries.subjects.get(request.subject_type)
    if oversees(user, request.site) or request.steps.filter(assignees__person_id=user.pk).exists():
        return ALLOWED
    if subject is not None and subject.visible(user, request.subject_id):
        return ALLOWED
    return Verdict("not_your_document", "This document is not yours to see.")


def can_add_approver(user: User, request: ApprovalRequest) -> Verdict:
    """Judge adding an approver to an open request: its requester, whoever is asked in it, and buyers of the site (AP-6)."""
    if request.state != RequestState.OPEN:
        return Verdict("not_open", f"{request.subject_number} is {request.get_state_display().lower()}.")
    buys = request.site_id is not None and access.holds(user, ORDER, request.site_id)
    if request.requester_id == user.pk or buys:
        return ALLOWED
    if request.steps.filter(assignees__person_id=user.pk).exclude(state=StepState.INFORMED).exists():
        return ALLOWED
    return Verdict("not_in_chain", "Only the requester, who is asked, or a buyer of the site adds an approver.")


def visible_cases(user: User) -> QuerySet[ExceptionCase]:
    """Return the cases of the roles the person holds where they hold them; auditors and executives see all there.

    Who may release the holds of an invoice sees its cases too, whoever owns them: the cure is theirs (SD-1).
    """
    cases = ExceptionCase.objects.select_related("site", "owner")
    condition = Q(pk__in=[])
    for role, site_id, region_id in access.roles_of(user):
        mine = Q(pk__isnull=False) if role in _READS_CASES else Q(owner_role=role)
        if site_id:
            mine &= Q(site_id=site_id)
        elif region_id:
            mine &= Q(site__region_id=region_id)
        condition |= mine
    condition |= Q(site__in=access.site_ids_with(user, VIEW), owner_role__in=[r for r, _, _ in access.roles_of(user)])
    condition |= Q(subject_type="invoice", site__in=access.site_ids_with(user, RELEASE_HOLDS))
    return cases.filter(condition)


def workable_cases(user: User) -> QuerySet[ExceptionCase]:
    """Return the open cases the person may settle: those for which `can_work_case` says yes."""
    condition = Q(pk__in=[])
    for role, site_id, region_id in access.roles_of(user):
        place = Q(site_id=site_id) if site_id else Q(site__region_id=region_id) if region_id else Q()
        condition |= Q(owner_role=role) & place
    return ExceptionCase.objects.filter(condition, state=CaseState.OPEN).select_related("site", "owner")


def can_work_case(user: User, case: ExceptionCase) -> Verdict:
    """Judge closing a case: the owner role at its site, its region or everywhere."""
    for role, site_id, region_id in access.roles_of(user):
        if role == case.owner_role and (
            (site_id is None and region_id is None)
            or (case.site is not None and (site_id == case.site_id or region_id == case.site.region_id))
        ):
            return ALLOWED
    owner = Role(case.owner_role).label.lower() if case.owner_role in Role.values else case.owner_role
    return Verdict("not_your_case", f"This exception belongs to the {owner}.")


def can_read_conflicts(user: User) -> Verdict:
    """Judge reading who combined which duties where: policy administrators, auditors, executives."""
    return access.can_in_role(user, "read conflicts of duties", *_SEES_ALL)


def asked_to_sign(user: User) -> QuerySet[Countersignature]:
    """Return the waiting second signatures of the duties the person holds, and what is overdue for the fallback owner.

    Their own acts are never among them; whom a pair bars is judged one by one with `can_sign`.
    """
    waiting = Countersignature.objects.filter(state=SignatureState.WAITING).exclude(person_id=user.pk)
    return waiting.filter(_asked(user)).select_related("site", "person")


def visible_signatures(user: User) -> QuerySet[Countersignature]:
    """Return the second signatures a person may read: asked of them, given by them or about them; auditors read all."""
    rows = Countersignature.objects.select_related("site", "person", "decided_by")
    mine = Q(person_id=user.pk) | Q(decided_by_id=user.pk) | _asked(user)
    sites = sites_of_conflicts(user)
    return rows if sites is None else rows.filter(mine | Q(site__in=sites))


def sites_of_conflicts(user: User) -> list[int] | None:
    """Return the sites whose conflicts of duties the person reads; nothing at all means every site."""
    places = [(site_id, region_id) for role, site_id, region_id in access.roles_of(user) if role in _SEES_ALL]
    if (None, None) in places:
        return None
    named = Q(pk__in=[s for s, _ in places if s]) | Q(region__in=[r for _, r in places if r])
    return list(Site.objects.filter(named).values_list("pk", flat=True)) if places else []


def _asked(user: User) -> Q:
    asked = Q(pk__in=[])
    for permission in sorted(set(SIGNED_WITH.values())):
        sites = access.site_ids_with(user, permission)
        if sites:
            asked |= Q(site__in=sites, duty__in=[duty for duty, needed in SIGNED_WITH.items() if needed == permission])
    everywhere = [role for role, site_id, region_id in access.roles_of(user) if site_id is None and region_id is None]
    return asked | Q(escalated_at__isnull=False, fallback_role__in=everywhere) if everywhere else asked


def can_sign(user: User, signature: Countersignature, at: datetime) -> Verdict:
    """Judge giving a waiting second signature: a second person with the duty there, whom no pair bars (SD-1, AP-4)."""
    if signature.state != SignatureState.WAITING:
        return Verdict("already_closed", f"{signature.number}: {signature.get_state_display().lower()}.")
    permission = SIGNED_WITH.get(signature.duty)
    holds = bool(permission and signature.site_id) and access.holds(user, permission or "", signature.site_id or 0)
    goes_up = signature.escalated_at is not None and (signature.fallback_role, None, None) in access.roles_of(user)
    bars = conflicts(signature.duty, user.pk, duties.done_on(signature.chains), duty_pairs_in_force(at))
    return may_sign(signer_id=user.pk, person_id=signature.person_id, is_asked=holds or goes_up, bars=bars)
