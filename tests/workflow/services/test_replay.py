"""AP-10 and AP-11 on real rows: a replay asked for, done in slices, stale, cancelled; decisions told from the command line."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from foundation import jobs
from foundation.errors import DomainError
from foundation.models import Job
from foundation.services import cancel_job, take_up_jobs
from policies.models import PolicyVersion
from policies.selectors import version_in_force
from tests.factories import NOW, Company, company, submitted
from tests.policies.factories import MANAGER, add_rule, clear, draft
from tests.workflow.factories import LARGE, MIDDLE, SMALL, approve
from workflow.models import ApprovalRequest, Replay, ReplayDifference
from workflow.selectors.replay import medians_of
from workflow.services import replay, start_replay

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def made(db: None, monkeypatch: pytest.MonkeyPatch) -> Company:
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)
    return company()


def in_force() -> PolicyVersion:
    return version_in_force("approval", NOW)


def loose(made: Company) -> PolicyVersion:
    """Draft a matrix that lets up to 3,000 pass and asks the site manager above."""
    version = add_rule(made, clear(made, draft(made)), "Small", amount_to=3000, is_touchless=True)
    return add_rule(made, version, "Rest", MANAGER, amount_from=3000)


def done(made: Company, version: PolicyVersion, days: int = 90) -> Replay:
    begun = start_replay(version_id=version.pk, days=days, actor=made.polly, at=LATER)
    jobs.run(begun.job_id or 0)
    return Replay.objects.get(pk=begun.pk)


def test_version_in_force_over_its_own_decisions_changes_nothing(made: Company) -> None:
    for basket in (SMALL, MIDDLE, LARGE):
        submitted(made, basket)

    found = done(made, in_force())

    assert (found.result["documents"], found.result["different"], found.result["shifts"]) == (3, 0, [])
    assert found.finished_at == LATER
    assert not ReplayDifference.objects.exists()


def test_draft_tells_who_gains_and_loses_work_and_which_documents(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "SLICE", 2)  # so that it takes more than one
    middle, large = submitted(made, MIDDLE), submitted(made, LARGE)
    submitted(made, SMALL)

    found = done(made, loose(made))

    assert {k: found.result[k] for k in ("documents", "different", "touchless_before", "touchless_after", "nobody")} == {
        "documents": 3, "different": 2, "touchless_before": 1, "touchless_after": 2, "nobody": 0,
    }  # fmt: skip
    assert found.result["newly_touchless"] == {"count": 1, "amount": "2400.00"}
    assert [(r["name"], r["before"], r["after"]) for r in found.result["load"]] == [
        ("Mona", 2, 1), ("Regina", 1, 0),
    ]  # fmt: skip
    numbers = found.differences.order_by("pk").values_list("request__subject_number", flat=True)
    assert list(numbers) == [middle.number, large.number]
    assert found.job is not None
    assert (found.job.state, found.job.done, found.job.total) == ("done", 3, 3)


class Killed(BaseException):
    """The worker's process is gone; nothing of it is caught."""


def test_replay_whose_worker_was_killed_in_the_middle_ends_as_if_nothing_had_happened(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "SLICE", 2)
    for basket in (MIDDLE, LARGE, SMALL, MIDDLE, LARGE):
        submitted(made, basket)
    version = loose(made)
    whole = done(made, version)
    listed = list(whole.differences.order_by("pk").values_list("request_id", "shift"))
    begun = start_replay(version_id=version.pk, days=90, actor=made.polly, at=LATER)
    really = replay.past_after
    calls = iter(range(9))

    def killed_in_the_second(*args: Any) -> Any:
        found = really(*args)
        if next(calls) == 1:
            raise Killed
        return found

    monkeypatch.setattr(replay, "past_after", killed_in_the_second)
    with pytest.raises(Killed):
        jobs.run(begun.job_id or 0)
    left = Job.objects.get(pk=begun.job_id)
    again = take_up_jobs(at=LATER + timedelta(seconds=16))
    jobs.run(begun.job_id or 0)

    ended = Replay.objects.get(pk=begun.pk)
    assert (left.state, left.done) == ("running", 2)
    assert again == [begun.job_id]
    assert ended.result == whole.result
    assert list(ended.differences.order_by("pk").values_list("request_id", "shift")) == listed


def test_hours_come_from_each_approvers_own_median(made: Company) -> None:
    first, second = submitted(made, MIDDLE), submitted(made, MIDDLE)
    approve(first, made.mona)
    approve(second, made.mona)
    for number, hours in enumerate((2, 30)):  # NOW is a Tuesday 09:00; 30 hours later is Wednesday 15:00, 16 worked
        step = ApprovalRequest.objects.order_by("pk")[number].steps.get()
        step.decisions.update(decided_at=NOW + timedelta(hours=hours))

    medians, typical = medians_of(NOW - timedelta(days=1), NOW + timedelta(days=3))

    assert medians == {made.mona.pk: 9.0}  # between 2 and 16
    assert typical == 9.0


def test_documents_outside_the_period_are_not_looked_at(made: Company) -> None:
    submitted(made, MIDDLE)
    ApprovalRequest.objects.update(opened_at=NOW - timedelta(days=40))

    assert done(made, in_force(), days=30).result["documents"] == 0
    assert done(made, in_force(), days=60).result["documents"] == 1


@pytest.mark.parametrize(
    ("_case", "ask", "code"),
    [
        ("no day", lambda m: start_replay(version_id=in_force().pk, days=0, actor=m.polly, at=LATER), "replay_days"),
        ("too far", lambda m: start_replay(version_id=in_force().pk, days=1101, actor=m.polly, at=LATER), "replay_days"),
        ("no matrix", lambda m: start_replay(version_id=draft(m, "duty").pk, days=9, actor=m.polly, at=LATER), "not_a_matrix"),
        ("not their business", lambda m: start_replay(version_id=in_force().pk, days=9, actor=m.rita, at=LATER), "not_your_role"),
    ],
)  # fmt: skip
def test_replay_is_refused(made: Company, _case: str, ask: Callable[[Company], object], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        ask(made)

    assert refused.value.code == code
    assert not Job.objects.exists()


def test_second_replay_waits_for_the_first_and_then_replaces_it(made: Company) -> None:
    version = loose(made)
    submitted(made, MIDDLE)
    first = start_replay(version_id=version.pk, days=90, actor=made.polly, at=LATER)

    with pytest.raises(DomainError) as refused:
        start_replay(version_id=version.pk, days=30, actor=made.petra, at=LATER)
    jobs.run(first.job_id or 0)
    second = done(made, version, days=30)

    assert refused.value.code == "replay_running"
    assert [(r.pk, r.days) for r in Replay.objects.all()] == [(second.pk, 30)]
    assert ReplayDifference.objects.count() == 1


def test_draft_changed_while_it_is_replayed_ends_the_replay_with_the_reason(made: Company) -> None:
    version = loose(made)
    begun = start_replay(version_id=version.pk, days=90, actor=made.polly, at=LATER)
    add_rule(made, version, "More", MANAGER, amount_from=9000)

    jobs.run(begun.job_id or 0)

    job = Job.objects.get()
    assert (job.state, job.error) == ("failed", f"{version} was changed while it was replayed. Replay it again.")
    assert Replay.objects.get().finished_at is None


def test_draft_changed_afterwards_makes_the_replay_stale(made: Company) -> None:
    version = loose(made)
    fresh = done(made, version).is_stale

    add_rule(made, version, "More", MANAGER, amount_from=9000)

    assert (fresh, Replay.objects.get().is_stale) == (False, True)


def test_cancelled_replay_does_nothing_more(made: Company) -> None:
    begun = start_replay(version_id=loose(made).pk, days=90, actor=made.polly, at=LATER)
    cancel_job(job_id=begun.job_id or 0, actor=made.polly, at=LATER)

    jobs.run(begun.job_id or 0)

    assert (Job.objects.get().state, Replay.objects.get().finished_at) == ("cancelled", None)


def policy(*args: str) -> tuple[int, str]:
    """Run the command; return how it ended and what it said."""
    out, ends = StringIO(), 0
    try:
        call_command("policy", *args, stdout=out, stderr=StringIO())
    except SystemExit as ended:
        ends = int(ended.code or 0)
    return ends, out.getvalue()


def test_command_replays_and_lists_documents(made: Company) -> None:
    middle = submitted(made, MIDDLE)
    version = loose(made)

    ends, said = policy("replay", "--number", str(version.number), "--days", "365", "--json")

    told = json.loads(said)
    assert (ends, told["documents"], told["different"]) == (0, 1, 1)
    assert told["differences"] == [
        {"document": middle.number, "amount": "2400.0000", "currency": "GBP",
         "before": "row 2: Middle", "after": "row 1: Small, touchless"} | {"before": told["shifts"][0]["before"]}
    ]  # fmt: skip


def test_command_ends_with_1_when_a_draft_leaves_documents_to_nobody(made: Company) -> None:
    submitted(made, MIDDLE)
    version = add_rule(made, clear(made, draft(made)), "Small", amount_to=500, is_touchless=True)

    assert policy("replay", "--number", str(version.number))[0] == 1
    ends, said = policy("analyse", "--number", str(version.number), "--json")

    assert ends == 1
    assert "gap" in [finding["code"] for finding in json.loads(said)["findings"]]


def test_command_analyses_what_is_in_force(made: Company) -> None:
    ends, said = policy("analyse", "--json")

    assert (ends, json.loads(said)["version"]) == (0, in_force().label)


def test_command_explains_a_document_in_words(made: Company) -> None:
    middle = submitted(made, MIDDLE)
    approve(middle, made.mona)

    ends, said = policy("explain", middle.number.lower())

    assert ends == 0
    for words in (f"{middle.number}, ", "the first row of approval/1 that takes it", "Site manager of Leeds (Mona): Mona approved",
                  "Nearest change: ", "Decided again it comes out the same."):  # fmt: skip
        assert words in said


def test_command_explain_ends_with_1_when_the_decision_was_tampered_with(made: Company) -> None:
    middle = submitted(made, MIDDLE)
    kept = ApprovalRequest.objects.get()
    kept.decision["touchless"] = True
    kept.save(update_fields=["decision"])

    ends, said = policy("explain", middle.number)

    assert (ends, "differs in touchless" in said) == (1, True)


@pytest.mark.parametrize("question", [("explain", "REQ-0"), ("replay", "--days", "0"), ("analyse", "--number", "99")])
def test_command_ends_with_2_on_a_wrong_question(made: Company, question: tuple[str, ...]) -> None:
    assert policy(*question)[0] == 2
