"""Records of suppliers: a second location, changes that wait for a second person, a merged record, a bill kept by a bank change."""

from datetime import timedelta

from config.demo.trade.cast import Cast
from foundation.journal import use_case
from foundation.selectors import system_user
from invoicing.models import Invoice, InvoiceState
from invoicing.services import match_invoices
from suppliers.decisions.master_data import DEFAULTS, Rule
from suppliers.models import Supplier
from suppliers.selectors import moving
from suppliers.services import (
    GivenSite,
    ProposedAccount,
    SupplierRow,
    Told,
    import_suppliers,
    merge_suppliers,
    propose_bank_change,
    propose_field_rule,
    tell_supplier,
    write_supplier_site,
)

SITES = (
    GivenSite("LEEDS", "Harrow Packaging, Leeds depot", orders="yes", serves=("LDS",), address="4 Canal Street, Leeds",
              country="GB", contact="Joan Firth", phone="+44 113 496 0011", email="leeds@harrow.example"),
    GivenSite("ACCOUNTS", "Harrow Packaging, accounts", payments="yes", address="PO Box 12, Harrow", country="GB",
              email="accounts@harrow.example"),
)  # fmt: skip


@use_case
def keep_records(cast: Cast) -> None:
    """Let sources contradict each other as they do, and a second record of Delta be one with the first."""
    elena, at = cast.people["demo.supplier.manager"], cast.now - timedelta(hours=5)
    harrow, delta = cast.suppliers["HARROW"], cast.suppliers["DELTA"]
    for site in SITES:
        write_supplier_site(supplier_id=harrow.pk, site_id=None, expected_version=None, given=site, actor=elena, at=at)
    tell_supplier(
        supplier_id=harrow.pk, actor=elena, at=at - timedelta(days=3),
        told=Told({"order_email": "sales@harrow.example", "address": "Unit 1, Harrow Way, Leeds"}, "portal"),
    )  # fmt: skip
    feed = Told({"order_email": "old@harrow.example", "payment_terms_days": "14"}, "erp", "vendor 70012, nightly feed")
    tell_supplier(supplier_id=harrow.pk, told=feed, actor=elena, at=at)
    rule = Rule(is_controlled=True, sources=DEFAULTS["address"].sources, required_in=("PACK",))
    propose_field_rule(field="address", expected_version=0, rule=rule, actor=elena, at=at)
    row = SupplierRow(2, "Delta Fixings (North) Ltd", "GB", "GBP", "DELTAN", delta.tax_id)
    import_suppliers(rows=[row], source="vendors-of-the-north.csv", dry_run=False, actor=elena, at=at)
    twin = Supplier.objects.get(code="DELTAN")
    delta.refresh_from_db()
    merge_suppliers(
        duplicate_id=twin.pk, survivor_id=delta.pk, seen=moving(twin, delta).seen, actor=elena,
        reason="One tax number: the northern branch has no books of its own", at=at,
    )  # fmt: skip


@use_case
def keep_a_bill(cast: Cast) -> None:
    """Propose another account for a supplier with a bill that waits for goods: now it waits for the change too."""
    bills = Invoice.objects.filter(state=InvoiceState.WAITING).exclude(supplier__code__in=("HARROW", "DELTA", "HARROP"))
    bill = bills.select_related("supplier").order_by("number").first()
    if bill is None:
        return
    wanted = ProposedAccount(bill.supplier.name, "GB", "GB33BUKB20201555555555", reason="We change our bank in spring")
    propose_bank_change(
        supplier_id=bill.supplier.pk, proposed=wanted, source="page", actor=cast.people["demo.supplier.manager"],
        at=cast.now - timedelta(hours=2),
    )  # fmt: skip
    match_invoices(invoice_ids=[bill.pk], actor=system_user("relay"), at=cast.now)
