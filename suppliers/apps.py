from django.apps import AppConfig


class SuppliersConfig(AppConfig):
    """The room of suppliers."""

    name = "suppliers"

    def ready(self) -> None:
        """Let a supplier's requests read their own record, and nothing else of the room."""
        from foundation.guards import fence  # noqa: PLC0415 - models are ready only now

        fence("suppliers_supplier", using="id = %(me)s")
