"""What the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 - Django's signature
    """Return the demo strip's switch."""
    return {"demo": settings.DEMO}
