from django.apps import AppConfig


class ProcurementConfig(AppConfig):
    """The room of procurement."""

    name = "procurement"
