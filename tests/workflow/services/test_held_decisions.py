"""A decision on a page is held for ten seconds: taken back it never was; else it takes effect by the rules of then."""

from datetime import timedelta
from typing import Any

import pytest

from foundation.errors import DomainError, NotFoundError, StaleError
from foundation.models import AuditEvent, DomainEvent, Notice, RoleAssignment, User
from foundation.relay import drain
from procurement.models import Requisition
from procurement.services import withdraw_requisition
from tests.factories import NOW, Company, company, submitted
from tests.workflow.factories import LARGE, MIDDLE, another_manager, approve, asked, at_once
from workflow import access
from workflow.models import ApprovalDecision, ApprovalRequest, HeldDecision
from workflow.selectors.held import held_due
from workflow.services import held_decisions, hold_decision, take_held_decisions, undo_decisions

TEN = timedelta(seconds=10)
AFTER = NOW + timedelta(seconds=11)


@pytest.fixture
def made(db: None) -> Company:
    made = company()
    another_manager(made)
    return made


def hold(requisition: Requisition, actor: User, verb: str = "approve", **other: Any) -> HeldDecision:
    values = {"seen_hash": requisition.content_hash, "reason": "Not needed", "undo_for": TEN, "at": NOW} | other
    request = ApprovalRequest.objects.get(subject_id=requisition.pk)
    return hold_decision(request_id=request.pk, verb=verb, actor=actor, **values)


def state(requisition: Requisition) -> str:
    return str(Requisition.objects.values_list("state", flat=True).get(pk=requisition.pk))


def test_nothing_happens_before_the_time_is_over(made: Company) -> None:
    requisition = submitted(made, MIDDLE)
    drain()
    events = DomainEvent.objects.count()

    held = hold(requisition, made.mona)

    assert (state(requisition), asked().state) == ("submitted", "open")
    assert not ApprovalDecision.objects.exists()
    assert DomainEvent.objects.count() == events
    assert take_held_decisions(at=NOW + timedelta(seconds=9)) == 0
    assert list(access.waiting_for(made.mona)) == []
    assert [step.request_id for step in access.waiting_for(made.people["mark"])] == [held.request_id]


@pytest.mark.parametrize(
    ("verb", "becomes"), [("approve", "approved"), ("reject", "rejected"), ("return", "draft")]
)  # fmt: skip
def test_it_takes_effect_when_the_time_is_over(made: Company, verb: str, becomes: str) -> None:
    requisition = submitted(made, MIDDLE)
    held = hold(requisition, made.mona, verb)

    taken = [take_held_decisions(at=AFTER), take_held_decisions(at=AFTER)]

    held.refresh_from_db()
    assert (taken, state(requisition), held.outcome) == ([1, 0], becomes, "taken")
    assert [(d.actor, d.decided_at) for d in ApprovalDecision.objects.all()] == [(made.mona, AFTER)]
    assert Requisition.objects.get(pk=requisition.pk).state_reason == ("Not needed" if verb != "approve" else "")


def test_taken_back_it_never_was(made: Company) -> None:
    requisition = submitted(made, MIDDLE)
    held = hold(requisition, made.mona)

    undone = undo_decisions(held_ids=[held.pk], actor=made.mona, at=NOW)

    assert [one.outcome for one in undone] == ["undone"]
    assert (take_held_decisions(at=AFTER), state(requisition)) == (0, "submitted")
    assert [step.request_id for step in access.waiting_for(made.mona)] == [held.request_id]
    actions = AuditEvent.objects.filter(object_number=requisition.number, action__endswith="_decision")
    assert list(actions.order_by("seq").values_list("action", flat=True)) == ["hold_decision", "undo_decision"]
    approve(requisition, made.mona)
    assert state(requisition) == "approved"


def test_undo_comes_too_late_once_it_took_effect(made: Company) -> None:
    requisition = submitted(made, MIDDLE)
    held = hold(requisition, made.mona)
    take_held_decisions(at=AFTER)

    with pytest.raises(StaleError, match=f"{requisition.number} is approved already") as refused:
        undo_decisions(held_ids=[held.pk], actor=made.mona, at=AFTER)

    assert (refused.value.code, state(requisition)) == ("already_settled", "approved")


def test_only_its_person_takes_it_back(made: Company) -> None:
    held = hold(submitted(made, MIDDLE), made.mona)

    with pytest.raises(NotFoundError):
        undo_decisions(held_ids=[held.pk], actor=made.people["mark"], at=NOW)

    assert held_due(AFTER) == [held.pk]


def test_second_press_keeps_the_first(made: Company) -> None:
    requisition = submitted(made, MIDDLE)

    first, second = hold(requisition, made.mona), hold(requisition, made.mona, "reject")

    assert (second.pk, second.verb) == (first.pk, "approve")


@pytest.mark.parametrize(
    ("_case", "actor", "verb", "seen", "code"),
    [
        ("not what was seen",  "mona",  "approve", "0" * 64, "changed_since_opened"),
        ("no reason",          "mona",  "reject",  "",       "reason_missing"),
        ("own request",        "rita",  "approve", "",       "own_request"),
        ("somebody else's",    "hugo",  "approve", "",       "not_asked"),
        ("no such verb",       "mona",  "burn",    "",       "not_found"),
    ],
)  # fmt: skip
def test_what_would_be_refused_is_refused_at_once(
    made: Company, _case: str, actor: str, verb: str, seen: str, code: str
) -> None:
    submitted(made, MIDDLE)

    with pytest.raises(DomainError) as refused:
        hold_decision(
            request_id=asked().pk,
            verb=verb,
            seen_hash=seen,
            actor=getattr(made, actor),
            reason="",
            undo_for=TEN,
            at=NOW,
        )

    assert refused.value.code == code
    assert not HeldDecision.objects.exists()
    assert not ApprovalDecision.objects.exists()


def faster(made: Company, requisition: Requisition) -> None:
    approve(requisition, made.people["mark"])


def withdrawn(made: Company, requisition: Requisition) -> None:
    requisition.refresh_from_db()
    withdraw_requisition(
        requisition_id=requisition.pk,
        expected_version=requisition.version,
        actor=made.rita,
        reason="Found some",
        at=NOW,
    )


def lost_role(made: Company, _requisition: Requisition) -> None:
    RoleAssignment.objects.filter(user=made.mona).delete()


def left(made: Company, _requisition: Requisition) -> None:
    User.objects.filter(pk=made.mona.pk).update(is_active=False)


@pytest.mark.parametrize(
    ("meanwhile", "says"),
    [
        (faster,    "is already approved by Mark"),
        (withdrawn, "withdrawn"),
        (lost_role, "that role is gone"),
        (left,      "Mona can no longer sign in"),
    ],
)  # fmt: skip
def test_it_is_refused_and_told_when_the_rules_say_no_by_then(made: Company, meanwhile: Any, says: str) -> None:
    requisition = submitted(made, MIDDLE)
    held = hold(requisition, made.mona)
    drain()
    meanwhile(made, requisition)
    before = state(requisition)

    assert take_held_decisions(at=AFTER) == 0

    held.refresh_from_db()
    assert (held.outcome, state(requisition)) == ("refused", before)
    assert says in held.refusal
    assert not ApprovalDecision.objects.filter(actor=made.mona).exists()
    told = Notice.objects.filter(person=made.mona, subject_type="held").values_list("sentence", flat=True)
    assert list(told) == ([] if meanwhile is left else [f"{requisition.number} is not approved by you: {held.refusal}"])


def test_decision_that_breaks_its_worker_holds_up_no_other_and_is_given_up(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = hold(submitted(made, MIDDLE), made.mona), hold(submitted(made, MIDDLE), made.mona)

    action = held_decisions.action_of(first.request, "approve")

    def broken(request: ApprovalRequest, _verb: str) -> Any:
        return (lambda **_: 1 // 0) if request.pk == first.request_id else action

    monkeypatch.setattr(held_decisions, "action_of", broken)

    for _try in range(held_decisions.MOST_TRIES):
        with pytest.raises(ZeroDivisionError):
            take_held_decisions(at=AFTER)
    take_held_decisions(at=AFTER)

    outcomes = dict(HeldDecision.objects.values_list("pk", "outcome"))
    assert outcomes == {first.pk: "refused", second.pk: "taken"}


@pytest.mark.django_db(transaction=True)
def test_taken_once_by_two_workers_and_not_undone_at_the_same_time(made: Company) -> None:
    requisition = submitted(made, LARGE)
    held = hold(requisition, made.mona)

    results = at_once([
        lambda: take_held_decisions(at=AFTER),
        lambda: take_held_decisions(at=AFTER),
        lambda: len(undo_decisions(held_ids=[held.pk], actor=made.mona, at=AFTER)),
    ])  # fmt: skip

    held.refresh_from_db()
    assert held.outcome in {"taken", "undone"}
    assert ApprovalDecision.objects.count() == (held.outcome == "taken")
    assert [r for r in results if r == 1] == [1]
