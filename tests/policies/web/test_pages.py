"""The policy administrators' pages: read, draft, test a case, publish by a second person (UX 6.6)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.models import AuditEvent, User
from policies.models import PolicyKind, PolicyVersion
from policies.selectors import build_matrix, version_in_force
from policies.web.shared import PAGES
from tests.factories import NOW, Company, company
from tests.policies.factories import MANAGER, add_rule, clear, draft, publish

pytestmark = pytest.mark.django_db
ROW = {
    "name": "Services at Hull", "amount_from": "", "amount_to": "2500", "sites": ["HUL"], "spend_kinds": ["service"],
    "who1": "region_role", "role1": "region_manager", "completion1": "all", "hours1": "4",
}  # fmt: skip


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def post(client: Client, version: PolicyVersion, route: str, /, *args: object, **data: Any) -> Any:
    version.refresh_from_db()
    return client.post(reverse(route, args=args), {"version": version.version, **data})


@pytest.mark.parametrize("page", PAGES.values())
def test_every_policy_can_be_read_but_not_changed_by_an_auditor(page: str) -> None:
    made = company()
    auditor = as_(made.audrey)

    overview, versions, version = (
        auditor.get(reverse(name, args=args))
        for name, args in (("policies_home", []), ("policies", [page]), ("policy", [page, 1]))
    )

    assert [answer.status_code for answer in (overview, versions, version)] == [200, 200, 200]
    assert "New draft" not in text(overview) + text(versions)
    assert "Only a policy administrator may change policies." in text(versions)
    assert auditor.get(reverse("policy_changes", args=[page, 1])).status_code == 200
    assert auditor.get(reverse("policy_history", args=[page, 1])).status_code == 200


@pytest.mark.parametrize(
    ("who", "status", "reason"),
    [
        ("rita", 403, "Only a policy administrator or auditor or executive may read policies."),
        ("acme_person", 404, ""),
    ],
)
def test_strangers_are_refused_with_the_reason(who: str, status: int, reason: str) -> None:
    made = company()
    client = as_(getattr(made, who))

    answers = [
        client.get(reverse(name, args=args)) for name, args in (("policies_home", []), ("policy", ["duties", 1]))
    ]

    assert [answer.status_code for answer in answers] == [status, status]
    assert reason in text(answers[0])


@pytest.mark.parametrize(
    "path",
    ["/settings/colours/", "/settings/approvals/99/", "/settings/colours/1/", "/settings/approvals/1/rows/1/fly/"],
)
def test_missing_is_missing(path: str) -> None:
    made = company()

    assert as_(made.polly).get(path).status_code in {404, 405}


def test_draft_starts_from_the_version_in_force() -> None:
    made = company()

    answer = as_(made.polly).post(reverse("policy_draft", args=["approvals"]), follow=True)

    assert "is a copy of the version in force. Nothing changes until it is published." in text(answer)
    assert PolicyVersion.objects.get(number=2).created_by == made.polly


def test_row_is_added_and_shown_in_words() -> None:
    made = company()
    version = draft(made)

    answer = post(as_(made.polly), version, "rule_new", 2, **ROW)

    assert answer.status_code == 302
    rule = build_matrix(version.pk).rules[-1]
    assert (rule.name, rule.sites, rule.spend_kinds, rule.stages[0].completion, rule.stages[0].due_hours) == (
        "Services at Hull", frozenset({"HUL"}), frozenset({"service"}), "all", 4,
    )  # fmt: skip
    page = text(as_(made.polly).get(reverse("policy", args=["approvals", 2])))
    assert "At Hull; Service" in page
    assert "Regional operations lead in the region, all of them" in page


@pytest.mark.parametrize(
    ("_case", "changes", "message"),
    [
        ("the band is empty", {"amount_from": "2500"}, "The band above 2,500 up to 2,500 is empty: the end must be above the start."),
        ("an amount is no number", {"amount_to": "lots"}, "Write a number, such as 5000."),
        ("nobody is asked", {"who1": ""}, "The row asks nobody. Add a stage or mark it touchless."),
        ("touchless, but asks", {"is_touchless": "on"}, "A touchless row asks nobody. Remove the stages."),
        ("a role is missing", {"role1": ""}, "Stage 1: choose a role for a stage by role, and none for another."),
        ("a person is missing", {"who1": "person"}, "Stage 1: name the person for a named person."),
        ("it has no name", {"name": ""}, "This field is required."),
    ],
)  # fmt: skip
def test_row_with_an_error_is_shown_again_with_what_was_typed(
    _case: str, changes: dict[str, str], message: str
) -> None:
    made = company()
    version = draft(made)

    answer = post(as_(made.polly), version, "rule_new", 2, **{**ROW, **changes})

    page = text(answer)
    assert (answer.status_code, "There is a problem" in page, message in page) == (422, True, True)
    assert "<title> Error: Approval matrix v2" in page.replace("<title>Error", "<title> Error")
    assert len(build_matrix(version.pk).rules) == 4


def test_row_is_changed_moved_and_removed() -> None:
    made = company()
    version = draft(made)
    polly = as_(made.polly)
    second = version.approval_rules.get(position=2).pk
    shown = text(polly.get(reverse("rule", args=[2, second])))
    assert 'value="Up to 5,000"' in shown

    post(polly, version, "rule", 2, second, **{**ROW, "name": "Changed"})
    post(polly, version, "rule_move", 2, second, "up")
    post(polly, version, "rule_move", 2, version.approval_rules.get(position=4).pk, "remove")

    assert [rule.name for rule in build_matrix(version.pk).rules] == [
        "Changed", "Catalogue items up to 1,000, nothing unusual", "5,000 to 25,000",
    ]  # fmt: skip
    assert AuditEvent.objects.filter(action__in=["save_rule", "move_rule", "delete_rule"]).count() == 3


@pytest.mark.parametrize(
    ("_case", "query", "expected"),
    [
        ("AP-8 touchless", "amount=900&site=LDS", ["Row 1 decides", "Touchless: approved by the row itself."]),
        ("the limit is within", "amount=5000&site=LDS", ["Row 2 decides", "Mona"]),
        ("names in order", "amount=7200&site=LDS", ["Row 3 decides", "Mona", "Regina"]),
        ("AP-4 own request", "amount=4000&site=LDS&requester={mona}", ["Frank", "nobody able, so the fallback owner"]),
        ("flags", "amount=900&site=LDS&flags=off_contract", ["Row 2 decides", "Nearest change: without the flag off contract"]),
    ],
)  # fmt: skip
def test_case_lights_the_row_and_names_the_chain(_case: str, query: str, expected: list[str]) -> None:
    made = company()

    address = f"{reverse('policy', args=['approvals', 1])}?{query.format(mona=made.mona.pk)}"
    page = text(as_(made.polly).get(address))

    assert [part for part in expected if part not in page] == []
    assert page.count('<tr class="hit">') == 1


@pytest.mark.parametrize(
    ("_case", "query", "expected"),
    [
        ("bank change",                   "document_type=bank_change",                     ["Row 8 decides", "Frank"]),
        ("its site does not count",       "document_type=bank_change&site=LDS&amount=900", ["Row 8 decides", "Frank"]),
        ("who asks does not decide",      "document_type=policy&requester={polly}",        ["Row 9 decides", "Petra"]),
        ("supplier of a category",        "document_type=supplier&category=PACK",          ["Row 7 decides", "Frank"]),
        ("price exception has a site",    "document_type=price_exception&amount=1000&site=LDS", ["Row 5 decides", "Mona"]),
        ("change of an order",            "document_type=change&amount=7200&site=LDS&change_deltas=amount", ["Row 3 decides", "Regina"]),
    ],
)  # fmt: skip
def test_case_of_another_matter_is_tried_without_what_it_does_not_have(
    _case: str, query: str, expected: list[str]
) -> None:
    made = company(every_matter=True)

    address = f"{reverse('policy', args=['approvals', 1])}?{query.format(polly=made.polly.pk)}"
    page = text(as_(made.polly).get(address))

    assert [part for part in expected if part not in page] == []


def test_case_of_a_policy_that_no_row_takes_says_what_the_law_says() -> None:
    made = company()

    page = text(as_(made.polly).get(reverse("policy", args=["approvals", 1]) + "?document_type=policy"))

    assert "No row takes it, so a second person publishes" in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("document_type=price_exception&site=LDS", "Enter an amount."),
        ("document_type=requisition&amount=5",     "Choose a site."),
    ],
)  # fmt: skip
def test_case_of_goods_needs_amount_and_site(query: str, sentence: str) -> None:
    made = company()

    page = text(as_(made.polly).get(reverse("policy", args=["approvals", 1]) + f"?{query}"))

    assert (sentence in page, " decides: " in page) == (True, False)


def test_case_with_an_error_says_so_and_decides_nothing() -> None:
    made = company()

    page = text(as_(made.polly).get(reverse("policy", args=["approvals", 1]) + "?amount=-5&site=XXX"))

    assert ("There is a problem" in page, " decides: " in page) == (True, False)


def test_draft_with_a_gap_shows_it_with_a_document_to_try_and_cannot_be_published() -> None:
    made = company()
    version = add_rule(made, clear(made, draft(made)), "Leeds only", MANAGER, sites=["LDS"])
    petra = as_(made.petra)

    page = text(petra.get(reverse("policy", args=["approvals", 2])))
    prospect = text(petra.get(reverse("policy_publish", args=["approvals", 2])))
    answer = post(petra, version, "policy_publish", "approvals", 2)

    assert "Hull, any amount: nobody decides." in page
    assert "?amount=1&amp;site=HUL" in page
    assert "Mend this first. Hull, any amount: nobody decides." in prospect
    assert (answer.status_code, version_in_force("approval", NOW).number) == (422, 1)  # AP-9


def test_author_is_told_why_not_and_a_second_person_publishes() -> None:
    made = company()
    version = draft(made)
    reason = "You wrote in this draft, so another policy administrator publishes it."

    own = text(as_(made.polly).get(reverse("policy_publish", args=["approvals", 2])))
    refusal = post(as_(made.polly), version, "policy_publish", "approvals", 2)
    answer = post(as_(made.petra), version, "policy_publish", "approvals", 2)

    assert (reason in own, refusal.status_code, reason in text(refusal)) == (True, 403, True)  # SD-1
    version.refresh_from_db()
    assert (answer.status_code, version.state, version.published_by) == (302, "published", made.petra)


def test_publication_takes_an_instant_in_the_persons_own_zone() -> None:
    made = company()
    version = draft(made)
    made.petra.time_zone = "Asia/Tokyo"
    made.petra.save()

    past = post(as_(made.petra), version, "policy_publish", "approvals", 2, effective_from="2020-01-01T00:00")
    later = post(as_(made.petra), version, "policy_publish", "approvals", 2, effective_from="2040-07-01T09:00")

    assert (past.status_code, "A policy cannot start in the past." in text(past)) == (422, True)
    version.refresh_from_db()
    assert (later.status_code, version.effective_from and version.effective_from.isoformat()) == (
        302,
        "2040-07-01T00:00:00+00:00",
    )


def test_old_screen_is_told_and_changes_nothing() -> None:
    made = company()
    version = draft(made)

    answers = [
        as_(made.petra).post(reverse("policy_publish", args=["approvals", 2]), {"version": value})
        for value in ("0", "", "abc", "²", "9" * 30)
    ]

    assert {answer.status_code for answer in answers} == {409}
    version.refresh_from_db()
    assert version.state == "draft"


def test_published_version_offers_no_change_and_takes_none() -> None:
    made = company()
    version = publish(made, draft(made))
    rule = version.approval_rules.earliest("position")
    before = build_matrix(version.pk)
    polly = as_(made.polly)

    page = text(polly.get(reverse("policy", args=["approvals", 2])))
    answers = [
        post(polly, version, "rule", 2, rule.pk, **ROW),
        post(polly, version, "rule_move", 2, rule.pk, "remove"),
        post(polly, version, "policy_grid", 2, x="1"),
        post(polly, version, "policy_discard", "approvals", 2),
        post(polly, version, "policy_switches", "approvals", 2, fallback_role="auditor"),
    ]

    assert ("Add a row" in page, {answer.status_code for answer in answers}) == (False, {403})
    assert "is published. Make a new draft." in text(answers[0])
    assert build_matrix(version.pk) == before


@pytest.mark.parametrize(
    ("page", "data", "shown"),
    [
        ("tolerances", {"scope": "site", "scope_code": "HUL", "mode": "", "price_up_percent": "1", "price_up_absolute": "unlimited"}, "Site HUL"),
        ("duties", {"strength": "hard", "first": "request", "second": "enter_invoice"}, "Enter an invoice"),
        ("routing", {"category": "recall", "name": "Goods recalled", "owner_role": "buyer", "due_hours": "4"}, "Goods recalled"),
    ],
)  # fmt: skip
def test_row_of_another_kind_is_added_and_removed(page: str, data: dict[str, str], shown: str) -> None:
    made = company()
    version = draft(made, {name: kind for kind, name in PAGES.items()}[page])
    polly = as_(made.polly)
    rows = {"tolerances": version.tolerances, "duties": version.duty_pairs, "routing": version.exception_routes}[page]

    added = post(polly, version, "policy_row_new", page, 2, **data)
    newest = rows.latest("pk")
    form = polly.get(reverse("policy_row", args=[page, 2, newest.pk]))
    changes = text(polly.get(reverse("policy_changes", args=[page, 2])))
    body = text(polly.get(reverse("policy", args=[page, 2])))
    removed = post(polly, version, "policy_row_remove", page, 2, newest.pk)

    assert (added.status_code, form.status_code, removed.status_code) == (302, 200, 302)
    assert (shown in body, " is new: " in changes, rows.filter(pk=newest.pk).exists()) == (True, True, False)


def test_level_is_changed_without_losing_its_place_or_what_was_not_touched() -> None:
    made = company()
    version = draft(made, PolicyKind.TOLERANCE)
    base = version.tolerances.get()
    polly = as_(made.polly)
    shown = polly.get(reverse("policy_row", args=["tolerances", 2, base.pk])).context["form"]

    typed = {bound.name: bound.value() for bound in shown} | {
        "price_up_percent": "3",
        "scope": "site",
        "scope_code": "LDS",
    }
    answer = post(polly, version, "policy_row", "tolerances", 2, base.pk, **typed)

    row = version.tolerances.get()
    assert (answer.status_code, row.scope, str(row.price_up_percent), row.mode, row.unlimited) == (
        302, "enterprise", "3.000", "three_way", ["price_down_absolute"],
    )  # fmt: skip


@pytest.mark.parametrize("value", ["two", "NaN", "-1", "1e9"])
def test_limit_that_is_no_number_is_refused_beside_its_field(value: str) -> None:
    made = company()
    version = draft(made, PolicyKind.TOLERANCE)
    data = {"scope": "site", "scope_code": "HUL", "mode": "", "price_up_percent": value}

    answer = post(as_(made.polly), version, "policy_row_new", "tolerances", 2, **data)

    assert (answer.status_code, 'id="id_price_up_percent_error"' in text(answer)) == (422, True)
    assert version.tolerances.count() == 1


def test_switches_are_changed_and_refused_beside_their_field() -> None:
    made = company()
    version = draft(made, PolicyKind.SOURCING)
    data = {
        "combine": "on",
        "combine_until": "15:00",
        "price_drift_percent": "3",
        "change_percent": "2",
        "price_list_rise_percent": "5",
        "price_list_fall_percent": "10",
        "ack_quantity_percent": "0",
        "ack_price_percent": "0",
        "ack_late_days": "2",
        "block_approval": ["possible_split"],
        "budget_mode": "refuse",
        "award_limit": "5000",
        "bank_cooling_days": "7",
        "bank_contact_days": "45",
    }

    wrong = post(as_(made.polly), version, "policy_switches", "ordering", 2, **{**data, "price_drift_percent": "lots"})
    right = post(as_(made.polly), version, "policy_switches", "ordering", 2, **data)

    version.refresh_from_db()
    assert (wrong.status_code, 'id="id_price_drift_percent_error"' in text(wrong), right.status_code) == (
        422,
        True,
        302,
    )
    lists = {"block_submission": [], "block_approval": ["possible_split"], "combine_until": "15:00"}
    days = {"ack_late_days": 2, "bank_cooling_days": 7, "bank_contact_days": 45}
    assert version.settings == {**data, **lists, **days, "combine": True, "auto_issue": False}


def test_history_names_who_did_what() -> None:
    made = company()
    version = draft(made)
    post(as_(made.polly), version, "rule_new", 2, **ROW)

    page = text(as_(made.audrey).get(reverse("policy_history", args=["approvals", 2])))

    assert ("Save rule" in page, "Services at Hull" in page, "Polly" in page) == (True, True, True)


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(address)
    return len(captured)


@pytest.mark.parametrize("page", PAGES.values())
def test_pages_take_as_many_statements_for_many_rows_as_for_few(page: str) -> None:
    made: Company = company()
    kind = {name: kind for kind, name in PAGES.items()}[page]
    version = draft(made, kind)
    polly = as_(made.polly)
    addresses = [reverse("policies_home"), reverse("policies", args=[page]), reverse("policy", args=[page, 2])]
    few = [statements(polly, address) for address in addresses]

    for n in range(6):
        if kind == PolicyKind.APPROVAL:
            version = add_rule(made, version, f"Extra {n}", MANAGER, is_additional=True, sites=["LDS"])
        if kind == PolicyKind.ROUTING:
            post(
                polly, version, "policy_row_new", page, 2, category=f"k{n}", name="K", owner_role="buyer", due_hours="1"
            )
    draft(made, kind)

    assert [statements(polly, address) for address in addresses] == few
    assert max(few) <= 8


def test_row_that_gets_only_what_rows_above_leave_says_so() -> None:  # AP-9
    made = company()

    page = text(as_(made.polly).get(reverse("policy", args=["approvals", 1])))

    assert "takes what row 1 leaves" in page
    assert page.count("takes what") == 1
