"""The report of conflicts of duties, and what the past says beside a draft (SD-1, SD-2)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from foundation import audit
from foundation.intake import xlsx
from foundation.models import DutyRecord, Role, RoleAssignment, User
from policies.decisions.duties import Pair
from policies.models import PolicyVersion
from policies.services import create_draft, save_duty_pair
from procurement.models import GoodsReceipt, PurchaseOrder
from procurement.services import ReceiptLine, post_goods_receipt
from tests.factories import NOW, Company, an_issued_order, company
from tests.workflow.services.test_signatures import received_by_requester
from workflow.models import Countersignature
from workflow.selectors.duty_conflicts import Asked, document_conflicts, new_pairs, role_conflicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_clock")]
URL = "/settings/duties/conflicts/"
APPROVE_RECEIVE = Pair("approve_requisition", "receive")


@pytest.fixture
def made() -> Company:
    return company()


def signed_in(made: Company, name: str) -> Client:
    client = Client()
    client.force_login(made.people[name])
    return client


def on_both_sides(made: Company, number: int = 1, person: User | None = None) -> GoodsReceipt:
    """Write a receipt by Wanda, who approves on the same chain as an older policy allowed."""
    order = PurchaseOrder.objects.first() or an_issued_order(made, ("SW-500", "30"))
    receipt = post_goods_receipt(
        order_number=order.number, source="test", external_id=f"r-{number}", received_at=NOW,
        lines=[ReceiptLine(10, Decimal(1))], actor=made.wanda, at=NOW,
    )  # fmt: skip
    requisition = order.lines.get().sources.get().requisition_line.requisition
    DutyRecord.objects.get_or_create(
        chain=f"requisition:{requisition.pk}", document_type="requisition", document_id=requisition.pk,
        duty="approve_requisition", person=person or made.wanda, defaults={"at": NOW - timedelta(days=2)},
    )  # fmt: skip
    return receipt


@pytest.mark.parametrize(
    ("_case", "pairs", "found"),
    [
        ("SD-2 both by one person",             [("approve_requisition", "receive", "hard")], ["receive approve_requisition"]),
        ("SD-1 the pair has no order",          [("receive", "approve_requisition", "hard")], ["receive approve_requisition"]),
        ("SD-2 two different people",           [("request", "receive", "hard")], []),
        ("SD-1 roles are not on documents",     [("approve_requisition", "receive", "role")], []),
        ("SD-1 compensated is told",            [("approve_requisition", "receive", "compensated")],
         ["receive approve_requisition"]),
        ("nothing is kept apart",               [], []),
    ],
)  # fmt: skip
def test_document_conflicts(made: Company, _case: str, pairs: list[tuple[str, str, str]], found: list[str]) -> None:
    receipt = on_both_sides(made)

    rows = document_conflicts([Pair(*pair) for pair in pairs], Asked())

    assert [f"{row.duty} {row.held}" for row in rows] == found
    assert all((row.document_type, row.document_id, row.person) == ("receipt", receipt.pk, "Wanda") for row in rows)


@pytest.mark.parametrize(
    ("_case", "asked", "count"),
    [
        ("everything",               {}, 1),
        ("another person",           {"people": (0,)}, 0),
        ("another pair",             {"duties": ("receive", "enter_invoice")}, 0),
        ("this pair, either order",  {"duties": ("receive", "approve_requisition")}, 1),
        ("since after it",           {"since": NOW + timedelta(hours=1)}, 0),
        ("no site at all",           {"sites": ()}, 0),
        ("another site",             {"sites": ("HUL",)}, 0),
        ("its site",                 {"sites": ("LDS",)}, 1),
    ],
)  # fmt: skip
def test_list_is_narrowed(made: Company, _case: str, asked: dict[str, object], count: int) -> None:
    on_both_sides(made)
    sites = {"LDS": made.leeds.pk, "HUL": made.hull.pk}
    if "sites" in asked:
        asked = {"sites": tuple(sites[code] for code in asked["sites"])}  # type: ignore[attr-defined]

    assert len(document_conflicts([APPROVE_RECEIVE], Asked(**asked))) == count  # type: ignore[arg-type]


def test_list_is_turned_page_by_page_both_ways(made: Company) -> None:
    for number in range(5):
        on_both_sides(made, number)

    first = document_conflicts([APPROVE_RECEIVE], Asked(), limit=2)
    second = document_conflicts([APPROVE_RECEIVE], Asked(), before=first[-1].key, limit=2)
    back = document_conflicts([APPROVE_RECEIVE], Asked(), after=second[0].key, limit=2)
    nonsense = document_conflicts([APPROVE_RECEIVE], Asked(), before="x' or 1=1", limit=2)

    assert first[0].total == 5
    assert [row.key for row in back] == [row.key for row in nonsense] == [row.key for row in first]
    assert not {row.key for row in first} & {row.key for row in second}


def test_roles_held_today_meet_at_a_site_whatever_the_scope(made: Company) -> None:
    north = made.leeds.region
    RoleAssignment.objects.create(user=made.wanda, role=Role.SUPPLIER_MANAGER, region=north, granted_at=NOW)
    RoleAssignment.objects.create(user=made.hugo, role=Role.SUPPLIER_MANAGER, site=made.leeds, granted_at=NOW)
    pairs = [Pair("supplier_manager", "receiver", "role"), Pair("supplier_manager", "requester", "role")]

    found = role_conflicts(pairs)

    assert [(one.person, one.one, one.other, one.sites) for one in found] == [
        ("Wanda", "supplier_manager", "receiver", ("Leeds",))
    ]
    assert role_conflicts(pairs, [made.hull.pk]) == []


def test_only_what_is_kept_apart_more_strictly_is_new() -> None:
    known = [Pair("a", "b"), Pair("c", "d", "compensated"), Pair("e", "f")]

    found = new_pairs([Pair("b", "a"), Pair("c", "d"), Pair("e", "f", "compensated"), Pair("g", "h", "role")], known)

    assert found == (Pair("c", "d"), Pair("g", "h", "role"))


def a_draft(made: Company) -> PolicyVersion:
    draft = create_draft(kind="duty", actor=made.polly, at=NOW)
    save_duty_pair(
        version_id=draft.pk, expected_version=draft.version, first="approve_requisition", second="receive",
        strength="hard", actor=made.polly, at=NOW,
    )  # fmt: skip
    return draft


def test_new_pair_lists_every_violation_of_the_past_on_the_draft_on_its_row_and_before_publication(
    made: Company,
) -> None:
    receipt = on_both_sides(made)
    draft = a_draft(made)
    pair = draft.duty_pairs.get(first="approve_requisition", second="receive")
    client = signed_in(made, "petra")

    pages = [
        client.get(f"/settings/duties/{draft.number}/{part}").content.decode()
        for part in ("", "publish/", f"row/{pair.pk}/")
    ]

    for page in pages:
        assert "What the past says" in page
        assert "1 on documents, 0 by roles held today" in page
        assert receipt.number in page
        assert f"{URL}?policy={draft.number}&amp;days=all" in page


def test_draft_that_adds_nothing_says_so(made: Company) -> None:
    on_both_sides(made)
    draft = create_draft(kind="duty", actor=made.polly, at=NOW)

    page = signed_in(made, "polly").get(f"/settings/duties/{draft.number}/").content.decode()

    assert "keeps nothing apart that is not kept apart already" in page


def test_panel_costs_the_same_for_one_violation_and_for_five(made: Company) -> None:
    on_both_sides(made)
    draft = a_draft(made)
    client = signed_in(made, "polly")
    counts = []
    for number in (2, 6):
        with CaptureQueriesContext(connection) as statements:
            client.get(f"/settings/duties/{draft.number}/")
        counts.append(len(statements))
        for more in range(2, number):
            on_both_sides(made, more)

    assert counts[0] == counts[1]


def test_report_shows_conflicts_signatures_roles_and_refusals(made: Company) -> None:
    receipt = received_by_requester(made)
    signature = Countersignature.objects.get()
    RoleAssignment.objects.create(user=made.wanda, role=Role.SUPPLIER_MANAGER, site=made.leeds, granted_at=NOW)
    audit.record_fact(
        "refusal", None, "", "refused:duty_conflict", actor=made.people["boris"], at=NOW, message="You did already."
    )
    client = signed_in(made, "audrey")

    said = {
        view: client.get(URL, {"view": view, "days": "all"}).content.decode()
        for view in ("", "signatures", "roles", "refused")
    }

    assert receipt.number in said[""]
    assert signature.get_state_display() in said[""]
    assert signature.number in said["signatures"]
    assert "Supplier manager" in said["roles"]
    assert "You did already." in said["refused"]


def test_report_is_exported_with_its_filters(made: Company) -> None:
    received_by_requester(made)
    client = signed_in(made, "audrey")

    rows = [b"".join(client.get(f"{URL[:-1]}.csv", query).streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # the stubs know no streamed answer
            for query in ({"days": "all"}, {"days": "all", "person": "nobody"})]  # fmt: skip

    assert [len(found) for found in rows] == [2, 1]
    assert "Rita,Receive goods,receipt" in rows[0][1]


def test_every_tab_is_exported_and_all_of_them_as_one_workbook(made: Company) -> None:
    received_by_requester(made)
    signature = Countersignature.objects.get()
    RoleAssignment.objects.create(user=made.wanda, role=Role.SUPPLIER_MANAGER, site=made.leeds, granted_at=NOW)
    for duty, told in (("approve_requisition", "You raised it."), ("release_hold", "You entered it.")):
        audit.record_fact(
            "refusal", None, "", "refused:duty_conflict", actor=made.people["boris"], at=NOW, message=told, duty=duty,
            held="request",
        )  # fmt: skip
    client = signed_in(made, "audrey")
    query = {"days": "all", "pair": "approve_requisition.request"}

    lists = {
        view: b"".join(client.get(f"{URL[:-1]}.csv", {**query, "pair": "", "view": view}).streaming_content).decode()  # type: ignore[attr-defined]  # the stubs know no streamed answer
        for view in ("signatures", "roles", "refused")
    }
    shown = client.get(URL, {**query, "view": "refused"}).content.decode()
    book = xlsx.read(client.get(f"{URL[:-1]}.xlsx", query).content, most_rows=99, most_columns=20)

    assert signature.number in lists["signatures"]
    assert "Supplier manager" in lists["roles"]
    assert "Approve a requisition,Raise a requisition,You raised it." in lists["refused"]
    assert ("You raised it." in shown, "You entered it." in shown) == (True, False)
    assert {title: len(rows) - 1 for title, rows in book.items()} == {
        "On documents": 0, "Second signatures": 0, "Roles held today": 1, "Refused": 1,
    }  # fmt: skip


def test_auditor_of_one_site_reads_that_site_only(made: Company) -> None:
    received_by_requester(made)
    RoleAssignment.objects.filter(user=made.people["audrey"]).delete()
    RoleAssignment.objects.create(user=made.people["audrey"], role=Role.AUDITOR, site=made.hull, granted_at=NOW)

    for view in ("", "signatures"):
        page = signed_in(made, "audrey").get(URL, {"view": view, "days": "all"}).content.decode()
        assert "Nothing found" in page


@pytest.mark.parametrize(
    ("name", "status"), [("audrey", 200), ("polly", 200), ("erin", 200), ("wanda", 403), ("ursula", 403)]
)
def test_who_may_read_the_report(made: Company, name: str, status: int) -> None:
    assert signed_in(made, name).get(URL).status_code == status


@pytest.mark.parametrize(
    "query", [{"policy": "x"}, {"pair": "a.b.c"}, {"days": "-1"}, {"site": "'"}, {"before": "1.x"}]
)
def test_nonsense_in_the_address_shows_a_page(made: Company, query: dict[str, str]) -> None:
    assert signed_in(made, "audrey").get(URL, query).status_code == 200


def test_version_that_does_not_exist_is_missing(made: Company) -> None:
    assert signed_in(made, "audrey").get(URL, {"policy": "99"}).status_code == 404
