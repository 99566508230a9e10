"""What somebody of a supplier may do for their company at the portal; everybody reads everything.

Source: SU-4.
"""

from enum import StrEnum


class Act(StrEnum):
    """Something done for the company; reading is no act."""

    ANSWER = "answer"  # orders, and what follows from them: ship notices, quotations
    BILL = "bill"
    BANK = "bank"
    PROVE = "prove"  # certificates
    WRITE = "write"  # a message on a document
    PEOPLE = "people"  # who else acts for the company, and its profile


ROLES: dict[str, frozenset[Act]] = {
    "administrator": frozenset(Act),
    "orders": frozenset({Act.ANSWER, Act.PROVE, Act.WRITE}),
    "money": frozenset({Act.BILL, Act.BANK, Act.WRITE}),
    "reader": frozenset(),
}
WORDS = {
    Act.ANSWER: "answer orders", Act.BILL: "send invoices", Act.BANK: "change the bank account", Act.PROVE: "send certificates",
    Act.WRITE: "write messages", Act.PEOPLE: "look after its people",
}  # fmt: skip


def acts_of(role: str) -> frozenset[Act]:
    """Return what a role may do; an unknown role nothing."""
    return ROLES.get(role, frozenset())


def leaves_nobody(role_before: str, role_after: str, other_administrators: int) -> bool:
    """Say whether a change takes the last administrator away; `role_after` is empty for who leaves."""
    return role_before == "administrator" != role_after and not other_administrators
