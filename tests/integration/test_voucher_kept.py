"""SU-2: a voucher that is stored already stays here while the supplier's bank account is being changed."""

import pytest

from foundation.models import Delivery
from foundation.relay import drain
from integration.services import claim_due, send_delivery
from invoicing.services import receive_invoice
from suppliers.models import BankChange, Supplier
from suppliers.services import refuse_bank_change
from tests.factories import NOW, Company, an_issued_order, company, receive_all
from tests.integration.factories import now, way_out
from tests.invoicing.factories import bill_for
from tests.suppliers.factories import proposed
from tests.suppliers.services.test_merge_suppliers import merge

pytestmark = pytest.mark.django_db


def stored(made: Company) -> Delivery:
    """Return the voucher of a bill of Acme's that was released."""
    way_out()
    order = an_issued_order(made, ("SW-500", "10"))
    receive_all(made, order)
    command = bill_for(order, supplier_number="A-1", invoice_date=NOW.date())
    receive_invoice(command=command, actor=made.acme_person, at=NOW)
    drain()
    return Delivery.objects.get(message_type="voucher")


def refuse(made: Company, change: BankChange) -> None:
    refuse_bank_change(
        change_id=change.pk, expected_version=change.version, actor=made.lena, reason="They know of nothing", at=NOW
    )


def test_stored_voucher_waits_for_the_bank_change_and_goes_after_it() -> None:
    made = company()
    voucher = stored(made)
    change = proposed(made)

    during = claim_due(at=now())
    refuse(made, change)

    assert (during, claim_due(at=now())) == ([], [voucher.pk])


def test_change_of_the_record_that_stands_for_the_supplier_keeps_it_too() -> None:
    made = company()
    stored(made)
    merge(made, made.acme, made.bolt)
    proposed(made, supplier=Supplier.objects.get(code="BOLT"))

    assert claim_due(at=now()) == []


def test_change_proposed_between_claim_and_sending_keeps_it_untried() -> None:
    made = company()
    voucher = stored(made)
    claimed = claim_due(at=now())
    proposed(made)

    sent = send_delivery(delivery_id=voucher.pk, at=now())

    voucher.refresh_from_db()
    assert (claimed, sent) == ([voucher.pk], False)
    assert (voucher.state, voucher.attempts, voucher.claimed_at, voucher.last_error) == ("waiting", 0, None, "")
