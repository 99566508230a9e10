"""What a supplier's answer says, line by line: written out from its header, checked, and compared with an earlier one (AK-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from foundation.documents import content_hash
from foundation.errors import ConflictError, InvalidError
from procurement.models import LineAnswer, OrderAcknowledgment, PurchaseOrder, PurchaseOrderLine

ACCEPT_ALL, REJECT_ALL, LINES = "accept_all", "reject_all", "lines"


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What a supplier says about one order line or one delivery of it; quantity in the order line's unit."""

    line_no: int
    answer: str
    quantity: Decimal
    unit_price: Decimal | None = None
    promised: date | None = None
    substitute: str = ""
    reason: str = ""


def expand(
    order_lines: Sequence[PurchaseOrderLine], header: str, lines: Sequence[AnswerLine], note: str
) -> list[AnswerLine]:
    """Turn a header answer into one statement a line."""
    if header == LINES:
        return list(lines)
    answer = LineAnswer.ACCEPTED if header == ACCEPT_ALL else LineAnswer.REJECTED
    return [
        AnswerLine(x.line_no, answer, x.quantity if header == ACCEPT_ALL else Decimal(0), reason=note[:200])
        for x in order_lines
    ]


def check_answers(answers: Sequence[AnswerLine]) -> None:
    """Refuse what no answer can say.

    :raises InvalidError: nothing is said, or an answer, quantity or price that cannot be, named by its line.
    """
    if not answers:
        raise InvalidError("no_answer", "Say something about at least one line.", field="lines")
    for number, answer in enumerate(answers):
        if answer.answer not in LineAnswer.values:
            raise InvalidError(
                "answer_unknown",
                f"Line {answer.line_no}: {answer.answer} is no answer we know.",
                field=f"lines[{number}].answer",
                value=answer.answer,
            )
        if not answer.quantity.is_finite() or answer.quantity < 0 or answer.quantity >= 10**12:
            raise InvalidError(
                "quantity_negative",
                f"Line {answer.line_no}: a quantity is zero or more.",
                field=f"lines[{number}].quantity",
                value=str(answer.quantity),
            )
        price = answer.unit_price
        if price is not None and (not price.is_finite() or price < 0 or price >= 10**12):
            raise InvalidError(
                "price_negative",
                f"Line {answer.line_no}: a price is zero or more.",
                field=f"lines[{number}].unit_price",
                value=str(price),
            )


def _plain(answers: Sequence[AnswerLine]) -> list[Any]:
    return sorted([a.line_no, a.answer, a.quantity, a.unit_price, a.promised, a.substitute] for a in answers)


def same_or_conflict(
    earlier: OrderAcknowledgment, order: PurchaseOrder, answers: Sequence[AnswerLine]
) -> OrderAcknowledgment:
    """Return the earlier answer of the same id when it said the same.

    :raises ConflictError: it said something else.
    """
    stored = [
        AnswerLine(x.order_line.line_no, x.answer, x.quantity, x.unit_price, x.promised, x.substitute)
        for x in earlier.lines.select_related("order_line")
    ]
    known = {x.line_no for x in order.lines.all()}
    said = [a for a in answers if a.line_no in known]
    if earlier.order_id != order.pk or content_hash(_plain(stored)) != content_hash(_plain(said)):
        raise ConflictError(
            "answer_conflict", f"An answer with the id {earlier.external_id} came before and said something else."
        )
    return earlier
