"""Who is told of what."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q
from django.urls import reverse

from foundation.models import Notice, RoleAssignment
from workflow.models import ApprovalRequest, ApprovalStep, ExceptionCase, Message, StepAssignee, StepState


@dataclass(frozen=True, slots=True)
class Talkers:
    """Who is told of a message: by the page of the document, or by their inbox when they were asked to decide."""

    by_document: frozenset[int]
    by_inbox: frozenset[int]


def asked_at(step_id: int) -> ApprovalStep | None:
    """Return an open stage with its request and the people asked; nothing when it was decided meanwhile."""
    steps = ApprovalStep.objects.filter(pk=step_id, state=StepState.OPEN)
    people = Prefetch("assignees", StepAssignee.objects.select_related("for_person"))
    return steps.select_related("request__site", "request__requester").prefetch_related(people).first()


def informed_at(step_id: int) -> ApprovalStep:
    """Return a stage that only informs, with its request and the people."""
    steps = ApprovalStep.objects.select_related("request__site", "request__requester")
    return steps.prefetch_related("assignees").get(pk=step_id)


def talkers_on(message: Message) -> tuple[Talkers, str]:
    """Return who is told of a message, and the address of the inbox task; its author is not told."""
    thread = Message.objects.filter(subject_type=message.subject_type, subject_id=message.subject_id)
    talked = {one for pair in thread.values_list("author_id", "to_id") for one in pair if one}
    requests = ApprovalRequest.objects.filter(subject_type=message.subject_type, subject_id=message.subject_id)
    asked = requests.order_by("-pk").first()
    if asked is None:
        return Talkers(frozenset(talked - {message.author_id}), frozenset()), ""
    people = asked.steps.values_list("assignees__person_id", flat=True)
    inbox = (talked & set(people)) - {message.author_id, asked.requester_id}
    others = (talked | {asked.requester_id}) - inbox - {message.author_id}
    return Talkers(frozenset(others), frozenset(inbox)), reverse("inbox_task", args=[asked.pk])


def owners_of(case: ExceptionCase) -> set[int]:
    """Return who must settle a case: its owner, else who holds its role at the site, in its region or everywhere."""
    return {case.owner_id} if case.owner_id else holders_of(case)


def holders_of(case: ExceptionCase) -> set[int]:
    """Return who holds the role of a case at its site, in its region or everywhere, and can sign in."""
    place = Q(site=None, region=None)
    if case.site is not None:
        place |= Q(site=case.site) | Q(site=None, region=case.site.region_id)
    return set(
        RoleAssignment.objects.filter(place, role=case.owner_role, user__is_active=True).values_list(
            "user_id", flat=True
        )
    )


def readers_of(subject_type: str, subject_id: int, *, before: datetime) -> set[int]:
    """Return who had read of something before an instant; what was settled at that instant counts as unread."""
    read = Notice.objects.filter(subject_type=subject_type, subject_id=subject_id, read_at__lt=before)
    return set(read.values_list("person_id", flat=True))
