"""A read order answer becomes an acknowledgment: lines are found by number, then by item, quantities in our unit."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from foundation.errors import InvalidError
from foundation.models import ItemUnit, UnitOfMeasure, User
from foundation.money import round_unit_price
from foundation.quantity import UnitTable, round_quantity
from integration import canonical
from integration.models import InboxMessage
from integration.services.meanings import Goods, MissingError, Named, our_units, supplier_of
from procurement.models import OrderAcknowledgment, PurchaseOrder, PurchaseOrderLine
from procurement.services import AnswerLine, record_acknowledgment
from suppliers.selectors import records_of

WHOLE = {"accept_all", "reject_all"}
_COMPARED = {"accepted", "date_changed", "quantity_changed"}


def take_acknowledgment(
    message: InboxMessage, document: canonical.Acknowledgment, identity: str, actor: User, at: datetime
) -> dict[str, str]:
    """Hand an answer to procurement; returns what it became.

    :raises MissingError: the order, or something it says about it, is not known here.
    :raises DomainError: procurement refuses it.
    """
    supplier = supplier_of(message.connection, document.supplier)
    order = PurchaseOrder.objects.filter(
        number=document.order_number, supplier__in=records_of(supplier.pk), revision__gt=0
    ).first()
    if order is None:
        raise MissingError(
            "order_unknown", f"{supplier} answers order {document.order_number}, which we did not send to it.",
            document.order_number,
        )  # fmt: skip
    if document.header in {"hold", "none"} and not document.lines:
        raise MissingError("answer_open", f"The answer to {order.number} says neither yes nor no; ask {supplier}.")
    if document.currency and document.currency != order.currency:
        raise MissingError(
            "currency_differs",
            f"{order.number} is in {order.currency}, the answer in {document.currency}.",
            document.currency,
        )
    _require_newest(message, order)
    done = record_acknowledgment(
        order_number=order.number,
        supplier_id=order.supplier_id,
        source=message.connection.code[:20],
        external_id=identity[:80],
        answered_at=message.received_at,
        actor=actor,
        at=at,
        header=document.header if document.header in WHOLE else "lines",
        lines=() if document.header in WHOLE else _answers(message, document, order),
        supplier_reference=document.supplier_reference,
    )
    return {"type": "acknowledgment", "number": done.number, "order": order.number}


def _require_newest(message: InboxMessage, order: PurchaseOrder) -> None:
    """Keep an answer that waited for its cure from overtaking what the supplier said since (AK-3)."""
    newer = OrderAcknowledgment.objects.filter(order=order, answered_at__gt=message.received_at).first()
    if newer is not None:
        raise MissingError(
            "answer_overtaken",
            f"{newer.number} says something newer about {order.number}; set this message aside.",
            newer.number,
        )


def _answers(message: InboxMessage, document: canonical.Acknowledgment, order: PurchaseOrder) -> list[AnswerLine]:
    lines = list(order.lines.select_related("unit", "item").order_by("line_no"))
    units = our_units(message.connection, {said.unit for said in document.lines if said.unit})
    names = [Named(said.item, said.supplier_part, said.gtin) for said in document.lines]
    goods = Goods(message.connection, order.supplier, names)
    found = []
    for said, name in zip(document.lines, names, strict=True):
        line = _line_of(said, name, goods.code_of(name), lines)
        ours = replace(said, unit=units.get(said.unit, ""))
        found.append(_answer(_in_unit_of(line, ours), line) if line else _beside(ours))
    return found + _silent(document.others, lines, {answer.line_no for answer in found})


def _line_of(
    said: canonical.AnswerSchedule, name: Named, code: str, lines: Sequence[PurchaseOrderLine]
) -> PurchaseOrderLine | None:
    """Return the order line meant: by our number, else the only one with these goods."""
    by_number = next((line for line in lines if str(line.line_no) == said.line_no), None)
    if by_number is not None:
        return by_number
    same = [
        line for line in lines
        if (name.part and line.supplier_part == name.part) or (code and line.item and line.item.code == code)
    ]  # fmt: skip
    return same[0] if len(same) == 1 else None


def _beside(said: canonical.AnswerSchedule) -> AnswerLine:
    """Say what the supplier says about something we did not order; the buyer sees it."""
    number = int(said.line_no) if said.line_no.isdecimal() and len(said.line_no) < 7 else 0  # noqa: PLR2004 - digits
    return AnswerLine(
        number, said.answer, said.quantity or Decimal(0), said.unit_price, said.promised, reason=said.reason
    )


def _answer(said: canonical.AnswerSchedule, line: PurchaseOrderLine) -> AnswerLine:
    """Compare with the order: what the supplier changed without saying so is a change all the same."""
    answer, price, quantity = said.answer, said.unit_price, said.quantity
    if answer in _COMPARED and not price and said.echoed_price and said.echoed_price != line.unit_price:
        answer, price = "price_changed", said.echoed_price
    elif said.said == "IC" and quantity is None and said.echoed_quantity not in {None, line.quantity}:
        answer, quantity = "quantity_changed", said.echoed_quantity
    elif answer == "accepted" and said.promised and said.promised > line.need_by:
        answer = "date_changed"
    whole = Decimal(0) if answer == "rejected" and quantity is None else line.quantity
    return AnswerLine(
        line.line_no, answer, quantity if quantity is not None else whole, price, said.promised, said.substitute[:80],
        said.reason,
    )  # fmt: skip


def _in_unit_of(line: PurchaseOrderLine, said: canonical.AnswerSchedule) -> canonical.AnswerSchedule:
    """Return the statement in the order line's unit (MQ-3).

    :raises MissingError: the two units do not convert for this item.
    """
    if not said.unit or said.unit == line.unit.code:
        return said
    try:
        factor = _table(line).factor(said.unit) / line.base_factor
    except InvalidError as error:
        raise MissingError(
            "unit_differs",
            f"Line {line.line_no} is answered in {said.unit}, ordered in {line.unit.code}: {error.message}",
            said.unit,
        ) from error
    return replace(
        said,
        unit=line.unit.code,
        quantity=_times(said.quantity, factor),
        echoed_quantity=_times(said.echoed_quantity, factor),
        unit_price=None if said.unit_price is None else round_unit_price(said.unit_price / factor),
        echoed_price=None if said.echoed_price is None else round_unit_price(said.echoed_price / factor),
    )


def _times(value: Decimal | None, factor: Decimal) -> Decimal | None:
    return None if value is None else round_quantity(value * factor)


def _table(line: PurchaseOrderLine) -> UnitTable:
    if line.item is None:
        return UnitTable(line.unit.code, {}, {})
    packs = ItemUnit.objects.filter(item=line.item).values_list("unit__code", "factor")
    general = UnitOfMeasure.objects.exclude(dimension="").values_list("code", "dimension", "multiple")
    return UnitTable(line.item.base_unit.code, dict(packs), {code: (d, Decimal(m)) for code, d, m in general})


def _silent(others: str, lines: Iterable[PurchaseOrderLine], told: set[int]) -> list[AnswerLine]:
    """Return what the header says about lines the answer leaves out; mostly nothing (AK-3)."""
    if others not in {"accepted", "rejected"}:
        return []
    return [
        AnswerLine(line.line_no, others, line.quantity if others == "accepted" else Decimal(0))
        for line in lines
        if line.line_no not in told
    ]
