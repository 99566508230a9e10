"""Runs many stories at once in the order of their instants, the relay and the sweeps in between."""

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from config.demo.trade import clock
from foundation import relay
from foundation.models import DomainEvent
from foundation.services import send_digests, turn_absences
from invoicing.tasks import sweep_waiting
from procurement.tasks import sweep_acknowledgments
from workflow.services import escalate_overdue, escalate_signatures, remind_overdue

# A story yields the instant at which it goes on; one that has not come when the play ends stays undone, and waits.
Story = Generator[datetime, None, None]
MOMENT = timedelta(seconds=40)


class Play:
    """The stage: one clock for all stories."""

    def __init__(self, after_each: Callable[[datetime], None] = lambda _at: None) -> None:
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._serial = count()
        self._after_each = after_each

    def add(self, story: Story, at: datetime) -> None:
        """Let a story begin at an instant."""
        heappush(self._waiting, (at, next(self._serial), story))

    def run(self, until: datetime) -> None:
        """Play everything up to an instant.

        :raises RuntimeError: a subscriber failed; the demo would begin with a fault in it.
        """
        while self._waiting and self._waiting[0][0] <= until:
            at, _, story = heappop(self._waiting)
            with clock.set_to(at):
                following = next(story, None)
                self.settle(at)
            if following is not None:
                self.add(story, max(following, at + MOMENT))

    def settle(self, at: datetime) -> None:
        """Tell the subscribers what happened; what they publish too."""
        while DomainEvent.objects.filter(done_at=None).update(available_at=at):
            if not relay.run_once():
                stuck = DomainEvent.objects.filter(done_at=None).order_by("pk").first()
                raise RuntimeError(f"{stuck}: {stuck.last_error if stuck else ''}")
        self._after_each(at)


def sweeps(at: list[datetime]) -> Story:
    """Do what the worker does by the clock: answers that are late, bills whose goods are late, reminders, ladders, absences, letters."""
    for instant in at:
        yield instant
        sweep_acknowledgments()
        sweep_waiting()
        turn_absences(at=instant)
        remind_overdue(at=instant)
        escalate_overdue(at=instant)
        escalate_signatures(at=instant)
        send_digests(at=instant)
