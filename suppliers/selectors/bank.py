"""What is known of suppliers' bank accounts (SU-2)."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, FilteredRelation, OuterRef, Q, Subquery

from foundation.models import User
from policies.decisions.switches import LATER
from policies.models import PolicyKind
from policies.selectors import version_in_force
from suppliers.decisions.bank_change import BankRules
from suppliers.models import BankAccount, BankChange, BankChangeState, StaffAccount, Supplier
from workflow.models import CaseState, ExceptionCase

WAITING = (BankChangeState.PROPOSED, BankChangeState.APPROVED)


def others_with(fingerprint: str, supplier_id: int) -> list[Supplier]:
    """Return the other suppliers who are paid to an account, or ask to be."""
    accounts = BankAccount.objects.filter(supplier=OuterRef("pk"), fingerprint=fingerprint, ended_at=None)
    changes = BankChange.objects.filter(supplier=OuterRef("pk"), fingerprint=fingerprint, state__in=WAITING)
    rows = Supplier.objects.filter(Q(Exists(accounts)) | Q(Exists(changes))).exclude(pk=supplier_id)
    return list(rows.order_by("name", "pk")[:10])


def staff_with(fingerprint: str) -> list[User]:
    """Return the people of ours whose salary goes to an account."""
    return list(User.objects.filter(pk__in=StaffAccount.objects.filter(fingerprint=fingerprint).values("person")))


def open_bank_change(supplier_id: int) -> str:
    """Return the number of the change that keeps a supplier's payments, or nothing."""
    rows = BankChange.objects.filter(supplier_id=supplier_id, state__in=WAITING)
    return rows.values_list("number", flat=True).first() or ""


def payment_of(supplier_id: int) -> tuple[BankAccount | None, str]:
    """Return the account a supplier is paid to and the number of the change that keeps its payments; one statement."""
    changes = BankChange.objects.filter(supplier=OuterRef("pk"), state__in=WAITING).values("number")[:1]
    names = [field.attname for field in BankAccount._meta.concrete_fields]  # noqa: SLF001 - Django's own way
    row = (
        Supplier.objects.filter(pk=supplier_id)
        .annotate(account=FilteredRelation("bank_accounts", condition=Q(bank_accounts__ended_at=None)))
        .values_list(Subquery(changes), *(f"account__{name}" for name in names))
        .order_by()
        .first()
    )
    waiting, *values = row or ("",)
    held = dict(zip(names, values, strict=True)) if values else {}
    return (BankAccount(**held) if held.get("id") else None), waiting or ""


def bank_rules_at(at: datetime) -> BankRules:
    """Return the two periods of a bank change by the policy in force (SU-2)."""
    version = version_in_force(PolicyKind.SOURCING, at)
    stored = {**LATER[PolicyKind.SOURCING], **version.settings}
    return BankRules(int(stored["bank_cooling_days"]), int(stored["bank_contact_days"]), version.label)


def payment_standing(supplier: Supplier) -> tuple[str, tuple[int, ...]]:
    """Return the change that keeps a company's payments and its records, merged ones included; one statement (SU-2, SU-3)."""
    root = supplier.merged_into_id or supplier.pk
    records = Supplier.objects.filter(Q(pk=root) | Q(merged_into=root)).order_by("pk").values("pk")
    changes = BankChange.objects.filter(supplier__in=records, state__in=WAITING).order_by("pk").values("number")[:1]
    rows = Supplier.objects.filter(pk=root).order_by().values_list(Subquery(changes), ArraySubquery(records))
    waiting, found = rows.get()
    return waiting or "", tuple(found)


def changes_of(supplier: Supplier) -> Sequence[BankChange]:
    """Return the changes of a supplier's account, newest first, without the evidence's bytes."""
    rows = supplier.bank_changes.defer("evidence").select_related("created_by", "called_by", "approved_by", "supplier")
    return list(rows.order_by("-pk")[:20])


def account_in_force(supplier: Supplier) -> BankAccount | None:
    """Return the account a supplier is paid to."""
    return supplier.bank_accounts.filter(ended_at=None).first()


def open_case_of(number: str) -> str:
    """Return the number of the exception that keeps a change, or nothing."""
    rows = ExceptionCase.objects.filter(key=f"bank:{number}", state=CaseState.OPEN)
    return rows.values_list("number", flat=True).first() or ""


def cooled_off(at: datetime, limit: int = 100) -> list[int]:
    """Return the approved changes whose cooling-off period is over, the oldest first."""
    rows = BankChange.objects.filter(state=BankChangeState.APPROVED, cooling_until__lte=at)
    return list(rows.order_by("cooling_until", "pk").values_list("pk", flat=True)[:limit])


def facts_of_change(pk: int) -> list[tuple[str, str]]:
    """Return what a decision maker reads of a change; of both accounts only their ends."""
    rows = BankChange.objects.defer("evidence").select_related("supplier", "created_by", "called_by")
    change = rows.get(pk=pk)
    held = account_in_force(change.supplier)
    return [
        ("Supplier", str(change.supplier)), ("Account in force", str(held) if held else "none"),
        ("New account", f"{change.masked}, {change.holder}"), ("Why", change.reason),
        ("Came by", change.get_source_display()), ("Proposed by", str(change.created_by)),
        ("Evidence", change.evidence_name), ("Call-back", f"{change.called_by}: {change.called_whom}"),
    ]  # fmt: skip
