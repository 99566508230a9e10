from django.apps import AppConfig


class IntelligenceConfig(AppConfig):
    """The room of intelligence."""

    name = "intelligence"
