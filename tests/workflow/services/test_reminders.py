from datetime import timedelta

import pytest
from django.core import mail

from foundation.errors import InvalidError
from foundation.models import AuditEvent, Delivery, Notice, NoticePreference
from foundation.relay import drain
from integration.tasks import deliver_letters
from tests.factories import NOW, company, submitted
from tests.workflow.factories import LARGE, another_manager, asked
from workflow.models import Message
from workflow.services import remind_overdue, send_message
from workflow.tasks import sweep_reminders

pytestmark = pytest.mark.django_db


def test_overdue_stage_is_reminded_once_to_each_person_asked() -> None:
    made = company()
    another_manager(made)
    requisition = submitted(made, LARGE)
    late = asked().steps.get(position=1).due_at + timedelta(minutes=1)

    counts = [remind_overdue(at=NOW), remind_overdue(at=late), remind_overdue(at=late)]

    assert counts == [0, 2, 0]
    assert mail.outbox == []  # it is stored, and the worker sends it
    assert deliver_letters() == 2
    assert sorted(letter.to[0] for letter in mail.outbox) == ["mark@example.com", "mona@example.com"]
    letter = mail.outbox[0]
    assert letter.subject.startswith("Overdue since ")
    assert letter.subject.endswith(f"approve {requisition.number} Stretch wrap 500 mm, £9,600.00, Leeds")
    assert list(asked().steps.values_list("state", flat=True)) == ["open", "waiting"]  # AP-5
    assert AuditEvent.objects.filter(action="remind").count() == 1


def test_reminder_goes_as_each_person_chose_and_is_one_line_behind_the_bell() -> None:
    made = company()
    other = another_manager(made)
    NoticePreference.objects.create(person=made.mona, channels={"decision": "digest"})
    submitted(made, LARGE)
    drain()
    late = asked().steps.get(position=1).due_at + timedelta(minutes=1)
    before = Delivery.objects.filter(connection="letters").count()

    remind_overdue(at=late)

    letters = Delivery.objects.filter(connection="letters").order_by("pk")[before:]
    assert [one.subject_number for one in letters] == [other.username]
    unread = Notice.objects.filter(person=made.mona, read_at=None)
    assert [(one.sentence[:7], one.waits_for_day) for one in unread] == [("Overdue", True)]


def test_sweep_is_named_for_the_clock_and_accepts_unknown_keywords() -> None:
    company()

    assert (sweep_reminders.name, sweep_reminders(later="x")) == ("workflow.sweep_reminders", 0)


def test_question_changes_nothing_of_the_approval() -> None:
    made = company()
    requisition = submitted(made, LARGE)
    said = {
        "subject_type": "requisition",
        "subject_id": requisition.pk,
        "subject_number": requisition.number,
        "at": NOW,
    }

    send_message(**said, kind="question", text=" Why Acme? ", actor=made.mona, to=made.rita)

    message = Message.objects.get()
    assert (message.text, message.to, asked().state, asked().version) == ("Why Acme?", made.rita, "open", 1)
    with pytest.raises(InvalidError) as refusal:
        send_message(**said, kind="question", text="  ", actor=made.mona)
    assert (refusal.value.code, Message.objects.count()) == ("text_missing", 1)
