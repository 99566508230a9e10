"""Telling those we knew before about a change of their bank account (SU-2): never an address the change brought."""

import json
from dataclasses import asdict
from datetime import datetime
from html import escape

from foundation.models import Delivery
from foundation.services.letters import CONNECTION, Posted, plain, store_letters
from suppliers.models import BankChange, Supplier

SAYS = {
    "proposed": "A new bank account ending in {end} was proposed for {name}. Until it is checked the account we have "
    "stays in force and payments wait.",
    "approved": "The bank account ending in {end} for {name} was checked. It comes into force on {day}.",
    "in_force": "From now on we pay {name} to the bank account ending in {end}.",
}


def tell_known_contacts(change: BankChange, supplier: Supplier, what: str, *, at: datetime) -> int:
    """Write to the address of orders and to everybody who could sign in before; returns how many letters are new."""
    people = supplier.people.filter(is_active=True, user__date_joined__lt=change.created_at)
    addresses = {supplier.order_email, *people.values_list("user__email", flat=True)} - {""}
    day = f"{change.cooling_until:%d %B %Y}" if change.cooling_until else ""
    sentence = SAYS[what].format(end=change.account[-4:], name=plain(supplier.name), day=day)
    body = f"{sentence}\n\nIf this is not yours, call us at once and name {change.number}.\n"
    html = "".join(f"<p>{escape(part)}</p>" for part in body.strip().split("\n\n"))
    subject = f"Bank account of {plain(supplier.name)}: {change.number}"
    letters = [
        Delivery(
            connection=CONNECTION, message_type="letter", subject_type="supplier", subject_id=supplier.pk,
            subject_number=supplier.code, order_key=f"bank:{change.pk}:{address}"[:80],
            dedupe_key=f"bank:{change.pk}:{what}:{address}"[:120],
            body=json.dumps(asdict(Posted(address, subject, body, html))).encode(),
        )
        for address in sorted(addresses)
    ]  # fmt: skip
    return store_letters(letters, at)
