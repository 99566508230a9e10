"""How often a client may ask: a fixed window of a minute, counted in each web process by itself.

The count needs nothing outside the process, so that a lost cache or broker closes no door.
"""

import time
from typing import Any

from django.conf import settings
from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

WINDOW = 60  # seconds


class ClientThrottle(BaseThrottle):
    """Refuse with 429 what an application asks beyond `API_CALLS_PER_MINUTE`."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the call."""
        del view
        application = getattr(request.auth, "application_id", None)
        if application is None:
            return True
        cache, key = caches["process"], f"calls:{application}:{int(time.time()) // WINDOW}"
        cache.add(key, 0, timeout=2 * WINDOW)
        return int(cache.incr(key)) <= settings.API_CALLS_PER_MINUTE

    def wait(self) -> float:
        """Return the seconds until the next window."""
        return WINDOW - time.time() % WINDOW
