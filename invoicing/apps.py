from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    """The room of invoicing."""

    name = "invoicing"
