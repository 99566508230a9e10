"""Two records of one company become one, and two again (SU-3).

Documents stay with the record they were written to and are shown under the survivor. What the future needs moves:
contracts, offers, preferences and numbers at partners. People of either record see the documents of both.
"""

from datetime import datetime

from foundation import audit, outbox
from foundation.errors import ConflictError, InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import User
from suppliers import access
from suppliers.events import SupplierEvent, SupplierMerged, SupplierUnmerged
from suppliers.models import (
    MAY_MERGE,
    CatalogueItem,
    Contract,
    DuplicateProposal,
    SourcingPreference,
    Supplier,
    SupplierIdentifier,
    SupplierMerge,
    SupplierUser,
)
from suppliers.selectors.bank import open_bank_change
from suppliers.selectors.merging import Moving, moving

_MOVED = {
    "contracts": Contract, "offers": CatalogueItem, "preferences": SourcingPreference, "identifiers": SupplierIdentifier,
}  # fmt: skip


@use_case
def merge_suppliers(
    *, duplicate_id: int, survivor_id: int, seen: str, actor: User, reason: str, at: datetime
) -> SupplierMerge:
    """Let the survivor stand for the duplicate; `seen` is the hash of what the person saw would move.

    Both records are locked in the order of their keys, so of two merges at once the second finds the first. An order
    that is being issued meanwhile stays with the record it names.

    :raises NotPermittedError: not a supplier manager.
    :raises NotFoundError: no such supplier.
    :raises StaleError: what moves changed since it was shown.
    :raises ConflictError: one is merged or blocked already, changes its bank account, or others were merged into the duplicate.
    :raises InvalidError: the same record twice, or no reason.
    """
    require(access.can_maintain(actor))
    duplicate, survivor = _both(duplicate_id, survivor_id)
    _require_mergeable(duplicate, survivor)
    why = _reason(reason)
    plan = moving(duplicate, survivor)
    if plan.seen != seen:
        raise StaleError("changed_since_opened", "What would move changed since you looked. Look at it again.")
    merge = SupplierMerge.objects.create(
        duplicate=duplicate, survivor=survivor, state_before=duplicate.state, reason_before=duplicate.state_reason,
        moved={**plan.ids(), "people": _join(duplicate, survivor)}, reason=why, merged_by=actor, merged_at=at,
    )  # fmt: skip
    _carry(plan, survivor)
    before = duplicate.state
    duplicate.merge(into_id=survivor.pk, at=at, reason=f"Merged into {survivor} ({survivor.code})"[:200])
    _store(duplicate)
    _decide(duplicate, survivor, actor, why, at)
    audit.record(
        duplicate, "merge_supplier", actor=actor, at=at, before=before, after=duplicate.state, reason=why,
        survivor=survivor.code, moved=merge.moved,
    )  # fmt: skip
    outbox.publish(_event(SupplierMerged, duplicate, actor, why, at))
    return merge


@use_case
def undo_merge(*, merge_id: int, actor: User, reason: str, at: datetime) -> SupplierMerge:
    """Let the duplicate stand for itself again, in the state it had; what had moved goes back to it.

    :raises NotPermittedError: not a supplier manager.
    :raises NotFoundError: no such merge.
    :raises ConflictError: it was undone already.
    :raises InvalidError: no reason.
    """
    require(access.can_maintain(actor))
    known = SupplierMerge.objects.filter(pk=merge_id).first()
    if known is None:
        raise NotFoundError("not_found", "There is no such merge.")
    duplicate, survivor = _both(known.duplicate_id, known.survivor_id)
    merge = SupplierMerge.objects.get(pk=merge_id)
    if merge.undone_at is not None:
        raise ConflictError("undone_already", f"The merge of {merge} was undone already.")
    why = _reason(reason)
    for kind, model in _MOVED.items():
        model._default_manager.filter(pk__in=merge.moved[kind], supplier=survivor).update(supplier=duplicate)  # noqa: SLF001 - Django's own way
    SupplierUser.objects.filter(pk__in=merge.moved["people"]).delete()
    before = duplicate.state
    duplicate.unmerge(to=merge.state_before, at=at, reason=merge.reason_before)
    _store(duplicate)
    merge.undone_by, merge.undone_at, merge.undo_reason = actor, at, why
    merge.save(update_fields=["undone_by", "undone_at", "undo_reason"])
    DuplicateProposal.objects.filter(**_pair(duplicate, survivor), state=DuplicateProposal.State.MERGED).update(
        state=DuplicateProposal.State.OPEN, decided_by=None, decided_at=None, reason=""
    )
    audit.record(
        duplicate, "undo_merge", actor=actor, at=at, before=before, after=duplicate.state, reason=why,
        survivor=survivor.code,
    )  # fmt: skip
    outbox.publish(_event(SupplierUnmerged, duplicate, actor, why, at))
    return merge


def _both(first_id: int, second_id: int) -> tuple[Supplier, Supplier]:
    """Return the two, fresh and locked in the order of their keys."""
    if first_id == second_id:
        raise InvalidError("same_record", "Choose two different suppliers.", field="survivor")
    rows = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[first_id, second_id])
    found = {row.pk: row for row in rows.order_by("pk")}
    if len(found) < 2:  # noqa: PLR2004 - a pair
        raise NotFoundError("not_found", "There is no such supplier.")
    return found[first_id], found[second_id]


def _require_mergeable(duplicate: Supplier, survivor: Supplier) -> None:
    for one in (duplicate, survivor):
        if one.state not in MAY_MERGE:
            raise ConflictError(
                "not_to_merge", f"{one} ({one.code}) is {one.get_state_display().lower()}. Decide about that first."
            )
    for one in (duplicate, survivor):
        number = open_bank_change(one.pk)
        if number:
            raise ConflictError(
                "bank_change_open", f"{one}'s bank account is being changed ({number}). Decide that first."
            )
    if duplicate.merged_records.exists():
        raise ConflictError(
            "stands_for_others", f"{duplicate} ({duplicate.code}) stands for others. Keep it and merge the other one."
        )


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    return text.strip()[:200]


def _carry(plan: Moving, survivor: Supplier) -> None:
    for kind, ids in plan.ids().items():
        _MOVED[kind]._default_manager.filter(pk__in=ids).update(supplier=survivor)  # noqa: SLF001 - Django's own way


def _join(duplicate: Supplier, survivor: Supplier) -> list[int]:
    """Let the people of each act for both under their role; returns the rows that are new. Machines stay where they are."""
    held = {(row.supplier_id, row.user_id) for row in SupplierUser.objects.filter(supplier__in=(duplicate, survivor))}
    people = SupplierUser.objects.filter(supplier__in=(duplicate, survivor), is_active=True).exclude(user__email="")
    wanted = {(supplier.pk, row.user_id): row for row in people.order_by("pk") for supplier in (duplicate, survivor)}
    made = SupplierUser.objects.bulk_create(
        SupplierUser(supplier_id=key[0], user_id=key[1], role=wanted[key].role, known_as=wanted[key].known_as)
        for key in sorted(wanted.keys() - held)
    )
    return [row.pk for row in made]


def _store(supplier: Supplier) -> None:
    supplier.version += 1
    supplier.save(update_fields=["state", "state_reason", "merged_into", "changed_at", "version"])


def _pair(one: Supplier, other: Supplier) -> dict[str, int]:
    first, second = sorted((one.pk, other.pk))
    return {"first_id": first, "second_id": second}


def _decide(duplicate: Supplier, survivor: Supplier, actor: User, reason: str, at: datetime) -> None:
    rows = DuplicateProposal.objects.filter(**_pair(duplicate, survivor))
    rows.update(state=DuplicateProposal.State.MERGED, decided_by=actor, decided_at=at, reason=reason)


def _event(kind: type[SupplierEvent], supplier: Supplier, actor: User, reason: str, at: datetime) -> SupplierEvent:
    return kind(
        subject_id=supplier.pk, subject_number=supplier.code, at=at, version=supplier.version, supplier_id=supplier.pk,
        actor_id=actor.pk, reason=reason,
    )  # fmt: skip
