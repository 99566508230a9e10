from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """The room of policies."""

    name = "policies"
