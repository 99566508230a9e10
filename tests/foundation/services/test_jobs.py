"""Long work (UX 7): slices, a worker that dies, work that fails, and what is kept."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from foundation import jobs, registries
from foundation.errors import DomainError, InvalidError
from foundation.models import AuditEvent, Job, Notice, User
from foundation.registries import Slice, Work
from foundation.services import cancel_job, do_slice, fail_job, forget_jobs, retry_job, start_job, take_up_jobs
from tests.factories import NOW, person


def count_to_three(params: dict[str, Any], reached: dict[str, Any], _at: datetime) -> Slice:
    """Count, one a slice; go wrong at the number that is asked for."""
    number = reached.get("number", 0) + 1
    if number == params.get("refuses"):
        raise InvalidError("no_further", "No further than this.")
    if number == params.get("breaks"):
        raise ZeroDivisionError
    return Slice({"number": number}, number, 3, "Counting", is_last=number == 3)


@pytest.fixture
def rita(db: None) -> Iterator[User]:
    registries.works.add(Work("count", count_to_three, lambda _user, _params: False, lambda _params: "/"))
    yield person("rita")
    registries.works.forget("count")


def asked(by: User, **params: Any) -> Job:
    return start_job(kind="count", title="Count to three", params=params, actor=by, at=NOW)


def now(job: Job) -> tuple[str, int, str]:
    job.refresh_from_db()
    return str(job.state), job.done, job.error


def test_job_is_done_in_slices_and_says_how_far_it_is(rita: User) -> None:
    job = asked(rita)

    assert do_slice(job_id=job.pk, at=NOW)
    half = (*now(job), job.phase, job.total)
    jobs.run(job.pk)

    assert half == ("running", 1, "", "Counting", 3)
    assert now(job) == ("done", 3, "")
    assert not do_slice(job_id=job.pk, at=NOW)
    assert list(AuditEvent.objects.filter(object_type="foundation.job").values_list("action", flat=True)) == [
        "ask_for_job", "start_job", "finish_job",
    ]  # fmt: skip


def test_what_the_work_refuses_is_what_a_person_reads(rita: User) -> None:
    job = asked(rita, refuses=3)

    jobs.run(job.pk)

    assert now(job) == ("failed", 2, "No further than this.")


def test_end_of_a_job_stands_behind_the_bell_of_who_asked(rita: User) -> None:
    good, bad, stopped = asked(rita), asked(rita, refuses=1), asked(rita)
    cancel_job(job_id=stopped.pk, actor=rita, at=NOW)

    for job in (good, bad, stopped):
        jobs.run(job.pk)

    assert list(Notice.objects.filter(person=rita).order_by("pk").values_list("sentence", "path")) == [
        ("Count to three is done.", f"/jobs/{good.pk}/"),
        ("Count to three failed. No further than this.", f"/jobs/{bad.pk}/"),
    ]


def test_error_of_ours_fails_the_job_and_not_the_worker(rita: User) -> None:
    broken, sound = asked(rita, breaks=2), asked(rita)

    assert jobs.work() == 2

    assert now(broken) == ("failed", 1, "Something went wrong on our side. Support can find it in the log.")
    assert now(sound) == ("done", 3, "")


def test_next_worker_goes_on_where_the_dead_one_was(rita: User) -> None:
    job = asked(rita)
    do_slice(job_id=job.pk, at=NOW)

    assert take_up_jobs(at=NOW + timedelta(seconds=10)) == []  # its worker may be at it
    assert take_up_jobs(at=NOW + timedelta(seconds=16)) == [job.pk]
    assert (now(job)[0], job.attempts, job.reached) == ("running", 1, {"number": 1})


def test_job_at_which_three_workers_died_has_failed_and_is_retried_by_a_person(rita: User) -> None:
    job = asked(rita)
    do_slice(job_id=job.pk, at=NOW)
    taken = [take_up_jobs(at=NOW + timedelta(minutes=minute)) for minute in (1, 2, 3)]

    assert taken == [[job.pk], [job.pk], []]
    assert now(job) == ("failed", 1, "The worker stopped 3 times while doing this. Ask support to look.")
    retry_job(job_id=job.pk, actor=rita, at=NOW)
    jobs.run(job.pk)
    assert now(job) == ("done", 3, "")


def test_worker_that_comes_further_is_forgiven_its_deaths(rita: User) -> None:
    job = asked(rita)
    do_slice(job_id=job.pk, at=NOW)
    take_up_jobs(at=NOW + timedelta(minutes=1))

    do_slice(job_id=job.pk, at=NOW + timedelta(minutes=1))

    job.refresh_from_db()
    assert job.attempts == 0


def test_stopped_job_does_no_more_and_goes_on_when_told(rita: User) -> None:
    job = asked(rita)
    do_slice(job_id=job.pk, at=NOW)
    cancel_job(job_id=job.pk, actor=rita, at=NOW)

    jobs.run(job.pk)
    stopped = now(job)
    retry_job(job_id=job.pk, actor=rita, at=NOW)
    jobs.run(job.pk)

    assert stopped == ("cancelled", 1, "")
    assert now(job) == ("done", 3, "")


@pytest.mark.parametrize(
    ("_case", "act", "code"),
    [
        ("stop what is done", lambda job, by: cancel_job(job_id=job.pk, actor=by, at=NOW), "job_ended"),
        ("retry what is done", lambda job, by: retry_job(job_id=job.pk, actor=by, at=NOW), "job_not_stopped"),
        ("work nobody knows", lambda _job, by: start_job(kind="x", title="X", params={}, actor=by, at=NOW), "work_missing"),
    ],
)  # fmt: skip
def test_refusals(rita: User, _case: str, act: Callable[[Job, User], object], code: str) -> None:
    job = asked(rita)
    jobs.run(job.pk)

    with pytest.raises(DomainError) as refused:
        act(job, rita)

    assert refused.value.code == code
    assert now(job) == ("done", 3, "")


def test_failing_what_is_done_changes_nothing(rita: User) -> None:
    job = asked(rita)
    jobs.run(job.pk)

    fail_job(job_id=job.pk, error="Too late", at=NOW)

    assert now(job) == ("done", 3, "")


def test_ended_jobs_are_kept_seven_days(rita: User) -> None:
    old, running = asked(rita), asked(rita)
    cancel_job(job_id=old.pk, actor=rita, at=NOW)

    assert forget_jobs(at=NOW + timedelta(days=7)) == 0
    assert forget_jobs(at=NOW + timedelta(days=7, seconds=1)) == 1
    assert list(Job.objects.all()) == [running]
