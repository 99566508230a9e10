from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The wiring; last, so that what it installs after migrate sees every room."""

    name = "config"
