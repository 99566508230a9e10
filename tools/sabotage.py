"""Settings of a product without an inbox: every message seems new. The chaos run uses it to show that it can fail.

It is no switch of the product: a middleware, here only, replaces the identity a sender gave with a new one.
"""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from config.settings.dev import *  # noqa: F403 - settings modules extend one another
from config.settings.dev import MIDDLEWARE

IDENTITIES = ("key", "token")


class ForgetIdentity:
    """Gives each arrival a new identity."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as if nothing like it had come before."""
        if request.method == "POST" and request.content_type != "application/xml":
            sent = request.POST.copy()
            for name in IDENTITIES:
                if name in sent:
                    sent[name] = uuid.uuid4().hex
            request.POST = sent  # type: ignore[misc]  # the stubs know it as read only
        if "HTTP_IDEMPOTENCY_KEY" in request.META:
            request.META["HTTP_IDEMPOTENCY_KEY"] = uuid.uuid4().hex
        return self._get_response(request)


MIDDLEWARE = [*MIDDLEWARE, "tools.sabotage.ForgetIdentity"]
