from django.apps import AppConfig


class ProcurementConfig(AppConfig):
    """The room of requisitions, orders, answers and receipts."""

    name = "procurement"

    def ready(self) -> None:
        """Furnish the ground's registries."""
        from foundation import guards, registries  # noqa: PLC0415 - apps are ready only now
        from foundation.purchases import purchases  # noqa: PLC0415 - apps are ready only now
        from foundation.registries import subscriptions  # noqa: PLC0415 - apps are ready only now
        from procurement import subscribers  # noqa: PLC0415 - apps are ready only now
        from procurement.portal.fences import FENCES  # noqa: PLC0415 - apps are ready only now
        from procurement.selectors.invariants import invariants  # noqa: PLC0415 - apps are ready only now
        from procurement.selectors.purchases import bought_of  # noqa: PLC0415 - apps are ready only now
        from procurement.web import furniture  # noqa: PLC0415 - apps are ready only now

        told = ("approved", "rejected", "returned", "reduced")
        for kind, handler in (
            ("procurement.requisition.approved", subscribers.order_what_was_approved),
            ("policies.budget.changed", subscribers.count_budgets_anew),
            ("procurement.acknowledgment.review", subscribers.ask_buyer_about_answer),
            ("procurement.acknowledgment.applied", subscribers.close_buyer_task),
            ("procurement.acknowledgment.decided", subscribers.close_buyer_task),
            ("procurement.order.answer_overdue", subscribers.tell_buyer_of_silence),
            ("procurement.order.cancelled", subscribers.close_silence),
            ("procurement.order.closed", subscribers.close_silence),
            ("suppliers.quotation.awarded", subscribers.take_up_awards),
            ("procurement.order.issued", subscribers.tell_askers),
            ("procurement.order.issued", subscribers.mail_to_supplier),
            ("procurement.order.changed", subscribers.mail_to_supplier),
            ("procurement.order.changed", subscribers.close_answer_to_old_version),
            ("procurement.order.changed", subscribers.tell_of_change),
            ("procurement.change.proposed", subscribers.close_answer_that_is_asked_about),
            ("procurement.change.ended", subscribers.ask_buyer_again),
            ("procurement.change.ended", subscribers.tell_what_became_of_change),
            *((f"procurement.requisition.{done}", subscribers.tell_requester) for done in told),
        ):
            subscriptions.add(kind, handler)
        furniture.register()
        for table, grants in FENCES.items():
            guards.fence(table, **grants)
        registries.invariants.add(*invariants())
        if bought_of not in purchases:
            purchases.append(bought_of)
