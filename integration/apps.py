from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    """The room of integration."""

    name = "integration"
