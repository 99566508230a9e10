from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage

from foundation import audit
from foundation.journal import use_case
from foundation.selectors import system_user
from workflow.models import ApprovalStep, StepAssignee, StepState

BATCH = 200


def remind_overdue(*, at: datetime) -> int:
    """Write once to each person a step is overdue with; time never decides (AP-5). Returns how many were written to.

    The step is marked before the letter goes, so a crash sends none rather than two.
    """
    steps = ApprovalStep.objects.filter(state=StepState.OPEN, due_at__lt=at, reminded_at=None).order_by("due_at")[
        :BATCH
    ]
    sent = 0
    for step in steps.select_related("request__site", "request__requester"):
        if not _mark(step.pk, at):
            continue
        for assignee in step.assignees.select_related("person", "for_person"):
            if assignee.person.email:
                _letter(step, assignee).send(fail_silently=True)
                sent += 1
    return sent


@use_case
def _mark(step_id: int, at: datetime) -> bool:
    step = (
        ApprovalStep.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .filter(pk=step_id, reminded_at=None)
        .first()
    )
    if step is None:
        return False
    step.reminded_at = at
    step.save(update_fields=["reminded_at"])
    audit.record(step, "remind", actor=system_user("sweeper"), at=at)
    return True


def _letter(step: ApprovalStep, assignee: StepAssignee) -> EmailMessage:
    asked = step.request
    for_whom = f"\nYou decide for: {assignee.for_person}" if assignee.for_person else ""
    amount = f"{asked.currency} {asked.amount:,.2f}" if asked.amount is not None else ""
    site = asked.site.name if asked.site else ""
    subject = ", ".join(part for part in (f"Approve {asked.subject_number} {asked.title[:60]}", amount, site) if part)
    facts = (("Amount", amount), ("Site", site), ("Needed by", str(asked.need_by or "")))
    body = (
        f"{asked.requester} asks for {asked.title}.\n\n"
        + "".join(f"{label}: {value}\n" for label, value in facts if value)
        + f"Why you: {step.label}, {step.rule}{for_whom}\n\n"
        f"Open and decide: {settings.PUBLIC_URL}/inbox/{asked.pk}/\n"
    )
    return EmailMessage(" ".join(subject.split()), body, to=[assignee.person.email])
