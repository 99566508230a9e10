from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    """The integration layer."""

    name = "integration"

    def ready(self) -> None:
        """Furnish the ground's registries."""
        from oauth2_provider.signals import app_authorized  # noqa: PLC0415 - apps are ready only now

        from foundation import registries  # noqa: PLC0415 - apps are ready only now
        from foundation.registries import subscriptions  # noqa: PLC0415 - apps are ready only now
        from integration import subscribers  # noqa: PLC0415 - apps are ready only now
        from integration.selectors.invariants import invariants  # noqa: PLC0415 - apps are ready only now
        from integration.web import furniture  # noqa: PLC0415 - apps are ready only now

        app_authorized.connect(subscribers.note_client, dispatch_uid="integration.clients")
        subscriptions.add("invoicing.invoice.released", subscribers.hand_to_erp)
        subscriptions.add("procurement.order.issued", subscribers.send_order)
        subscriptions.add("procurement.order.changed", subscribers.send_order)
        furniture.register()
        registries.invariants.add(*invariants())
