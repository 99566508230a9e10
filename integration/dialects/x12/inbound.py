"""X12 in: whatever sets a message holds, as canonical documents with every fault. Never raises on bad input."""

from collections.abc import Mapping

from integration.canonical import Decoded, Document, Fault
from integration.dialects.x12.acknowledgment import read_answer
from integration.dialects.x12.envelope import Interchange, Transaction, read
from integration.dialects.x12.functional import read_answers
from integration.dialects.x12.segments import EnvelopeError

NO_UNITS: Mapping[str, str] = {}


def decode(raw: bytes, units: Mapping[str, str] = NO_UNITS) -> Decoded:
    """Return the 855 and 997 sets of a message; other sets are faults. `units` is the partner's own unit codes."""
    try:
        found = read(raw)
    except EnvelopeError as error:
        return Decoded(faults=(Fault(error.code, error.message, error.position),))
    documents = [d for one in found for t in one.transactions if (d := _document(t, units)) is not None]
    faults = [fault for one in found for fault in one.all_faults()]
    if not any(one.transactions for one in found):
        faults.append(Fault("no_documents", "The message holds no transaction set."))
    first = found[0]
    return Decoded(
        documents=tuple(documents),
        faults=tuple(faults),
        control_number=first.control,
        sender=first.sender,
        receiver=first.receiver,
        envelope_key=" ".join(_key(one) for one in found)[:200],
        is_test=any(one.usage == "T" for one in found),
        groups=tuple(group for one in found for group in one.received()),
    )


def _key(interchange: Interchange) -> str:
    """Return the identity X12.5 gives an interchange: who, to whom, under which number."""
    return f"{interchange.sender}>{interchange.receiver}#{interchange.control}"


def _document(transaction: Transaction, units: Mapping[str, str]) -> Document | None:
    if transaction.code == "855":
        return read_answer(transaction, units)
    if transaction.code == "997":
        return read_answers(transaction)
    transaction.faults.append(
        Fault("set_not_taken", f"We take no {transaction.code[:6]} here.", "1/1", transaction.code[:6], cure="Send 855 or 997.")
    )  # fmt: skip
    return None
