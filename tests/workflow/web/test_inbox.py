"""The inbox over HTTP: what is shown, one decision after the other, and what a late or second press gets."""

from copy import copy

import pytest
from django.urls import reverse

from procurement.models import Requisition, RequisitionState
from tests.factories import Company, submitted
from tests.procurement.web.pages import signed_in, statements
from tests.workflow.factories import LARGE, MIDDLE, another_manager, approve
from workflow.models import ApprovalDecision, ApprovalRequest, ApprovalStep, Message, StepAssignee

pytestmark = pytest.mark.usefixtures("the_clock")


def asked_about(requisition: Requisition) -> ApprovalRequest:
    return ApprovalRequest.objects.get(subject_id=requisition.pk, state="open")


def decide(request: ApprovalRequest, verb: str) -> str:
    return reverse("decide", args=[request.pk, verb])


def test_task_says_why_you_and_compares_prices(made: Company) -> None:
    request = asked_about(submitted(made, MIDDLE))

    shown = " ".join(signed_in(made.mona).get(reverse("inbox_task", args=[request.pk])).content.decode().split())

    for words in ("Site manager of Leeds", "1 of 1 lines at contract price", "Not bought before", "= 300 ea",
                  "You did not raise it", "Rita did"):  # fmt: skip
        assert words in shown


def test_next_task_opens_after_a_decision(made: Company) -> None:
    first, second = (asked_about(submitted(made, MIDDLE)) for _one in range(2))

    answered = signed_in(made.mona).post(
        decide(first, "approve"), {"hash": first.content_hash, "next": second.pk}, follow=True
    )

    assert answered.redirect_chain[-1][0] == reverse("inbox_task", args=[second.pk])
    assert f"{first.subject_number} approved. Next: {second.subject_number}." in answered.content.decode()


def test_next_that_waits_for_nobody_leads_to_the_list(made: Company) -> None:
    request = asked_about(submitted(made, MIDDLE))

    answered = signed_in(made.mona).post(decide(request, "approve"), {"next": "999999999"}, follow=True)

    assert answered.redirect_chain[-1][0] == reverse("inbox")
    assert f"Last: {request.subject_number}" in answered.content.decode()


def test_second_press_shows_the_first_result(made: Company) -> None:
    requisition = submitted(made, MIDDLE)
    request = asked_about(requisition)
    client = signed_in(made.mona)

    client.post(decide(request, "approve"), {"hash": request.content_hash})
    second = client.post(decide(request, "reject"), {"because": "Not needed"}, follow=True)

    requisition.refresh_from_db()
    assert requisition.state == RequisitionState.APPROVED
    assert f"{request.subject_number} does not wait for you" in second.content.decode()
    assert ApprovalDecision.objects.count() == 1


@pytest.mark.parametrize(
    ("verb", "posted", "status", "state", "kept"),
    [
        ("reject", {},                                                422, "submitted", ""),
        ("reject", {"because": "  ", "reason": " "},                  422, "submitted", ""),
        ("reject", {"because": "Not needed"},                         302, "rejected",  "Not needed"),
        ("reject", {"reason": "See the stock."},                      302, "rejected",  "See the stock"),
        ("reject", {"because": "Not needed", "reason": "we have 40"}, 302, "rejected",  "Not needed. we have 40"),
        ("return", {},                                                422, "submitted", ""),
        ("return", {"because": "Wrong item"},                         302, "draft",     "Wrong item"),
    ],
)  # fmt: skip
def test_no_needs_a_reason(
    made: Company, verb: str, posted: dict[str, str], status: int, state: str, kept: str
) -> None:
    requisition = submitted(made, MIDDLE)

    answered = signed_in(made.mona).post(decide(asked_about(requisition), verb), posted)

    requisition.refresh_from_db()
    assert (answered.status_code, str(requisition.state), requisition.state_reason) == (status, state, kept)
    if status == 422:
        assert "<title>Error: " in answered.content.decode()
        assert f'href="#{verb}-reason"' in answered.content.decode()


def test_stale_decision_is_refused_with_who_changed_what(made: Company) -> None:
    requisition = submitted(made, MIDDLE)
    request = asked_about(requisition)

    answered = signed_in(made.mona).post(decide(request, "approve"), {"hash": "0" * 64}, headers={"HX-Request": "true"})

    assert answered.status_code == 409
    assert f"{request.subject_number} changed since you opened it: Rita changed it." in answered.content.decode()
    assert answered["HX-Retarget"] == "#main"
    assert ApprovalDecision.objects.count() == 0


def test_colleague_who_was_slower_reads_who_decided(made: Company) -> None:
    mark = another_manager(made)
    requisition = submitted(made, LARGE)
    request = asked_about(requisition)
    approve(requisition, made.mona)

    answered = signed_in(mark).post(decide(request, "approve"), {"hash": request.content_hash})

    assert answered.status_code == 409
    assert "This is decided already" in answered.content.decode()
    assert "Mona" in answered.content.decode()


def test_question_leaves_the_chain_as_it_is(made: Company) -> None:
    requisition = submitted(made, MIDDLE)
    task = reverse("inbox_task", args=[asked_about(requisition).pk])

    answered = signed_in(made.mona).post(
        reverse("send_message", args=["requisition", requisition.pk]),
        {"kind": "question", "text": "For which line?", "next": task},
        follow=True,
    )

    assert answered.redirect_chain[-1][0] == task
    assert "For which line?" in answered.content.decode()
    assert (Message.objects.get().kind, asked_about(requisition).state) == ("question", "open")


def test_task_of_another_site_looks_like_missing(made: Company) -> None:
    request = asked_about(submitted(made, MIDDLE))
    client = signed_in(made.hugo)

    answers = [
        client.get(reverse("inbox_task", args=[request.pk])).status_code,
        client.get(reverse("inbox_task", args=[999_999])).status_code,
        client.post(decide(request, "approve")).status_code,
    ]

    assert answers == [404, 404, 404]


def test_page_costs_the_same_for_one_task_and_for_four(made: Company) -> None:
    client = signed_in(made.mona)
    submitted(made, MIDDLE)
    one = statements(lambda: client.get("/inbox/"))
    for _more in range(3):
        submitted(made, MIDDLE, ("TAPE-48", "1"), ("LBL-46", "1"))

    four = statements(lambda: client.get("/inbox/"))

    assert (one, four) == (11, 11)


def test_inbox_of_five_hundred_tasks_costs_at_most_twelve_statements(made: Company) -> None:
    first = asked_about(submitted(made, MIDDLE))
    step = first.steps.get()
    requests, steps = [], []
    for number in range(500):
        request = copy(first)
        request.pk, request.subject_id, request.subject_number = None, 1_000_000 + number, f"PR-{number}"
        requests.append(request)
    for request in ApprovalRequest.objects.bulk_create(requests):
        again = copy(step)
        again.pk, again.request = None, request
        steps.append(again)
    StepAssignee.objects.bulk_create(
        StepAssignee(step=one, person=made.mona) for one in ApprovalStep.objects.bulk_create(steps)
    )
    client = signed_in(made.mona)
    last_one = asked_about(submitted(made, MIDDLE))
    task, last = reverse("inbox_task", args=[first.pk]), reverse("inbox_task", args=[last_one.pk])

    page = client.get(last)
    assert statements(lambda: client.get(task)) <= 12
    assert statements(lambda: client.get(last)) <= 12
    assert "502 waiting" in page.content.decode()
    assert [len(page.context["part"].rows), page.context["step"].request_id] == [50, last_one.pk]
    assert page.context["following"].request_id == first.pk
