from django.db import transaction

from foundation.errors import NotFoundError
from foundation.models import Organisation

_known: list[str] = []


def organisation() -> Organisation:
    """Return the enterprise.

    :raises NotFoundError: the installation was never set up.
    """
    found = Organisation.objects.first()
    if found is None:
        raise NotFoundError("organisation_missing", "The organisation is not set up yet. Run the setup first.")
    return found


def base_currency() -> str:
    """Return the enterprise's base currency (ISO 4217), in which policy thresholds compare (MQ-1).

    It is set when the enterprise is founded and never changes, so a process remembers it once that is committed.
    """
    if not _known:
        code = organisation().base_currency
        transaction.on_commit(lambda: _known.append(code))
        return code
    return _known[0]


def forget() -> None:
    """Drop what the process remembers; tests empty the table it was read from."""
    _known.clear()
