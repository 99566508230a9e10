"""SO-4: several suppliers are asked, answers are sealed until the closing, and the award says why."""

import io
import re
import tokenize
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from foundation.errors import DomainError
from foundation.models import AuditEvent, Delivery, DomainEvent, Notice
from foundation.portal_role import as_supplier
from suppliers.models import (
    Contract,
    Quotation,
    QuotationAward,
    QuotationInvitation,
    QuotationPrice,
    QuotationQuestion,
    QuotationRequest,
    Supplier,
)
from suppliers.selectors.quotations import comparison_of, invitations_waiting, opened_quotations, standings
from suppliers.services import (
    Choice,
    ContractPlan,
    PriceSaid,
    answer_quotation_question,
    ask_about_quotation,
    award_quotation_request,
    cancel_quotation_request,
    change_quotation_request,
    close_due_quotations,
    close_quotation_request,
    decline_quotation,
    open_quotation_request,
    put_award_in_contract,
    save_quotation,
    send_quotation,
)
from suppliers.services.move_supplier import move_supplier
from tests.factories import NOW, Company, company
from tests.policies.factories import with_switches
from tests.suppliers.quotations import (
    ASKED,
    CLOSED,
    CLOSES,
    HOLDS,
    SEAL,
    TAPE,
    WRAP,
    awarded,
    closed,
    opened,
    said,
    sent,
    written,
)

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
SECRET = "45.00"


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught, transaction.atomic():
        act()
    return caught.value.code


def letters(what: str) -> list[tuple[str, str]]:
    """Return (address, text) of the letters about something."""
    rows = Delivery.objects.filter(dedupe_key__contains=f":{what}:").order_by("dedupe_key")
    return [(row.dedupe_key.rpartition(":")[2], bytes(row.body).decode()) for row in rows]


def award(made: Company, request: QuotationRequest, *choices: tuple[Any, ...], by: str = "boris") -> QuotationRequest:
    return award_quotation_request(
        request_id=request.pk, expected_version=request.version, choices=[Choice(*one) for one in choices],
        actor=made.people[by], at=CLOSED,
    )  # fmt: skip


def changed(made: Company, request: QuotationRequest, reason: str = "More", **changes: Any) -> QuotationRequest:
    lines = (replace(WRAP, line_no=10), replace(TAPE, line_no=20))
    return change_quotation_request(
        request_id=request.pk, expected_version=request.version, asked=replace(ASKED, **{"lines": lines, **changes}),
        suppliers=["ACME", "BOLT"], reason=reason, actor=made.boris, at=NOW,
    )  # fmt: skip


def test_from_the_request_to_a_draft_contract() -> None:
    made = company()
    request = awarded(made)

    contracts = [
        put_award_in_contract(
            request_id=request.pk, expected_version=QuotationRequest.objects.get().version, supplier_id=supplier.pk,
            plan=ContractPlan("Wrap", date(2026, 4, 1), date(2027, 3, 31)), actor=made.sue, at=CLOSED,
        )
        for supplier in (made.acme, made.bolt)
    ]  # fmt: skip

    said = [
        (c.supplier.code, c.state, c.kind, [(p.item.code, p.unit_price, p.site_codes) for p in c.prices.all()])
        for c in contracts
    ]
    assert said == [
        ("ACME", "draft", "fixed", [("SW-500", Decimal(45), ["LDS"])]),
        ("BOLT", "draft", "fixed", [("TAPE-48", Decimal(35), ["LDS"])]),
    ]
    assert QuotationRequest.objects.get().state == "converted"


def test_what_was_won_joins_a_contract_as_an_amendment_that_waits() -> None:
    made = company()
    Contract.objects.filter(pk=made.contract.pk).update(valid_to=date(2027, 12, 31))
    request = awarded(made, to=((10, "ACME"),))

    put_award_in_contract(
        request_id=request.pk, expected_version=request.version, supplier_id=made.acme.pk,
        plan=ContractPlan(contract="CON-1"), actor=made.sue, at=CLOSED,
    )  # fmt: skip

    waiting = made.contract.versions.get(agreed_at=None)
    prices = {(p["item"], p["price"], tuple(p["sites"])) for p in waiting.content["prices"]}
    assert ("SW-500", "45", ("LDS",)) in prices
    assert made.contract.prices.filter(unit_price=45).count() == 0, "a second person puts it in force"


def test_words_without_an_item_become_a_blanket_up_to_what_was_awarded() -> None:
    made = company()
    request = opened(made, lines=(SEAL,))
    answer = replace(said(), prices=(PriceSaid(10, 0, "EA", Decimal(400)),))
    send_quotation(number=request.number, supplier_id=made.bolt.pk, said=answer, actor=made.bolt_person, at=NOW)
    close_due_quotations(at=CLOSED)
    request = award(made, QuotationRequest.objects.get(), (10, "BOLT"))

    contract = put_award_in_contract(
        request_id=request.pk, expected_version=request.version, supplier_id=made.bolt.pk,
        plan=ContractPlan("", date(2026, 4, 1), date(2027, 3, 31)), actor=made.sue, at=CLOSED,
    )  # fmt: skip

    assert (contract.kind, contract.ceiling_amount, contract.prices.count()) == ("blanket", Decimal(800), 0)


def test_nobody_of_ours_reads_a_price_before_the_closing() -> None:
    made = company()
    request = opened(made)
    sent(made, request, made.acme, (10, SECRET))
    decline_quotation(
        number=request.number, supplier_id=made.bolt.pk, reason="No capacity", actor=made.bolt_person, at=NOW
    )

    told = standings(request)

    assert [(one.supplier.code, one.code, one.quotation) for one in told] == [
        ("ACME", "answered", None),
        ("BOLT", "declined", None),
    ]
    assert (comparison_of(request), list(opened_quotations(request))) == (None, [])
    traces = [str(row.data) for row in AuditEvent.objects.all()] + [
        str(row.payload) for row in DomainEvent.objects.all()
    ]
    traces += [bytes(row.body).decode() for row in Delivery.objects.all()] + [
        row.sentence for row in Notice.objects.all()
    ]
    assert [trace for trace in traces if SECRET in trace or "'45'" in trace] == []


def test_prices_are_read_once_it_is_closed_and_never_when_it_was_cancelled_before() -> None:
    made = company()
    request = opened(made)
    sent(made, request, made.acme, (10, SECRET))
    second = opened(made)
    sent(made, second, made.acme, (10, SECRET))
    cancel_quotation_request(
        request_id=second.pk, expected_version=second.version, reason="Not needed", actor=made.boris, at=NOW
    )

    early, done = close_due_quotations(at=CLOSES - timedelta(seconds=1)), close_due_quotations(at=CLOSES)

    request.refresh_from_db()
    second.refresh_from_db()
    assert (early, done, request.state, second.state) == (0, 1, "closed", "cancelled")
    opened_now = comparison_of(request)
    assert opened_now is not None
    assert [cell.per_unit for cell in opened_now.comparison.cells.values()] == [Decimal(45)]
    assert comparison_of(second) is None


def test_a_supplier_reads_its_own_rows_only_and_none_says_who_else_is_asked() -> None:
    made = company()
    request = opened(made)
    sent(made, request, made.acme, (10, SECRET))
    ask_about_quotation(
        number=request.number, supplier_id=made.acme.pk, question="Which core?", actor=made.acme_person, at=NOW
    )
    question = QuotationQuestion.objects.get()
    answer_quotation_question(question_id=question.pk, answer="76 mm", actor=made.boris, at=NOW)

    with as_supplier(made.bolt.pk):
        seen = [model.objects.count() for model in (QuotationInvitation, Quotation, QuotationPrice, QuotationQuestion)]
        own = QuotationInvitation.objects.get()
    assert seen == [1, 0, 0, 0]
    assert [(one["question"], one["answer"]) for one in own.answers] == [("Which core?", "76 mm")]
    told = f"{own.content} {own.answers}" + "".join(
        text for to, text in letters("invited") + letters("answered") if "bolt" in to
    )
    assert [word for word in ("Acme", "ACME", "adam", made.acme.order_email) if word in told] == []


def test_drafts_of_ours_are_seen_by_no_supplier() -> None:
    made = company()
    request = written(made)

    with as_supplier(made.acme.pk):
        seen = QuotationInvitation.objects.count()
    code = refused(lambda: sent(made, request, made.acme, (10, "45.00")))

    assert (seen, code, letters("invited")) == (0, "not_found", [])


@pytest.mark.parametrize(
    ("_case", "act", "code"),
    [
        ("at the closing time itself", lambda made, r: sent(made, r, made.acme, (10, "1.00"), at=CLOSES), "quotation_closed"),
        ("somebody who is not asked", lambda made, r: send_quotation(number=r.number, supplier_id=made.bolt.pk, said=said((10, "1")), actor=made.acme_person, at=NOW), "not_your_company"),
        ("a buyer for the supplier", lambda made, r: send_quotation(number=r.number, supplier_id=made.acme.pk, said=said((10, "1")), actor=made.boris, at=NOW), "not_your_company"),
        ("no price at all", lambda made, r: sent(made, r, made.acme), "prices_missing"),
        ("no validity", lambda made, r: send_quotation(number=r.number, supplier_id=made.acme.pk, said=replace(said((10, "1")), valid_until=None), actor=made.acme_person, at=NOW), "valid_until_missing"),
        ("a line nobody asked for", lambda made, r: sent(made, r, made.acme, (30, "1.00")), "line_unknown"),
        ("a price of nothing", lambda made, r: sent(made, r, made.acme, (10, "0")), "p_unfit"),
        ("a unit the item has not", lambda made, r: send_quotation(number=r.number, supplier_id=made.acme.pk, said=replace(said(), prices=(PriceSaid(10, 0, "KGM", Decimal(1)),)), actor=made.acme_person, at=NOW), "unit_not_convertible"),
        ("an alternative without words", lambda made, r: send_quotation(number=r.number, supplier_id=made.acme.pk, said=replace(said(), prices=(PriceSaid(10, 1, "XCS", Decimal(1)),)), actor=made.acme_person, at=NOW), "w_unfit"),
    ],
)  # fmt: skip
def test_answer_that_cannot_count_is_refused(
    _case: str, act: Callable[[Company, QuotationRequest], object], code: str
) -> None:
    made = company()
    request = opened(made)

    assert (refused(lambda: act(made, request)), Quotation.objects.count()) == (code, 0)


def test_answer_is_saved_half_way_and_revised_until_the_closing() -> None:
    made = company()
    request = opened(made)
    known: dict[str, Any] = {
        "number": request.number,
        "supplier_id": made.acme.pk,
        "actor": made.acme_person,
        "at": NOW,
    }
    save_quotation(**known, said=replace(said((10, "50.00")), valid_until=None))
    half_way = standings(request)[0].code
    sent(made, request, made.acme, (10, "50.00"))
    save_quotation(**known, said=said((10, "44.00")))
    sent(made, request, made.acme, (10, "43.00"), at=CLOSES - timedelta(seconds=1))

    close_due_quotations(at=CLOSED)

    request.refresh_from_db()
    found = comparison_of(request)
    assert found is not None
    assert (half_way, [cell.per_unit for cell in found.comparison.cells.values()]) == ("missing", [Decimal(43)])
    assert [q.state for q in Quotation.objects.order_by("pk")] == ["replaced", "sent"]


def test_database_keeps_what_was_sent_and_takes_nothing_late() -> None:
    made = company()
    request = closed(made)
    answer = Quotation.objects.filter(supplier=made.acme).get()
    tries: dict[str, Callable[[], object]] = {
        "another price": lambda: QuotationPrice.objects.filter(quotation=answer).update(unit_price=1),
        "another validity": lambda: Quotation.objects.filter(pk=answer.pk).update(valid_until=NOW.date()),
        "gone": lambda: Quotation.objects.filter(pk=answer.pk).delete(),
        "other words": lambda: request.versions.update(reason="Other"),
        "an arrow back": lambda: QuotationRequest.objects.filter(pk=request.pk).update(state="open"),
    }

    for name, act in tries.items():
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            act()
        assert caught.value, name


def test_amendment_tells_all_and_old_answers_to_other_lines_do_not_count() -> None:
    made = company()
    request = opened(made)
    sent(made, request, made.acme, (10, "45.00"), (20, "38.00"))

    request = changed(
        made,
        request,
        "We need 200 cases",
        lines=(replace(WRAP, line_no=10, quantity=Decimal(200)), replace(TAPE, line_no=20)),
    )

    assert (request.revision, request.lines_revision, [one.code for one in standings(request)]) == (
        2,
        2,
        ["outdated", "missing"],
    )
    assert sorted({to for to, text in letters("changed") if "200 cases" in text}) == sorted(
        {"adam.acme@example.com", "bea.bolt@example.com", "orders@acme.example", "orders@bolt.example"}
    )
    assert {i.content["lines"][0]["quantity"] for i in QuotationInvitation.objects.all()} == {"200"}
    assert (
        refused(
            lambda: close_quotation_request(
                request_id=request.pk, expected_version=request.version, actor=made.boris, at=NOW
            )
        )
        == "answers_missing"
    )


def test_longer_time_alone_leaves_answers_as_they_are() -> None:
    made = company()
    request = opened(made)
    sent(made, request, made.acme, (10, "45.00"))

    request = changed(made, request, "A week more", closes_at=CLOSES + timedelta(days=7))

    assert (request.revision, request.lines_revision, standings(request)[0].code) == (2, 1, "answered")
    assert {i.closes_at for i in QuotationInvitation.objects.all()} == {CLOSES + timedelta(days=7)}


@pytest.mark.parametrize(
    ("_case", "choices", "code"),
    [
        ("the lowest of each line needs no word", [(10, "ACME"), (20, "BOLT")], ""),
        ("a dearer one without a word", [(10, "BOLT")], "reason_missing"),
        ("a dearer one with a word", [(10, "BOLT", 0, "Half the lead time")], ""),
        ("a line once for one supplier", [(10, "ACME"), (10, "BOLT", 0, "x")], "choice_missing"),
        ("nothing", [], "choice_missing"),
        ("a supplier who did not answer", [(10, "NOPE")], "choice_unfit"),
        ("an alternative nobody offers", [(10, "ACME", 1, "x")], "choice_unfit"),
    ],
)
def test_award_says_why_when_it_is_not_the_cheapest(_case: str, choices: list[tuple[Any, ...]], code: str) -> None:
    made = company()
    request = closed(made)

    if code:
        assert (refused(lambda: award(made, request, *choices)), QuotationAward.objects.count()) == (code, 0)
    else:
        award(made, request, *choices)
        rows = QuotationAward.objects.order_by("line__line_no")
        assert [(a.line.line_no, a.supplier.code, a.is_cheapest or bool(a.reason)) for a in rows] == [
            (c[0], c[1], True) for c in choices
        ]


@pytest.mark.parametrize(
    ("_case", "limit", "by", "code"),
    [
        ("SD-1 up to the limit who wrote it may award", "5200.00", "boris", ""),
        ("SD-1 above it another person does", "5199.99", "boris", "duty_conflict"),
        ("SD-1 another person awards any amount", "0", "sue", ""),
        ("an auditor awards nothing", "5200", "audrey", "not_your_role"),
    ],
)
def test_who_wrote_it_awards_up_to_the_limit(_case: str, limit: str, by: str, code: str) -> None:
    made = company()
    with_switches("sourcing", award_limit=limit)
    request = closed(made)  # 100 x 45.00 and 20 x 35.00

    got = ""
    try:
        award(made, request, (10, "ACME"), (20, "BOLT"), by=by)
    except DomainError as error:
        got = error.code

    assert got == code


def test_letters_go_to_winners_and_to_the_others() -> None:
    made = company()
    awarded(made, to=((10, "ACME"),))

    assert sorted({to for to, _ in letters("won")}) == ["adam.acme@example.com", "orders@acme.example"]
    assert sorted({to for to, _ in letters("lost")}) == ["bea.bolt@example.com", "orders@bolt.example"]
    assert [text for _, text in letters("lost") if "Acme" in text or "45.00" in text] == []
    outcome = {i.supplier.code: i.outcome for i in QuotationInvitation.objects.select_related("supplier")}
    assert outcome == {"ACME": [{"no": 10, "option": 0}], "BOLT": []}


@pytest.mark.parametrize("state", ["blocked", "restricted"])
def test_supplier_that_may_not_quote_is_neither_asked_nor_heard_nor_awarded(state: str) -> None:
    made = company()
    request = opened(made)
    sent(made, request, made.acme, (10, "45.00"))
    move = {"blocked": "block", "restricted": "restrict"}[state]
    move_supplier(supplier_id=made.acme.pk, expected_version=1, move=move, actor=made.sue, reason="Fraud", at=NOW)

    asked = refused(lambda: written(made))
    heard = refused(lambda: sent(made, request, made.acme, (10, "44.00")))
    close_due_quotations(at=CLOSED)
    chosen = refused(lambda: award(made, QuotationRequest.objects.get(), (10, "ACME")))

    assert (Supplier.objects.get(code="ACME").state, asked, heard, chosen) == (
        state,
        "supplier_unfit",
        "supplier_unfit",
        "supplier_unfit",
    )


def test_it_closes_early_only_when_everybody_has_answered() -> None:
    made = company()
    request = opened(made)
    sent(made, request, made.acme, (10, "45.00"))
    early = refused(
        lambda: close_quotation_request(
            request_id=request.pk, expected_version=request.version, actor=made.boris, at=NOW
        )
    )
    sent(made, request, made.bolt, (10, "46.00"))

    request = close_quotation_request(request_id=request.pk, expected_version=request.version, actor=made.boris, at=NOW)

    assert (early, request.state) == ("answers_missing", "closed")
    assert Notice.objects.filter(person=made.boris, subject_number=request.number).count() == 1


def test_award_counts_another_currency_at_the_rate_of_the_closing_day() -> None:
    made = company()
    Supplier.objects.filter(pk=made.bolt.pk).update(currency="EUR")
    request = opened(made)
    sent(made, request, made.acme, (10, "45.00"))
    sent(made, request, made.bolt, (10, "52.00"))
    close_due_quotations(at=CLOSED)

    award(made, QuotationRequest.objects.get(pk=request.pk), (10, "BOLT"))

    row = QuotationAward.objects.get()
    assert (row.currency, row.amount, row.rate, row.rate_date, row.base_amount) == (
        "EUR", Decimal(5200), Decimal("0.85"), date(2026, 1, 1), Decimal(4420),
    )  # fmt: skip
    assert row.rate_date < HOLDS


def test_nobody_invited_cannot_be_opened() -> None:
    made = company()
    draft = written(made, suppliers=())

    code = refused(
        lambda: open_quotation_request(request_id=draft.pk, expected_version=draft.version, actor=made.boris, at=NOW)
    )

    assert code == "nobody_invited"


def test_only_the_selectors_and_the_supplier_read_answers() -> None:
    """A page, a door for machines or an export of ours that read an answer by itself would pass the seal by."""
    names = re.compile(r"\b(Quotation|QuotationPrice)\b")
    readers = {
        str(path.relative_to(ROOT))
        for room in ("config", "suppliers", "procurement", "invoicing", "integration", "intelligence", "workflow")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and names.search(_code(path))
    }

    assert readers == {
        "suppliers/models/__init__.py", "suppliers/models/quotation_answers.py", "suppliers/selectors/quotations.py",
        "suppliers/services/answer_quotation.py", "suppliers/services/quotation_prices.py",
        "suppliers/portal/quotations.py", "suppliers/portal/quotation_form.py",
        "suppliers/web/quotation_comparison.py",  # the type of a row that comparison_of gave it
    }  # fmt: skip


def _code(path: Path) -> str:
    """Return a module without its strings and comments."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    return " ".join(token.string for token in tokens if token.type == tokenize.NAME)


def test_supplier_finds_what_to_quote_until_it_has_answered() -> None:
    made = company()
    request = opened(made)
    with as_supplier(made.acme.pk):
        before = [one.number for one in invitations_waiting(made.acme.pk, NOW)]
        late = list(invitations_waiting(made.acme.pk, CLOSES))
    sent(made, request, made.acme, (10, "45.00"))
    with as_supplier(made.acme.pk):
        after = list(invitations_waiting(made.acme.pk, NOW))

    assert (before, late, after) == ([request.number], [], [])
