"""What each role may do at a site. Data in code: changing it is a release, assigning roles is not."""

from foundation.models import Role

VIEW, REQUEST, APPROVE = "view_documents", "request_spend", "approve_spend"
ORDER, RECEIVE = "place_orders", "receive_goods"
ENTER_INVOICES, RELEASE_HOLDS = "enter_invoices", "release_holds"

SITE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.REQUESTER: frozenset({VIEW, REQUEST}),
    Role.RECEIVER: frozenset({VIEW, RECEIVE}),
    Role.SITE_MANAGER: frozenset({VIEW, REQUEST, APPROVE}),
    Role.REGION_MANAGER: frozenset({VIEW, APPROVE}),
    Role.CATEGORY_MANAGER: frozenset({VIEW, APPROVE}),
    Role.FINANCE_DIRECTOR: frozenset({VIEW, APPROVE}),
    Role.BUYER: frozenset({VIEW, ORDER}),
    Role.PAYABLES: frozenset({VIEW, ENTER_INVOICES}),
    Role.PAYABLES_LEAD: frozenset({VIEW, RELEASE_HOLDS}),
    Role.SUPPLIER_MANAGER: frozenset({VIEW}),
    Role.POLICY_ADMIN: frozenset(),
    Role.INTEGRATION_ENGINEER: frozenset({VIEW}),
    Role.USER_ADMIN: frozenset(),
    Role.EXECUTIVE: frozenset({VIEW}),
    Role.AUDITOR: frozenset({VIEW}),
}

# Decisions that a deputy may take for somebody away (AP-5), by duty.
DELEGATED: dict[str, str] = {
    "approve_requisition": "Approve requisitions",
    "approve_order": "Approve orders and their changes",
    "approve_supplier": "Approve suppliers",
    "approve_bank_change": "Approve bank changes",
    "publish_policy": "Publish policies",
}
