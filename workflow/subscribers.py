"""What the orchestration layer does when it hears of something: tasks follow those who decide them, and people are told."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from foundation import registries
from foundation.group import read_once
from foundation.models import DomainEvent, NoticeKind, User
from foundation.selectors.timeline import words_of
from foundation.services import Letter, News, notify, settle_notices
from foundation.templatetags.ui import money
from policies.decisions.vocabulary import DUTIES
from policies.decisions.vocabulary import words as duty_words
from workflow.models import (
    ApprovalRequest,
    ApprovalStep,
    Countersignature,
    ExceptionCase,
    Message,
    SignatureState,
    StepAssignee,
    StepState,
)
from workflow.selectors import last_said_on
from workflow.selectors.followers import followers_told
from workflow.selectors.signatures import signers
from workflow.selectors.told import asked_at, informed_at, owners_of, readers_of, talkers_on
from workflow.services import drop_publication, move_tasks, seat_anew
from workflow.services.tell import due_words, tell_for_information, tell_to_decide

STEP_DECIDED, REQUEST_CLOSED = "workflow.step.decided", "workflow.approval.closed"
# What followers of a document hear of; each kind is named in its document's history.
FOLLOWED = (
    "procurement.requisition.approved", "procurement.requisition.rejected", "procurement.requisition.returned",
    "procurement.requisition.cancelled", "procurement.requisition.ordered", "procurement.order.issued", "procurement.order.changed",
    "procurement.order.cancelled", "procurement.order.closed", "procurement.acknowledgment.applied",
    "procurement.acknowledgment.review", "procurement.goods_receipt.posted", "workflow.case.opened",
    "workflow.case.closed",
)  # fmt: skip
_FOLLOWED_AS = {"order": NoticeKind.ORDER, "case": NoticeKind.CASE}
_EXCERPT = 140
PUBLICATION = "policy"


def move_tasks_of(event: DomainEvent) -> None:
    """Move what waits for somebody who went away or came back, and what they hold for others."""
    move_tasks(person_id=int(event.payload["person_id"]), at=event.occurred_at)


def seat_anew_of(event: DomainEvent) -> None:
    """Ask others what waited for somebody by a role they lost or because they left, and them what waits for nobody."""
    seat_anew(person_id=event.subject_id, at=event.occurred_at)


def tell_seated_anew(event: DomainEvent) -> None:
    """Take a stage off the bells of who is not asked any more, and tell who is asked instead."""
    for person in event.payload["before"]:
        settle_notices(subject_type="step", subject_ids=[event.subject_id], at=event.occurred_at, person_id=int(person))
    step = asked_at(event.subject_id)
    if step is not None:
        now_asked = set(event.payload["people"])
        _ask(step, event, [one for one in step.assignees.all() if one.person_id in now_asked])


def drop_publication_of(event: DomainEvent) -> None:
    """Take back the publication of a draft that changed, ended, or is in force already."""
    changed_to = event.payload.get("draft_version")
    drop_publication(version_id=event.subject_id, before=changed_to, at=event.occurred_at)


def tell_asked(event: DomainEvent) -> None:
    """Tell the people of a stage that a decision waits for them (AP-2), unless it was decided before anybody could be told."""
    if event.subject_id in read_once(event, "decided meanwhile", _decided):
        return
    step = asked_at(event.subject_id)
    if step is not None:
        _ask(step, event, list(step.assignees.all()))


def _decided(events: Iterable[DomainEvent]) -> set[int]:
    return {one.subject_id for one in events if one.kind == STEP_DECIDED}


def tell_moved(event: DomainEvent) -> None:
    """Tell who has a task now that it came to them, and take it off the bell it was on (AP-5)."""
    step = asked_at(event.subject_id)
    before, now_with = int(event.payload["before_id"]), int(event.payload["person_id"])
    settle_notices(subject_type="step", subject_ids=[event.subject_id], at=event.occurred_at, person_id=before)
    if step is not None:
        _ask(step, event, [one for one in step.assignees.all() if one.person_id == now_with])


def tell_informed(event: DomainEvent) -> None:
    """Tell whom a stage only informs what was asked for; nobody waits for them (AP-2)."""
    step = informed_at(event.subject_id)
    tell_for_information(step, source=event.msg_id, happened_at=event.occurred_at, at=_now())


def tell_escalated(event: DomainEvent) -> None:
    """Tell who is asked besides because a stage took too long (AP-5)."""
    step = asked_at(event.subject_id)
    if step is not None:
        asked = set(event.payload["people"])
        _ask(step, event, [one for one in step.assignees.all() if one.person_id in asked])


def tell_added(event: DomainEvent) -> None:
    """Take stages that wait for an approver added before them off the bells; they are told again when it is their turn."""
    waiting = ApprovalStep.objects.filter(
        request__steps=event.subject_id, state=StepState.WAITING
    ).values_list("pk", flat=True)  # fmt: skip
    settle_notices(subject_type="step", subject_ids=waiting, at=event.occurred_at)


def take_off_bells(event: DomainEvent) -> None:
    """Take a stage that was decided, and every stage of a request that ended, off the bells of everybody asked.

    Once for all such events handled together.
    """
    read_once(event, "taken off bells", _take_off_bells)


def _take_off_bells(events: Iterable[DomainEvent]) -> int:
    kinds = groupby(sorted((one.kind, one.subject_id) for one in events), key=itemgetter(0))
    ids = {kind: [pk for _, pk in found] for kind, found in kinds}
    decided = Q(pk__in=ids.get(STEP_DECIDED, ()))
    steps = ApprovalStep.objects.filter(decided | Q(request__in=ids.get(REQUEST_CLOSED, ())))
    latest = max(one.occurred_at for one in events)
    return settle_notices(subject_type="step", subject_ids=steps.values_list("pk", flat=True), at=latest)


def tell_publication(event: DomainEvent) -> None:
    """Write to who asked for a policy to be put in force that somebody agreed, or why it came back (AP-9)."""
    if event.payload["outcome"] == "withdrawn" or not any(kind == PUBLICATION for kind, _, _ in event.related):
        return
    asked = ApprovalRequest.objects.select_related("requester").get(pk=event.subject_id)
    subject, said = registries.subjects.get(asked.subject_type), last_said_on(asked.pk)
    if subject is None or said is None or said.actor_id == asked.requester_id:
        return
    is_agreed = event.payload["outcome"] == "approved"
    what = (
        f"{said.who} agreed to {asked.subject_number}" if is_agreed else f"{said.who} sent {asked.subject_number} back"
    )
    facts = (("Policy", asked.subject_number), ("Says" if is_agreed else "What should change", said.reason))
    news = News(
        kind=NoticeKind.OUTCOME, source=event.msg_id, subject=("policy", asked.subject_id, asked.subject_number),
        sentence=(f"{what}: {said.reason}" if said.reason else what)[:300], path=subject.url(asked.subject_id),
        at=event.occurred_at,
        letter=Letter(what, facts=tuple(fact for fact in facts if fact[1]), verb="Open it" if is_agreed else "Change it"),
    )  # fmt: skip
    notify(news=news, people=[asked.requester_id], at=_now())


def tell_of_message(event: DomainEvent) -> None:
    """Tell whom a question, an answer or a note is meant for: the requester and everybody in the thread but its author."""
    message = Message.objects.select_related("author").get(pk=event.subject_id)
    people, inbox = talkers_on(message)
    excerpt = message.text if len(message.text) <= _EXCERPT else f"{message.text[:_EXCERPT]}…"
    verb = {"question": "asks", "answer": "answers"}.get(message.kind, "notes")
    number = event.subject_number
    subject = registries.subjects.get(message.subject_type)
    letter = Letter(
        subject=f"{message.author} {verb} about {number}", facts=(("Document", number), ("Says", message.text)),
        verb="Open the thread",
    )  # fmt: skip
    for path, told in (
        (subject.url(message.subject_id) if subject else inbox, people.by_document),
        (inbox, people.by_inbox),
    ):
        news = News(
            kind=NoticeKind.QUESTION, source=event.msg_id, subject=("message", message.pk, number), path=path,
            sentence=f"{message.author} {verb} about {number}: {excerpt}", at=event.occurred_at, letter=letter,
        )  # fmt: skip
        notify(news=news, people=told, at=_now())


def tell_owners(event: DomainEvent) -> None:
    """Tell who must settle an exception (EX-1)."""
    case = ExceptionCase.objects.select_related("site").get(pk=event.subject_id)
    facts = [("Exception", case.number), ("Document", case.subject_number), ("Supplier", case.supplier_name)]
    facts += [("Site", case.site.name if case.site else ""), ("Due", due_words(case.due_at, _zone(case), _now()))]
    if case.amount is not None:
        facts.insert(0, ("Amount at stake", money(case.amount, case.currency)))
    news = News(
        kind=NoticeKind.CASE, source=event.msg_id, subject=("case", case.pk, case.number), sentence=case.sentence,
        path=reverse("case", args=[case.number]), at=event.occurred_at,
        letter=Letter(f"{case.number}: {case.sentence}", facts=tuple(f for f in facts if f[1]), verb="Open and settle"),
    )  # fmt: skip
    notify(news=news, people=owners_of(case), at=_now())


def tell_rerouted(event: DomainEvent) -> None:
    """Take an exception off the bells of the role it left, and tell the one it was handed to (EX-1)."""
    settle_notices(subject_type="case", subject_ids=[event.subject_id], at=event.occurred_at)
    tell_owners(event)


def tell_assigned(event: DomainEvent) -> None:
    """Tell who was given an exception, unless they took it themselves."""
    case = ExceptionCase.objects.get(pk=event.subject_id)
    owner = int(event.payload["owner_id"])
    settle_notices(subject_type="case", subject_ids=[case.pk], at=event.occurred_at)
    if owner == event.actor_id or case.owner_id != owner:
        return
    news = News(
        kind=NoticeKind.CASE, source=event.msg_id, subject=("case", case.pk, case.number),
        sentence=f"{case.number} was given to you: {case.sentence}", path=reverse("case", args=[case.number]),
        at=event.occurred_at,
    )  # fmt: skip
    notify(news=news, people=[owner], at=_now())


def tell_case_closed(event: DomainEvent) -> None:
    """Take an exception off the bells; who had read of it is told how it ended (EX-2)."""
    case = ExceptionCase.objects.get(pk=event.subject_id)
    settle_notices(subject_type="case", subject_ids=[case.pk], at=event.occurred_at)
    known = readers_of("case", case.pk, before=event.occurred_at) - {event.actor_id}
    news = News(
        kind=NoticeKind.CASE, source=event.msg_id, subject=("closed_case", case.pk, case.number),
        sentence=f"{case.number} is closed: {case.outcome}", path=reverse("case", args=[case.number]), at=event.occurred_at,
    )  # fmt: skip
    notify(news=news, people=known, at=_now())


def tell_added_follower(event: DomainEvent) -> None:
    """Tell somebody that another lets them follow a document."""
    about, pk = event.payload["about_type"], int(event.payload["about_id"])
    subject = registries.subjects.get(about)
    by = User.objects.filter(pk=event.actor_id or 0).first()
    if subject is not None:
        news = News(
            kind=NoticeKind.OUTCOME, source=event.msg_id, subject=(about, pk, event.subject_number),
            sentence=f"{by} lets you follow {event.subject_number}", path=subject.url(pk), at=event.occurred_at,
        )  # fmt: skip
        notify(news=news, people=[int(event.payload["person_id"])], at=_now())


def tell_followers(event: DomainEvent) -> None:
    """Tell who follows a document what became of it, as its history says it; only who may still see it (AP-2)."""
    words, _tone = words_of(event)
    by_document: dict[tuple[str, int, str], list[int]] = {}
    for row in followers_told(event):
        subject = registries.subjects.get(row.subject_type)
        if subject is not None and subject.visible(row.person, row.subject_id):
            by_document.setdefault((row.subject_type, row.subject_id, row.subject_number), []).append(row.person_id)
    for (kind, pk, number), people in by_document.items():
        subject = registries.subjects.get(kind)
        news = News(
            kind=_FOLLOWED_AS.get(kind, NoticeKind.OUTCOME), source=event.msg_id, subject=(f"followed_{kind}"[:40], pk, number),
            sentence=f"{number}: {words}", path=subject.url(pk) if subject else "/", at=event.occurred_at,
        )  # fmt: skip
        notify(news=news, people=people, at=_now())


def tell_signers(event: DomainEvent) -> None:
    """Tell who may give a second signature for what one person did twice (SD-1)."""
    row = Countersignature.objects.select_related("site", "person").get(pk=event.subject_id)
    if row.state != SignatureState.WAITING:
        return
    asked, fallback = signers(
        duty=row.duty, site=row.site, fallback_role=row.fallback_role, chains=row.chains, person_id=row.person_id, at=_now()
    )  # fmt: skip
    both = f"{duty_words(row.held, DUTIES)} and {duty_words(row.duty, DUTIES)}"
    news = News(
        kind=NoticeKind.DECISION, source=event.msg_id, subject=("signature", row.pk, row.number),
        sentence=f"Sign {row.number} for {row.document_number}: {row.person} did both, {both}",
        path=reverse("signature", args=[row.number]), at=event.occurred_at,
    )  # fmt: skip
    notify(news=news, people=[person.pk for person in asked or fallback], at=_now())


def tell_signed(event: DomainEvent) -> None:
    """Take a second signature that was given, refused or dropped off the bells."""
    settle_notices(subject_type="signature", subject_ids=[event.subject_id], at=event.occurred_at)


def _zone(case: ExceptionCase) -> str:
    return case.site.time_zone if case.site else "UTC"


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the relay's porch


def _ask(step: ApprovalStep, event: DomainEvent, asked: list[StepAssignee]) -> None:
    tell_to_decide(step, asked, source=event.msg_id, happened_at=event.occurred_at, at=_now())
