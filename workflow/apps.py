from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """The orchestration layer."""

    name = "workflow"

    def ready(self) -> None:
        """Furnish the ground's registries."""
        from foundation import registries  # noqa: PLC0415 - apps are ready only now
        from workflow.selectors.invariants import invariants  # noqa: PLC0415 - apps are ready only now
        from workflow.web import furniture  # noqa: PLC0415 - apps are ready only now

        furniture.register()
        registries.invariants.add(*invariants())
