"""SD-1, SD-2: each default pair, both sides by one person, through the services of every room; and that nothing changed.

The person holds every role of the trade at Leeds, so that only the pair can refuse.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps

from foundation.duties import chain_of, done_on
from foundation.errors import NotPermittedError
from foundation.models import Role, RoleAssignment, User
from foundation.relay import drain
from foundation.services import AbsencePlan, declare_absence
from foundation.services.grant_role import sync_site_permissions
from integration.services import register_client
from invoicing import services as invoicing
from invoicing.models import Hold
from policies.decisions.vocabulary import DUTIES
from policies.models import DutyPair, PolicyVersion
from policies.selectors import forget
from policies.services import create_draft, install_defaults, publish_version, save_switches
from procurement.decisions.changes import WantedLine
from procurement.models import OrderChange, PurchaseOrder, Requisition
from procurement.services import (
    ReceiptLine,
    approve_change,
    approve_requisition,
    change_order,
    issue_order,
    post_goods_receipt,
    submit_requisition,
)
from tests.factories import NOW, Company, a_requisition, an_issued_order, company, person
from tests.invoicing import factories as bills
from tests.policies.factories import draft, publish
from workflow.models import Countersignature

pytestmark = pytest.mark.django_db
TRADE = (
    Role.REQUESTER,
    Role.SITE_MANAGER,
    Role.BUYER,
    Role.RECEIVER,
    Role.PAYABLES,
    Role.PAYABLES_LEAD,
    Role.POLICY_ADMIN,
)
Who = Callable[[str], User]


def everything(made: Company, kind: str = User.Kind.STAFF) -> User:
    """Return somebody with every role of the trade, however they came to it."""
    zoe = person("zoe", kind)
    RoleAssignment.objects.bulk_create(RoleAssignment(user=zoe, role=r, site=made.leeds, granted_at=NOW) for r in TRADE)
    sync_site_permissions(user=zoe)
    return zoe


def request(made: Company, who: Who) -> None:
    draft = a_requisition(made, ("SW-500", "30"), by=who("request"))
    submit_requisition(requisition_id=draft.pk, expected_version=draft.version, actor=who("request"), at=NOW)


def approve(made: Company, who: Who) -> None:
    pk = Requisition.objects.get().pk
    approve_requisition(
        pk=pk, expected_version=None, seen_hash=None, actor=who("approve_requisition"), reason="", at=NOW
    )
    drain()


def create_order(made: Company, who: Who) -> None:
    order = PurchaseOrder.objects.get()
    issue_order(order_id=order.pk, expected_version=order.version, actor=who("create_order"), at=NOW)
    change_order(
        order_id=order.pk, expected_version=None, lines=[WantedLine(10, Decimal(31), Decimal(50))], reason="More",
        actor=who("create_order"), at=NOW,
    )  # fmt: skip


def approve_order(made: Company, who: Who) -> None:
    found = OrderChange.objects.get()
    approve_change(pk=found.pk, expected_version=None, seen_hash=None, actor=who("approve_order"), reason="", at=NOW)


def receive(made: Company, who: Who) -> None:
    post_goods_receipt(
        order_number=PurchaseOrder.objects.get().number, source="test", external_id="r-1", received_at=NOW,
        lines=[ReceiptLine(10, Decimal(30))], actor=who("receive"), at=NOW,
    )  # fmt: skip


def enter_invoice(made: Company, who: Who) -> None:
    order = PurchaseOrder.objects.get()
    line = order.lines.select_related("order", "unit").get()
    command = bills.command(
        bills.line_command(line, "33", "60.00"), supplier_id=order.supplier_id, order_reference=order.number
    )
    invoice = invoicing.receive_invoice(command=command, actor=who("enter_invoice"), at=NOW)
    invoicing.match_invoice(invoice_id=invoice.pk, actor=bills.relay(), at=NOW)


def release(duty: str, code: str) -> Callable[[Company, Who], None]:
    def act(_made: Company, who: Who) -> None:
        hold = Hold.objects.filter(state="open", code=code)[0]
        invoicing.release_hold(hold_id=hold.pk, expected_version=None, actor=who(duty), reason="Agreed", at=NOW)

    return act


def draft_policy(made: Company, who: Who) -> None:
    create_draft(kind="sourcing", actor=who("draft_policy"), at=NOW)


def publish_policy(made: Company, who: Who) -> None:
    draft = PolicyVersion.objects.get(state="draft")
    publish_version(version_id=draft.pk, expected_version=draft.version, actor=who("publish_policy"), at=NOW)


ACTS: dict[str, Callable[[Company, Who], None]] = {
    "request": request, "approve_requisition": approve, "create_order": create_order, "approve_order": approve_order, "receive": receive,
    "enter_invoice": enter_invoice, "release_price_hold": release("release_price_hold", "price_above_tolerance"),
    "release_quantity_hold": release("release_quantity_hold", "invoiced_over_received"),
    "release_hold": release("release_hold", "price_above_tolerance"),
    "draft_policy": draft_policy, "publish_policy": publish_policy,
}  # fmt: skip
OTHERS = {
    "request": "rita", "approve_requisition": "mona", "create_order": "boris", "approve_order": "mona", "receive": "wanda", "enter_invoice": "pat",
    "release_price_hold": "lena", "release_quantity_hold": "lena", "release_hold": "lena", "draft_policy": "polly",
    "publish_policy": "petra",
}  # fmt: skip
# Duties on documents that are no purchase: their pairs are tried in tests/suppliers.
ELSEWHERE = {
    "propose_bank_change", "approve_bank_change", "propose_supplier", "approve_supplier", "write_quotation",
    "award_quotation", "approve_price_list",
}  # fmt: skip
PURCHASE = ("request", "approve_requisition", "create_order", "approve_order", "receive", "enter_invoice")
TABLE = [
    # one duty               the other                the refusal
    ("request",              "approve_requisition",   "own_request"),
    ("request",              "approve_order",         "not_asked"),  # the change goes past who asked
    ("create_order",         "approve_order",         "own_request"),
    ("approve_order",        "receive",               "duty_conflict"),
    ("create_order",         "receive",               "duty_conflict"),
    ("create_order",         "enter_invoice",         "duty_conflict"),
    ("receive",              "enter_invoice",         "duty_conflict"),
    ("receive",              "release_quantity_hold", "duty_conflict"),
    ("enter_invoice",        "release_hold",          "duty_conflict"),
    ("create_order",         "release_price_hold",    "duty_conflict"),
    ("draft_policy",         "publish_policy",        "second_person_needed"),
    ("request",              "receive",               "asks for a second signature"),
]  # fmt: skip


def orders_wait_for_a_hand(made: Company) -> None:
    """Put a policy in force by which no order is sent without a buyer's hand."""
    earlier = NOW - timedelta(hours=1)
    draft = create_draft(kind="sourcing", actor=made.polly, at=earlier)
    save_switches(
        version_id=draft.pk,
        expected_version=draft.version,
        settings={"auto_issue": False},
        actor=made.polly,
        at=earlier,
    )
    draft.refresh_from_db()
    publish_version(version_id=draft.pk, expected_version=draft.version, actor=made.petra, at=earlier)
    forget()


def fingerprint() -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every room but what signing in leaves."""
    return {
        model._meta.label: sorted(map(repr, model.objects.values_list()))  # type: ignore[misc]
        for model in apps.get_models()
        if model._meta.app_label in {"foundation", "policies", "workflow", "procurement", "invoicing"}
    }


def play(made: Company, one: str, other: str, by: User) -> None:
    """Let the trade go on up to the second duty, both of the pair by one person."""
    mine = {one, other}

    def who(duty: str) -> User:
        return User.objects.get(pk=by.pk if duty in mine else made.people[OTHERS[duty]].pk)

    acts = (
        [one] if one == "draft_policy" else list(PURCHASE[: PURCHASE.index(other)] if other in PURCHASE else PURCHASE)
    )
    for duty in acts:
        ACTS[duty](made, who)
    before = fingerprint()
    try:
        ACTS[other](made, who)
    except NotPermittedError:
        assert fingerprint() == before, "refused, and yet a row changed"
        raise


@pytest.mark.parametrize(("one", "other", "outcome"), TABLE)
def test_nobody_does_both_duties_of_a_default_pair(one: str, other: str, outcome: str) -> None:
    made = company()
    orders_wait_for_a_hand(made)
    zoe = everything(made)

    if outcome.endswith("signature"):
        play(made, one, other, zoe)
        assert [(s.person, s.duty, s.held) for s in Countersignature.objects.all()] == [(zoe, other, one)]
        return
    with pytest.raises(NotPermittedError) as refusal:
        play(made, one, other, zoe)

    assert refusal.value.code == outcome


def test_table_has_every_default_pair_of_a_purchase() -> None:
    pairs = {*install_defaults.HARD_PAIRS, *install_defaults.COMPENSATED_PAIRS}

    exist = {pair for pair in pairs if not ELSEWHERE & set(pair)}

    assert {(one, other) for one, other, _ in TABLE} == exist
    assert set(ACTS) == {duty for pair in exist for duty in pair} == set(DUTIES) - ELSEWHERE


@pytest.mark.parametrize(("one", "other"), [(a, b) for a, b, code in TABLE if code == "duty_conflict"])
def test_machine_with_an_account_of_its_own_is_no_way_round_a_pair(one: str, other: str) -> None:
    """SD-2 through API clients: one machine on both sides is one party on both sides."""
    made = company()
    orders_wait_for_a_hand(made)
    machine = everything(made, User.Kind.SYSTEM)

    with pytest.raises(NotPermittedError) as refusal:
        play(made, one, other, machine)

    assert refusal.value.code == "duty_conflict"


def test_machine_that_acts_as_a_person_is_that_person() -> None:
    made = company()
    orders_wait_for_a_hand(made)
    zoe = everything(made)
    client = register_client(name="Scanner", scopes=["write"], person=zoe, actor=made.people["ursula"], at=NOW).client

    with pytest.raises(NotPermittedError) as refusal:
        play(made, "create_order", "receive", client.application.user)

    assert refusal.value.code == "duty_conflict"


def test_crossdocks_own_parts_are_on_no_side() -> None:
    made = company()
    order = an_issued_order(made)  # placed and sent by the relay

    assert not [d for d in fingerprint()["foundation.DutyRecord"] if "create_order" in str(d)]
    assert order.state == "issued"


def test_deputy_decides_for_somebody_and_both_are_on_that_side() -> None:
    """SD-2 through delegation: who decides and for whom both count."""
    made = company()
    orders_wait_for_a_hand(made)
    zoe = everything(made)
    RoleAssignment.objects.filter(user=zoe, role=Role.SITE_MANAGER).delete()
    away = AbsencePlan(NOW - timedelta(hours=1), NOW + timedelta(days=3), reason="Leave", deputy_id=zoe.pk)
    declare_absence(person_id=made.mona.pk, plan=away, actor=made.mona, at=NOW - timedelta(hours=2))
    pairs = draft(made, "duty")
    DutyPair.objects.create(policy=pairs, first="approve_requisition", second="create_order", strength="hard")
    publish(made, pairs)
    request(made, lambda _duty: made.rita)
    drain()
    approve(made, lambda _duty: User.objects.get(pk=zoe.pk))

    for who in (zoe, made.mona):
        RoleAssignment.objects.get_or_create(user=who, role=Role.BUYER, site=made.leeds, defaults={"granted_at": NOW})
        sync_site_permissions(user=who)
        with pytest.raises(NotPermittedError) as refusal:
            create_order(made, lambda _duty, who=who: User.objects.get(pk=who.pk))  # type: ignore[misc]
        assert refusal.value.code == "duty_conflict"
    create_order(made, lambda _duty: made.people["boris"])


def test_bill_without_an_order_remembers_who_entered_it_until_one_is_found() -> None:
    made = company()
    zoe = everything(made)
    command = bills.command(bills.line_command(None, "1", "5.00"), supplier_id=made.acme.pk)

    invoice = invoicing.receive_invoice(command=command, actor=zoe, at=NOW)

    assert done_on([chain_of("invoice", invoice.pk)]) == {("enter_invoice", zoe.pk)}
