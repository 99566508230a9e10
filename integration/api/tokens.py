"""The token address, with a limit: a fixed window of a minute for each address, counted in each web process by itself.

The limit is no lock of a client by its name, so nobody can shut a client out by guessing; checking a secret is costly
on purpose, so the limit also guards the processor.
"""

import time
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import TokenView

from foundation.machine import problems
from foundation.machine.throttling import WINDOW
from foundation.web.typed import unusable


@method_decorator(csrf_exempt, name="dispatch")  # a machine has no page whose proof of origin it could send
class LimitedTokenView(TokenView):
    """Give a token for a client's id and secret; answer 429 beyond `TOKEN_CALLS_PER_MINUTE` from one address."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Count the call, then answer it."""
        address = get_adapter(request).get_client_ip(request)
        cache, key = caches["process"], f"tokens:{address}:{int(time.time()) // WINDOW}"
        cache.add(key, 0, timeout=2 * WINDOW)
        if int(cache.incr(key)) > settings.TOKEN_CALLS_PER_MINUTE:
            refused = problems.plain(429, "throttled", "Too many tokens were asked for from this address. Keep yours.")
            refused["Retry-After"] = str(WINDOW - int(time.time()) % WINDOW)
            return refused
        if unfit := unusable(request.POST):
            return JsonResponse({"error": "invalid_request", "error_description": unfit.message}, status=400)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer
