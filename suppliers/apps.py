from django.apps import AppConfig


class SuppliersConfig(AppConfig):
    """The room of suppliers."""

    name = "suppliers"
