"""Probes for whatever runs the processes."""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.models import Heartbeat

WORKER_SILENCE = timedelta(minutes=3)


@require_safe
def livez(_request: HttpRequest) -> JsonResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Say whether the database answers, and how the worker does; only the database decides the status."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        beat = Heartbeat.objects.filter(name="worker").first()
    except DatabaseError:
        return JsonResponse({"status": "database does not answer"}, status=503)
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    worker = "ok" if beat and now - beat.at < WORKER_SILENCE else "silent"
    return JsonResponse({"status": "ok", "worker": worker})


urlpatterns = [path("livez", livez, name="livez"), path("readyz", readyz, name="readyz")]
