from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """The room of workflow."""

    name = "workflow"
