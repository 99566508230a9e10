"""The requester's pages over HTTP, as a browser without script sends them and as htmx does."""

import re
from typing import Any

import pytest
from django.urls import reverse

from foundation.models import CostCentre, User
from procurement.models import Requisition, RequisitionState
from tests.factories import LATER, Company, a_requisition, submitted
from tests.procurement.web.pages import signed_in, statements, typed
from workflow.models import ApprovalRequest

pytestmark = pytest.mark.usefixtures("the_clock")
NEW = "/requisitions/new/"
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("_case", "action", "more", "codes"),
    [
        ("an item found is added",      "add:LBL-46:XCS", {},                              ["SW-500", "TAPE-48", "LBL-46"]),
        ("a line is taken away",        "remove:0",       {},                              ["TAPE-48"]),
        ("an exact code adds itself",   "find",           {"find": "lbl-46"},              ["SW-500", "TAPE-48", "LBL-46"]),
        ("a supplier's part is found",  "find",           {"find": "ACME-LBL"},            ["SW-500", "TAPE-48"]),
        ("pasted rows are shown first", "paste",          {"paste": "LBL-46\t4"},          ["SW-500", "TAPE-48"]),
        ("good pasted rows are taken",  "take",           {"paste": "LBL-46\t4\nNOPE\t1"}, ["SW-500", "TAPE-48", "LBL-46"]),
        ("a row of free text",          "blank",          {},                              ["SW-500", "TAPE-48", ""]),
        ("a made-up button",            "explode",        {},                              ["SW-500", "TAPE-48"]),
    ],
)  # fmt: skip
def test_buttons_of_the_page_work_without_script(
    made: Company, _case: str, action: str, more: dict[str, str], codes: list[str]
) -> None:
    answered = signed_in(made.rita).post(NEW, typed(made, action, ("SW-500", "10"), ("TAPE-48", "2"), **more))

    assert answered.status_code == 200
    assert [str(form["item_code"].value() or "") for form in answered.context["page"].formset] == codes
    assert Requisition.objects.count() == 0


@pytest.mark.parametrize(
    ("_case", "row", "expected"),
    [
        ("tabs",                       "SW-500\t24",        ("SW-500", "24", "")),
        ("blanks",                     "SW-500   24",       ("SW-500", "24", "")),
        ("semicolons",                 "sw-500;24",         ("SW-500", "24", "")),
        ("a supplier's part",          "ACME-SW-500\t3",    ("SW-500", "3", "")),
        ("thousands",                  "SW-500\t1,200",     ("SW-500", "1200", "")),
        ("a comma that can be two",    "SW-500\t1,5",       ("SW-500", "", "“1,5” can be misread. Did you mean 15 or 1.5?")),
        ("no quantity",                "SW-500",            ("SW-500", "", "The quantity is missing. Put it in the second column.")),
        ("nothing of it",              "SW-500\t0",         ("SW-500", "", "Enter a quantity above zero.")),
        ("an unknown code",            "NOPE\t2",           ("", "", "There is no item NOPE. Check the code, or look it up by name.")),
        ("markup stays text",          "<b>x</b>\t2",       ("", "", "There is no item <b>x</b>. Check the code, or look it up by name.")),
    ],
)  # fmt: skip
def test_pasted_row_is_read_or_named(made: Company, _case: str, row: str, expected: tuple[str, str, str]) -> None:
    answered = signed_in(made.rita).post(NEW, typed(made, "paste", paste=f"code\tquantity\n{row}"))

    (read,) = answered.context["editor"].pasted
    assert (read.code, f"{read.quantity:f}" if read.quantity else "", read.error) == expected
    assert "<b>x</b>" not in answered.content.decode()


def test_packs_are_shown_in_base_units_too(made: Company) -> None:
    answered = signed_in(made.rita).post(NEW, typed(made, "judge", ("TAPE-48", "10")), headers=HTMX)

    assert "= 360 ea" in answered.content.decode()
    assert "Acme Packaging, contract CON-1, 3 days" in " ".join(answered.content.decode().split())


def test_people_named_before_sending_are_the_people_asked(made: Company) -> None:
    client = signed_in(made.rita)
    posted = typed(made, "submit", ("SW-500", "200"), once="a1")

    shown = client.post(NEW, posted | {"action": "judge"}, headers=HTMX).content.decode()
    client.post(NEW, posted)

    asked = [[a.person for a in step.assignees.all()] for step in ApprovalRequest.objects.get().steps.all()]
    assert asked == [[made.mona], [made.regina]]
    assert re.findall(r'<span class="strong">(\w+)</span><br>', shown) == ["Mona", "Regina"]
    assert "£9,600.00" in shown
    assert Requisition.objects.get().total_amount == 9600


@pytest.mark.parametrize(
    ("_case", "field", "value", "message"),
    [
        ("two readings",    "lines-0-quantity",   "1,5",        "“1,5” can be misread. Did you mean 15 or 1.5?"),
        ("no number",       "lines-0-quantity",   "ten",        "“ten” is not a number. Write it like 1234.5."),
        ("exponent",        "lines-0-quantity",   "1e9",        "“1e9” is not a number. Write it like 1234.5."),
        ("nothing",         "lines-0-quantity",   "",           "Enter a quantity."),
        ("below nothing",   "lines-0-quantity",   "-1",         "Enter a quantity above zero."),
        ("another's unit",  "lines-0-unit",       "KGM",        "Select a valid choice. KGM is not one of the available choices."),
        ("no such item",    "lines-0-item_code",  "NOPE",       "Line 1: there is no item NOPE. Look it up by name."),
        ("a past day",      "head-need_by",       "2026-03-09", "This day has passed. Choose today or later."),
        ("urgent, no word", "head-is_urgent",     "on",         "Say why it is urgent."),
    ],
)  # fmt: skip
def test_refused_input_comes_back_with_its_reason(
    made: Company, _case: str, field: str, value: str, message: str
) -> None:
    answered = signed_in(made.rita).post(NEW, typed(made, "save", ("SW-500", "10")) | {field: value})

    page = answered.content.decode()
    assert answered.status_code == 422
    assert "<title>Error: New requisition" in page
    assert page.count(message) >= 2  # in the summary and beside the field
    assert Requisition.objects.count() == 0


def test_second_press_finds_the_first_ones_document(made: Company) -> None:
    client, posted = signed_in(made.rita), typed(made, "submit", ("SW-500", "50"), once="one-page")

    first, second = client.post(NEW, posted), client.post(NEW, posted)

    assert Requisition.objects.count() == 1
    assert first.url == second.url == reverse("requisition", args=[Requisition.objects.get().number])


def test_page_opened_again_and_changed_is_a_new_document(made: Company) -> None:
    client = signed_in(made.rita)

    client.post(NEW, typed(made, "save", ("SW-500", "50"), once="one-page"))
    client.post(NEW, typed(made, "save", ("SW-500", "51"), once="one-page"))

    assert sorted(int(r.lines.get().quantity) for r in Requisition.objects.all()) == [50, 51]


@pytest.mark.parametrize(
    ("_case", "line", "where", "state"),
    [
        ("the policy lets it pass",   ("SW-500", "10"),  "requisition",       RequisitionState.APPROVED),
        ("somebody is asked",         ("SW-500", "50"),  "requisition",       RequisitionState.SUBMITTED),
        ("it was asked for in parts", ("SW-500", "99"),  "requisition_check", RequisitionState.DRAFT),
    ],
)  # fmt: skip
def test_check_page_comes_only_when_something_is_unusual(
    made: Company, _case: str, line: tuple[str, str], where: str, state: str
) -> None:
    if where == "requisition_check":
        submitted(made, ("SW-500", "99"))

    answered = signed_in(made.rita).post(NEW, typed(made, "submit", line))

    newest = Requisition.objects.latest("pk")
    assert (answered.url, newest.state) == (reverse(where, args=[newest.number]), state)


def test_draft_is_kept_changed_and_sent(made: Company) -> None:
    client = signed_in(made.rita)
    client.post(NEW, typed(made, "save", ("SW-500", "50")))
    draft = Requisition.objects.get()
    edit = reverse("requisition_edit", args=[draft.number])

    client.post(edit, typed(made, "save", ("SW-500", "60"), ("LBL-46", "1"), version="1"))
    stale = client.post(edit, typed(made, "save", ("SW-500", "70"), version="1"))

    assert [(line.item.code, int(line.quantity)) for line in draft.lines.all() if line.item] == [
        ("SW-500", 60),
        ("LBL-46", 1),
    ]
    assert stale.status_code == 409


def test_copy_pressed_twice_makes_one_copy(made: Company) -> None:
    old = a_requisition(made)
    act, client = reverse("requisition_act", args=[old.number, "copy"]), signed_in(made.rita)

    first, second = (client.post(act, {"once": "c1"}) for _press in range(2))

    assert first.url == second.url
    assert Requisition.objects.count() == 2


def test_copy_of_a_requisition_whose_cost_centre_is_closed_names_an_open_one(made: Company) -> None:
    old = a_requisition(made)
    CostCentre.objects.filter(pk=old.cost_centre_id).update(is_active=False)
    act, client = reverse("requisition_act", args=[old.number, "copy"]), signed_in(made.rita)
    other = CostCentre.objects.create(code="LDS-7000", name="Yard", site=made.leeds)

    client.post(act, {"once": "c1"})
    copy = Requisition.objects.latest("pk")
    offered = client.get(reverse("requisition_edit", args=[copy.number])).content.decode()
    CostCentre.objects.update(is_active=False)
    refused = client.post(act, {"once": "c2"}, follow=True)

    assert (copy.cost_centre, Requisition.objects.count()) == (other, 2)
    assert ("LDS-7000 Yard" in offered, "LDS-6410" in offered) == (True, False)
    assert ("is closed" in refused.content.decode(), Requisition.objects.count()) == (True, 2)


def test_requester_takes_it_back_then_cancels_with_a_reason(made: Company) -> None:
    client, number = signed_in(made.rita), submitted(made, ("SW-500", "50")).number

    def act(verb: str, **more: Any) -> str:
        version = Requisition.objects.get().version
        client.post(reverse("requisition_act", args=[number, verb]), {"version": str(version), **more})
        return str(Requisition.objects.get().state)

    assert [act("withdraw"), act("cancel", reason=" "), act("cancel", reason="Ordered twice")] == [
        RequisitionState.DRAFT,
        RequisitionState.DRAFT,
        RequisitionState.CANCELLED,
    ]


def test_document_shows_who_has_it_since_when(made: Company) -> None:
    waits = submitted(made, ("SW-500", "50"))

    shown = signed_in(made.rita).get(reverse("requisition", args=[waits.number])).content.decode()

    assert "With Mona since" in " ".join(shown.split())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("",                      ["Hull", "Leeds"]),
        ("?state=draft",          ["Hull", "Leeds"]),
        ("?state=ordered",        []),
        ("?site=HUL",             ["Hull"]),
        ("?q=stretch",            ["Leeds"]),
        ("?q=labels&state=draft", ["Hull"]),
        ("?state=nonsense",       ["Hull", "Leeds"]),
        ("?before=nonsense",      ["Hull", "Leeds"]),
    ],
)  # fmt: skip
def test_list_and_export_follow_the_address(made: Company, query: str, found: list[str]) -> None:
    a_requisition(made)
    a_requisition(made, ("LBL-46", "1"), by=made.hugo)
    client = signed_in(made.boris)

    listed = client.get(f"/requisitions/{query}").context["page"]
    exported = b"".join(client.get(f"/requisitions.csv{query}").streaming_content).decode().splitlines()[1:]

    assert sorted(r.ship_to.name for r in listed) == found
    assert len(exported) == len(found)


@pytest.mark.parametrize("name", ["requisition", "requisition_edit", "requisition_check"])
def test_foreign_looks_like_missing(made: Company, name: str) -> None:
    theirs = a_requisition(made, by=made.hugo)
    client = signed_in(made.rita)

    foreign = client.get(reverse(name, args=[theirs.number]))
    missing = client.get(reverse(name, args=["REQ-HUL-999999"]))

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert theirs.number not in foreign.content.decode()


def _many(made: Company, user: User, count: int) -> None:
    for _number in range(count):
        submitted(made, ("SW-500", "50"), ("TAPE-48", "1"), ("LBL-46", "1"), by=user)


def test_pages_cost_the_same_with_one_document_and_with_four(made: Company) -> None:
    client = signed_in(made.rita)
    one_line, long = a_requisition(made), a_requisition(made, ("SW-500", "1"), ("TAPE-48", "1"), ("LBL-46", "1"))
    _many(made, made.rita, 1)
    few = statements(lambda: client.get("/requisitions/"))
    _many(made, made.rita, 3)

    costs = {
        "list": (few, statements(lambda: client.get("/requisitions/"))),
        "detail": tuple(statements(lambda r=r: client.get(f"/requisitions/{r.number}/")) for r in (one_line, long)),
        "edit": tuple(statements(lambda r=r: client.get(f"/requisitions/{r.number}/edit/")) for r in (one_line, long)),
    }

    assert {name for name, (small, large) in costs.items() if small != large} == set()
    assert costs == {"list": (7, 7), "detail": (12, 12), "edit": (12, 12)}


def test_today_is_early_enough(made: Company) -> None:
    posted = typed(made, "save", ("SW-500", "10")) | {"head-need_by": "2026-03-10"}

    signed_in(made.rita).post(NEW, posted)

    assert Requisition.objects.get().need_by.isoformat() == "2026-03-10" < LATER.isoformat()


def test_line_says_why_this_supplier_and_why_not_the_other(made: Company) -> None:
    bound = a_requisition(made, ("SW-500", "1"))
    free = a_requisition(made, ("LBL-46", "1"))

    pages = [signed_in(made.rita).get(f"/requisitions/{r.number}/").content.decode() for r in (bound, free)]

    assert "Nobody is preferred here; the best price is in contract CON-1." in pages[0]
    assert "Bolt Trading: no contract price in force; Acme Packaging has one" in pages[0]
    assert "Bolt Trading: Acme Packaging comes first here; asks 30 GBP, Acme Packaging 30" in pages[1]
