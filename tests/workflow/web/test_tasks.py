"""One list for every kind of task, and many at once with a verdict for each."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from foundation.models import Notice
from foundation.relay import drain
from foundation.worklist import Spot, Stretch, TaskFilters, tasks_of
from procurement.models import Requisition
from tests.factories import NOW, Company, submitted
from tests.procurement.web.pages import signed_in, statements
from tests.workflow.factories import MIDDLE, approve
from workflow.models import ApprovalDecision, ApprovalRequest, ApprovalStep, ExceptionCase, StepAssignee
from workflow.selectors.inbox import inbox_of
from workflow.services import open_case

pytestmark = pytest.mark.usefixtures("the_clock")
TASKS = "/inbox/all/"


def requests(made: Company, count: int) -> list[ApprovalRequest]:
    for _one in range(count):
        submitted(made, MIDDLE)
    return list(ApprovalRequest.objects.order_by("pk"))


def a_case(made: Company, key: str, number: str = "PO-1") -> ExceptionCase:
    return open_case(
        key=key, category="acknowledgment", cause="answer_outside_tolerance", sentence=f"{number}: dearer by £4.00",
        subject_type="order", subject_id=1, subject_number=number, site=made.leeds, amount=Decimal(4), currency="GBP",
        at=NOW,
    )  # fmt: skip


def picks(*asked: ApprovalRequest) -> dict[str, Any]:
    return {
        "pick": [f"approval-{one.pk}" for one in asked],
        **{f"seen-approval-{one.pk}": one.content_hash for one in asked},
        **{f"number-approval-{one.pk}": one.subject_number for one in asked},
    }


def said(page: Any) -> list[str]:
    return [f"{outcome.number} {outcome.said}" for outcome in page.context["outcomes"]]


def test_every_row_has_its_own_verdict_and_the_refused_stay_picked(made: Company) -> None:
    clean, changed, gone, unusual = requests(made, 4)
    ApprovalRequest.objects.filter(pk=unusual.pk).update(facts={**unusual.facts, "flags": ["off_contract"]})
    Requisition.objects.filter(pk=changed.subject_id).update(content_hash="0" * 64)
    approve(Requisition.objects.get(pk=gone.subject_id), made.mona)
    posted = picks(clean, changed, gone, unusual)

    page = signed_in(made.mona).post(reverse("tasks_do", args=["approve"]), posted)

    assert page.status_code == 200
    verdicts = said(page)
    assert verdicts[0] == f"{clean.subject_number} approved"
    assert verdicts[1].startswith(changed.subject_number)
    assert verdicts[1] != f"{changed.subject_number} approved"
    assert verdicts[2:] == [
        f"{gone.subject_number} no longer waits for you",
        f"{unusual.subject_number} Unusual: off contract. Open it to decide.",
    ]
    html = page.content.decode()
    assert "3 of 4 did not go through; they are still picked" in html
    assert f'value="approval-{changed.pk}" checked' in html
    assert f'value="approval-{unusual.pk}"' not in html  # says why not, before anybody picks it
    assert "Unusual: off contract. Open it to decide." in html
    states = Requisition.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["approved", "submitted", "approved", "submitted"]


@pytest.mark.parametrize("seen", ["", "0" * 64])
def test_row_not_seen_as_it_is_now_is_refused(made: Company, seen: str) -> None:
    (asked,) = requests(made, 1)

    page = signed_in(made.mona).post(
        reverse("tasks_do", args=["approve"]), {**picks(asked), f"seen-approval-{asked.pk}": seen}
    )

    assert [outcome.is_done for outcome in page.context["outcomes"]] == [False]
    assert not ApprovalDecision.objects.exists()


def test_second_press_changes_nothing(made: Company) -> None:
    asked = requests(made, 2)
    client = signed_in(made.mona)

    client.post(reverse("tasks_do", args=["approve"]), picks(*asked))
    again = client.post(reverse("tasks_do", args=["approve"]), picks(*asked))

    assert said(again) == [f"{one.subject_number} no longer waits for you" for one in asked]
    assert ApprovalDecision.objects.count() == 2


def test_exceptions_are_given_to_who_holds_their_role(made: Company) -> None:
    first, second = a_case(made, "a"), a_case(made, "b", "PO-2")
    drain()
    client = signed_in(made.boris)
    boris = made.boris.pk
    posted = {
        "pick": [f"case-{first.pk}", f"case-{second.pk}"],
        f"seen-case-{first.pk}": "1",
        f"seen-case-{second.pk}": "9",
    }

    to_pat = client.post(reverse("tasks_do", args=["assign"]), {**posted, "person": made.pat.pk})
    to_boris = client.post(reverse("tasks_do", args=["assign"]), {**posted, "person": boris})
    drain()

    assert said(to_pat)[0].startswith(f"{first.number} Pat could not settle {first.number}")
    assert said(to_boris) == [
        f"{first.number} given to Boris",
        f"{second.number} {second.number} changed since you opened it.",
    ]
    first.refresh_from_db()
    assert (first.owner, first.version) == (made.boris, 2)
    assert not Notice.objects.filter(
        person=made.boris, subject_id=first.pk, read_at=None
    ).exists()  # they did it themselves


def test_nothing_picked_says_so(made: Company) -> None:
    requests(made, 1)

    page = signed_in(made.mona).post(reverse("tasks_do", args=["approve"]), {})

    assert page.status_code == 422
    assert "Pick at least one row first." in page.content.decode()


@pytest.mark.parametrize(
    ("_case", "person", "query", "shown"),
    [
        ("manager's own",     "mona",  "",                        2),
        ("other kinds",       "mona",  "?kind=case",              0),
        ("another site",      "mona",  "?site=HUL",               0),
        ("own site",          "mona",  "?site=LDS",               2),
        ("by requester",      "mona",  "?q=rita",                 2),
        ("by nothing",        "mona",  "?q=zebra",                0),
        ("overdue",           "mona",  "?due=overdue",            0),
        ("today",             "mona",  "?due=today",              2),
        ("buyer's cases",     "boris", "",                        1),
        ("case by number",    "boris", "?q=PO-1",                 1),
        ("requester",         "rita",  "",                        0),
        ("auditor works on none", "audrey", "",                   0),
    ],
)  # fmt: skip
def test_filters(made: Company, _case: str, person: str, query: str, shown: int) -> None:
    requests(made, 2)
    a_case(made, "a")

    page = signed_in(getattr(made, person)).get(TASKS + query)

    assert len(page.context["rows"]) == shown
    assert ("No task matches these filters" in page.content.decode()) == (not shown and bool(query))


def again(row: Any, **other: Any) -> Any:
    """Return an unsaved copy of a row with other values."""
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    return type(row)(**{**values, **other})


def five_hundred(made: Company) -> None:
    """Let 300 approvals and 200 exceptions of her role wait for Mona."""
    (asked,) = requests(made, 1)
    step = asked.steps.get()
    copies = ApprovalRequest.objects.bulk_create(
        again(asked, subject_id=10_000 + number, subject_number=f"REQ-{number}") for number in range(299)
    )
    steps = ApprovalStep.objects.bulk_create(again(step, request_id=one.pk) for one in copies)
    StepAssignee.objects.bulk_create(StepAssignee(step=one, person=made.mona) for one in steps)
    case = a_case(made, "c")
    ExceptionCase.objects.bulk_create(
        again(case, key=f"k-{n}", number=f"EX-{n}", owner_role="site_manager") for n in range(200)
    )


def test_five_hundred_tasks_cost_at_most_twelve_statements(made: Company) -> None:
    five_hundred(made)
    client = signed_in(made.mona)

    count = statements(lambda: client.get(TASKS))

    page: Any = client.get(TASKS)
    assert len(page.context["rows"]) == 50
    assert "500 waiting" in page.content.decode()
    assert count <= 12
    assert statements(lambda: client.get(_on(page))) <= 12


def _on(page: Any) -> str:
    """Return the address of the next page."""
    return f"{TASKS}?before={quote(page.context['part'].older)}"


def _leafed(client: Client, way: str, page: Any) -> list[list[str]]:
    """Return the rows of the pages one after another, until there is no further one."""
    pages = [[task.pick for task, _ in page.context["rows"]]]
    while spot := getattr(page.context["part"], way):
        page = client.get(TASKS, {"before" if way == "older" else "after": spot})
        pages.append([task.pick for task, _ in page.context["rows"]])
    return pages


def test_leafing_through_all_tasks_shows_each_once_in_order(made: Company) -> None:
    five_hundred(made)
    ApprovalStep.objects.filter(pk__gt=ApprovalStep.objects.order_by("pk")[100].pk).update(due_at=NOW)
    client = signed_in(made.mona)

    there = _leafed(client, "older", client.get(TASKS))
    last = client.get(TASKS, {"before": str(Spot(NOW, "approval", 1))})  # nearest to the top
    back = _leafed(client, "newer", client.get(TASKS, {"before": _place_of(there[8][-1])}))

    everything = [task.pick for task in tasks_of(made.mona, TaskFilters(), NOW, Stretch(1_000))]
    assert [len(page) for page in there] == [50] * 10
    assert [pick for page in there for pick in page] == everything
    assert back[::-1] == there
    assert last.status_code == 200


def _place_of(pick: str) -> str:
    kind, _, key = pick.partition("-")
    model = ApprovalStep.objects.filter(request_id=key) if kind == "approval" else ExceptionCase.objects.filter(pk=key)
    due: datetime = model.values_list("due_at", flat=True).get()
    return str(Spot(due, kind, int(key)))


@pytest.mark.parametrize("place", ["", "x", "~~", "2026-03-10~approval~1", "2026-03-10T09:00:00+00:00~approval~x",
                                   "9" * 300])  # fmt: skip
def test_place_that_is_none_shows_the_first_page(made: Company, place: str) -> None:
    requests(made, 1)

    page: Any = signed_in(made.mona).get(TASKS, {"before": place})

    assert len(page.context["rows"]) == 1


def test_search_and_filters_find_what_is_on_a_later_page(made: Company) -> None:
    five_hundred(made)
    client = signed_in(made.mona)

    found: Any = client.get(TASKS, {"q": "EX-199"})
    in_hull: Any = client.get(TASKS, {"site": "HUL"})
    inbox = inbox_of(made.mona, TaskFilters(q="REQ-298"), NOW, Stretch(), None)

    assert [task.number for task, _ in found.context["rows"]] == ["EX-199"]
    assert in_hull.context["waiting"] == 0
    assert [step.request.subject_number for step in inbox.steps] == ["REQ-298"]
    assert inbox.waiting == 1


def test_unknown_verb_and_strangers_find_nothing(made: Company) -> None:
    assert signed_in(made.mona).post("/inbox/all/burn/").status_code == 404
    assert signed_in(made.acme_person).get(TASKS).status_code == 404
    assert Client().get(TASKS).status_code == 302
