"""What the checks of a supplier find: sentences, and whether anything stands in the way (SU-1)."""

from dataclasses import dataclass
from datetime import date

from suppliers.decisions.certificates import MISSING, WAITING
from suppliers.decisions.duplicates import Suspicion, suspicions
from suppliers.decisions.screening import Hit, Party, Subject, screened
from suppliers.models import (
    BankAccount,
    BankChange,
    BankChangeState,
    CheckKind,
    DuplicateProposal,
    SanctionedParty,
    SanctionsList,
    Supplier,
)
from suppliers.selectors.certificates import standing_of
from suppliers.selectors.duplicates import companies


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: nothing in the way, or sentences that say what is."""

    is_clear: bool
    evidence: tuple[str, ...]


def suspects_of(supplier_id: int) -> list[tuple[Suspicion, int]]:
    """Return who may be the same company as a supplier, with the key of the other; what a person set apart is left out."""
    distinct = set(
        DuplicateProposal.objects.filter(state=DuplicateProposal.State.DISTINCT).values_list("first_id", "second_id")
    )
    return [
        (one, one.second if one.first == supplier_id else one.first)
        for one in suspicions(companies())
        if supplier_id in {one.first, one.second} and (one.first, one.second) not in distinct
    ]


def like(one: Suspicion, other: Supplier) -> str:
    """Return why a supplier looks like another, as a person reads it."""
    shared = "; ".join(found.words for found in one.evidence) or f"the names are {one.likeness:.0%} alike"
    return f"{other.name} ({other.code}), {other.get_state_display().lower()}: {shared}."


def duplicate_finding(supplier: Supplier) -> Finding:
    """Compare a supplier with all others."""
    found = suspects_of(supplier.pk)
    others = Supplier.objects.in_bulk([key for _, key in found])
    if not found:
        return Finding(is_clear=True, evidence=("No other supplier has its name, numbers, account or address.",))
    return Finding(is_clear=False, evidence=tuple(like(one, others[key]) for one, key in found[:10]))


def sanctions_finding(supplier: Supplier) -> Finding:
    """Compare a supplier's names with every imported list."""
    lists = list(SanctionsList.objects.all())
    if not lists:
        return Finding(is_clear=False, evidence=("No sanctions list is brought in yet.",))
    hits = sanctions_hits([supplier]).get(supplier.pk, ())
    if hits:
        return Finding(is_clear=False, evidence=tuple(hit.words for hit in hits))
    names = ", ".join(f"{one.name} of {one.imported_at:%d %b %Y} ({one.parties_count:,} names)" for one in lists)
    return Finding(is_clear=True, evidence=(f"No name is like one on {names}.",))


def sanctions_hits(suppliers: "list[Supplier]") -> dict[int, tuple[Hit, ...]]:
    """Return the listed names that suppliers' names are like, by supplier; two statements."""
    parties = [
        Party(name, reference, (first, *aliases), country)
        for name, reference, first, aliases, country in SanctionedParty.objects.values_list(
            "of__name", "reference", "name", "aliases", "country"
        )
    ]
    trading = {one.pk: _trading_name(one) for one in suppliers}
    subjects = [Subject(one.pk, tuple(filter(None, (one.name, trading[one.pk]))), one.country) for one in suppliers]
    return screened(subjects, parties)


def _trading_name(supplier: Supplier) -> str:
    open_one = next((one for one in supplier.onboardings.all() if one.closed_at is None), None)
    return str(open_one.profile.get("company", {}).get("trading_name", "")) if open_one else ""


def certificate_finding(supplier: Supplier, today: date) -> Finding:
    """Say which needed certificates are there; one that is needed later does not stand in the way."""
    found = standing_of(supplier, today)
    wanting = [one for one in found if one.restricts]
    if wanting:
        words = {WAITING: "waits to be looked at", MISSING: "is missing"}
        return Finding(
            is_clear=False, evidence=tuple(f"{one.name} {words.get(one.status, 'has ended')}." for one in wanting)
        )
    names = ", ".join(one.name for one in found if one.status in {"valid", "expiring"})
    return Finding(is_clear=True, evidence=(f"Valid: {names}." if names else "No certificate is needed.",))


def bank_finding(supplier: Supplier) -> Finding:
    """Say whether an account is proven: by evidence, call-back and a second person (SU-2)."""
    held = BankAccount.objects.filter(supplier=supplier, ended_at=None).first()
    if held is not None:
        return Finding(is_clear=True, evidence=(f"{held} is in force since {held.in_force_from:%d %b %Y}.",))
    change = BankChange.objects.filter(supplier=supplier).order_by("-pk").defer("evidence").first()
    if change is not None and change.state == BankChangeState.APPROVED:
        return Finding(is_clear=True, evidence=(f"{change.number} is proven and approved.",))
    if change is not None and change.state == BankChangeState.PROPOSED:
        return Finding(is_clear=False, evidence=(f"{change.number} waits for evidence, call-back or a second person.",))
    return Finding(is_clear=False, evidence=("No account is proposed.",))


def findings_of(supplier: Supplier, today: date) -> dict[str, Finding]:
    """Return what every check finds now."""
    return {
        CheckKind.DUPLICATE: duplicate_finding(supplier),
        CheckKind.SANCTIONS: sanctions_finding(supplier),
        CheckKind.CERTIFICATE: certificate_finding(supplier, today),
        CheckKind.BANK: bank_finding(supplier),
    }
