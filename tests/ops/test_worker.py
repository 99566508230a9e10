"""The worker's wiring: every task has a name, takes what a newer sender may add, and the clock rings only real tasks."""

import inspect

import pytest
from celery import Task

from config import celery

celery.app.loader.import_default_modules()
OURS = {name: task for name, task in celery.app.tasks.items() if not name.startswith("celery.")}


def test_clock_rings_every_task_and_no_other() -> None:
    rung = {entry["task"] for entry in celery.app.conf.beat_schedule.values()}

    assert rung == OURS.keys()


@pytest.mark.parametrize("name", sorted(OURS))
def test_task_takes_keywords_only_and_accepts_unknown_ones(name: str) -> None:
    task: Task = OURS[name]

    kinds = {parameter.kind for parameter in inspect.signature(task.run).parameters.values()}

    assert name.partition(".")[0] == task.__module__.partition(".")[0]
    assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
    assert inspect.Parameter.VAR_KEYWORD in kinds


def test_broker_takes_json_only_and_late_acknowledgment() -> None:
    conf = celery.app.conf

    assert (conf.accept_content, conf.task_serializer) == (["json"], "json")
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost) == (True, False)
    assert not conf.task_always_eager
