"""What is stored to be sent and stays here for the time being."""

from django.db.models import Exists, OuterRef, Q

from invoicing.models import Invoice
from suppliers.models import BankChange
from suppliers.selectors.bank import WAITING


def kept_back() -> Q:
    """Return which deliveries wait: a voucher of a company whose bank account is being changed (SU-2)."""
    changing = BankChange.objects.filter(state__in=WAITING).filter(
        Q(supplier=OuterRef("supplier"))
        | Q(supplier=OuterRef("supplier__merged_into"))
        | Q(supplier__merged_into=OuterRef("supplier"))
    )
    bills = Invoice.objects.filter(Exists(changing), pk=OuterRef("subject_id"))
    return Q(Exists(bills), message_type="voucher")
