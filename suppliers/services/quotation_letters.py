"""Letters to suppliers about requests for quotation. None names another supplier, says how many are asked, or holds a price."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from foundation.models import Delivery
from foundation.services import Letter
from foundation.services.letters import store_letters, write_letter
from suppliers.models import QuotationInvitation, QuotationRequest

# What happened -> (subject, sentence, verb, closing).
SAYS: Mapping[str, tuple[str, str, str, str]] = {
    "invited": (
        "Please quote: {title}", "{house} asks you for a quotation, {number}.", "Open and answer",
        "Nobody at our side reads your prices before the closing time. You may change your answer until then.",
    ),
    "changed": (
        "{number} has changed: {title}", "What we ask in {number} has changed: {reason}", "Look and answer",
        "If you answered before, look whether it still holds and send it again.",
    ),
    "answered": ("{number}: a question is answered", "A question about {number} was answered.", "Read it", ""),
    "received": (
        "We have your answer to {number}", "Your answer to {number} reached us.", "Look or change it",
        "It stays sealed until the closing time. You may send another until then; the last one counts.",
    ),
    "declined": ("You do not quote for {number}", "You told us that you do not quote for {number}.", "Change your mind", ""),
    "cancelled": ("{number} is cancelled", "We buy nothing on {number}: {reason}", "Look at it", ""),
    "won": (
        "{number}: you are awarded {lines} of it", "We chose your quotation for {lines} of {number}.", "See what you won",
        "A contract or an order follows. Deliver nothing on this letter alone.",
    ),
    "lost": (
        "{number} is decided", "We decided {number} and did not choose your quotation this time.", "Look at it",
        "Thank you for quoting.",
    ),
}  # fmt: skip


def write_to_suppliers(
    request: QuotationRequest, invitations: Iterable[QuotationInvitation], what: str, *, at: datetime, key: str = "",
    reason: str = "", house: str = "", lines: Mapping[int, int] | None = None,
) -> int:  # fmt: skip
    """Store a letter to everybody of each invited supplier, once for `what` and `key`; returns how many are new.

    `lines` says how many lines each supplier won, by its id.
    """
    letters: list[Delivery] = []
    zone = request.site.time_zone
    due = request.closes_at.astimezone(ZoneInfo(zone))
    subject, sentence, verb, closing = SAYS[what]
    for invitation in invitations:
        won = (lines or {}).get(invitation.supplier_id, 0)
        words = {
            "number": request.number, "title": request.title, "reason": reason, "house": house or request.site.name,
            "lines": f"{won} line{'' if won == 1 else 's'}",
        }  # fmt: skip
        facts = [("What", request.title), ("For", request.site.name)]
        if what in {"invited", "changed", "answered", "received"}:
            facts.append(("Answer by", f"{due:%a} {due.day} {due:%b %Y %H:%M} ({zone})"))
        letter = Letter(
            subject=subject.format(**words), facts=tuple(facts), verb=verb, closing=closing,
        )  # fmt: skip
        supplier = invitation.supplier
        letters += [
            write_letter(
                address, letter, sentence=sentence.format(**words), subject=("supplier", supplier.pk, supplier.code),
                url=settings.PUBLIC_URL + reverse("portal_quotation", args=[request.number]),
                key=f"quotation:{invitation.pk}:{what}:{key}:{address}"[:120],
            )
            for address in _addresses(invitation)
        ]  # fmt: skip
    return store_letters(letters, at)


def _addresses(invitation: QuotationInvitation) -> list[str]:
    """Return the address of orders and those of everybody who may sign in for the supplier."""
    people = [held.user for held in invitation.supplier.people.all() if held.is_active and held.user.is_active]
    return sorted({invitation.supplier.order_email, *(person.email for person in people)} - {""})
