"""What the tests of the ground share."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_earlier_attempts() -> None:
    """Forget how often earlier tests signed in or asked for a password: all come from one address, and it is counted."""
    cache.clear()
