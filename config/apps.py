from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The wiring; last, so that what it installs after migrate sees every room."""

    name = "config"

    def ready(self) -> None:
        """Register the checks of the settings."""
        from config import checks  # noqa: F401, PLC0415 - apps are ready only now
