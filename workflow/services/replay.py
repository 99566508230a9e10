"""A version of the matrix is tried on what was decided already (AP-10)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from foundation import audit
from foundation.errors import ConflictError, InvalidError, StaleError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.registries import Slice
from foundation.selectors import base_currency
from foundation.services import start_job
from policies.access import can_read_policies
from policies.models import PolicyKind, PolicyVersion
from policies.selectors import build_matrix, fallback_role_of, today
from workflow.decisions.replay import Replay as Trial
from workflow.decisions.replay import Tally
from workflow.decisions.replay_summary import summary
from workflow.models import Replay, ReplayDifference
from workflow.selectors.replay import Place, count_past, medians_of, past_after

SLICE = 4_000  # documents; about a second
LONGEST_DAYS = 1_100  # three years
KIND = "replay"


@use_case
def start_replay(*, version_id: int, days: int, actor: User, at: datetime) -> Replay:
    """Ask for a replay of a version over the decisions of the last `days`; an earlier one of the version is dropped.

    :raises NotPermittedError: the person may not read policies.
    :raises InvalidError: the version is no approval matrix, or the period is not 1 to 1,100 days.
    :raises ConflictError: a replay of the version runs.
    """
    if actor.kind != User.Kind.SYSTEM:
        require(can_read_policies(actor))
    version = PolicyVersion.objects.select_for_update(of=("self",), no_key=True).get(pk=version_id)
    if version.kind != PolicyKind.APPROVAL:
        raise InvalidError("not_a_matrix", f"{version} routes no documents; only an approval matrix can be replayed.")
    if not 1 <= days <= LONGEST_DAYS:
        cure = f"Choose 1 to {LONGEST_DAYS:,} days."
        raise InvalidError("replay_days", f"A replay cannot look back {days} days. {cure}", field="days", value=days)
    _drop_earlier(version)
    replay = Replay.objects.create(
        policy=version, draft_version=version.version, days=days, since=at - timedelta(days=days), until=at,
        created_by=actor, created_at=at,
    )  # fmt: skip
    params = {"replay": replay.pk, "number": version.number}
    replay.job = start_job(kind=KIND, title=f"Replay {version} over {days} days", params=params, actor=actor, at=at)
    replay.save(update_fields=["job"])
    audit.record(version, "replay_version", actor=actor, at=at, days=days)
    return replay


def _drop_earlier(version: PolicyVersion) -> None:
    earlier = Replay.objects.select_for_update(of=("self",)).select_related("job").filter(policy=version).first()
    if earlier is None:
        return
    if earlier.job is not None and earlier.job.is_open:
        raise ConflictError("replay_running", f"A replay of {version} runs already. Wait for it, or stop it first.")
    rows = ReplayDifference.objects.filter(replay=earlier)
    rows._raw_delete(rows.db)  # noqa: SLF001 - nothing hangs on them, and they may be a hundred thousand
    earlier.delete()


def replay_slice(params: Mapping[str, Any], reached: Mapping[str, Any], at: datetime) -> Slice:
    """Take the next documents of a replay; part of the job's transaction.

    :raises StaleError: the version was changed since the replay began.
    """
    replay = Replay.objects.select_related("policy").get(pk=params["replay"])
    if replay.is_stale:
        raise StaleError("changed_since_opened", f"{replay.policy} was changed while it was replayed. Replay it again.")
    place = Place(datetime.fromisoformat(reached["at"]), reached["key"]) if reached else Place(replay.since, 0)
    total = reached["total"] if reached else count_past(replay.since, replay.until)
    matrix = build_matrix(replay.policy_id)
    world, roster = today(matrix)
    trial = Trial(
        matrix, roster, world.places, fallback_role_of(replay.policy), Tally.from_json(reached.get("tally", {}))
    )  # fmt: skip
    past, place = past_after(place, replay.until, SLICE)
    found = [(one.key, number) for one in past if (number := trial.take(one)) is not None]
    ReplayDifference.objects.bulk_create(
        [ReplayDifference(replay=replay, request_id=key, shift=number) for key, number in found], batch_size=2_000
    )
    tally = trial.tally
    is_last = len(past) < SLICE
    if is_last:
        medians, typical = medians_of(replay.since, replay.until)
        replay.result = {"currency": base_currency(), **summary(tally, medians, typical, roster)}
        replay.finished_at = at
        replay.save(update_fields=["result", "finished_at"])
    goes_on = {"at": place.opened_at.isoformat(), "key": place.key, "total": total, "tally": tally.to_json()}
    return Slice(goes_on, tally.documents, max(total, tally.documents), "Routing documents again", is_last=is_last)
