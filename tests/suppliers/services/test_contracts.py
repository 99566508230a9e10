"""SO-2: contracts are written by one person and put in force by another; amendments, ends and warnings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from foundation.errors import ConflictError, DomainError, InvalidError, NotPermittedError, StaleError
from foundation.models import AuditEvent, Notice
from suppliers.decisions.contract_terms import PriceTerm
from suppliers.models import Contract, ContractPaper
from suppliers.selectors import LineNeed, sources_for
from suppliers.selectors.contracts import revisions_of, written_terms
from suppliers.services import (
    add_contract_paper,
    agree_contract,
    amend_contract,
    expire_contracts,
    terminate_contract,
    warn_of_contracts,
    withdraw_amendment,
)
from tests.factories import NOW, TODAY, Company, company
from tests.suppliers.contracts import PRICE, TERMS, a_draft, a_paper, in_force

pytestmark = pytest.mark.django_db


def price_at(made: Company, site: str = "leeds", quantity: str = "1") -> tuple[str, str]:
    item = made.items["LBL-46"]
    need = LineNeed(1, item.pk, Decimal(quantity), "XCS", TODAY)
    offer = sources_for(getattr(made, site), [need])[1].offer
    return (offer.contract_number, f"{offer.unit_price.normalize():f}") if offer else ("", "")


def amend(made: Company, contract: Contract, **changes: Any) -> Contract:
    reason = changes.pop("reason", "Dearer paper")
    return amend_contract(
        contract_id=contract.pk, expected_version=contract.version, terms=replace(TERMS, **changes), reason=reason,
        actor=made.sue, at=NOW,
    )  # fmt: skip


def test_contract_holds_only_after_a_second_person_agreed() -> None:
    made = company()
    draft = a_draft(made)
    before = price_at(made)

    contract = agree_contract(contract_id=draft.pk, expected_version=draft.version, actor=made.people["frank"], at=NOW)

    assert before[0] == ""
    assert (contract.state, price_at(made)) == ("active", (contract.number, "27.5"))
    (version,) = contract.versions.all()
    assert (version.revision, version.proposed_by, version.agreed_by) == (1, made.sue, made.people["frank"])
    said = AuditEvent.objects.filter(object_type="suppliers.contract", object_id=contract.pk)
    assert list(said.order_by("seq").values_list("action", flat=True)) == ["propose_contract", "activate"]


@pytest.mark.parametrize(
    ("who", "code"),
    [("sue", "own_proposal"), ("rita", "not_your_role"), ("boris", "not_your_role"), ("audrey", "not_your_role")],
)
def test_contract_is_not_put_in_force_by_its_writer_or_without_the_role(who: str, code: str) -> None:
    made = company()
    draft = a_draft(made)

    with pytest.raises(NotPermittedError) as refused:
        agree_contract(contract_id=draft.pk, expected_version=draft.version, actor=made.people[who], at=NOW)

    draft.refresh_from_db()
    assert (refused.value.code, draft.state, price_at(made)[0]) == (code, "draft", "")


def test_amendment_changes_nothing_until_agreed_and_is_a_version_then() -> None:
    made = company()
    contract = in_force(made)
    dearer = replace(PRICE, unit_price=Decimal("28.60"))

    waiting = amend(made, contract, prices=(dearer,))
    meanwhile = price_at(made)
    agreed = agree_contract(
        contract_id=contract.pk, expected_version=waiting.version, actor=made.people["frank"], at=NOW
    )

    assert meanwhile[1] == "27.5"
    assert price_at(made)[1] == "28.6"
    newest, first = revisions_of(agreed)
    assert [(c.what, c.before, c.after, c.percent) for c in newest.changes] == [
        ("LBL-46 per XCS", "27.5 GBP", "28.6 GBP", Decimal(4))
    ]
    assert (newest.version.reason, first.changes) == ("Dearer paper", ())


def test_amendment_of_an_imported_contract_keeps_what_held_as_its_first_version() -> None:
    made = company()
    terms = replace(written_terms(made.contract), valid_to=date(2026, 12, 31))

    amend_contract(
        contract_id=made.contract.pk, expected_version=made.contract.version, terms=terms, reason="Shorter",
        actor=made.sue, at=NOW,
    )  # fmt: skip

    newest, first = revisions_of(made.contract)
    assert (first.version.reason, first.version.agreed_at) == ("As taken over", NOW)
    assert [c.what for c in newest.changes] == ["Last day"]


def test_draft_is_rewritten_and_the_older_writing_kept() -> None:
    made = company()

    contract = amend(made, a_draft(made), title="Labels and more", reason="")

    assert (contract.title, contract.state) == ("Labels and more", "draft")
    assert list(contract.versions.order_by("revision").values_list("revision", "withdrawn_at")) == [(1, NOW), (2, None)]


def test_price_of_a_contract_holds_at_its_sites_only() -> None:
    made = company()
    contract = in_force(made, sites=("HUL",))

    assert price_at(made, "leeds")[0] == ""
    assert price_at(made, "hull")[0] == contract.number


def test_tier_holds_from_its_quantity_on() -> None:
    made = company()
    tier = PriceTerm("LBL-46", "XCS", Decimal(20), Decimal(25))
    in_force(made, kind="tiered", prices=(PRICE, tier))

    assert [price_at(made, quantity=q)[1] for q in ("19.9", "20")] == ["27.5", "25"]


REFUSALS: list[tuple[str, Callable[[Company], object], type[DomainError], str]] = [
    ("nothing changes", lambda m: amend(m, in_force(m)), InvalidError, "nothing_changes"),
    ("no reason", lambda m: amend(m, in_force(m), title="Other", reason=" "), InvalidError, "reason_missing"),
    (
        "two amendments", lambda m: amend(m, amend(m, in_force(m), title="One"), title="Two"), ConflictError,
        "amendment_waits",
    ),
    ("unknown item", lambda m: a_draft(m, prices=(replace(PRICE, item="NO-1"),)), InvalidError, "prices_unfit"),
    ("unknown unit", lambda m: a_draft(m, prices=(replace(PRICE, unit="ZZ"),)), InvalidError, "prices_unfit"),
    ("unknown site", lambda m: a_draft(m, sites=("NOWHERE",)), InvalidError, "sites_unfit"),
    ("unknown currency", lambda m: a_draft(m, currency="ZZZ"), InvalidError, "currency_unknown"),
    ("no title", lambda m: a_draft(m, title=" "), InvalidError, "title_unfit"),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "act", "error", "code"), REFUSALS)
def test_writing_is_refused(_case: str, act: Callable[[Company], object], error: type[DomainError], code: str) -> None:
    made = company()

    with pytest.raises(error) as refused:
        act(made)

    assert refused.value.code == code


def test_taken_back_amendment_leaves_the_contract_as_it_is() -> None:
    made = company()
    waiting = amend(made, in_force(made), title="Other")

    done = withdraw_amendment(
        contract_id=waiting.pk, expected_version=waiting.version, reason="Not agreed", actor=made.sue, at=NOW
    )

    assert (done.title, revisions_of(done)[0].version.withdrawn_at) == ("Labels", NOW)
    assert price_at(made)[1] == "27.5"


def test_ended_contract_prices_nothing_and_says_why() -> None:
    made = company()
    contract = in_force(made)

    ended = terminate_contract(
        contract_id=contract.pk, expected_version=contract.version, reason="Late again", actor=made.sue, at=NOW
    )

    assert (ended.state, ended.end_reason, price_at(made)[0]) == ("terminated", "Late again", "")


def test_stale_step_changes_nothing() -> None:
    made = company()
    contract = in_force(made)

    with pytest.raises(StaleError):
        terminate_contract(
            contract_id=contract.pk, expected_version=contract.version - 1, reason="Late", actor=made.sue, at=NOW
        )

    contract.refresh_from_db()
    assert contract.state == "active"


def test_contract_expires_the_day_after_its_last() -> None:
    made = company()
    contract = in_force(made)

    on_the_day = expire_contracts(today=contract.valid_to, at=NOW)
    after = [expire_contracts(today=contract.valid_to + timedelta(days=1), at=NOW) for _ in range(2)]

    contract.refresh_from_db()
    assert (on_the_day, after, contract.state) == (0, [1, 0], "expired")


def test_end_is_told_once_for_each_of_90_60_and_30_days() -> None:
    made = company()
    contract = in_force(made)
    told = []
    for left in (91, 90, 89, 60, 30, 29):
        told.append(warn_of_contracts(today=contract.valid_to - timedelta(days=left), at=NOW))

    rows = Notice.objects.filter(person=made.sue, subject_type="contract").order_by("pk")
    assert [row.sentence.split(", ")[-1] for row in rows] == ["in 90 days.", "in 60 days.", "in 30 days."]
    assert told[0] == 0


def test_nearly_used_contract_is_told() -> None:
    made = company()
    contract = in_force(made)
    Contract.objects.filter(pk=contract.pk).update(ordered_amount=Decimal(4_500))

    warn_of_contracts(today=TODAY, at=NOW)

    (row,) = Notice.objects.filter(person=made.sue, subject_type="contract")
    assert row.sentence.endswith("is nearly used up: 4,500.00 of 5,000.00 GBP.")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.exe", b"MZ", "upload_kind"), ("a.pdf", b"MZ", "upload_content"), ("a.pdf", b"", "upload_size"),
        ("a.pdf", b"%PDF-1.4 /JavaScript", "upload_active_pdf"), ("again.pdf", b"%PDF-1.4 1", "paper_there"),
    ],
)  # fmt: skip
def test_papers_that_cannot_be_kept(name: str, content: bytes, code: str) -> None:
    made = company()
    a_paper(made)

    with pytest.raises(InvalidError) as refused:
        add_contract_paper(contract_id=made.contract.pk, name=name, content=content, actor=made.sue, at=NOW)

    assert (refused.value.code, ContractPaper.objects.count()) == (code, 1)
