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
REFUSALS = {  # whole sentences, so that they can be said in other languages
    Act.ANSWER: "Your role does not let you answer orders. Ask an administrator of your company.",
    Act.BILL: "Your role does not let you send invoices. Ask an administrator of your company.",
    Act.BANK: "Your role does not let you change the bank account. Ask an administrator of your company.",
    Act.PROVE: "Your role does not let you send certificates. Ask an administrator of your company.",
    Act.WRITE: "Your role does not let you write messages. Ask an administrator of your company.",
    Act.PEOPLE: "Your role does not let you look after its people. Ask an administrator of your company.",
}


def acts_of(role: str) -> frozenset[Act]:
    """Return what a role may do; an unknown role nothing."""
    return ROLES.get(role, frozenset())


def leaves_nobody(role_before: str, role_after: str, other_administrators: int) -> bool:
    """Say whether a change takes the last administrator away; `role_after` is empty for who leaves."""
    return role_before == "administrator" != role_after and not other_administrators
