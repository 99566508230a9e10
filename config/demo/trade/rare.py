"""What happens seldom, and is to be seen in the demo all the same: each tale reaches a state or an exception of its own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from config.demo.trade import acts
from config.demo.trade.cast import Cast
from config.demo.trade.ordinary import number_of
from config.demo.trade.play import Play, Story
from config.demo.trade.unanswered import Placed, accepted, place
from config.demo.trade.unapproved import Wish, write
from config.demo.trade.unsourced import block
from policies.models import PolicyKind
from policies.services import create_draft, publish_version, save_switches
from procurement import services as procurement
from procurement.services import AnswerLine, FoundLine, ReceiptLine
from suppliers.models import CatalogueItem
from suppliers.services import move_supplier
from workflow.models import ExceptionCase
from workflow.services import resolve_case

SUDDENLY = timedelta(minutes=1)
A_SECOND = timedelta(seconds=1)


def schedule(cast: Cast, play: Play) -> None:
    """Put every rare tale on stage."""
    for hours, tell in TALES:
        at = cast.almanac.ago(hours)
        play.add(tell(cast, at), at)


def _on_the_dock(cast: Cast, wish: Wish, at: datetime, *, hours: int) -> Placed:
    """Bring a wish so far that its order, accepted as written, stands at the dock `hours` business hours later."""
    order, at = yield from place(cast, wish, at)
    at = yield from accepted(cast, order, at)
    at = cast.later(wish.site, at, hours)
    yield at
    return order, at


def _found_without_papers(cast: Cast, at: datetime) -> Story:
    """A pallet stands in the yard and nobody knows whose it is."""
    procurement.report_found_goods(
        site=cast.sites["LDS"], order_number="", source="web", external_id="found-yard", received_at=at,
        lines=[FoundLine("Blue stacking crates, no papers", Decimal(48), "EA")], actor=cast.receivers["LDS"], at=at,
        note="The driver had left before anybody asked.",
    )  # fmt: skip
    yield from ()


def _came_after_the_end(cast: Cast, at: datetime) -> Story:
    """The rest of an order comes after the buyer closed it."""
    order, at = yield from _on_the_dock(cast, Wish("MAN", "c.marsden", "Strapping", (("PT", 9),)), at, hours=10)
    first = order.lines.all()[0]
    acts.receive(cast, order, at=at, lines=[ReceiptLine(first.line_no, first.quantity - 3)])
    at = cast.later("MAN", at, 4)
    yield at
    acts.close(cast, order, "The rest is not needed any more", at=at)
    at = cast.later("MAN", at, 6)
    yield at
    procurement.book_delivery(
        site=cast.sites["MAN"], order_number=order.number, source="web", external_id=f"{order.number}-late",
        received_at=at, lines=[ReceiptLine(first.line_no, Decimal(3))], actor=cast.receivers["MAN"], at=at,
        delivery_note="DN40177",
    )  # fmt: skip


def _one_too_many(cast: Cast, at: datetime) -> Story:
    """A little more comes than was ordered, as the tolerance lets in."""
    order, at = yield from _on_the_dock(cast, Wish("BHM", "h.gill", "Bin liners", (("FW", 40),)), at, hours=12)
    first = order.lines.all()[0]
    acts.receive(cast, order, at=at, lines=[ReceiptLine(first.line_no, first.quantity + 1)])


def _wrong_goods(cast: Cast, at: datetime) -> Story:
    """One pack of another article lies among the right ones."""
    order, at = yield from _on_the_dock(cast, Wish("LON", "y.demir", "Work gloves", (("SG", 12),)), at, hours=11)
    first = order.lines.all()[0]
    acts.receive(
        cast, order, at=at,
        lines=[
            ReceiptLine(first.line_no, first.quantity - 1),
            ReceiptLine(first.line_no, Decimal(1), condition="wrong", note="Another size than printed on the box"),
        ],
    )  # fmt: skip


def _half_an_answer(cast: Cast, at: datetime) -> Story:
    """The supplier speaks about its first line only."""
    order, at = yield from place(cast, Wish("LON", "y.demir", "Ear and eye protection", (("SE", 6), ("SE", 4))), at)
    at = cast.later("LON", at, 3)
    yield at
    first = order.lines.order_by("line_no")[0]
    acts.answer(cast, order, at=at, lines=[AnswerLine(first.line_no, "accepted", first.quantity)])


def _cannot(cast: Cast, at: datetime) -> Story:
    """The supplier refuses the whole order."""
    order, at = yield from place(cast, Wish("BRS", "t.pryce", "Drum units", (("OT", 2),)), at)
    at = cast.later("BRS", at, 4)
    yield at
    lines = [AnswerLine(x.line_no, "rejected", x.quantity, reason="Out of our range") for x in order.lines.all()]
    acts.answer(cast, order, at=at, lines=lines)


def _something_else(cast: Cast, at: datetime) -> Story:
    """One line comes later, one as another article, one waits for a check."""
    wish = Wish("SOU", "n.hobbs", "Lighting spares", (("ME", 5), ("ME", 3), ("ME", 2)))
    order, at = yield from place(cast, wish, at)
    at = cast.later("SOU", at, 3)
    yield at
    rows = list(order.lines.order_by("line_no"))
    later = order.need_by + timedelta(days=12)
    acts.answer(
        cast, order, at=at,
        lines=[
            AnswerLine(rows[0].line_no, "backordered", rows[0].quantity, promised=later, reason="Factory is short"),
            AnswerLine(rows[1].line_no, "substituted", rows[1].quantity, substitute="Next model, same fitting"),
            AnswerLine(rows[2].line_no, "on_hold", rows[2].quantity, reason="Credit check"),
        ],
    )  # fmt: skip


def _by_hand(cast: Cast, at: datetime) -> Story:
    """For a moment orders are not sent by themselves: two wait for the buyer's hand.

    All in one step, and at a second that no other tale has: nothing else is ordered meanwhile.
    """
    at += timedelta(seconds=57, microseconds=7)
    yield at
    _send_orders(cast, by_themselves=False, at=at - SUDDENLY, starts=at - A_SECOND)
    for wish in (
        Wish("NCL", "k.robson", "Floor cleaner", (("FC", 3),)),
        Wish("GLA", "f.macleod", "Paper towels", (("FP", 4),)),
    ):
        acts.submit(write(cast, wish, at), at=at)
    _send_orders(cast, by_themselves=True, at=at, starts=at + A_SECOND)


def _send_orders(cast: Cast, *, by_themselves: bool, at: datetime, starts: datetime) -> None:
    note = "Orders are sent at once again" if by_themselves else "Buyers look at each order before it goes"
    draft = create_draft(kind=PolicyKind.SOURCING, actor=cast.people["demo.policy1"], at=at, note=note)
    switches = {"auto_issue": by_themselves}
    save_switches(
        version_id=draft.pk, expected_version=draft.version, settings=switches, actor=cast.people["demo.policy1"], at=at
    )
    draft.refresh_from_db()
    publish_version(
        version_id=draft.pk, expected_version=draft.version, actor=cast.people["demo.policy2"], at=at,
        effective_from=starts,
    )  # fmt: skip


def _dearer_since_a_part_was_ordered(wish: Wish) -> Callable[[Cast, datetime], Story]:
    """One line is ordered, one waits for its supplier to be let in again, and meanwhile its price rises."""

    def tell(cast: Cast, at: datetime) -> Story:
        requisition = acts.submit(write(cast, wish, at), at=at)
        line, words = requisition.lines.order_by("line_no")[1:3]
        step = acts.asked(requisition)
        assert step is not None  # noqa: S101 - free text is never touchless; for the type checker
        at = cast.later(wish.site, at, 2)
        yield at
        supplier = block(cast, line.supplier_id, "Certificate of insurance ran out", at=at)
        acts.decide(requisition, step, at=at)
        at += SUDDENLY
        yield at
        elena, buyer = cast.people["demo.supplier.manager"], cast.people["demo.buyer"]
        move_supplier(
            supplier_id=supplier.pk, expected_version=supplier.version, move="activate", actor=elena,
            reason="The new certificate had come yesterday", at=at,
        )  # fmt: skip
        offer = CatalogueItem.objects.get(pk=line.catalogue_item_id or 0)
        offer.unit_price = (offer.unit_price * Decimal("1.06")).quantize(Decimal("0.01"))
        offer.save(update_fields=["unit_price"])
        case = ExceptionCase.objects.get(key=f"no_source:{line.pk}", state="open")
        resolve_case(
            case_id=case.pk, expected_version=case.version, actor=buyer, outcome="The supplier is active again", at=at
        )
        at = cast.later(wish.site, at, 1)
        yield at
        procurement.assign_source(
            line_id=words.pk, supplier=cast.suppliers["SVC02"], unit_price=words.unit_price, actor=buyer,
            reason="They did it last year", at=at,
        )  # fmt: skip
        at = cast.later(wish.site, at, 1)
        yield at
        for order in acts.orders_of(requisition):
            acts.answer(cast, order, at=at)

    return tell


def _cheaper(cast: Cast, at: datetime) -> Story:
    """A bill far below the price agreed: too good to be true."""
    order, at = yield from _on_the_dock(cast, Wish("LIL", "c.moreau", "Gants", (("SG", 6),)), at, hours=12)
    acts.receive(cast, order, at=at)
    at = cast.later("LIL", at, 3)
    yield at
    acts.bill(cast, acts.bill_of(order, number_of(order), at.date(), price=Decimal("0.82")), at=at)


def _other_account(cast: Cast, at: datetime) -> Story:
    """Harrow's bill names a location and an account that it never named before, with a charge that nobody agreed."""
    order, at = yield from _on_the_dock(
        cast, Wish("LDS", "demo.requester", "Corner boards", (("PD", 3),)), at, hours=12
    )
    acts.receive(cast, order, at=at)
    at = cast.later("LDS", at, 2)
    yield at
    bill = acts.bill_of(order, number_of(order), at.date())
    urgent = acts.add_up(bill, charges=[replace(acts.freight(bill.currency, Decimal("9.90")), description="Handling")])
    strange = replace(urgent, bank_account="LT601010012345678901", remit_to="VILNIUS")
    acts.bill(cast, strange, at=at)


def _unknown_to_the_erp(wish: Wish) -> Callable[[Cast, datetime], Story]:
    """A right bill of a supplier that the ERP does not know yet: its voucher is refused, again and again."""

    def tell(cast: Cast, at: datetime) -> Story:
        order, at = yield from _on_the_dock(cast, wish, at, hours=8)
        acts.receive(cast, order, at=at)
        at = cast.later(wish.site, at, 2)
        yield at
        acts.bill(cast, acts.bill_of(order, number_of(order), at.date()), at=at)

    return tell


TALES: tuple[tuple[float, Callable[[Cast, datetime], Story]], ...] = (
    (4.5, _found_without_papers),
    (44.0, _came_after_the_end),
    (47.0, _one_too_many),
    (46.0, _wrong_goods),
    (14.0, _half_an_answer),
    (17.0, _cannot),
    (15.0, _something_else),
    (8.0, _by_hand),
    (29.0, _dearer_since_a_part_was_ordered(
        Wish("MAN", "c.marsden", "Conveyor service", (("PT", 4), ("MB", 3)), ("Belt change, two hours", "MAIN", "1120"))
    )),
    (27.0, _dearer_since_a_part_was_ordered(
        Wish("BRS", "t.pryce", "Scan station", (("PL", 3), ("TS", 1)), ("Mount for the scan station", "MAIN", "1060"))
    )),
    (22.0, _unknown_to_the_erp(Wish("NCL", "k.robson", "Cleaning cloths", (("FC", 6),)))),
    (72.0, _unknown_to_the_erp(Wish("MAN", "c.marsden", "Degreaser", (("FC", 8),)))),
    (43.0, _cheaper),
    (42.0, _other_account),
)  # fmt: skip
