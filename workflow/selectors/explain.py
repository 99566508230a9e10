"""Why a document was routed as it was, in words (AP-11)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from foundation.errors import NotFoundError
from foundation.models import Category, User
from workflow.decisions.then import read_then
from workflow.models import ApprovalRequest
from workflow.selectors.redecided import decided_again
from workflow.selectors.requests import chain_parts

NEAREST = "Nearest change: "


@dataclass(frozen=True, slots=True)
class StageTold:
    """A stage with the people asked and what they said."""

    rule: str
    label: str
    state: str
    people: tuple[str, ...]
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A routed document. `different` names the parts of its decision that come out otherwise now: none when it holds."""

    number: str
    document: str
    state: str
    amount: Decimal | None  # document currency
    currency: str
    version: str
    is_touchless: bool
    reasons: tuple[str, ...]
    nearest_change: str
    stages: tuple[StageTold, ...]
    different: tuple[str, ...]
    people: tuple[str, ...] = ()  # who stood where when it asked


def explained(number: str) -> tuple[Explained, ...]:
    """Return every routing of a document, newest first: it is asked again after a change (AP-7).

    :raises NotFoundError: no document of this number was ever routed.
    """
    requests = ApprovalRequest.objects.filter(subject_number__iexact=number.strip()).select_related("policy")
    told = tuple(_told(request) for request in requests.prefetch_related(*chain_parts()).order_by("-pk"))
    if not told:
        raise NotFoundError("not_found", f"No document {number.strip()} was ever sent for approval.")
    return told


def approvals_of(subject_type: str, subject_ids: Any, most: int) -> list[ApprovalRequest]:
    """Return the newest approval of each document, at most so many; `subject_ids` may be a query. One statement."""
    requests = ApprovalRequest.objects.filter(subject_type=subject_type, subject_id__in=subject_ids)
    return list(requests.order_by("subject_id", "-pk").distinct("subject_id")[:most])


def _told(request: ApprovalRequest) -> Explained:
    lines = [str(line) for line in request.decision["explanation"]]
    return Explained(
        number=request.subject_number, document=request.title, state=str(request.state), amount=request.amount,
        currency=request.currency, version=request.policy.label, is_touchless=request.is_touchless,
        reasons=tuple(line for line in lines if not line.startswith(NEAREST)),
        nearest_change=next((line for line in lines if line.startswith(NEAREST)), ""),
        stages=tuple(
            StageTold(
                step.rule, step.label, str(step.state), tuple(str(a) for a in step.assignees.all()),
                tuple(f"{d.who} {d.get_verdict_display().lower()} {d.decided_at:%Y-%m-%d %H:%M}" for d in step.decisions.all()),
            )
            for step in request.steps.all()
        ),
        different=decided_again(request),
        people=people_words(request),
    )  # fmt: skip


def people_words(request: ApprovalRequest) -> tuple[str, ...]:
    """Say who stood where when a document asked: managers with limits, owners, managers of categories. Two statements."""
    if request.people is None:
        return ()
    then = read_then(request.people)
    keys = {pk for pk, _ in then.climb} | set(then.owners) | {pk for pk in then.managers.values() if pk}
    names = {person.pk: str(person) for person in User.objects.filter(pk__in=keys)} if keys else {}
    called = dict(Category.objects.filter(code__in=then.managers).values_list("code", "name")) if then.managers else {}
    climb = ", ".join(
        f"{names.get(pk, 'somebody who left')} ({'no limit given' if limit is None else f'up to {limit:,.2f}'})"
        for pk, limit in then.climb
    )
    owners = ", ".join(names.get(pk, "somebody who left") for pk in then.owners)
    managed = ", ".join(
        f"{called.get(code, code)}: {names.get(pk or 0, 'nobody who could sign in')}"
        for code, pk in sorted(then.managers.items())
    )
    lines = (
        ("Managers above the requester then", climb),
        ("Cost-centre owners then", owners),
        ("Category managers then", managed),
    )
    return tuple(f"{label}: {words}." for label, words in lines if words)
