from django.apps import AppConfig


class IntelligenceConfig(AppConfig):
    """The room of intelligence: measures of the process from its recorded events."""

    name = "intelligence"

    def ready(self) -> None:
        """Furnish the ground's registries."""
        from intelligence.web import furniture  # noqa: PLC0415 - models are ready only now

        furniture.register()
