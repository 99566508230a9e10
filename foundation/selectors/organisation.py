from foundation.errors import NotFoundError
from foundation.models import Organisation


def organisation() -> Organisation:
    """Return the enterprise.

    :raises NotFoundError: the installation was never set up.
    """
    found = Organisation.objects.first()
    if found is None:
        raise NotFoundError("organisation_missing", "The organisation is not set up yet. Run the setup first.")
    return found


def base_currency() -> str:
    """Return the enterprise's base currency (ISO 4217), in which policy thresholds compare (MQ-1)."""
    return organisation().base_currency
