"""The codes that rules may name, with their words. Rows store codes; pages and findings show words."""

from collections.abc import Iterable, Mapping

DOCUMENT_TYPES: Mapping[str, str] = {
    "requisition": "Requisition", "order": "Purchase order", "change": "Change order",
    "price_exception": "Price exception", "supplier": "Supplier registration",
    "supplier_spend": "Supplier spend authorisation", "bank_change": "Bank change", "policy": "Policy publication",
    "price_list": "Price list", "supplier_change": "Change of a supplier's record",
}  # fmt: skip
# What a row takes that names no documents: what the matrix was written for first. Every other matter is taken by name only.
SPENDING = frozenset({"requisition", "order", "change"})
# Matters of the whole enterprise: they have no site and no lines. Those in `CATEGORISED` have categories all the same.
SITELESS = frozenset({"supplier", "supplier_spend", "supplier_change", "bank_change", "policy", "price_list"})
CATEGORISED = frozenset({"supplier", "supplier_spend", "price_list"})
SPEND_KINDS: Mapping[str, str] = {"catalogue": "Catalogue", "non_stock": "Non-stock goods", "service": "Service"}
FLAGS: Mapping[str, str] = {
    "off_contract": "Off contract",
    "price_above_contract": "Price above contract",
    "not_preferred": "Not the preferred supplier",
    "supplier_not_active": "Supplier not active",
    "restricted_category": "Restricted category",
    "possible_split": "Possible split",
    "free_text": "Free text",
    "free_text_in_catalogue": "Free text that the catalogue has",
    "no_source": "No source",
    "price_unknown": "Price unknown",
    "changed_after_approval": "Changed after approval",
    "over_budget": "Over budget",
    "urgent": "Urgent",
}
SUPPLIER_STATES: Mapping[str, str] = {
    "requested": "Requested", "invited": "Invited", "registered": "Registered", "screened": "Screened",
    "qualified": "Qualified", "active": "Active", "restricted": "Restricted", "blocked": "Blocked",
    "offboarded": "Offboarded", "merged": "Merged",
}  # fmt: skip
AUTHORITIES: Mapping[str, str] = {
    "contract": "Contract price", "catalogue": "Catalogue price", "buyer": "Source chosen by a buyer",
    "typed": "Price as typed", "none": "No source",
}  # fmt: skip
SUPPLIER_RISKS: Mapping[str, str] = {"low": "Low", "medium": "Medium", "high": "High"}
CONTRACT_COVERAGES: Mapping[str, str] = {
    "full": "Every line under contract", "part": "Some lines under contract", "none": "No line under contract",
}  # fmt: skip
BUDGET_STATES: Mapping[str, str] = {"within": "Within budget", "over": "Over budget", "none": "No budget"}
DELTAS: Mapping[str, str] = {
    "amount": "Amount", "unit_price": "Unit price", "quantity": "Quantity", "supplier": "Supplier", "item": "Item",
    "site": "Site", "terms": "Terms", "category": "Category",
}  # fmt: skip
DUTIES: Mapping[str, str] = {
    "request": "Raise a requisition",
    "approve_requisition": "Approve a requisition",
    "create_order": "Create an order",
    "approve_order": "Approve an order",
    "receive": "Receive goods",
    "enter_invoice": "Enter an invoice",
    "release_hold": "Release an invoice hold",
    "release_quantity_hold": "Release a quantity hold",
    "release_price_hold": "Release a price hold",
    "propose_bank_change": "Propose a bank change",
    "approve_bank_change": "Approve a bank change",
    "propose_supplier": "Propose a supplier",
    "approve_supplier": "Approve a supplier",
    "approve_price_list": "Approve a price list",
    "write_quotation": "Write a request for quotation",
    "award_quotation": "Award a quotation above the limit",
    "draft_policy": "Draft a policy",
    "publish_policy": "Publish a policy",
}
LIMITS: Mapping[str, tuple[str, str]] = {
    "price_up_percent": ("Price above the order", "%"),
    "price_up_absolute": ("Price above the order, per unit", "order currency"),
    "price_down_percent": ("Price below the order", "%"),
    "price_down_absolute": ("Price below the order, per unit", "order currency"),
    "quantity_percent": ("Billed above received", "%"),
    "quantity_absolute": ("Billed above received, quantity", "base units"),
    "quantity_value": ("Billed above received, value", "order currency"),
    "total_absolute": ("Totals that do not add up", "invoice currency"),
    "over_receipt_percent": ("Received above ordered", "%"),
}
SWITCHES: Mapping[str, tuple[str, str]] = {
    "combine": ("Combine lines into one order", "for one supplier, site, currency and terms"),
    "combine_until": (
        "Combine what is approved until",
        "hour at the site, such as 15:00, when it goes out; left empty, nothing waits",
    ),
    "auto_issue": ("Send orders without a touch", "as soon as every line has its authority"),
    "price_drift_percent": ("Price drift before ordering", "percent; more sends the line back to approval"),
    "change_percent": (
        "Change of an order without a new approval",
        "percent above what was approved, of the amount, a price or a quantity; 0 asks again for every raise",
    ),
    "price_list_rise_percent": ("A price list may raise a price by", "percent; more needs a second person"),
    "price_list_fall_percent": ("A price list may lower a price by", "percent; more needs a second person"),
    "ack_quantity_percent": ("Confirmed quantity may differ by", "percent of the quantity asked for"),
    "ack_price_percent": ("Confirmed price may be higher by", "percent of the price asked for"),
    "ack_late_days": ("Confirmed date may be later by", "calendar days"),
    "block_submission": ("Flags that stop submission", "the requester mends them first"),
    "block_approval": ("Flags that stop the final approval", "somebody mends them before the last approver agrees"),
    "budget_mode": ("A need above its budget", "what follows when it is submitted (RQ-6)"),
    "bank_cooling_days": ("A new bank account cools off for", "calendar days; none for a supplier's first account"),
    "bank_contact_days": ("Who is called back is known for", "calendar days before the change was proposed"),
    "award_limit": (
        "Quotations awarded by who wrote them, up to",
        "amount in the base currency; above it another person awards (SO-4)",
    ),
    "fallback_role": ("Fallback owner", "decides what nobody else may"),
    "ladder": (
        "Ladder of people",
        "asked besides, each time the stage's hours have passed again; fallback owner last; none, only a reminder",
    ),
}


RUNGS: Mapping[str, str] = {
    "manager": "The manager of who has not decided",
    "above": "The role one level up",
    "fallback": "The fallback owner",
}


def words(code: str, *vocabularies: Mapping[str, str]) -> str:
    """Return the words of a code, or the code itself with spaces when no vocabulary has it."""
    return next((known[code] for known in vocabularies if code in known), code.replace("_", " "))


def listed(names: Iterable[str], join: str = "and", most: int = 4) -> str:
    """Write names as a list a person reads; beyond `most` they are counted."""
    rows = list(names)
    if len(rows) > most:
        rows = [*rows[: most - 1], f"{len(rows) - most + 1} more"]
    return f" {join} ".join([", ".join(rows[:-1]), rows[-1]]) if len(rows) > 1 else "".join(rows)
