"""AP-4: an approver's reduction is part of the decision; what comes after sees, approves and orders what is left."""

from decimal import Decimal

import pytest

from foundation.errors import DomainError
from foundation.models import AuditEvent, DomainEvent, User
from foundation.relay import drain
from foundation.selectors import timeline
from foundation.selectors.breaches import breaches
from procurement.models import PurchaseOrderLine, Requisition
from procurement.services import (
    approve_requisition,
    copy_requisition,
    return_requisition,
    submit_requisition,
    withdraw_requisition,
)
from suppliers.models import ContractPrice
from tests.factories import LATER, NOW, Company, a_requisition, company, submitted
from tests.workflow.factories import another_manager, asked, at_once, chain
from workflow.models import ApprovalDecision

pytestmark = pytest.mark.django_db
LINES = (("SW-500", "100"), ("TAPE-48", "100"))  # 4,800 and 3,600: site manager, then region manager


def reduce(requisition: Requisition, actor: User, *, reason: str = "We have some", **quantities: str) -> Requisition:
    """Approve with smaller quantities, given as l10="6"."""
    return approve_requisition(
        pk=requisition.pk, expected_version=None, seen_hash=None, actor=actor, reason=reason, at=NOW,
        quantities={int(line[1:]): Decimal(quantity) for line, quantity in quantities.items()},
    )  # fmt: skip


def lines_of(requisition: Requisition) -> list[str]:
    """Return each line as "quantity/asked before/base units/amount"."""
    return [
        f"{x.quantity.normalize():f}/{x.asked_quantity and f'{x.asked_quantity.normalize():f}'}"
        f"/{x.base_quantity.normalize():f}/{x.line_amount}"
        for x in requisition.lines.order_by("line_no")
    ]


def test_next_stage_sees_and_approves_what_the_first_one_left() -> None:
    made = company()
    requisition = submitted(made, *LINES)
    as_asked = requisition.content_hash

    halfway = reduce(requisition, made.mona, l10="60", l20="0")

    left = halfway.content_hash
    assert (halfway.state, halfway.total_amount, left == as_asked) == ("submitted", Decimal(2880), False)
    assert lines_of(halfway) == ["60/100/360/2880.0000", "0/100/0/0.0000"]
    assert chain() == [("approved", ["mona"]), ("open", ["regina"])]  # no new round, and nobody is left out
    assert (asked().amount, asked().content_hash, asked().facts["base_amount"]) == (Decimal(2880), left, "8400.00")
    with pytest.raises(DomainError) as stale:
        approve_requisition(
            pk=requisition.pk, expected_version=None, seen_hash=as_asked, actor=made.regina, reason="", at=NOW
        )
    assert stale.value.code == "changed_since_opened"  # AP-7: the page she opened before
    done = reduce(requisition, made.regina, reason="Half will do", l10="30")
    assert (done.state, lines_of(done)) == ("approved", ["30/100/180/1440.0000", "0/100/0/0.0000"])
    first, second = ApprovalDecision.objects.order_by("pk")
    assert (first.content_hash, first.approved_hash, first.reductions) == (
        as_asked, left,
        ["line 10, Stretch wrap 500 mm: 60 instead of 100 case", "line 20, Packing tape 48 mm: struck, it was 100 case"],
    )  # fmt: skip
    assert (second.content_hash, second.approved_hash) == (left, done.content_hash)


def test_what_is_left_is_ordered_and_a_struck_line_never_is() -> None:
    made = company()
    requisition = submitted(made, *LINES)
    reduce(requisition, made.mona, l10="60", l20="0")
    reduce(requisition, made.regina)

    drain()

    requisition.refresh_from_db()
    line = PurchaseOrderLine.objects.get()
    assert (requisition.state, line.quantity, line.ordered) == ("ordered", Decimal(60), Decimal(360))
    assert line.authority["requisition_hash"] == requisition.content_hash == asked().content_hash
    assert [x.ordered_at is None for x in requisition.lines.order_by("line_no")] == [False, True]
    assert breaches() == []


def test_requester_reads_who_took_away_what_and_why() -> None:
    made = company()
    requisition = submitted(made, *LINES)

    reduce(requisition, made.mona, reason="Tape is in stock", l20="0")

    row = AuditEvent.objects.get(action="reduce")
    assert (row.actor, row.data["reason"], row.data["total"]) == (made.mona, "Tape is in stock", "4800.0000")
    assert row.data["cuts"] == ["line 20, Packing tape 48 mm: struck, it was 100 case"]
    entry = next(e for e in timeline("requisition", requisition.pk) if e.text.startswith("Approved less"))
    assert (entry.text, entry.who) == (
        "Approved less, line 20, Packing tape 48 mm: struck, it was 100 case: Tape is in stock", "Mona",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "reason", "quantities", "code"),
    [
        ("AP-7 more",          "More",  {"l10": "101"},           "increase_is_a_change"),
        ("everything struck",  "No",    {"l10": "0", "l20": "0"}, "nothing_left"),
        ("no reason",          "  ",    {"l10": "60"},            "reason_missing"),
        ("no such line",       "Other", {"l30": "1"},             "line_unknown"),
    ],
)  # fmt: skip
def test_refused_reduction_changes_nothing(_case: str, reason: str, quantities: dict[str, str], code: str) -> None:
    made = company()
    requisition = submitted(made, *LINES)
    before = Requisition.objects.values().get(), lines_of(requisition), chain()

    with pytest.raises(DomainError) as refusal:
        reduce(requisition, made.mona, reason=reason, **quantities)

    assert refusal.value.code == code
    assert (Requisition.objects.values().get(), lines_of(requisition), chain()) == before
    assert not ApprovalDecision.objects.exists()


@pytest.mark.parametrize(("who", "code"), [("rita", "own_request"), ("boris", "not_asked"), ("regina", "not_asked")])
def test_only_who_may_decide_may_take_away(who: str, code: str) -> None:
    made = company()
    requisition = submitted(made, *LINES)

    with pytest.raises(DomainError) as refusal:
        reduce(requisition, made.people[who], l10="60")

    requisition.refresh_from_db()
    assert (refusal.value.code, lines_of(requisition)[0]) == (code, "100/None/600/4800.0000")
    assert not DomainEvent.objects.filter(kind="procurement.requisition.reduced").exists()


def test_quantities_as_asked_need_no_reason_and_are_no_reduction() -> None:
    made = company()
    requisition = submitted(made, *LINES)

    reduce(requisition, made.mona, reason="", l10="100", l20="100.0000")

    decision = ApprovalDecision.objects.get()
    assert (decision.reductions, decision.approved_hash == decision.content_hash) == ([], True)
    assert not AuditEvent.objects.filter(action="reduce").exists()


@pytest.mark.parametrize("way", ["sent back by the next stage", "taken back by the requester"])
def test_reduction_ends_with_the_approval_it_was_part_of(way: str) -> None:
    made = company()
    requisition = submitted(made, *LINES)
    reduce(requisition, made.mona, l10="60", l20="0")
    if way.startswith("sent"):
        return_requisition(
            pk=requisition.pk, expected_version=None, seen_hash=None, actor=made.regina, reason="Say why", at=NOW
        )
    else:
        requisition.refresh_from_db()
        withdraw_requisition(
            requisition_id=requisition.pk, expected_version=requisition.version, actor=made.rita, reason="", at=NOW
        )

    requisition.refresh_from_db()
    assert (requisition.state, requisition.total_amount) == ("draft", Decimal(8400))
    assert lines_of(requisition) == ["100/None/600/4800.0000", "100/None/3600/3600.0000"]
    assert breaches() == []


def test_copy_asks_for_what_was_approved() -> None:
    made = company()
    requisition = submitted(made, *LINES)
    reduce(requisition, made.mona, l10="60", l20="0")

    copy = copy_requisition(requisition_id=requisition.pk, actor=made.rita, at=NOW, need_by=LATER)

    assert lines_of(copy) == ["60/None/360/2880.0000"]


def test_price_that_rises_afterwards_is_asked_for_on_what_is_left() -> None:
    made = company()
    requisition = submitted(made, *LINES)
    reduce(requisition, made.mona, l10="60", l20="0")
    reduce(requisition, made.regina)
    ContractPrice.objects.filter(item__code="SW-500").update(unit_price=Decimal(55))

    drain()

    requisition.refresh_from_db()
    assert (requisition.state, requisition.total_amount, asked().amount) == ("submitted", Decimal(3300), Decimal(3300))
    assert lines_of(requisition) == ["60/100/360/3300.0000", "0/100/0/0.0000"]
    reduce(requisition, made.mona)
    drain()
    assert [x.quantity for x in PurchaseOrderLine.objects.all()] == [Decimal(60)]
    assert breaches() == []


@pytest.mark.parametrize(
    ("_case", "cut", "state"),
    [
        ("RQ-3 the flagged line stays", {"l10": "40"}, "submitted"),
        ("RQ-3 the flagged line is cut", {"l20": "10"}, "submitted"),
        ("RQ-3 the flagged line is struck", {"l20": "0"}, "approved"),
    ],
)
def test_flag_that_stops_approval_stops_no_more_when_its_line_is_struck(
    _case: str, cut: dict[str, str], state: str
) -> None:
    made = company()
    draft = a_requisition(made, ("SW-500", "50"), ("TAPE-48", "20"))
    draft.lines.filter(line_no=20).update(supplier=made.bolt)
    type(made.bolt).objects.filter(pk=made.bolt.pk).update(state="restricted")
    requisition = submit_requisition(requisition_id=draft.pk, expected_version=1, actor=made.rita, at=NOW)
    assert "supplier_not_active" in requisition.flags

    refused = ""
    try:
        reduce(requisition, made.mona, **cut)
    except DomainError as refusal:
        refused = refusal.code

    requisition.refresh_from_db()
    assert (requisition.state, refused) == (state, "" if state == "approved" else "flag_blocks_approval")
    assert "supplier_not_active" in requisition.flags  # frozen all the same


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_take_away_once() -> None:
    made: Company = company()
    another_manager(made)
    requisition = submitted(made, *LINES)

    results = at_once(
        [lambda: reduce(requisition, made.mona, l10="60"), lambda: reduce(requisition, made.mark, l10="50")]
    )

    requisition.refresh_from_db()
    assert sorted(isinstance(r, Requisition) for r in results) == [False, True]
    assert ApprovalDecision.objects.count() == 1
    assert requisition.total_amount in {Decimal(6480), Decimal(6000)}
    assert breaches() == []
