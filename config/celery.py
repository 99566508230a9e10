"""The worker's side of the house: how Celery runs, and what it does by the clock.

The broker only wakes; what must not be lost is a row in PostgreSQL, and a sweep rings again for every row that is not
done. Source: RELIABILITY section 3, where each setting below was measured or read.
"""

import logging
import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

from django.conf import settings

from config import broker

RELAY_EVERY = 2  # seconds; what a lost wake-up can cost
MINUTE = 60
HOUR = 3600

broker.install()
app = Celery("crossdock")


def _filesystem_transport() -> dict[str, Any]:
    """Return the options of the broker for one machine and one worker, which needs nothing installed."""
    home = settings.DATA_DIR / "mq"
    for name in ("queue", "control"):
        (home / name).mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(home / "queue"),
        "data_folder_out": str(home / "queue"),
        "control_folder": str(home / "control"),
        "polling_interval": 0.2,
    }


def _transport() -> dict[str, Any]:
    if not settings.CELERY_BROKER_URL:
        return _filesystem_transport()
    if settings.CELERY_BROKER_URL.startswith("amqp"):
        return {"confirm_publish": True}
    return {"visibility_timeout": 300, "unacked_restore_interval": 10, "unacked_restore_throttle": 1}


app.conf.update(
    broker_url=settings.CELERY_BROKER_URL or "filesystem://",
    broker_transport_options=_transport(),
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=5,
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=False,  # our rows count attempts
    task_acks_on_failure=True,
    task_acks_on_timeout=True,  # the sweep brings the work back, not the broker
    task_soft_time_limit=50,
    task_time_limit=60,
    task_publish_retry=False,  # a publisher that cannot reach the broker goes on: the sweep rings again
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=500,
    worker_max_memory_per_child=300_000,  # kilobytes
    worker_soft_shutdown_timeout=30.0,
    worker_enable_soft_shutdown_on_idle=True,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    timezone="UTC",
    enable_utc=True,
)
app.autodiscover_tasks()


def _every(task: str, seconds: int, **keywords: Any) -> dict[str, Any]:
    """Return a beat entry; a firing that waited longer than its own interval is dropped, the next one does the work."""
    return {"task": task, "schedule": seconds, "kwargs": keywords, "options": {"expires": max(seconds, 10)}}


app.conf.beat_schedule = {
    "relay": _every("foundation.relay", RELAY_EVERY),
    "long work": _every("foundation.work", RELAY_EVERY),
    "deliveries": _every("integration.deliver", RELAY_EVERY),
    "inbox": _every("integration.apply_inbox", RELAY_EVERY),
    "chase": _every("integration.chase", MINUTE),
    "contracts": _every("suppliers.sweep_contracts", HOUR),
    "certificates": _every("suppliers.sweep_certificates", HOUR),
    "held decisions": _every("workflow.take_decisions", RELAY_EVERY),
    "price lists": _every("suppliers.put_price_lists_in_force", HOUR),
    "reminders": _every("workflow.sweep_reminders", MINUTE),
    "ladders": _every("workflow.climb_ladders", MINUTE),
    "signatures": _every("workflow.sweep_signatures", MINUTE),
    "cooling_off": _every("suppliers.end_cooling_off", MINUTE),
    "quotations": _every("suppliers.close_quotations", MINUTE),
    "answers": _every("procurement.sweep_acknowledgments", MINUTE),
    "combined orders": _every("procurement.place_combined", MINUTE),
    "answer copies": _every("procurement.mail_answers", 15),
    "goods overdue": _every("invoicing.sweep_waiting", MINUTE),
    "new limits": _every("invoicing.sweep_new_limits", HOUR),
    "settled orders": _every("invoicing.sweep_settled", HOUR),
    "left cleared": _every("invoicing.sweep_cleared", MINUTE),
    "invariants": {
        "task": "workflow.check_invariants",
        "schedule": crontab(hour=2, minute=30),
        "options": {"expires": 60 * MINUTE},
    },
    "budgets": {  # after the invariants, which say what drifted before this mends it
        "task": "procurement.recount_budgets",
        "schedule": crontab(hour=3, minute=0),
        "options": {"expires": 60 * MINUTE},
    },
    "measures": _every("intelligence.read_events", MINUTE),
    "letters": _every("integration.deliver_letters", RELAY_EVERY),
    "digests": _every("foundation.send_digests", MINUTE),
    "absences": _every("foundation.turn_absences", MINUTE),
    "old keys": _every("foundation.forget_keys", HOUR),
    "old notices": _every("foundation.forget_notices", HOUR),
    "old jobs": _every("foundation.forget_jobs", HOUR),
    "heartbeat": _every("foundation.heartbeat", MINUTE, name="worker"),
}


@setup_logging.connect
def _keep_our_logging(**_unknown: Any) -> None:
    """Leave logging to the settings, and the ticking of the clock out of it.

    A connected receiver is what stops Celery from setting up its own.
    """
    for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)


@worker_ready.connect
def _show_life(**_unknown: Any) -> None:
    """Send the first heartbeat through the broker, so that a worker counts as alive only when work reaches it."""
    app.send_task("foundation.heartbeat", kwargs={"name": "worker"})
