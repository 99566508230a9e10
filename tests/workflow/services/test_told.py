"""Who is told of what: the bell and the letters of a requisition's way (UX 10)."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from foundation.models import Delivery, Notice, Role, User
from foundation.relay import drain
from foundation.services import AbsencePlan, declare_absence, grant_role
from procurement.services import (
    ReceiptLine,
    post_goods_receipt,
    reject_requisition,
    return_requisition,
    withdraw_requisition,
)
from tests.factories import NOW, Company, an_issued_order, company, submitted
from tests.workflow.factories import LARGE, MIDDLE, SMALL, another_manager, approve, asked
from workflow.models import Countersignature, ExceptionCase
from workflow.services import countersign, cure_case, open_case, send_message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_clock")]


@pytest.fixture
def the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def bell(person: User) -> list[tuple[str, str, bool]]:
    """Return kind, sentence and whether it was read, of each notice."""
    rows = Notice.objects.filter(person=person).order_by("pk")
    return [(row.kind, row.sentence, row.read_at is not None) for row in rows]


def letters(person: User) -> list[dict[str, str]]:
    bodies = Delivery.objects.filter(connection="letters").order_by("pk").values_list("body", flat=True)
    return [letter for letter in (json.loads(bytes(body)) for body in bodies) if letter["to"] == person.email]


def test_people_asked_are_told_once_each_and_the_letter_says_it_all() -> None:
    made = company()
    another_manager(made)
    requisition = submitted(made, LARGE)

    drain()
    drain()

    line = f"Approve {requisition.number} Stretch wrap 500 mm, £9,600.00, Leeds, by Tue 17:00"
    assert bell(made.mona) == bell(made.people["mark"]) == [("decision", line, False)]
    assert bell(made.regina) == []  # her stage waits
    (letter,) = letters(made.mona)
    assert letter["subject"] == line
    assert letter["unsubscribe"] == ""  # required: others wait
    for words in ("Amount: £9,600.00", "Site: Leeds", "Asked by: Rita", "Why you: Site manager of Leeds",
                  "Decide by: Tue 17:00, Leeds", "- 200 case Stretch wrap 500 mm at £48.00, contract £48.00",
                  "Open and decide: http"):  # fmt: skip
        assert words in letter["text"]
        assert words.split(": http")[0].split(": ")[-1].removeprefix("- ") in letter["html"]


def test_stage_decided_by_one_leaves_the_bells_of_all() -> None:
    made = company()
    mark = another_manager(made)
    requisition = submitted(made, LARGE)
    drain()

    approve(requisition, made.mona)
    drain()

    assert [read for _, _, read in bell(mark)] == [True]
    assert [(kind, read) for kind, _, read in bell(made.regina)] == [("decision", False)]


@pytest.mark.parametrize(
    ("_case", "lines", "done", "told"),
    [
        ("approved",            MIDDLE, "approve",  ["Mona approved {}", "PO"]),
        ("rejected, with why",  MIDDLE, "reject",   ["Mona rejected {}: Too dear"]),
        ("sent back, with why", MIDDLE, "return",   ["Mona sent {} back: Too dear"]),
        ("own withdrawal",      MIDDLE, "withdraw", []),
        ("touchless",           SMALL,  "",         ["PO"]),
    ],
)  # fmt: skip
def test_requester_reads_what_became_of_it(_case: str, lines: tuple[str, str], done: str, told: list[str]) -> None:
    made = company()
    requisition = submitted(made, lines)
    drain()
    said = {"pk": requisition.pk, "expected_version": None, "seen_hash": None, "actor": made.mona, "reason": "Too dear"}

    if done == "approve":
        approve(requisition, made.mona)
    elif done == "reject":
        reject_requisition(**said, at=NOW)
    elif done == "return":
        return_requisition(**said, at=NOW)
    elif done == "withdraw":
        requisition.refresh_from_db()
        withdraw_requisition(
            requisition_id=requisition.pk, expected_version=requisition.version, actor=made.rita, reason="", at=NOW
        )
    drain()

    found = bell(made.rita)
    assert [sentence if kind != "order" else sentence[:2] for kind, sentence, _ in found] == [
        one.format(requisition.number) for one in told
    ]
    assert not [one for one in bell(made.mona) if not one[2]]


def message(made: Company, text: str, kind: str, by: User) -> None:
    request = asked()
    send_message(
        subject_type="requisition", subject_id=request.subject_id, subject_number=request.subject_number, kind=kind,
        text=text, actor=by, at=NOW,
    )  # fmt: skip
    drain()


def test_question_reaches_the_requester_and_the_answer_whoever_asked() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    drain()

    message(made, "Why\nAcme?\r\nBcc: all@example.com <b>", "question", made.mona)
    message(made, "It is the contract.", "answer", made.rita)

    assert bell(made.rita) == [
        ("question", f"Mona asks about {requisition.number}: Why Acme? Bcc: all@example.com <b>", False)
    ]
    assert bell(made.mona)[1:] == [("question", f"Rita answers about {requisition.number}: It is the contract.", False)]
    path = Notice.objects.get(person=made.mona, kind="question").path
    assert path == f"/inbox/{asked().pk}/"
    (letter,) = letters(made.rita)
    assert "&lt;b&gt;" in letter["html"]
    assert "\n" not in letter["subject"]


def a_case(made: Company) -> ExceptionCase:
    case = open_case(
        key="ack:1", category="acknowledgment", cause="answer_outside_tolerance", sentence="PO-1: dearer by £4.00",
        subject_type="order", subject_id=1, subject_number="PO-1", site=made.leeds, at=NOW,
    )  # fmt: skip
    drain()
    return case


def test_case_tells_its_owners_and_leaves_when_it_closes_itself() -> None:
    made = company()
    a_case(made)
    opened = bell(made.boris)

    cure_case(key="ack:1", outcome="A newer answer fits.", at=NOW)
    drain()

    assert opened == [("case", "PO-1: dearer by £4.00", False)]
    assert bell(made.boris) == [("case", "PO-1: dearer by £4.00", True)]
    assert bell(made.pat) == []
    assert letters(made.boris) == []  # with the daily one, if it still waited


def test_who_had_read_of_a_case_is_told_how_it_ended() -> None:
    made = company()
    case = a_case(made)
    Notice.objects.filter(person=made.boris).update(read_at=NOW - timedelta(minutes=1))

    cure_case(key="ack:1", outcome="A newer answer fits.", at=NOW)
    drain()

    assert bell(made.boris)[1:] == [("case", f"{case.number} is closed: A newer answer fits.", False)]


def test_deputy_is_told_for_whom_and_the_absent_ones_bell_is_quiet() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    drain()

    plan = AbsencePlan(NOW, NOW + timedelta(days=3), deputy_id=made.regina.pk, reason="Leave")
    declare_absence(person_id=made.mona.pk, plan=plan, actor=made.mona, at=NOW)
    drain()

    assert [(kind, read) for kind, _, read in bell(made.mona)] == [("decision", True)]
    ((kind, sentence, read),) = bell(made.regina)
    assert (kind, read) == ("decision", False)
    assert sentence.startswith(f"Approve {requisition.number}")
    assert sentence.endswith(", for Mona")
    assert "You decide for: Mona" in letters(made.regina)[0]["text"]


def test_second_signature_is_asked_by_the_bell_and_leaves_it_when_given() -> None:
    made = company()
    grant_role(user=made.rita, role=Role.RECEIVER, actor=made.ursula, at=NOW, site=made.leeds)
    receiver = User.objects.get(pk=made.rita.pk)
    order = an_issued_order(made)
    post_goods_receipt(
        order_number=order.number, source="web", external_id="own", received_at=NOW,
        lines=[ReceiptLine(10, Decimal(4))], actor=receiver, at=NOW,
    )  # fmt: skip
    drain()
    row = Countersignature.objects.get()
    ((kind, sentence, read),) = bell(made.wanda)

    countersign(signature_id=row.pk, expected_version=row.version, actor=made.wanda, at=NOW, reason="Counted with her")
    drain()

    assert (kind, read) == ("decision", False)
    assert sentence.startswith(f"Sign {row.number} for {row.document_number}: Rita did both, ")
    assert [one[2] for one in bell(made.wanda)] == [True]
    assert not [one for one in bell(made.rita) if one[0] == "decision"]
