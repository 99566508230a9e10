from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """The orchestration layer."""

    name = "workflow"

    def ready(self) -> None:
        """Furnish the ground's registries."""
        from foundation import registries  # noqa: PLC0415 - apps are ready only now
        from workflow.selectors.invariants import invariants  # noqa: PLC0415 - apps are ready only now
        from workflow.subscribers import move_tasks_of  # noqa: PLC0415 - apps are ready only now
        from workflow.web import furniture  # noqa: PLC0415 - apps are ready only now

        furniture.register()
        for kind in ("foundation.absence.began", "foundation.absence.ended"):
            registries.subscriptions.add(kind, move_tasks_of)
        registries.invariants.add(*invariants())
