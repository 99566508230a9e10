"""RQ-6 on its pages: who reads which budgets, how they are set, brought in, changed and withdrawn, and what is behind them."""

from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from foundation.models import AuditEvent, CostCentre, User
from foundation.relay import drain
from foundation.services import grant_role
from policies.models import Budget
from policies.services import seen_of_budget
from procurement.models import PurchaseOrderLine
from tests.factories import NOW, Company, a_requisition, an_issued_order, company, submitted
from tests.policies.budgets import a_budget, policy

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer: HttpResponse) -> str:
    body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[call-overload]
    return unescape(body.decode())


@pytest.mark.parametrize(
    ("who", "owner", "seen"),
    [
        ("frank", "", ["LDS-6410", "HUL-6410"]),
        ("audrey", "", ["LDS-6410", "HUL-6410"]),
        ("rita", "", ["LDS-6410"]),
        ("hugo", "", ["HUL-6410"]),
        ("hugo", "hugo", ["LDS-6410", "HUL-6410"]),
    ],
)
def test_everybody_reads_the_budgets_of_their_sites_and_cost_centres(who: str, owner: str, seen: list[str]) -> None:
    made = company()
    budgets = {site: a_budget(made, "5000", site=site) for site in ("LDS", "HUL")}
    if owner:
        CostCentre.objects.filter(code="LDS-6410").update(owner=made.people[owner])
    client = as_(made.people[who])

    page = text(client.get(reverse("budgets") + "?on="))
    found = [code for code in ("LDS-6410", "HUL-6410") if code in page]
    opened = [client.get(reverse("budget", args=[b.pk])).status_code for b in budgets.values()]

    assert found == seen
    assert opened == [200 if f"{site}-6410" in seen else 404 for site in budgets]


def test_figures_lead_to_the_documents_with_the_same_sum() -> None:
    made = company()
    budget = a_budget(made, "5000")
    order = an_issued_order(made, ("SW-500", "50"))
    asked = submitted(made, ("TAPE-48", "50"))
    client = as_(made.frank)

    whole = text(client.get(reverse("budget", args=[budget.pk])))
    part = text(client.get(reverse("budget", args=[budget.pk]) + "?kind=obligated"))

    assert (order.number in whole, asked.number in whole, "4,200.00" in whole) == (True, True, True)
    assert (order.number in part, asked.number in part, part.count("2,400.00") >= 3) == (True, False, True)


def test_budget_is_set_changed_and_withdrawn_with_a_reason() -> None:
    made = company()
    client = as_(made.frank)
    written = {"cost_centre": "LDS-6410", "category": "PACK", "months": "3", "starts": "2026-04-01", "amount": "1,200"}

    bare = client.post(reverse("budget_new"), written)
    new = client.post(reverse("budget_new"), {**written, "reason": "Plan"})
    budget = Budget.objects.get()
    again = client.post(reverse("budget_new"), {**written, "months": "1", "starts": "2026-06-01", "reason": "Plan"})
    seen = seen_of_budget(budget=budget)
    there = reverse("budget", args=[budget.pk])
    changed = client.post(there, {"seen": seen, "amount": "1500", "reason": "More trade"})
    stale = client.post(there, {"seen": seen, "amount": "1600", "reason": "More trade"})
    budget.refresh_from_db()
    ended = client.post(
        reverse("budget_withdraw", args=[budget.pk]), {"seen": seen_of_budget(budget=budget), "reason": "Wrong"}
    )

    budget.refresh_from_db()
    codes = [a.status_code for a in (bare, new, again, changed, stale, ended)]
    assert codes == [422, 302, 422, 302, 409, 302]
    assert "It overlaps LDS-6410 Packaging Q2 2026." in text(again)
    assert (budget.amount, budget.is_active, str(budget)) == (1500, False, "LDS-6410 Packaging Q2 2026")
    told = AuditEvent.objects.filter(object_type="policies.budget").order_by("seq")
    assert [(e.action, e.data["reason"]) for e in told] == [
        ("create_budget", "Plan"), ("change_budget", "More trade"), ("withdraw_budget", "Wrong"),
    ]  # fmt: skip


TABLE = "cost_centre,category,starts,months,amount\nLDS-6410,,2026-01-01,12,5000\nHUL-6410,PACK,2026-01-01,3,700.50\n"


@pytest.mark.parametrize(
    ("_case", "table", "fault"),
    [
        ("no such cost centre", TABLE.replace("HUL-6410", "HUL-9"), "There is no such cost centre."),
        ("no such category", TABLE.replace("PACK", "PAK"), "There is no such category."),
        ("a day within a month", TABLE.replace("2026-01-01,3", "2026-01-02,3"), "begins on the first day of a month"),
        ("no period of ours", TABLE.replace(",3,700", ",6,700"), "Write 1 for a month"),
        ("an amount in two readings", TABLE.replace("700.50", "1.234.5"), "Write an amount such as 12000.50."),
        ("less than nothing", TABLE.replace("700.50", "-1"), "Write an amount from 0"),
        ("twice over", TABLE + "HUL-6410,PACK,2026-02-01,1,5\n", "It overlaps HUL-6410 Packaging Q1 2026."),
        ("a formula", TABLE.replace("PACK", "=1+1"), "There is no such category."),
    ],
)
def test_table_is_judged_row_by_row_and_comes_in_whole_or_not(_case: str, table: str, fault: str) -> None:
    made = company()

    answer = as_(made.frank).post(reverse("budgets_import"), {"table": table, "reason": "Plan", "act": "import"})

    assert fault in text(answer)
    assert Budget.objects.count() == 0


def test_table_is_judged_first_and_then_brought_in_and_changes_what_is_there() -> None:
    made = company()
    client = as_(made.frank)
    sent = {"table": TABLE, "reason": "Plan"}

    judged = client.post(reverse("budgets_import"), {**sent, "act": "judge"})
    before = Budget.objects.count()
    done = client.post(reverse("budgets_import"), {**sent, "act": "import"})
    client.post(reverse("budgets_import"), {**sent, "table": TABLE.replace("5000", "6000"), "act": "import"})
    drain()

    assert ("2 new" in text(judged), before, done.status_code) == (True, 0, 302)
    assert list(Budget.objects.order_by("pk").values_list("amount", flat=True)) == [6000, Decimal("700.50")]
    rows = text(client.get(reverse("budgets_csv") + "?on=")).strip().splitlines()
    assert rows[1] == "HUL-6410,PACK,2026-01-01,3,700.5000,0.0000,0.0000,0.0000,700.5000"


def preview(made: Company, cases: str) -> str:
    draft = a_requisition(made, ("SW-500", cases))
    return text(as_(made.rita).get(reverse("requisition_check", args=[draft.number])))


def test_requester_and_approver_see_what_it_does_to_the_budget() -> None:
    made = company()
    a_budget(made, "3000")

    small, large = preview(made, "10"), preview(made, "70")
    asked = submitted(made, ("SW-500", "50"))
    inbox = text(as_(made.mona).get(reverse("inbox")))

    assert "£2,520.00 left of £3,000.00 after this" in small
    assert "£3,360.00 asked, £3,000.00 left of £3,000.00" in large
    assert (asked.number in inbox, "£600.00 left of £3,000.00 with this request" in inbox) == (True, True)


def test_refusal_stands_on_the_page_with_room_amount_and_cure() -> None:
    made = company()
    policy(budget_mode="refuse")
    a_budget(made, "400")

    page = preview(made, "10")

    assert "Budget LDS-6410 2026 has 400.00 GBP left and this asks for 480.00 GBP. Ask for less or later" in page
    assert "Send for approval" not in page


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("?year=2026&percent=3",   ["HUL-6410,PACK,2027-01-01,3,722", "LDS-6410,,2027-01-01,12,5150"]),
        ("?year=2026&percent=-10", ["HUL-6410,PACK,2027-01-01,3,630", "LDS-6410,,2027-01-01,12,4500"]),
        ("?year=2026",             ["HUL-6410,PACK,2027-01-01,3,701", "LDS-6410,,2027-01-01,12,5000"]),
        ("?year=2025&percent=3",   []),
        ("?year=x&percent=3",      []),
    ],
)  # fmt: skip
def test_year_is_copied_into_a_table_to_be_judged(asked: str, rows: list[str]) -> None:
    made = company()
    a_budget(made, "5000")
    a_budget(made, "700.50", category="PACK", months=3, site="HUL")
    client = as_(made.frank)

    form = client.get(reverse("budgets_import") + asked).context["form"]

    table = form.initial.get("table", "")
    assert table.splitlines()[1:] == rows
    if rows:
        judged = client.post(
            reverse("budgets_import"), {"table": table, "reason": form.initial["reason"], "act": "judge"}
        )
        assert "2 new" in text(judged)
    assert Budget.objects.count() == 2


def test_bars_stand_on_the_budget_the_list_and_the_request_with_the_same_figures() -> None:
    made = company()
    budget = a_budget(made, "5000")
    an_issued_order(made, ("SW-500", "50"))
    asked = submitted(made, ("TAPE-48", "10"))
    frank = as_(made.frank)

    pages = {
        "budget": text(frank.get(reverse("budget", args=[budget.pk]))),
        "list": text(frank.get(reverse("budgets") + "?on=")),
        "request": text(as_(made.rita).get(reverse("requisition", args=[asked.number]))),
    }

    assert all("part-obligated" in page and "part-left" in page for page in pages.values())
    assert ("part-asked" in pages["request"], "part-asked" in pages["budget"]) == (True, False)
    assert "This request" in pages["request"]
    assert "left of £5,000.00" in pages["request"]


def test_bar_of_the_cost_centre_is_for_who_may_read_its_budgets() -> None:
    made = company()
    a_budget(made, "5000")
    centre = CostCentre.objects.get(code="LDS-6410")
    page = reverse("cost_centre", args=[centre.code])

    before = text(as_(made.ursula).get(page))
    grant_role(user=made.ursula, role="executive", actor=None, at=NOW)
    after = text(as_(made.ursula).get(page))

    assert ("Budgets that are running" in before, "Budgets that are running" in after) == (False, True)


def test_budget_that_does_not_agree_says_so_on_its_page() -> None:
    made = company()
    budget = a_budget(made, "5000")
    order = an_issued_order(made, ("SW-500", "50"))
    frank = as_(made.frank)
    page = reverse("budget", args=[budget.pk])
    agreed = text(frank.get(page))

    PurchaseOrderLine.objects.filter(order=order).update(unit_price=Decimal(50))
    told = " ".join(text(frank.get(page)).split())

    assert "do not agree" not in agreed
    assert "The figures do not agree with the documents" in told
    assert f'<span class="mono">{order.number}</span> counts £100.00 too little as obligated.' in told


def test_workbook_of_budgets_comes_back_as_it_is_and_a_formula_is_named() -> None:
    made = company()
    a_budget(made, "5000")
    a_budget(made, "700", category="PACK", months=3)
    frank = as_(made.frank)
    book = frank.get(reverse("budgets_xlsx") + "?on=").content
    sheet = load_workbook(BytesIO(book))
    sheet.active["E2"] = "=1+1"
    spoilt = BytesIO()
    sheet.save(spoilt)

    def send(content: bytes, act: str = "judge") -> HttpResponse:
        data = {"file": SimpleUploadedFile("b.xlsx", content), "reason": "Plan", "act": act}
        return frank.post(reverse("budgets_import"), data)

    same, wrong = send(book), send(spoilt.getvalue())
    sheet.active["E2"], sheet.active["C3"] = "x", date(2026, 1, 2)
    bad = BytesIO()
    sheet.save(bad)
    rows = text(send(bad.getvalue()))

    assert same.status_code == 200
    assert (wrong.status_code, "Row 2, column 5, holds a formula, which is not read." in text(wrong)) == (422, True)
    assert "Write an amount such as 12000.50." in rows
    assert Budget.objects.count() == 2
