"""A sensible first version of every policy (AP-1), for a new installation. Rules are data: this only writes rows."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation import audit
from foundation.errors import InvalidError
from foundation.journal import use_case
from foundation.models import User
from policies.models import (
    ApprovalRule,
    ApprovalStage,
    DutyPair,
    ExceptionRoute,
    MatchTolerance,
    PolicyKind,
    PolicyVersion,
)
from policies.selectors import forget

RISKY = [
    "off_contract", "price_above_contract", "not_preferred", "supplier_not_active", "restricted_category",
    "possible_split", "free_text", "free_text_in_catalogue", "price_unknown", "changed_after_approval",
]  # fmt: skip
_MANAGER = ("site_role", "site_manager", 8)
_REGION = ("region_role", "region_manager", 12)
_FINANCE = ("enterprise_role", "finance_director", 16)
_POLICY = ("enterprise_role", "policy_admin", 16)
SPENDING: list[str] = []  # a row that names no documents takes requisitions, orders and changes of orders
# (name, documents, from, to, touchless, without flags or urgency, stages). Who asks never decides, whatever the row.
MATRIX: list[tuple[str, list[str], str | None, str | None, bool, list[str], list[tuple[str, str, int]]]] = [
    ("Catalogue items up to 1,000, nothing unusual", ["requisition"], None, "1000", True, [*RISKY, "urgent"], []),
    ("Up to 5,000", SPENDING, None, "5000", False, [], [_MANAGER]),
    ("5,000 to 25,000", SPENDING, "5000", "25000", False, [], [_MANAGER, _REGION]),
    ("Above 25,000", SPENDING, "25000", None, False, [], [_MANAGER, _REGION, _FINANCE]),
    ("Dearer by up to 1,000 than agreed", ["price_exception"], None, "1000", False, [], [_MANAGER]),
    ("Dearer by more than 1,000", ["price_exception"], "1000", None, False, [], [_MANAGER, _REGION]),
    ("Suppliers, and what is spent with them", ["supplier", "supplier_spend"], None, None, False, [], [_FINANCE]),
    ("Bank accounts of suppliers", ["bank_change"], None, None, False, [], [_FINANCE]),
    ("Policies", ["policy"], None, None, False, [], [_POLICY]),
    ("Price lists of suppliers", ["price_list"], None, None, False, [], [_FINANCE]),
    ("Records of suppliers", ["supplier_change"], None, None, False, [], [_FINANCE]),
]
HARD_PAIRS = [
    ("request", "approve_requisition"), ("request", "approve_order"),
    ("create_order", "approve_order"), ("create_order", "receive"), ("approve_order", "receive"),
    ("create_order", "enter_invoice"), ("receive", "enter_invoice"), ("receive", "release_quantity_hold"),
    ("enter_invoice", "release_hold"), ("create_order", "release_price_hold"),
    ("propose_bank_change", "approve_bank_change"), ("draft_policy", "publish_policy"),
    ("propose_supplier", "approve_supplier"), ("write_quotation", "award_quotation"),
]  # fmt: skip
COMPENSATED_PAIRS = [("request", "receive")]
ROLE_PAIRS = [
    ("supplier_manager", "buyer"), ("supplier_manager", "site_manager"), ("supplier_manager", "receiver"),
    ("supplier_manager", "payables"), ("policy_admin", "payables_lead"), ("user_admin", "buyer"),
    ("user_admin", "site_manager"), ("user_admin", "receiver"), ("user_admin", "payables"),
]  # fmt: skip
# (category, name, owner role, business hours)
ROUTES = [
    ("no_approver", "Nobody may approve", "policy_admin", 4),
    ("no_source", "Line without a source", "buyer", 8),
    ("price_drift", "Price moved after approval", "buyer", 8),
    ("acknowledgment", "Supplier answers differently", "buyer", 8),
    ("ack_overdue", "Supplier has not answered", "buyer", 8),
    ("receipt", "Delivery does not fit the order", "buyer", 8),
    ("invoice_price", "Invoice price differs", "buyer", 16),
    ("invoice_quantity", "Billed more than received", "receiver", 16),
    ("invoice_charge", "Charge not on the order", "payables_lead", 16),
    ("invoice_tax", "Tax differs", "payables_lead", 16),
    ("invoice_total", "Totals do not add up", "payables_lead", 16),
    ("invoice_duplicate", "Looks like a duplicate", "payables_lead", 8),
    ("invoice_order", "No order, or not this one", "payables_lead", 16),
    ("invoice_unit", "Unit or currency differs", "buyer", 16),
    ("invoice_supplier", "Supplier may not be paid", "supplier_manager", 8),
    ("supplier_bank", "Bank account needs a look", "payables_lead", 8),
    ("goods_overdue", "Billed, but goods are overdue", "receiver", 16),
    ("message", "Message could not be used", "integration_engineer", 8),
    ("delivery", "Message could not be delivered", "integration_engineer", 4),
    ("countersign", "Second signature refused", "finance_director", 16),
    ("other", "Something else", "payables_lead", 16),
]
TOLERANCE: dict[str, Any] = {
    "mode": "three_way",
    "price_up_percent": Decimal(2),
    "price_up_absolute": Decimal("0.50"),
    "price_down_percent": Decimal(10),
    "quantity_percent": Decimal(0),
    "quantity_absolute": Decimal(0),
    "quantity_value": Decimal(50),
    "total_absolute": Decimal("0.05"),
    "over_receipt_percent": Decimal(5),
    "unlimited": ["price_down_absolute"],
}
LADDER = ["manager", "above", "fallback"]
ORDERING = {
    "combine": True, "combine_until": "", "auto_issue": True, "price_drift_percent": "2", "change_percent": "2",
    "ack_quantity_percent": "0", "ack_price_percent": "0", "ack_late_days": 1, "block_submission": [], "block_approval": ["supplier_not_active"],
    "budget_mode": "warn", "award_limit": "10000", "price_list_rise_percent": "5", "price_list_fall_percent": "20",
    "bank_cooling_days": 5, "bank_contact_days": 30,
}  # fmt: skip


@use_case
def install_default_policies(
    *, author: User, publisher: User, at: datetime, note: str = "First version"
) -> list[PolicyVersion]:
    """Publish version 1 of every policy of an installation that has none; `note` says who has read it.

    :raises InvalidError: there are policies already, or author and publisher are one person.
    """
    if PolicyVersion.objects.exists():
        raise InvalidError("policies_exist", "There are policies already. Make a draft of the one to change.")
    if author.pk == publisher.pk:
        raise InvalidError("second_person_needed", "A second person publishes what the first drafted (SD-1).")
    versions = [_publish(kind, author, publisher, at, note) for kind in PolicyKind.values]
    for version in versions:
        audit.record(
            version, "publish_policy", actor=publisher, at=at, policy_version=version.label, author=author.username
        )
    forget()
    return versions


def _publish(kind: str, author: User, publisher: User, at: datetime, note: str) -> PolicyVersion:
    version = PolicyVersion.objects.create(
        kind=kind,
        number=1,
        created_at=at,
        created_by=author,
        note=note,
        settings={"approval": {"fallback_role": "finance_director", "ladder": LADDER}, "sourcing": ORDERING}.get(
            kind, {}
        ),
    )
    _fill(version)
    version.publish(by_id=publisher.pk, at=at, effective_from=at)
    version.save(update_fields=["state", "published_by", "published_at", "effective_from"])
    return version


def _fill(version: PolicyVersion) -> None:
    if version.kind == PolicyKind.APPROVAL:
        for position, row in enumerate(MATRIX, start=1):
            _add_rule(version, position, *row)
    elif version.kind == PolicyKind.TOLERANCE:
        MatchTolerance.objects.create(policy=version, scope="enterprise", **TOLERANCE)
    elif version.kind == PolicyKind.DUTY:
        DutyPair.objects.bulk_create(
            [DutyPair(policy=version, first=a, second=b, strength="hard") for a, b in HARD_PAIRS]
            + [DutyPair(policy=version, first=a, second=b, strength="role") for a, b in ROLE_PAIRS]
            + [
                DutyPair(policy=version, first=a, second=b, strength="compensated", countersign_days=5)
                for a, b in COMPENSATED_PAIRS
            ]
        )
    elif version.kind == PolicyKind.ROUTING:
        ExceptionRoute.objects.bulk_create(
            ExceptionRoute(policy=version, category=c, name=n, owner_role=r, due_hours=h) for c, n, r, h in ROUTES
        )


def _add_rule(
    version: PolicyVersion,
    position: int,
    name: str,
    documents: list[str],
    low: str | None,
    high: str | None,
    touchless: bool,  # noqa: FBT001 - a column of the table above
    without: list[str],
    stages: list[tuple[str, str, int]],
) -> None:
    rule = ApprovalRule.objects.create(
        policy=version,
        position=position,
        name=name,
        amount_from=Decimal(low) if low else None,
        amount_to=Decimal(high) if high else None,
        is_touchless=touchless,
        without_flags=[flag for flag in without if flag != "urgent"],
        urgent=False if "urgent" in without else None,
        document_types=documents,
    )
    ApprovalStage.objects.bulk_create(
        ApprovalStage(rule=rule, position=number, who=who, role=role, due_hours=hours)
        for number, (who, role, hours) in enumerate(stages, start=1)
    )
