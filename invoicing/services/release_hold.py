from datetime import datetime

from foundation import audit, duties, outbox
from foundation.documents import require_unchanged, touch
from foundation.errors import InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from invoicing import access
from invoicing.models import Hold, Invoice
from invoicing.selectors.orders import chains_of_orders
from invoicing.services.duty_checks import duties_of_release
from invoicing.services.hold_changes import case_key, closed
from invoicing.services.match_invoice import lock_for_match, match_invoice
from workflow.services import DoneOn, cure_case, record_duty, require_duty


@use_case
def release_hold(*, hold_id: int, expected_version: int | None, actor: User, reason: str, at: datetime) -> Invoice:
    """Let one difference pass, by a person with authority, and test the bill again at once (TM-9).

    The release covers the same cause up to the money it was about; more than that holds again. `expected_version` is
    the invoice's.

    :raises NotFoundError: no such hold.
    :raises InvalidError: no reason was given.
    :raises StaleError: the invoice changed since it was opened.
    :raises NotPermittedError: wrong duty, cure only, or who entered, received or ordered what is held (SD-1).
    """
    if not reason.strip():
        raise InvalidError(
            "reason_missing", "Say why this may pass; it stays with the invoice.", field="reason", value=""
        )
    invoice_id = Hold.objects.filter(pk=hold_id).values_list("invoice_id", flat=True).first()
    if invoice_id is None:
        raise NotFoundError("not_found", "There is no such hold.")
    locked = lock_for_match(invoice_id)
    invoice = locked.invoice
    require_unchanged(invoice, expected_version)
    hold = Hold.objects.select_for_update(of=("self",), no_key=True).get(pk=hold_id)
    require(access.can_release_hold(actor, invoice, hold))
    chains = [*chains_of_orders(order.pk for order in locked.orders), duties.chain_of("invoice", invoice.pk)]
    judged = [require_duty(duty=duty, person=actor, chains=chains, at=at) for duty in duties_of_release(hold.code)]
    hold.released_magnitude = hold.amount
    hold.release(by_id=actor.pk, at=at, reason=reason.strip()[:300])
    hold.version += 1
    hold.save(update_fields=["state", "closed_by", "closed_at", "reason", "released_magnitude", "version"])
    invoice.touched = True
    invoice.save(update_fields=["touched", *touch(invoice, by_id=actor.pk, at=at)])
    for one in judged:
        record_duty(
            judged=one,
            on=DoneOn("invoice", invoice.pk, invoice.number, invoice.site, hold.amount, invoice.currency),
            at=at,
        )
    audit.record(
        invoice, "release_hold", actor=actor, at=at, code=hold.code, amount=str(hold.amount), reason=hold.reason,
        line=hold.line_id,
    )  # fmt: skip
    cure_case(key=case_key(hold), outcome=f"Released by {actor}: {hold.reason}"[:300], at=at)
    outbox.publish(closed(hold, invoice, at=at, actor_id=actor.pk))
    return match_invoice(invoice_id=invoice.pk, actor=actor, at=at)
