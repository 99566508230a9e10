"""The answer to "may this person do this?": yes, or no with a reason a person can act on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Refuse with a public code and a sentence, or allow when the code is empty.

    A verdict is true when it allows, so `if can_approve(user, requisition):` reads as it should.
    """

    code: str = ""
    reason: str = ""

    def __bool__(self) -> bool:
        return not self.code


ALLOWED = Verdict()
