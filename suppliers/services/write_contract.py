"""Writing contracts and their amendments: one person proposes, another puts in force (SO-2)."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max

from foundation import audit
from foundation.documents import content_hash, lock, next_number, require_unchanged, touch
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import Item, Site, UnitOfMeasure, User
from foundation.validators import known_currency, one_line
from suppliers import access
from suppliers.decisions.contract_terms import PriceTerm, Terms, check_terms, content_of, differences, terms_of
from suppliers.models import Contract, ContractPrice, ContractState, ContractVersion, Supplier, SupplierState
from suppliers.selectors.contracts import written_terms

NO_CONTRACT = (SupplierState.BLOCKED, SupplierState.OFFBOARDED)
_TERMS = [
    "title", "kind", "currency", "valid_from", "valid_to", "ceiling_amount", "floor_amount", "site_codes",
    "content_hash",
]  # fmt: skip


@use_case
def propose_contract(*, supplier_id: int, terms: Terms, actor: User, at: datetime) -> Contract:
    """Write a contract; it waits as a draft until a second person puts it in force.

    :raises NotPermittedError: the actor writes no contracts.
    :raises NotFoundError: there is no such supplier.
    :raises ConflictError: the supplier is blocked or offboarded.
    :raises InvalidError: terms or a price cannot be used; names field, value and cure.
    """
    require(access.can_propose_contract(actor))
    supplier = Supplier.objects.filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    if supplier.state in NO_CONTRACT:
        raise ConflictError("supplier_not_usable", f"{supplier} is {supplier.get_state_display().lower()}.")
    desk = _Desk(terms)
    contract = Contract(
        number=next_number("CON"), supplier=supplier, created_at=at, created_by=actor, changed_at=at, changed_by=actor
    )
    desk.write(contract)
    contract.save(force_insert=True)
    ContractPrice.objects.bulk_create(desk.prices_of(contract), batch_size=1_000)
    _propose(contract, desk.terms, "", actor, at)
    return contract


@use_case
def amend_contract(
    *, contract_id: int, expected_version: int, terms: Terms, reason: str, actor: User, at: datetime
) -> Contract:
    """Propose other terms. A draft is rewritten; of a contract in force nothing changes until a second person agrees.

    :raises NotPermittedError: the actor writes no contracts.
    :raises StaleError: it changed since it was opened.
    :raises ConflictError: it has ended, or another amendment waits.
    :raises InvalidError: nothing changes, no reason, or a term cannot be used; names field, value and cure.
    """
    contract = lock(Contract, contract_id, with_=("changed_by", "supplier"))
    require(access.can_propose_contract(actor))
    require_unchanged(contract, expected_version)
    waiting = contract.versions.filter(agreed_at=None, withdrawn_at=None).first()
    if contract.state not in {ContractState.DRAFT, ContractState.ACTIVE}:
        raise ConflictError("contract_ended", f"{contract} is {contract.get_state_display().lower()}.")
    if contract.state == ContractState.ACTIVE and waiting is not None:
        raise ConflictError("amendment_waits", f"Revision {waiting.revision} waits already. Take it back first.")
    desk = _Desk(terms, contract)
    before = written_terms(contract)
    if not differences(before, desk.terms):
        raise InvalidError("nothing_changes", "This says what the contract says. Change something first.")
    if contract.state == ContractState.DRAFT:
        if waiting is not None:
            waiting.withdrawn_at = at
            waiting.save(update_fields=["withdrawn_at"])
        desk.store(contract)
    elif not reason.strip():
        raise InvalidError("reason_missing", "Say why the contract changes.", field="reason")
    elif not contract.versions.exists():  # it came in by import: what holds now is its first version
        _keep(contract, before, 1, "As taken over", contract.created_by, contract.created_at, agreed=True)
    _propose(contract, desk.terms, reason, actor, at)
    contract.save(update_fields=touch(contract, by_id=actor.pk, at=at))
    return contract


@use_case
def agree_contract(*, contract_id: int, expected_version: int, actor: User, at: datetime) -> Contract:
    """Put the version that waits in force: of a draft the contract itself, else its amendment.

    :raises NotPermittedError: nothing waits, the actor wrote it, or has not the role.
    :raises StaleError: it changed since it was opened.
    :raises InvalidError: the terms cannot be used any more, such as a ceiling below what is ordered by now.
    """
    contract = lock(Contract, contract_id, with_=("changed_by", "supplier"))
    require_unchanged(contract, expected_version)
    version = _waiting(contract)
    require(access.can_agree_contract(actor, version))
    version.agreed_at, version.agreed_by = at, actor
    version.save(update_fields=["agreed_at", "agreed_by"])
    _Desk(terms_of(version.content), contract).store(contract)
    fields = touch(contract, by_id=actor.pk, at=at)
    was_draft = contract.state == ContractState.DRAFT
    if was_draft:
        contract.activate()
    contract.save(update_fields=["state", *fields])
    audit.record(
        contract, "activate" if was_draft else "agree_amendment", actor=actor, at=at, revision=version.revision,
        hash=version.content_hash, proposed_by=version.proposed_by.username,
        **({"before": ContractState.DRAFT, "after": contract.state} if was_draft else {}),
    )  # fmt: skip
    return contract


@use_case
def withdraw_amendment(*, contract_id: int, expected_version: int, reason: str, actor: User, at: datetime) -> Contract:
    """Take a proposed amendment back, by whoever writes contracts; the version in force stays.

    :raises NotPermittedError: nothing waits, or the actor writes no contracts.
    :raises StaleError: it changed since it was opened.
    :raises ConflictError: the contract itself is the draft; it is rewritten instead.
    :raises InvalidError: no reason.
    """
    contract = lock(Contract, contract_id, with_=("changed_by",))
    require_unchanged(contract, expected_version)
    require(access.can_propose_contract(actor))
    version = _waiting(contract)
    if contract.state == ContractState.DRAFT:
        raise ConflictError("contract_is_draft", "A draft is changed, not taken back.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why it is taken back.", field="reason")
    version.withdrawn_at = at
    version.save(update_fields=["withdrawn_at"])
    contract.save(update_fields=touch(contract, by_id=actor.pk, at=at))
    audit.record(contract, "withdraw_amendment", actor=actor, at=at, revision=version.revision, reason=reason.strip())
    return contract


def _waiting(contract: Contract) -> ContractVersion:
    waiting = contract.versions.select_related("proposed_by").filter(agreed_at=None, withdrawn_at=None).first()
    if waiting is None:
        raise ConflictError("nothing_waits", f"Nothing of {contract} waits for a second person.")
    return waiting


def _propose(contract: Contract, terms: Terms, reason: str, actor: User, at: datetime) -> None:
    last = contract.versions.aggregate(last=Max("revision"))["last"] or 0
    version = _keep(contract, terms, last + 1, reason, actor, at)
    audit.record(
        contract, "propose_contract" if last == 0 else "propose_amendment", actor=actor, at=at, reason=reason.strip(),
        revision=version.revision, hash=version.content_hash, prices=len(terms.prices),
    )  # fmt: skip


def _keep(
    contract: Contract, terms: Terms, revision: int, reason: str, by: User, at: datetime, *, agreed: bool = False
) -> ContractVersion:
    content = content_of(terms)
    return ContractVersion.objects.create(
        contract=contract, revision=revision, content=content, content_hash=content_hash(content), proposed_at=at,
        proposed_by=by, reason=" ".join(reason.split())[:300], agreed_at=at if agreed else None,
        agreed_by=by if agreed else None,
    )  # fmt: skip


class _Desk:
    """Terms with the rows they name, read once: items, units and sites."""

    def __init__(self, terms: Terms, contract: Contract | None = None) -> None:
        self.terms = Terms(
            one_line(terms.title, longest=120, field="title", what="what the contract is about"), terms.kind,
            known_currency(terms.currency), terms.valid_from, terms.valid_to, terms.ceiling, terms.floor,
            tuple(sorted(set(terms.sites))), terms.prices,
        )  # fmt: skip
        if contract and contract.ordered_amount and contract.currency != self.terms.currency:
            raise InvalidError(
                "currency_unfit", f"Orders in {contract.currency} run under it. Write another contract for this currency.",
                field="currency", value=self.terms.currency,
            )  # fmt: skip
        check_terms(self.terms, ordered=contract.ordered_amount if contract else Decimal(0))
        self.items = {i.code: i for i in Item.objects.filter(code__in={p.item for p in terms.prices}, is_active=True)}
        self.units = {u.code: u for u in UnitOfMeasure.objects.filter(code__in={p.unit for p in terms.prices})}
        named = {*terms.sites, *(site for p in terms.prices for site in p.sites)}
        sites = set(Site.objects.filter(code__in=named).values_list("code", flat=True)) if named else set()
        for price in terms.prices:
            _known(self.items, price.item, "item", price)
            _known(self.units, price.unit, "unit", price)
        unknown = sorted(named - sites)
        if unknown:
            raise InvalidError(
                "sites_unfit", f"There is no site {unknown[0][:20]}. Use its code, such as LDS.", field="sites",
                value=unknown[0][:20],
            )  # fmt: skip

    def write(self, contract: Contract) -> None:
        """Write the terms into the row."""
        terms = self.terms
        contract.title, contract.kind, contract.currency = terms.title, terms.kind, terms.currency
        contract.valid_from, contract.valid_to = terms.valid_from, terms.valid_to
        contract.ceiling_amount, contract.floor_amount = terms.ceiling, terms.floor
        contract.site_codes = list(terms.sites)
        contract.content_hash = content_hash(content_of(terms))

    def prices_of(self, contract: Contract) -> list[ContractPrice]:
        """Return the price rows, not stored yet."""
        return [
            ContractPrice(
                contract=contract, item=self.items[p.item], unit=self.units[p.unit], from_quantity=p.from_quantity,
                unit_price=p.unit_price, site_codes=sorted(p.sites),
            )
            for p in self.terms.prices
        ]  # fmt: skip

    def store(self, contract: Contract) -> None:
        """Make a stored contract say the terms; the caller saves its version."""
        self.write(contract)
        contract.save(update_fields=_TERMS)
        contract.prices.all().delete()
        ContractPrice.objects.bulk_create(self.prices_of(contract), batch_size=1_000)


def _known(rows: Collection[str] | dict[str, Any], code: str, what: str, price: PriceTerm) -> None:
    if code not in rows:
        where = f"Line {price.line}: " if price.line else ""
        raise InvalidError(
            "prices_unfit", f"{where}there is no {what} {code[:40] or '(empty)'} in use. Look it up under master data.",
            field="prices", value=code[:40],
        )  # fmt: skip
