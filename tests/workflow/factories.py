"""Approvals seen from the people who decide."""

import threading
from collections.abc import Callable
from decimal import Decimal

from django.db import connections

from foundation.errors import DomainError
from foundation.models import Role, User
from foundation.services import grant_role
from procurement.models import Requisition
from procurement.services import approve_requisition, reject_requisition
from tests.factories import NOW, Company, person
from workflow.models import ApprovalRequest

LARGE = ("SW-500", "200")  # 9,600: site manager, then region manager
MIDDLE = ("SW-500", "50")  # 2,400: site manager
SMALL = ("SW-500", "10")  # 480: touchless


def approve(requisition: Requisition, actor: User, seen_hash: str | None = None) -> Requisition:
    return approve_requisition(
        pk=requisition.pk, expected_version=None, seen_hash=seen_hash, actor=actor, reason="", at=NOW
    )


def reject(requisition: Requisition, actor: User, reason: str = "Not needed") -> Requisition:
    return reject_requisition(
        pk=requisition.pk, expected_version=None, seen_hash=None, actor=actor, reason=reason, at=NOW
    )


def another_manager(made: Company, name: str = "mark") -> User:
    made.people[name] = person(name)
    grant_role(user=made.people[name], role=Role.SITE_MANAGER, site=made.leeds, actor=None, at=NOW)
    return made.people[name]


def asked() -> ApprovalRequest:
    return ApprovalRequest.objects.latest("pk")


def chain() -> list[tuple[str, list[str]]]:
    """Return each stage's state and the people asked."""
    return [
        (str(step.state), sorted(a.person.username for a in step.assignees.all()))
        for step in asked().steps.order_by("position")
    ]


def at_once(jobs: list[Callable[[], object]]) -> list[object]:
    """Run the jobs in threads that start together; return what each returned, or the code it was refused with."""
    gate, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = jobs[place]()
        except DomainError as error:
            results[place] = error.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def managers_with_limits(made: Company) -> None:
    """Put Mona (up to 1,000), Regina (up to 2,400) and Frank above one another, and Rita below Mona."""
    made.rita.manager, made.mona.manager, made.regina.manager = made.mona, made.regina, made.frank
    made.hugo.manager = made.regina
    made.mona.approval_limit, made.regina.approval_limit = Decimal(1000), Decimal(2400)
    for user in (made.rita, made.hugo, made.mona, made.regina):
        user.save()
