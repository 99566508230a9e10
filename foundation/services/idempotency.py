"""One effect for one request, however often it comes (R2). Source: RELIABILITY section 4."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from foundation.errors import ConflictError
from foundation.models import IdempotencyKey

KEPT = timedelta(days=90)
_CLAIM = """
insert into foundation_idempotencykey (principal_id, route, key, request_sha256, created_at, expires_at)
values (%s, %s, %s, %s, %s, %s)
on conflict (principal_id, route, key) do nothing
"""


def claim_key(*, principal_id: int, route: str, key: str, content: str, at: datetime) -> IdempotencyKey:
    """Take a key for this transaction, or return it with the answer it got; call it before anything else is done.

    A second request with the key waits here until the first has committed or given up.

    :param content: a hash of what is asked.
    :raises ConflictError: the key came before with other content.
    """
    sha = hashlib.sha256(content.encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [principal_id, route, key, sha, at, at + KEPT])
    claimed = IdempotencyKey.objects.get(principal_id=principal_id, route=route, key=key)
    if bytes(claimed.request_sha256) != sha:
        raise ConflictError(
            "same_id_other_content", "This key was already used for a request with other content.",
            field="Idempotency-Key", value=key,
            cure="Send the first content again to get its answer, or choose a new key for the new content.",
        )  # fmt: skip
    return claimed


def answer_key(*, claimed: IdempotencyKey, status_code: int, response: Mapping[str, Any]) -> None:
    """Keep the answer with the effect, in the transaction that claimed the key."""
    claimed.status_code, claimed.response = status_code, dict(response)
    claimed.save(update_fields=["status_code", "response"])


def forget_keys(*, at: datetime) -> int:
    """Delete keys that are no longer kept; returns how many."""
    return IdempotencyKey.objects.filter(expires_at__lt=at).delete()[0]
