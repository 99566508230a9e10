"""A fingerprint of the whole company, to show that two of the same date are alike to the byte."""

import hashlib
from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models

# Chance and the clock of recording: identities of messages, salted passwords, when a row was written and by what process,
# pauses between tries that spread on purpose, and the audit chain's hashes, which are over such instants.
ASIDE = {
    "at", "recorded_at", "prev_hash", "hash", "msg_id", "password", "claimed_at", "claimed_by", "date_joined",
    "next_attempt_at", "done_at", "available_at", "applied_at", "secret", "read_at", "seen_xid",
}  # fmt: skip
# Letters carry signed links, and notices the id of their event.
APART = {"foundation_delivery": "connection <> 'letters'"}
ASIDE_OF = {"foundation_notice": {"source"}}
# Django's own, and what names rows by chance.
NOT_OURS = ("auth", "contenttypes", "sessions", "admin", "oauth2_provider", "account", "mfa", "usersessions")


def fingerprints() -> dict[str, str]:
    """Return table by table a digest of all rows, what is recorded about the recording aside."""
    return {model._meta.db_table: _digest(model) for model in _models()}  # noqa: SLF001 - Django's own way


def _models() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        options = model._meta  # noqa: SLF001 - Django's own way
        if options.managed and not options.proxy and options.app_label not in NOT_OURS:
            yield model


def _digest(model: type[models.Model]) -> str:
    options = model._meta  # noqa: SLF001 - Django's own way
    aside = ASIDE | ASIDE_OF.get(options.db_table, set())
    where = APART.get(options.db_table, "true")
    kept = [field.column for field in options.concrete_fields if field.name not in aside]
    columns = ", ".join(f'"{column}"' for column in kept)
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        cursor.execute(f'select {columns} from "{options.db_table}" where {where} order by {columns}')  # noqa: S608 - our own names
        for row in cursor:
            found.update(repr([bytes(x) if isinstance(x, memoryview) else x for x in row]).encode())
    return found.hexdigest()[:16]
