"""Telling people that a decision is theirs, first and again when it is late (UX 10)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from foundation import registries
from foundation.models import NoticeKind
from foundation.services import Letter, News, notify
from foundation.templatetags.ui import day, money
from workflow.models import ApprovalRequest, ApprovalStep, StepAssignee
from workflow.selectors.requests import unusual_in

_DAYS_NAMED = 6


def tell_to_decide(
    step: ApprovalStep, asked: Iterable[StepAssignee], *, source: UUID, happened_at: datetime, at: datetime,
    is_late: bool = False,
) -> int:  # fmt: skip
    """Tell people that a stage waits for them, each as they chose; who speaks for somebody else reads for whom.

    Returns how many were told. Call it inside the transaction of what happened.
    """
    voices: dict[str, list[int]] = {}
    for one in asked:
        voices.setdefault(str(one.for_person or ""), []).append(one.person_id)
    told = 0
    for voice, people in voices.items():
        line = _line(step, voice, at, is_late=is_late)
        request = step.request
        news = News(
            kind=NoticeKind.DECISION, source=source, subject=("step", step.pk, request.subject_number), sentence=line,
            path=reverse("inbox_task", args=[request.pk]), wrong_path=reverse("wrong_person", args=[request.pk]),
            at=happened_at, letter=_letter(step, request, line, voice, at),
        )  # fmt: skip
        told += notify(news=news, people=people, at=at)
    return told


def tell_for_information(step: ApprovalStep, *, source: UUID, happened_at: datetime, at: datetime) -> int:
    """Tell the people of a stage that only informs; returns how many. Call it inside the transaction of what happened."""
    asked = step.request
    line = ", ".join(part for part in (f"{asked.subject_number} {asked.title[:60]}", *_worth_where(asked)) if part)
    sentence = f"For your information: {line}"
    letter = replace(_letter(step, asked, sentence, "", at), verb="Open")
    news = News(
        kind=NoticeKind.OUTCOME, source=source, subject=("informed", step.pk, asked.subject_number), sentence=sentence,
        path=reverse("inbox_task", args=[asked.pk]), at=happened_at, letter=letter,
    )  # fmt: skip
    return notify(news=news, people=[one.person_id for one in step.assignees.all()], at=at)


def due_words(due: datetime | None, zone: str, at: datetime) -> str:
    """Write when something is due on the clock of its site: “Wed 16:00”, with the date when that is days away or past."""
    if due is None:
        return ""
    local = due.astimezone(ZoneInfo(zone))
    days = (local.date() - at.astimezone(ZoneInfo(zone)).date()).days
    far = not 0 <= days <= _DAYS_NAMED
    return f"{local:%a} {day(local.date())} {local:%H:%M}" if far else f"{local:%a %H:%M}"


def _line(step: ApprovalStep, voice: str, at: datetime, *, is_late: bool) -> str:
    """Write the subject of the letter, which is also the line behind the bell."""
    asked = step.request
    due = due_words(step.due_at, _zone(asked), at)
    head = (f"Approve {asked.subject_number} {asked.title[:60]}", *_worth_where(asked))
    line = ", ".join(part for part in head if part)
    if due:
        line = f"Overdue since {due}: {line[0].lower()}{line[1:]}" if is_late else f"{line}, by {due}"
    return f"{line}, for {voice}" if voice else line


def _zone(asked: ApprovalRequest) -> str:
    return asked.site.time_zone if asked.site else "UTC"


def _worth_where(asked: ApprovalRequest) -> tuple[str, str]:
    """Return the amount and the site of a request as people read them, each empty where it has none."""
    amount = money(asked.amount, asked.currency) if asked.amount is not None else ""
    return amount, asked.site.name if asked.site else ""


def _letter(step: ApprovalStep, asked: ApprovalRequest, line: str, voice: str, at: datetime) -> Letter:
    due = due_words(step.due_at, _zone(asked), at)
    subject = registries.subjects.get(asked.subject_type)
    amount, site = _worth_where(asked)
    facts = [
        ("Amount", amount),
        ("Site", site),
        ("Needed by", day(asked.need_by) if asked.need_by else ""),
        ("Asked by", str(asked.requester)),
        ("Why you", f"{step.label}, {step.rule}"),
        ("You decide for", voice),
        ("Decide by", f"{due}, {site}" if due and site else due),
    ]
    known = {label for label, _ in facts}
    more = subject.facts(None, asked.subject_id) if subject else []
    facts += [(label, value) for label, value in more if label not in known]
    return Letter(
        subject=line, facts=tuple(fact for fact in facts if fact[1]),
        lines=tuple(subject.lines(asked.subject_id)) if subject else (),
        warnings=tuple(unusual_in(asked)),
        verb="Open and decide",
    )  # fmt: skip
