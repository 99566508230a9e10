from django.apps import AppConfig

SETTLES = (
    "invoicing.invoice.posted", "invoicing.invoice.voided", "procurement.goods_receipt.posted", "procurement.change.ended",
)  # fmt: skip
SUPPLIER_MOVED = (
    "suppliers.supplier.blocked", "suppliers.supplier.activated", "suppliers.supplier.restricted",
    "suppliers.bank_change.proposed", "suppliers.bank_change.ended",
)  # fmt: skip


class InvoicingConfig(AppConfig):
    """The room of invoicing."""

    name = "invoicing"

    def ready(self) -> None:
        """Subscribe to what concerns bills, and fence the tables suppliers may see."""
        from foundation import registries  # noqa: PLC0415 - apps are ready only now
        from foundation.guards import fence  # noqa: PLC0415 - models are ready only now
        from foundation.registries import subscriptions  # noqa: PLC0415 - models are ready only now
        from invoicing import subscribers  # noqa: PLC0415 - models are ready only now
        from invoicing.selectors.invariants import invariants  # noqa: PLC0415 - apps are ready only now
        from invoicing.web import furniture  # noqa: PLC0415 - models are ready only now

        for table in ("invoice", "invoiceline", "invoicecharge"):
            fence(f"invoicing_{table}", insert=True)
        for table in ("invoicematch", "hold"):
            fence(f"invoicing_{table}")
        furniture.register()
        subscriptions.add("invoicing.invoice.received", subscribers.match_received)
        subscriptions.add("invoicing.invoice.cleared", subscribers.release_cleared)
        subscriptions.add("invoicing.invoice.voided", subscribers.match_again_after_void)
        for kind in subscribers.REMATCH:
            subscriptions.add(kind, subscribers.match_again_for_order)
        subscriptions.add("policies.version.published", subscribers.match_again_under_new_limits)
        for kind in SETTLES:
            subscriptions.add(kind, subscribers.close_settled)
        for kind in SUPPLIER_MOVED:
            subscriptions.add(kind, subscribers.match_again_for_supplier)
        registries.invariants.add(*invariants())
