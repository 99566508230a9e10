"""What the pages ask an operator about a message."""

from dataclasses import dataclass

from integration.models import InboxMessage, InboxStatus

SETTLED = {InboxStatus.APPLIED, InboxStatus.SET_ASIDE, InboxStatus.RECEIVED}


@dataclass(frozen=True, slots=True)
class Question:
    """What an unknown word means: the label of its field and a hint."""

    label: str
    hint: str


_QUESTIONS = {
    "supplier_unknown": ("Which supplier of ours is {word}?", "Its code, such as ACME. Every bill with this id is then theirs."),
    "unit_unknown": ("What is {word} in our units?", "A unit code, such as EA or XCS. It then holds for this connection."),
    "item_unknown": ("Which item of ours is {word}?", "An item code. It then holds for this connection."),
    "currency_unknown": ("What is 1 {word} in our own currency?", "A rate, such as 0.85. It holds from today."),
}  # fmt: skip


def question_of(message: InboxMessage) -> Question | None:
    """Return what would cure a parked message, when a word of ours would."""
    faults = message.effect.get("faults", [])
    if message.status != InboxStatus.PARKED or not faults:
        return None
    asked, word = _QUESTIONS.get(faults[0]["code"]), faults[0].get("value", "")
    return Question(asked[0].format(word=word), asked[1]) if asked and word else None
