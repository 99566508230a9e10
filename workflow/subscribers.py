"""What the orchestration layer does when it hears of something: tasks follow those who decide them."""

from foundation.models import DomainEvent
from workflow.services import move_tasks


def move_tasks_of(event: DomainEvent) -> None:
    """Move what waits for somebody who went away or came back, and what they hold for others."""
    move_tasks(person_id=int(event.payload["person_id"]), at=event.occurred_at)
