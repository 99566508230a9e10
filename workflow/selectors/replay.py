"""The frozen facts of a period, the pace of its approvers, and what a replay found (AP-10)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from foundation.selectors import clocks_by_site
from policies.models import PolicyKind, PolicyVersion
from workflow.decisions.replay import Past, Way, stored_way
from workflow.models import ApprovalDecision, ApprovalRequest, Replay, ReplayDifference

# A row comparison, so that the index on (opened_at, id) gives the next slice wherever it begins.
_SLICE = """
select id, opened_at, (facts - array['base_amount', 'chains', 'duty', 'siblings'])::text, (facts ->> 'base_amount')::numeric,
       requester_id, (decision ->> 'rule')::int, decision ->> 'rule_name', (decision -> 'stages')::text,
       (decision ->> 'touchless')::boolean, people::text
  from workflow_approvalrequest
 where (opened_at, id) > (%s, %s) and opened_at < %s and site_id is not null order by opened_at, id limit %s
"""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a replay came: the last document taken."""

    opened_at: datetime
    key: int


def count_past(since: datetime, until: datetime) -> int:
    """Return how many documents were routed in a period, its end excluded; matters of no site are not replayed."""
    return ApprovalRequest.objects.filter(site__isnull=False, opened_at__gte=since, opened_at__lt=until).count()


def past_after(place: Place, until: datetime, limit: int) -> tuple[list[Past], Place]:
    """Return the next documents in the order they were routed, and how far that is; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SLICE, [place.opened_at, place.key, until, limit])
        rows = cursor.fetchall()
    ways: dict[tuple[Any, ...], Way] = {}
    found = []
    for key, _opened, shape, amount, requester, *decision, people in rows:
        told = tuple(decision)
        if told not in ways:
            rule, name, stages, is_touchless = told
            ways[told] = stored_way(rule, name, stages, is_touchless=is_touchless)
        found.append(Past(key, _text(shape), amount, requester, ways[told], people or ""))
    return found, Place(rows[-1][1], rows[-1][0]) if rows else place


def _text(shape: Any) -> str:
    return shape if isinstance(shape, str) else json.dumps(shape)


def medians_of(since: datetime, until: datetime) -> tuple[dict[int, float], float]:
    """Return the median business hours from asking to deciding of each approver, and of all; one statement (MX-2).

    Zero where nobody decided anything in the period.
    """
    clocks = clocks_by_site()
    hours: dict[int, list[float]] = {}
    decisions = ApprovalDecision.objects.filter(
        step__request__site__isnull=False, decided_at__gte=since, decided_at__lt=until, step__opened_at__isnull=False
    )
    columns = ("actor_id", "step__request__site_id", "step__opened_at", "decided_at")
    for actor, site, opened, decided in decisions.values_list(*columns).iterator(chunk_size=5_000):
        hours.setdefault(actor, []).append(clocks[site].between(opened, decided) if decided > opened else 0.0)
    everybody = [one for mine in hours.values() for one in mine]
    return {actor: median(mine) for actor, mine in hours.items()}, median(everybody) if everybody else 0.0


def replay_of(policy: PolicyVersion) -> Replay | None:
    """Return the replay of a version with its job, if anybody asked for one."""
    return Replay.objects.filter(policy=policy).select_related("policy", "job", "created_by").first()


def matrix_with_replay(pk: int) -> tuple[PolicyVersion, Replay | None] | None:
    """Return an approval matrix and its replay; nothing for a version of another policy. One statement."""
    matrices = PolicyVersion.objects.filter(pk=pk, kind=PolicyKind.APPROVAL)
    policy = matrices.select_related("replay__job", "replay__created_by").first()
    return (policy, getattr(policy, "replay", None)) if policy else None


@dataclass(frozen=True, slots=True)
class ReplayFilters:
    """What a person wants to see of the differences; empty means all."""

    turns: str = ""
    shift: int | None = None
    q: str = ""


def differences_of(replay: Replay, filters: ReplayFilters) -> QuerySet[ReplayDifference]:
    """Return the differences of a replay with their requests."""
    rows = ReplayDifference.objects.filter(replay=replay).select_related("request__site")
    if filters.shift is not None:
        rows = rows.filter(shift=filters.shift)
    if filters.turns:
        turning = [n for n, shift in enumerate(replay.result.get("shifts", [])) if shift["turns"] == filters.turns]
        rows = rows.filter(shift__in=turning)
    if filters.q:
        rows = rows.filter(request__subject_number__istartswith=filters.q)
    return rows


@dataclass(frozen=True, slots=True)
class Shown:
    """A difference as a table shows it."""

    request: ApprovalRequest
    before: str
    after: str
    turns: str


def shown(replay: Replay, rows: Iterable[ReplayDifference]) -> Iterator[Shown]:
    """Yield differences with their routes in words."""
    shifts = replay.result["shifts"]
    for row in rows:
        kind = shifts[row.shift]
        yield Shown(row.request, kind["before"], kind["after"], kind["turns"])
