"""What addresses speak about: each kind of document once at Leeds from Acme, once at Hull, in another region, from Bolt.

A new route names one of these kinds; a new kind of document gets a function here. `own` belongs to Leeds and Acme,
`foreign` to Hull and Bolt, `missing` to nobody; a kind that belongs to no site and no supplier has no `foreign`.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from oauth2_provider.models import Application

from foundation.jobs import run
from foundation.models import Delivery, Notice, Region, Role, User
from foundation.relay import drain
from foundation.selectors import system_user
from foundation.services import AbsencePlan, cancel_job, declare_absence
from foundation.services.grant_role import sync_site_permissions
from foundation.services.letters import letter_token, stop_link
from integration.models import Connection, InboxMessage
from integration.services import grant_client_duty, register_client
from invoicing import services as invoicing
from invoicing.models import Hold, Invoice
from policies.decisions.duties import Conflict
from policies.models import PolicyVersion
from policies.services import bring_in_file, create_draft, publish_version, seen_of_budget
from procurement.decisions.changes import WantedLine
from procurement.models import GoodsReceipt, OrderAcknowledgment, OrderChange, PurchaseOrder, RequisitionLine
from procurement.services import AnswerLine, ReceiptLine, change_order, post_goods_receipt, record_acknowledgment
from suppliers.models import (
    CatalogueItem,
    CompanyRole,
    Contract,
    DuplicateProposal,
    Onboarding,
    SpendAuthorisation,
    Supplier,
    SupplierCheck,
    SupplierUser,
)
from suppliers.selectors import moving
from suppliers.selectors.sequences import seen_of_sequence
from suppliers.services import Told, ask_spend, merge_suppliers, tell_supplier
from suppliers.services.invite_supplier import token_of
from tests.architecture.who import Who
from tests.factories import NOW, TODAY, Company, a_requisition, approved, person, submitted
from tests.invoicing import factories as bills
from tests.policies import exchange
from tests.policies.budgets import a_budget
from tests.suppliers import quotations
from tests.suppliers.certificates import needed, sent
from tests.suppliers.contracts import a_paper
from tests.suppliers.factories import OTHER, a_message, letter, proposed
from tests.suppliers.onboarding import invited
from tests.suppliers.price_lists import judged
from workflow.models import ApprovalRequest, ExceptionCase, HeldDecision
from workflow.services import ask_signature, open_case, start_replay

Kwargs = dict[str, Any]


@dataclass(slots=True)
class Kind:
    """The addresses of one kind of document, and the form that acts on the own one."""

    own: Kwargs
    missing: Kwargs
    foreign: Kwargs | None = None
    form: Kwargs = field(default_factory=dict)


@dataclass(slots=True)
class Houses:
    """Both sides of the company. `kinds` by the name a route gives; `secrets` must be on no page of Leeds or Acme.

    `untouched` is the fingerprint of every row before anybody knocked.
    """

    made: Company
    people: dict[str, Who]
    kinds: dict[str, Kind] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    untouched: str = ""


def furnish(made: Company, people: dict[str, Who]) -> Houses:
    """Put one of each kind on both sides."""
    south = Region.objects.create(code="SOUTH", name="South")
    made.hull.region = south
    made.hull.save()
    for user in made.people.values():
        sync_site_permissions(user=user)
    CatalogueItem.objects.filter(supplier=made.bolt, item__code="LBL-46").update(unit_price=Decimal("1.00"))
    houses = Houses(made, people)
    _requisitions(houses)
    _orders(houses)
    _invoices(houses)
    _cases(houses)
    _enterprise(houses)
    _duplicates(houses)
    _messages(houses)
    _budgets(houses)
    _bank(houses)
    _certificates(houses)
    _onboarding(houses)
    _talks(houses)
    _quotations(houses)
    _spend(houses)
    houses.kinds["key"] = Kind({}, {})
    return houses


def _person(houses: Houses, name: str) -> User:
    user = houses.people[name].user
    assert user is not None
    return user


def _pair(houses: Houses, name: str, own: Any, foreign: Any, fields: dict[str, str], **form: Any) -> None:
    """Register a kind by the fields of two rows; the version and hash of the own one are what was on the screen."""
    missing = {
        key: "NO-SUCH-9" if isinstance(getattr(own, attribute), str) else 999_999_999
        for key, attribute in fields.items()
    }
    seen = {"version": getattr(own, "version", 1), "hash": getattr(own, "content_hash", "")}
    houses.kinds[name] = Kind(
        {key: getattr(own, attribute) for key, attribute in fields.items()},
        missing,
        {key: getattr(foreign, attribute) for key, attribute in fields.items()},
        {**seen, "reason": "Because it is so", **form},
    )
    number = getattr(foreign, "number", "")
    if number:
        houses.secrets.append(number)


def _requisitions(houses: Houses) -> None:
    made, requester, hugo = houses.made, _person(houses, "requester"), houses.made.people["hugo"]
    drafts = [a_requisition(made, ("LBL-46", "2"), by=who) for who in (requester, hugo)]
    asked = [submitted(made, ("SW-500", "50"), by=who) for who in (requester, hugo)]
    _pair(houses, "draft", *drafts, {"number": "number"}, action="save")
    _pair(houses, "requisition", *asked, {"number": "number"})
    requests = [ApprovalRequest.objects.get(subject_number=r.number) for r in asked]
    _pair(houses, "approval", *requests, {"request_id": "pk"}, hash=requests[0].content_hash, version="")
    held = HeldDecision.objects.create(
        request=ApprovalRequest.objects.get(subject_id=submitted(made, ("SW-500", "50"), by=requester).pk, state="open"),
        actor=_person(houses, "site_manager"), verb="approve", pressed_at=NOW, due_at=NOW,
    )  # fmt: skip
    houses.kinds["held"] = Kind({"held_id": held.pk}, {"held_id": 999_999_999})
    _pair(houses, "message_subject", *asked, {"subject_id": "pk"}, text="May I ask?", kind="note")
    waiting = [_waiting_line(made, who) for who in (requester, hugo)]
    _pair(houses, "queue_line", *waiting, {"line_id": "pk"}, supplier=made.bolt.pk, unit_price="1.00")


def _waiting_line(made: Company, by: User) -> RequisitionLine:
    requisition = submitted(made, ("LBL-46", "3"), by=by)
    RequisitionLine.objects.filter(requisition=requisition).update(supplier=None, waiting_reason="no_offer")
    return RequisitionLine.objects.get(requisition=requisition)


def _ordered(made: Company, by: User, item: str) -> PurchaseOrder:
    requisition = approved(made, (item, "4"), by=by)
    drain()
    return PurchaseOrder.objects.get(lines__sources__requisition_line__requisition=requisition)


def _orders(houses: Houses) -> None:
    made = houses.made
    sides = [
        (made.rita, "SW-500", made.acme, made.wanda),
        (made.people["hugo"], "LBL-46", made.bolt, made.people["walt"]),
    ]
    orders = [_ordered(made, who, item) for who, item, _, _ in sides]
    assert [order.supplier for order in orders] == [made.acme, made.bolt]
    answers = [_answer(order) for order in orders]
    receipts = [_receipt(order, side[3]) for order, side in zip(orders, sides, strict=True)]
    for order in orders:
        order.refresh_from_db()
    _pair(houses, "order", *orders, {"number": "number"}, action="accept", key="k-matrix")
    for name, kwargs, form in (
        ("order_answer", {"answer_id": "pk"}, {"decision": "refuse"}),
        ("order_answered", {"answer_number": "number"}, {}),
        ("acknowledgment", {"number": "number"}, {}),
    ):
        _pair(houses, name, *answers, kwargs, **form)
        if name == "acknowledgment":
            continue
        for place, order in (("own", orders[0]), ("foreign", orders[1])):
            getattr(houses.kinds[name], place)["number"] = order.number
        houses.kinds[name].missing["number"] = orders[0].number
    changes = [_change(made, _ordered(made, who, item)) for who, item, _, _ in sides]
    _pair(houses, "order_change", *changes, {"number": "number"})
    _pair(houses, "receipt", *receipts, {"number": "number"})
    houses.kinds["expected"] = houses.kinds["order"]


def _change(made: Company, order: PurchaseOrder) -> OrderChange:
    raised = [WantedLine(10, Decimal(90))]
    return change_order(order_id=order.pk, expected_version=None, lines=raised, reason="More", actor=made.boris, at=NOW)


def _answer(order: PurchaseOrder) -> OrderAcknowledgment:
    late = order.need_by.replace(day=28)
    return record_acknowledgment(
        order_number=order.number, supplier_id=order.supplier_id, source="test", external_id=f"a-{order.pk}",
        answered_at=NOW, lines=[AnswerLine(10, "date_changed", Decimal(4), promised=late)],
        actor=system_user("intake"), at=NOW,
    )  # fmt: skip


def _receipt(order: PurchaseOrder, by: User) -> GoodsReceipt:
    return post_goods_receipt(
        order_number=order.number, source="test", external_id=f"r-{order.pk}", received_at=NOW,
        lines=[ReceiptLine(10, Decimal(1))], actor=by, at=NOW,
    )  # fmt: skip


def _invoices(houses: Houses) -> None:
    orders = [PurchaseOrder.objects.get(number=k["number"]) for k in _both(houses.kinds["order"])]
    made = [
        invoicing.receive_invoice(
            command=bills.bill_for(order, supplier_number=f"B-{order.pk}", invoice_date=NOW.date()),
            actor=system_user("intake"), at=NOW,
        )
        for order in orders
    ]  # fmt: skip
    drain()
    invoices = [Invoice.objects.get(pk=invoice.pk) for invoice in made]
    holds = [Hold.objects.filter(invoice=invoice, state="open").order_by("pk")[0] for invoice in invoices]
    _pair(houses, "invoice", *invoices, {"number": "number"})
    _pair(houses, "hold", *holds, {"hold_id": "pk"}, version=invoices[0].version)
    houses.kinds["hold"].own["number"] = invoices[0].number
    assert houses.kinds["hold"].foreign is not None
    houses.kinds["hold"].foreign["number"] = invoices[1].number
    houses.kinds["hold"].missing["number"] = "NO-SUCH-9"


def _both(kind: Kind) -> tuple[Kwargs, Kwargs]:
    assert kind.foreign is not None
    return kind.own, kind.foreign


def _cases(houses: Houses) -> None:
    made = houses.made
    cases: list[ExceptionCase] = [
        open_case(
            key=f"matrix:{site.code}", category="delivery", cause="not_delivered", sentence="Not delivered.",
            subject_type="order", subject_id=PurchaseOrder.objects.get(number=side["number"]).pk,
            subject_number=side["number"], site=site, at=NOW,
        )
        for site, side in zip((made.leeds, made.hull), _both(houses.kinds["order"]), strict=True)
    ]  # fmt: skip
    _pair(houses, "case", *cases, {"number": "number"}, outcome="Done by telephone", role="auditor")
    signed_for = [(made.leeds, _person(houses, "requester")), (made.hull, made.people["hugo"])]
    signatures = [
        ask_signature(
            person_id=who.pk, conflict=Conflict("receive", "request", "compensated", 5), at=NOW,
            chains=[f"order:{1_000 + number}"], document_type="receipt", document_id=1_000 + number,
            document_number=f"GR-{site.code}-SIGN", site=site, amount=Decimal(5), currency="GBP",
        )
        for number, (site, who) in enumerate(signed_for)
    ]  # fmt: skip
    _pair(houses, "signature", *signatures, {"number": "number"})


def _policies_in_time(houses: Houses, seen: dict[str, Any]) -> None:
    """Register a version that was superseded, and one that waits for its day."""
    made, kinds = houses.made, houses.kinds
    newer = create_draft(kind="sourcing", actor=made.polly, at=NOW)
    publish_version(version_id=newer.pk, expected_version=newer.version, actor=made.petra, at=NOW)
    waits = create_draft(kind="duty", actor=made.polly, at=NOW)
    starts = datetime(2999, 1, 1, tzinfo=UTC)
    publish_version(
        version_id=waits.pk, expected_version=waits.version, actor=made.petra, at=NOW, effective_from=starts
    )
    waits.refresh_from_db()
    kinds["waiting_policy"] = Kind(
        {"page": "duties", "number": waits.number}, {"page": "duties", "number": 999},
        form={"version": waits.version},
    )  # fmt: skip
    kinds["older_policy"] = Kind({"page": "ordering", "number": 1}, {"page": "ordering", "number": 999}, form=seen)


def _files(houses: Houses) -> None:
    """Register a file that was brought in as a policy."""
    made, page = houses.made, {"page": "approvals"}
    brought = bring_in_file(
        kind="approval", name="a.json", content=exchange.file_of("approval"), note="", actor=made.polly, at=NOW
    )  # fmt: skip
    houses.kinds["policy_file"] = Kind({**page, "import_id": brought.pk}, {**page, "import_id": 999_999_999})


def _duplicates(houses: Houses) -> None:
    made, kinds = houses.made, houses.kinds
    pair = DuplicateProposal.objects.create(
        first=made.acme, second=made.bolt, likeness=1, evidence=[], is_confirmed=False, inputs_hash="0" * 64,
        model_version="test", found_at=NOW,
    )  # fmt: skip
    kinds["flaw"] = Kind({"code": "no_tax_number"}, {"code": "no-such-flaw"})
    kinds["duplicate"] = Kind({"proposal_id": pair.pk}, {"proposal_id": 999_999_999}, form={"reason": "A group"})
    other = Supplier.objects.create(
        code="TWIN", name="Twin", country="GB", currency="GBP", created_at=NOW, changed_at=NOW
    )
    merge = merge_suppliers(
        duplicate_id=other.pk, survivor_id=made.bolt.pk, seen=moving(other, made.bolt).seen, actor=made.sue,
        reason="Same", at=NOW,
    )  # fmt: skip
    kinds["merge"] = Kind({"merge_id": merge.pk}, {"merge_id": 999_999_999}, form={"reason": "Two"})


def _enterprise(houses: Houses) -> None:
    """Register kinds that belong to the whole company: everybody inside sees them, or nobody does."""
    made = houses.made
    version = create_draft(kind="approval", actor=made.polly, at=NOW)
    rule = version.approval_rules.order_by("position")[0]
    limits = create_draft(kind="tolerance", actor=made.polly, at=NOW)
    seen = {"version": version.version, "reason": "Because it is so", "note": "Try"}
    kinds = houses.kinds
    kinds["policy_page"] = Kind({"page": "approvals"}, {"page": "no-such-page"}, form=seen)
    kinds["policy"] = Kind(
        {"page": "approvals", "number": version.number}, {"page": "approvals", "number": 999}, form=seen
    )
    _policies_in_time(houses, seen)
    _files(houses)
    kinds["matrix"] = Kind({"number": version.number}, {"number": 999}, form=seen)
    kinds["rule"] = Kind(
        {"number": version.number, "rule_id": rule.pk}, {"number": version.number, "rule_id": 999_999}, form=seen
    )
    _jobs(houses, version)
    row = limits.tolerances.get(scope="enterprise")
    level = {"page": "tolerances", "number": limits.number}
    kinds["tolerance"] = Kind(
        {**level, "row_id": row.pk}, {**level, "row_id": 999_999}, form={**seen, "version": limits.version}
    )
    kinds["tolerances"] = Kind(level, {"page": "tolerances", "number": 999}, form={**seen, "version": limits.version})
    kinds["supplier"] = Kind(
        {"code": "ACME"}, {"code": "NO-SUCH-9"}, form={"version": made.acme.version, "reason": "Why"}
    )
    kinds["supplier_person"] = Kind(
        {"code": "ACME", "person_id": made.acme_person.pk}, {"code": "ACME", "person_id": 999_999_999},
        {"code": "ACME", "person_id": made.bolt_person.pk}, {"reason": "Left"},
    )  # fmt: skip
    _portal_people(houses)
    _contracts(houses)
    kinds["item"] = Kind({"code": "SW-500"}, {"code": "NO-SUCH-9"})
    kinds["region"] = Kind({"code": "NORTH"}, {"code": "NO-SUCH-9"})
    kinds["entity"] = Kind({"code": "NG"}, {"code": "NO-SUCH-9"})
    kinds["category"] = Kind({"code": "PACK"}, {"code": "NO-SUCH-9"})
    kinds["unit"] = Kind({"code": "EA"}, {"code": "NO-SUCH-9"})
    kinds["cost_centre"] = Kind({"code": "LDS-6410"}, {"code": "NO-SUCH-9"})
    kinds["calendar"] = Kind({"code": "UK"}, {"code": "NO-SUCH-9"})
    kinds["calendar_day"] = Kind({"code": "UK", "day_id": 1}, {"code": "NO-SUCH-9", "day_id": 999_999_999})
    kinds["item_unit"] = Kind({"code": "SW-500", "unit": "KGM"}, {"code": "NO-SUCH-9", "unit": "KGM"})
    kinds["site"] = Kind({"code": made.leeds.code}, {"code": "NO-SUCH-9"}, {"code": made.hull.code})
    kinds["site_settings"] = Kind({"code": made.leeds.code}, {"code": "NO-SUCH-9"})
    client = register_client(name="Scanner", scopes=["read"], actor=made.ursula, at=NOW).client
    duty = grant_client_duty(client_id=client.pk, role=Role.RECEIVER, site=made.leeds, actor=made.ursula, at=NOW)
    kinds["client"] = Kind(
        {"client_id": client.pk}, {"client_id": 999_999_999},
        form={"reason": "Lost", "version": client.version, "role": Role.REQUESTER.value, "site": made.leeds.pk},
    )  # fmt: skip
    kinds["client_duty"] = Kind(
        {"client_id": client.pk, "assignment_id": duty.pk}, {"client_id": 999_999_999, "assignment_id": 999_999_999}
    )
    held = made.rita.role_assignments.get()
    kinds["person"] = Kind({"person_id": made.rita.pk}, {"person_id": 999_999_999}, form={"reason": "Left"})
    kinds["person_duty"] = Kind(
        {"person_id": made.rita.pk, "assignment_id": held.pk}, {"person_id": 999_999_999, "assignment_id": 999_999_999}
    )
    ill = AbsencePlan(NOW, NOW + timedelta(days=9), reason="Ill")
    absence = declare_absence(person_id=_person(houses, "requester").pk, plan=ill, actor=made.ursula, at=NOW)
    notice = Notice.objects.create(
        person=_person(houses, "requester"), source=UUID(int=1), kind="order", path="/help/",
        subject_type="order", subject_id=1, subject_number="PO-1", sentence="PO-1 went to Acme", at=NOW,
    )  # fmt: skip
    kinds["notice"] = Kind({"notice_id": notice.pk}, {"notice_id": 999_999_999})
    kinds["letter_stop"] = Kind({"token": stop_link(notice.person, "order").split("/")[-3]}, {"token": "nonsense"})
    kinds["letter"] = Kind({"token": letter_token(notice)}, {"token": "nonsense"})
    kinds["absence"] = Kind({"absence_id": absence.pk}, {"absence_id": 999_999_999})
    kinds["person_absence"] = Kind(
        {"person_id": absence.person_id, "absence_id": absence.pk},
        {"person_id": 999_999_999, "absence_id": 999_999_999},
    )
    kinds["metric"] = Kind({"slug": "requisition-to-order"}, {"slug": "no-such-metric"})
    kinds["demo_person"] = Kind({"username": "no.duty"}, {"username": "no.such.person"})


def _portal_people(houses: Houses) -> None:
    """Register what a person of a supplier has of their own: companies, colleagues and devices."""
    made, kinds = houses.made, houses.kinds
    kinds["company_choice"] = Kind({"code": "ACME"}, {"code": "NO-SUCH-9"}, {"code": made.bolt.code})
    devices = [
        UserSession.objects.create(user=person, ip="10.0.0.1", session_key=f"device-{person.pk}", user_agent="Chrome")
        for person in (made.acme_person, made.bolt_person)
    ]
    worker, theirs = (person(f"orders.{code}", User.Kind.SUPPLIER) for code in ("acme", "bolt"))
    SupplierUser.objects.create(supplier=made.acme, user=worker, role=CompanyRole.ORDERS)
    SupplierUser.objects.create(supplier=made.bolt, user=theirs, role=CompanyRole.ORDERS)
    kinds["colleague"] = Kind(
        {"person_id": worker.pk}, {"person_id": 999_999_999}, {"person_id": theirs.pk}, {"role": "money"}
    )
    kinds["device"] = Kind({"device_id": devices[0].pk}, {"device_id": 999_999_999}, {"device_id": devices[1].pk})


def _contracts(houses: Houses) -> None:
    """Register the contract of Acme and a paper of it."""
    made, kinds = houses.made, houses.kinds
    kinds["contract"] = Kind(
        {"number": made.contract.number},
        {"number": "NO-SUCH-9"},
        form={"version": made.contract.version, "reason": "Why"},
    )
    theirs = Contract.objects.create(
        number="CON-BOLT-77", supplier=made.bolt, title="Labels by Bolt Trading", state="active", currency="GBP",
        valid_from=made.contract.valid_from, valid_to=made.contract.valid_to, created_at=NOW, created_by=made.boris,
        changed_at=NOW, changed_by=made.boris,
    )  # fmt: skip
    priced = made.contract.prices.order_by("pk")[0]
    theirs.prices.create(item=priced.item, unit=priced.unit, unit_price=1)
    kinds["portal_contract"] = Kind(kinds["contract"].own, kinds["contract"].missing, {"number": theirs.number})
    paper = a_paper(made)
    kinds["contract_paper"] = Kind(
        {"number": made.contract.number, "paper_id": paper.pk}, {"number": "NO-SUCH-9", "paper_id": 999_999_999}
    )
    offer = made.acme.catalogue.get(item__code="TAPE-48")
    kinds["offer"] = Kind(
        {"offer_id": offer.pk}, {"offer_id": 999_999_999}, form={"version": offer.version, "reason": "Why"}
    )
    kinds["sequence"] = Kind(
        {"kind": "item", "code": "SW-500"}, {"kind": "item", "code": "NO-SUCH-9"}, form={"seen": seen_of_sequence([])}
    )
    listed = judged(made)
    kinds["price_list"] = Kind(
        {"number": listed.number}, {"number": "NO-SUCH-9"}, form={"version": listed.version, "reason": "Why"}
    )


def _messages(houses: Houses) -> None:
    made = houses.made
    ours, theirs = (
        Connection.objects.create(
            code=code, name=code, direction="in", purpose="documents", dialect="ubl", supplier=supplier,
            profile={"application": Application.objects.get(name=name).client_id},
        )
        for code, supplier, name in (("ubl-acme", made.acme, "client_messages"), ("ubl-bolt", made.bolt, "client_none"))
    )  # fmt: skip
    inbox = [
        InboxMessage.objects.create(
            connection=door, external_id=f"m-{door.code}", raw=b"<x/>", received_at=NOW, body_sha256="0" * 64,
            status="parked",
        )
        for door in (ours, theirs)
    ]  # fmt: skip
    houses.kinds["connection"] = Kind({"code": ours.code}, {"code": "no-such"}, {"code": theirs.code})
    houses.kinds["api_message"] = Kind(
        {"code": ours.code, "message_id": inbox[0].pk},
        {"code": ours.code, "message_id": 999_999_999},
        {"code": ours.code, "message_id": inbox[1].pk},
    )
    houses.kinds["message"] = Kind(
        {"message_id": inbox[0].pk}, {"message_id": 999_999_999}, form={"reason": "Again", "meaning": "EA"}
    )
    delivery = Delivery.objects.create(
        connection="erp", message_type="voucher", subject_type="invoice", subject_id=1, subject_number="X",
        order_key="invoice:1", dedupe_key="matrix", body=b"{}", state="parked",
    )  # fmt: skip
    houses.kinds["delivery"] = Kind(
        {"delivery_id": delivery.pk}, {"delivery_id": 999_999_999}, form={"reason": "Again"}
    )


def _jobs(houses: Houses, version: PolicyVersion) -> None:
    """Replay the matrix, wait for a worker with another replay, and stop a third."""
    made = houses.made
    for name in ("done", "job", "stopped_job"):
        policy = version if name == "done" else create_draft(kind="approval", actor=made.polly, at=NOW)
        asked = start_replay(version_id=policy.pk, days=90, actor=made.polly, at=NOW).job_id or 0
        if name == "done":
            run(asked)
        else:
            houses.kinds[name] = Kind({"job_id": asked}, {"job_id": 999_999_999})
    cancel_job(job_id=asked, actor=made.polly, at=NOW)


def _talks(houses: Houses) -> None:
    """Let each supplier write about its order and its invoice, with a file."""
    made = houses.made
    sent = []
    for side, by in (("own", made.acme_person), ("foreign", made.bolt_person)):
        order = PurchaseOrder.objects.get(**getattr(houses.kinds["order"], side))
        invoice = Invoice.objects.get(**getattr(houses.kinds["invoice"], side))
        sent.append(a_message(order, by, key="order", file=letter()))
        a_message(invoice, by, key="invoice", file=letter())
    for kind in ("order", "invoice"):
        known = houses.kinds[kind]
        houses.kinds[f"{kind}_talk"] = Kind(known.own, known.missing, known.foreign, {"text": "Soon?", "key": "matrix"})
    _pair(houses, "supplier_message", *sent, {"message_id": "pk"})


def _budgets(houses: Houses) -> None:
    ours, theirs = (a_budget(houses.made, "9000", site=site) for site in ("LDS", "HUL"))
    houses.kinds["budget"] = Kind(
        {"budget_id": ours.pk}, {"budget_id": 999_999_999}, {"budget_id": theirs.pk},
        {"seen": seen_of_budget(budget=ours), "amount": "9100", "reason": "More"},
    )  # fmt: skip


def _bank(houses: Houses) -> None:
    told = Told({"payment_terms_days": "14"}, "erp")
    tell_supplier(supplier_id=houses.made.bolt.pk, told=told, actor=houses.made.igor, at=NOW)
    asked = tell_supplier(supplier_id=houses.made.acme.pk, told=told, actor=houses.made.igor, at=NOW).change
    assert asked is not None
    seen = {"version": asked.version, "hash": asked.content_hash, "reason": "No"}
    houses.kinds["supplier_change"] = Kind({"number": asked.number}, {"number": "NO-SUCH-9"}, form=seen)
    houses.kinds["supplier_site"] = Kind(
        {"code": "ACME", "site_code": "MAIN"}, {"code": "ACME", "site_code": "NO-SUCH-9"}, form={"version": 1}
    )
    change = proposed(houses.made, supplier=houses.made.bolt)
    proposed(houses.made, OTHER)
    houses.kinds["bank_change"] = Kind(
        {"number": change.number},
        {"number": "NO-SUCH-9"},
        form={"version": change.version, "reason": "Unknown to them"},
    )


def _certificates(houses: Houses) -> None:
    made, late = houses.made, TODAY + timedelta(days=3000)
    ours = sent(made, until=late)
    theirs = sent(made, until=late, supplier=made.bolt, by=made.bolt_person, number="SECRET-77")
    need = needed(made, TODAY + timedelta(days=700))
    why = {"reason": "Blurred"}
    houses.kinds["certificate"] = Kind(
        {"code": "ACME", "certificate_id": ours.pk}, {"code": "ACME", "certificate_id": 999_999_999}, form=why
    )
    houses.kinds["portal_certificate"] = Kind(
        {"certificate_id": ours.pk}, {"certificate_id": 999_999_999}, {"certificate_id": theirs.pk}
    )
    houses.kinds["certificate_need"] = Kind({"need_id": need.pk}, {"need_id": 999_999_999})


def _onboarding(houses: Houses) -> None:
    made = houses.made
    one = invited(made, at=datetime.now(UTC))
    theirs = [
        Onboarding.objects.create(
            supplier=supplier, email="x@example.com", person_name="x", why="x", categories=["PACK"], invited_by=made.sue,
            invited_at=NOW, expires_at=NOW, accepted_by=by, accepted_at=NOW,
        )
        for supplier, by in ((made.acme, made.acme_person), (made.bolt, made.bolt_person))
    ]  # fmt: skip
    code = one.supplier.code
    check = SupplierCheck.objects.create(
        supplier=one.supplier, kind="sanctions", state="open", evidence=["x"], inputs_hash="x", found_at=NOW
    )
    houses.kinds["onboarding"] = Kind({"code": code}, {"code": "NO-SUCH-9"})
    houses.kinds["supplier_check"] = Kind(
        {"code": code, "check_id": check.pk},
        {"code": code, "check_id": 999_999_999},
        form={"verdict": "passed", "reason": "Not them"},
    )
    houses.kinds["invitation"] = Kind({"token": token_of(theirs[0])}, {"token": "NO-SUCH-9"})
    houses.kinds["registration_step"] = Kind({"step": "company"}, {"step": "no-such-9"})


def _quotations(houses: Houses) -> None:
    """Ask Acme for Leeds and Bolt for Hull, both to answer for long; and have one of each closed."""
    made = houses.made
    sides = ((made.leeds, made.acme, made.acme_person), (made.hull, made.bolt, made.bolt_person))
    asked, closed = ([quotations.a_full_one(made, *side, is_closed=done) for side in sides] for done in (False, True))
    words = {
        "action": "send",
        "p-10": "45.00",
        "valid_until": "2027-06-30",
        "question": "Which core?",
        "answer": "76 mm",
    }
    _pair(houses, "quotation", *asked, {"number": "number"}, **words)
    _pair(houses, "quotation_closed", *closed, {"number": "number"}, **{"award-10": "0:ACME"}, supplier="ACME")
    for name, rows in (("paper", "papers"), ("question", "questions")):
        keys = [{"number": one.number, f"{name}_id": getattr(one, rows).order_by("pk")[0].pk} for one in asked]
        nobodys = {"number": "NO-SUCH-9", f"{name}_id": 999_999_999}
        houses.kinds[f"quotation_{name}"] = Kind(keys[0], nobodys, keys[1], houses.kinds["quotation"].form)


def _spend(houses: Houses) -> None:
    asked = ask_spend(
        supplier_id=houses.made.bolt.pk, categories=["PACK"], sites=["LDS"], reason="x", actor=houses.made.sue, at=NOW
    )
    held = SpendAuthorisation.objects.get(supplier=houses.made.acme)
    why = {"reason": "Because it is so"}
    houses.kinds["spend_request"] = Kind(
        {"code": "BOLT", "request_id": asked.pk}, {"code": "BOLT", "request_id": 999_999_999}, form=why
    )
    houses.kinds["spend_authorisation"] = Kind(
        {"code": "ACME", "authorisation_id": held.pk}, {"code": "ACME", "authorisation_id": 999_999_999}, form=why
    )
