from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """The orchestration layer."""

    name = "workflow"

    def ready(self) -> None:
        """Furnish the ground's registries."""
        from foundation import registries  # noqa: PLC0415 - apps are ready only now
        from workflow import subscribers  # noqa: PLC0415 - apps are ready only now
        from workflow.selectors.invariants import invariants  # noqa: PLC0415 - apps are ready only now
        from workflow.web import furniture  # noqa: PLC0415 - apps are ready only now

        furniture.register()
        for kind, handler in (
            ("policies.draft.changed", subscribers.drop_publication_of),
            ("policies.version.published", subscribers.drop_publication_of),
            ("foundation.absence.began", subscribers.move_tasks_of),
            ("foundation.absence.ended", subscribers.move_tasks_of),
            ("foundation.duty.granted", subscribers.seat_anew_of),
            ("foundation.duty.revoked", subscribers.seat_anew_of),
            ("foundation.person.shut_out", subscribers.seat_anew_of),
            ("foundation.person.let_in", subscribers.seat_anew_of),
            ("workflow.step.seated_anew", subscribers.tell_seated_anew),
            ("workflow.task.moved", subscribers.tell_moved),
            ("workflow.step.opened", subscribers.tell_asked),
            ("workflow.step.informed", subscribers.tell_informed),
            ("workflow.step.escalated", subscribers.tell_escalated),
            ("workflow.step.added", subscribers.tell_added),
            (subscribers.STEP_DECIDED, subscribers.take_off_bells),
            (subscribers.REQUEST_CLOSED, subscribers.take_off_bells),
            (subscribers.REQUEST_CLOSED, subscribers.tell_publication),
            ("workflow.message.sent", subscribers.tell_of_message),
            ("workflow.signature.asked", subscribers.tell_signers),
            ("workflow.signature.closed", subscribers.tell_signed),
            ("workflow.case.opened", subscribers.tell_owners),
            ("workflow.case.rerouted", subscribers.tell_rerouted),
            ("workflow.case.assigned", subscribers.tell_assigned),
            ("workflow.case.closed", subscribers.tell_case_closed),
            ("workflow.follower.added", subscribers.tell_added_follower),
        ):
            registries.subscriptions.add(kind, handler)
        for kind in subscribers.FOLLOWED:
            registries.subscriptions.add(kind, subscribers.tell_followers)
        registries.invariants.add(*invariants())
