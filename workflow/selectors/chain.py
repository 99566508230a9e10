"""A request's chain as the services judge it: stages, who sits in them, what was said. The request's lock holds it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, CharField, Exists, ExpressionWrapper, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, JSONObject

from foundation.models import DutyRecord, RoleAssignment
from policies.models import StageWho
from workflow.decisions.ladder import ROLE_ABOVE, WIDER
from workflow.decisions.stages import ABOVE, APPROVED, FALLBACK, REJECTED, Matter, Seat, outcome
from workflow.models import ApprovalDecision, ApprovalRequest, ApprovalStep, StepAssignee, StepState
from workflow.selectors.routing import fallback_role

_BOOL = BooleanField()
_BY_ROLE = (StageWho.SITE_ROLE, StageWho.REGION_ROLE, StageWho.ENTERPRISE_ROLE)
_SETTLES = {ABOVE, FALLBACK}  # whose word ends the stage


@dataclass(slots=True)
class Place:
    """Somebody who sits in a stage; `owner` is whose voice it is, `holds` whether that role is still held."""

    pk: int
    person: int
    owner: int
    why: str
    holds: bool = True

    @property
    def seat(self) -> Seat:
        """Return it as the rules read it."""
        return Seat(self.person, self.owner, self.why)


@dataclass(frozen=True, slots=True)
class Said:
    """A decision: who, for whom if not for themselves, and what."""

    step: int
    actor: int
    on_behalf_of: int | None
    verdict: str


@dataclass(slots=True)
class Chain:
    """A request with its stages in order, the places in each by its key, and every decision so far."""

    request: ApprovalRequest
    steps: list[ApprovalStep]
    places: dict[int, list[Place]]
    said: list[Said]
    done: frozenset[tuple[str, int]] | None = None
    created: list[StepAssignee] = field(default_factory=list)

    def open_steps(self) -> list[ApprovalStep]:
        """Return the stages that are open now."""
        return [step for step in self.steps if step.state == StepState.OPEN]

    def spent(self) -> set[int]:
        """Return everybody whose voice was given in this request, by themselves or by somebody for them (AP-4)."""
        return {pk for said in self.said for pk in (said.actor, said.on_behalf_of) if pk is not None}

    def decided_at(self, step: ApprovalStep) -> set[int]:
        """Return who decided at a stage."""
        return {said.actor for said in self.said if said.step == step.pk}

    def place(self, step: ApprovalStep, person: int) -> Place | None:
        """Return where somebody sits in a stage."""
        return next((place for place in self.places[step.pk] if place.person == person), None)

    def ends(self, step: ApprovalStep) -> str:
        """Return how a stage ends by what was said: approved, rejected, or nothing yet (AP-2)."""
        places = {place.person: place for place in self.places[step.pk]}
        voices = {place.owner for place in places.values() if place.why not in _SETTLES}
        yes: set[int] = set()
        no: set[int] = set()
        for said in self.said:
            place = places.get(said.actor) if said.step == step.pk else None
            if place is None:
                continue
            if place.why in _SETTLES:
                return APPROVED if said.verdict == APPROVED else REJECTED
            (yes if said.verdict == APPROVED else no).add(place.owner)
        return outcome(step.completion, step.percent, len(voices), len(yes), len(no))

    def matter(self, pairs: Any) -> Matter:
        """Return what is decided about; the duties done on it must have been read."""
        facts = self.request.facts
        return Matter(
            facts["duty"], facts["site"], self.request.base_amount, self.request.requester_id, self.done or frozenset(),
            pairs,
        )  # fmt: skip


def load_chain(request: ApprovalRequest) -> Chain:
    """Return the chain of a locked request; one statement."""
    return next(load_chains([request]))


def load_chains(requests: Sequence[ApprovalRequest]) -> Iterator[Chain]:
    """Yield the chains of locked requests; one statement for all of them."""
    by_request: dict[int, list[Any]] = {request.pk: [] for request in requests}
    steps = ApprovalStep.objects.filter(request__in=by_request).annotate(
        sitting=ArraySubquery(_sitting(requests)), said=ArraySubquery(_said())
    )
    for step in steps.order_by("request", "position"):
        by_request[step.request_id].append(step)
    for request in requests:
        found = by_request[request.pk]
        places = {
            step.pk: [Place(p["pk"], p["person"], p["owner"], p["why"], p["holds"]) for p in step.sitting]
            for step in found
        }
        said = sorted((one["pk"], step.pk, one) for step in found for one in step.said)
        yield Chain(
            request, found, places, [Said(step, one["actor"], one["voice"], one["verdict"]) for _, step, one in said]
        )


def _said() -> Any:
    """Return what was decided at a stage."""
    columns = JSONObject(pk="pk", actor="actor_id", voice="on_behalf_of_id", verdict="verdict")
    return ApprovalDecision.objects.filter(step=OuterRef("pk")).order_by("pk").values(one=columns)


def _sitting(requests: Sequence[ApprovalRequest]) -> Any:
    """Return who sits in a stage, and whether the role that made them be asked is still held by whose voice it is."""
    fallbacks = {request.policy_id: fallback_role(request.policy) for request in requests}
    fallback = Case(
        *(When(step__request__policy=pk, then=Value(role)) for pk, role in fallbacks.items()), output_field=CharField()
    )
    rows = StepAssignee.objects.filter(step=OuterRef("pk")).annotate(
        owner=Coalesce("for_person_id", "person_id"),
        scope=Case(
            When(why=FALLBACK, then=Value(StageWho.ENTERPRISE_ROLE.value)),
            *_one_level_up("scope"),
            default=F("step__who"),
        ),
        role=Case(When(why=FALLBACK, then=fallback), *_one_level_up("role"), default=F("step__role")),
    )
    held = RoleAssignment.objects.annotate(
        scope=ExpressionWrapper(OuterRef("scope"), output_field=CharField()),
    ).filter(
        Q(scope=StageWho.SITE_ROLE, site=OuterRef("step__request__site"))
        | Q(scope=StageWho.REGION_ROLE, region=OuterRef("step__request__site__region"), site=None)
        | Q(scope=StageWho.ENTERPRISE_ROLE, region=None, site=None),
        user=OuterRef("owner"),
        role=OuterRef("role"),
    )
    holds = ~Q(scope__in=_BY_ROLE) | ~Q(why__in=["asked", "deputy", ABOVE, FALLBACK]) | Exists(held)
    columns = JSONObject(
        pk="pk", person="person_id", owner="owner", why="why", holds=ExpressionWrapper(holds, output_field=_BOOL)
    )
    return rows.order_by("pk").values(place=columns)


def _one_level_up(column: str) -> list[When]:
    """Return where, or in which role, somebody asked one level up must hold it (AP-5)."""
    scopes = {"region": StageWho.REGION_ROLE.value, "enterprise": StageWho.ENTERPRISE_ROLE.value}
    found = [
        When(why=ABOVE, step__role=below, then=Value(scopes[scope] if column == "scope" else role))
        for below, (scope, role) in ROLE_ABOVE.items()
    ]
    if column == "scope":
        found += [
            When(why=ABOVE, step__who=f"{narrow}_role", then=Value(scopes[wide])) for narrow, wide in WIDER.items()
        ]
    return found


def read_done(chains: Sequence[Chain]) -> None:
    """Read what was done on the documents of many chains; one statement."""
    names = {name for chain in chains for name in chain.request.facts["chains"]}
    done: dict[str, set[tuple[str, int]]] = {name: set() for name in names}
    for name, duty, person in DutyRecord.objects.filter(chain__in=names).values_list("chain", "duty", "person_id"):
        done[name].add((duty, person))
    for chain in chains:
        chain.done = frozenset(pair for name in chain.request.facts["chains"] for pair in done[name])
