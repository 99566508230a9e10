"""TM-13: one result, whatever the order of lines, charges and lookalikes; and what becomes of holds (TM-9)."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicing.decisions.facts import BilledLine, Finding, HoldCode, OrderLineFacts
from invoicing.decisions.judgement import InvoiceFacts, Judgement, StandingHold, judge, reconcile_holds, state_after
from tests.invoicing.study import bill, billed, invoice, order, order_line

quantities = st.integers(1, 130).map(Decimal)
prices = st.sampled_from([Decimal("3.90"), Decimal("4.00"), Decimal("4.08"), Decimal("4.09"), Decimal("5.00")])


@st.composite
def order_lines(draw: st.DrawFn) -> tuple[OrderLineFacts, ...]:
    """Three lines, two of the same item, so that identifiers alone leave a choice."""
    return tuple(
        order_line(
            number, item_code="GLOVE" if number < 30 else "TAPE", delivered=draw(st.integers(0, 120).map(Decimal)),
            taken=draw(st.integers(0, 60).map(Decimal)),
        )
        for number in (10, 20, 30)
    )  # fmt: skip


@st.composite
def billed_lines(draw: st.DrawFn) -> tuple[BilledLine, ...]:
    made = []
    for key in range(draw(st.integers(1, 6))):
        quantity, price = draw(quantities), draw(prices)
        line = billed(10, str(quantity), str(price))
        made.append(
            replace(
                line,
                key=key,
                line_no=draw(st.sampled_from(["1", "2", "10", "A"])),
                order_line_no=draw(st.sampled_from(["10", "20", "30", "40", ""])),
                item_code=draw(st.sampled_from(["GLOVE", "TAPE", "ELSE"])),
                unit_code=draw(st.sampled_from(["EA", "EA", "CS"])),
            )
        )
    return tuple(made)


def by_content(facts: InvoiceFacts, judgement: Judgement) -> list[object]:
    """Say what was found in the lines' own words: equal lines have no identity of their own."""
    words = {line.key: line.rank() for line in facts.lines}
    shares = sorted(
        (words[r.share.line.key], r.share.order_line.line_no, r.share.quantity, r.share.amount,
         sorted(f.sentence for f in r.findings))
        for r in judgement.results
    )  # fmt: skip
    found = sorted((str(words.get(f.line)), f.code, f.sentence, f.amount) for f in judgement.findings)
    return [shares, found, judgement.expected, judgement.small_difference]


@settings(max_examples=200, deadline=None)
@given(
    lines=billed_lines(),
    ours=order_lines(),
    charges=st.lists(st.tuples(st.sampled_from(["Freight", "Fuel"]), st.integers(-5, 5).map(Decimal)), max_size=3),
    shuffle=st.randoms(use_true_random=False),
)
def test_result_does_not_depend_on_any_order(
    lines: tuple[BilledLine, ...],
    ours: tuple[OrderLineFacts, ...],
    charges: list[tuple[str, Decimal]],
    shuffle: Random,
) -> None:
    lookalikes = (bill("INV-2", id=2), bill("INV-3", id=3, standing=0))
    first = invoice(lines, (order(*ours),), charges=tuple(charges), lookalikes=lookalikes)
    mixed_lines, mixed_ours, mixed_charges, mixed_bills = map(list, (lines, ours, charges, lookalikes))
    for mixed in (mixed_lines, mixed_ours, mixed_charges, mixed_bills):
        shuffle.shuffle(mixed)
    second = invoice(
        tuple(mixed_lines), (order(*mixed_ours),), charges=tuple(mixed_charges), lookalikes=tuple(mixed_bills)
    )

    assert by_content(first, judge(first)) == by_content(second, judge(second))


@settings(max_examples=200, deadline=None)
@given(lines=billed_lines(), ours=order_lines())
def test_every_line_is_placed_wholly_or_named(lines: tuple[BilledLine, ...], ours: tuple[OrderLineFacts, ...]) -> None:
    """TM-7 nothing is lost: a line's shares add up to its quantity and amount, or it is held."""
    judgement = judge(invoice(lines, (order(*ours),)))

    for line in lines:
        shares = [r.share for r in judgement.results if r.share.line.key == line.key]
        held = [
            f for f in judgement.findings if f.line == line.key and f.code in {"unmatched_line", "unit_not_convertible"}
        ]
        assert bool(shares) != bool(held)
        if shares:
            assert sum(s.quantity for s in shares) == line.quantity
            assert sum(s.amount for s in shares) == line.net_amount


@settings(max_examples=200, deadline=None)
@given(lines=billed_lines(), ours=order_lines())
def test_clean_bill_never_pays_for_more_than_came(
    lines: tuple[BilledLine, ...], ours: tuple[OrderLineFacts, ...]
) -> None:
    """TM-3 zero tolerance in quantity: without a finding, what is billed with what was billed has come."""
    judgement = judge(invoice(lines, (order(*ours),)))

    if not judgement.findings:
        for mine in ours:
            now = sum((r.share.quantity for r in judgement.results if r.share.order_line.id == mine.id), Decimal(0))
            assert not now or mine.taken + now <= mine.delivered


def finding(code: HoldCode = HoldCode.PRICE_ABOVE, amount: str = "10.00", line: int | None = 1) -> Finding:
    return Finding(code, f"{amount} too much", Decimal(amount), line)


def hold(pk: int, *, is_open: bool, magnitude: str | None = None, amount: str = "10.00") -> StandingHold:
    return StandingHold(
        pk, 1, "price_above_tolerance", is_open, f"{amount} too much", Decimal(amount),
        Decimal(magnitude) if magnitude else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "findings", "standing", "opened", "cured", "restated", "kept"),
    [
        ("new cause", [finding()], [], 1, (), 0, ()),
        ("still there", [finding()], [hold(5, is_open=True)], 0, (), 0, (5,)),
        ("figures moved", [finding(amount="12.00")], [hold(5, is_open=True)], 0, (), 1, (5,)),
        ("cause gone", [], [hold(5, is_open=True)], 0, (5,), 0, ()),
        ("TM-9 release covers the same", [finding()], [hold(5, is_open=False, magnitude="10.00")], 0, (), 0, ()),
        ("TM-9 release covers less", [finding(amount="9.99")], [hold(5, is_open=False, magnitude="10.00")], 0, (), 0, ()),
        ("TM-9 more holds again", [finding(amount="10.01")], [hold(5, is_open=False, magnitude="10.00")], 1, (), 0, ()),
        ("a cured hold covers nothing", [finding()], [hold(5, is_open=False)], 1, (), 0, ()),
        ("another line is another cause", [finding(line=2)], [hold(5, is_open=True)], 1, (5,), 0, ()),
        ("another code is another cause", [finding(HoldCode.OVER_RECEIVED)], [hold(5, is_open=True)], 1, (5,), 0, ()),
    ],
)  # fmt: skip
def test_reconcile_holds(
    _case: str, findings: list[Finding], standing: list[StandingHold], opened: int, cured: tuple[int, ...],
    restated: int, kept: tuple[int, ...],
) -> None:  # fmt: skip
    changes = reconcile_holds(findings, standing)

    assert (len(changes.open), changes.cure, len(changes.restate), changes.keep) == (opened, cured, restated, kept)


@pytest.mark.parametrize(
    ("exception", "waiting", "state"),
    [(False, False, "cleared"), (False, True, "waiting"), (True, False, "held"), (True, True, "held")],
)
def test_state_after(*, exception: bool, waiting: bool, state: str) -> None:
    assert state_after(exception, waiting) == state
