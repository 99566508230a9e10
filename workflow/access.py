"""Who sees and works approval tasks and exception cases."""

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Trim

from foundation import access, registries
from foundation.models import Role, Site, User
from foundation.roles import RELEASE_HOLDS, VIEW
from foundation.verdict import ALLOWED, Verdict
from workflow.models import ApprovalDecision, ApprovalRequest, ApprovalStep, ExceptionCase, StepAssignee, StepState

_READS_CASES = (Role.AUDITOR, Role.EXECUTIVE)
_SEES_ALL = (Role.AUDITOR, Role.EXECUTIVE, Role.POLICY_ADMIN)


def _holds_at(user: User, site: Site, *roles: str) -> bool:
    """Say whether the person holds one of the roles at the site, at its region or everywhere."""
    return any(
        role in roles and (site_id in {None, site.pk}) and (region_id in {None, site.region_id})
        for role, site_id, region_id in access.roles_of(user)
    )


def oversees(user: User, site: Site) -> bool:
    """Say whether the person may read every approval of a site: auditors, executives and policy administrators."""
    return _holds_at(user, site, *_SEES_ALL)


def waiting_for(user: User) -> QuerySet[ApprovalStep]:
    """Return the open stages at which the person is asked and their voice is not given yet, by them or for them.

    `for_whom` is who they decide for, when it is not themselves (AP-5).
    """
    own, lent = OuterRef("person"), OuterRef("for_person")
    given = ApprovalDecision.objects.filter(
        Q(actor=own) | Q(on_behalf_of=own) | Q(actor=lent) | Q(on_behalf_of=lent), step=OuterRef("step")
    )
    mine = StepAssignee.objects.filter(~Exists(given), person_id=user.pk, step=OuterRef("pk"))
    name = Concat("for_person__first_name", Value(" "), "for_person__last_name")
    return (
        ApprovalStep.objects.filter(Exists(mine), state=StepState.OPEN)
        .annotate(for_whom=Subquery(mine.exclude(for_person=None).values(name=Trim(name))[:1]))
        .select_related("request__site", "request__requester", "request__policy")
    )


def can_see_request(user: User, request: ApprovalRequest) -> Verdict:
    """Judge reading a request: those who see its document, those asked, and auditors."""
    subject = registries.subjects.get(request.subject_type)
    if oversees(user, request.site) or request.steps.filter(assignees__person_id=user.pk).exists():
        return ALLOWED
    if subject is not None and subject.visible(user, request.subject_id):
        return ALLOWED
    return Verdict("not_your_document", "This document is not yours to see.")


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
