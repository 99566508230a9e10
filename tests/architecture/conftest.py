"""Both sides of the company with one of everything, built once for each file of laws that asks for it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.architecture import matrix
from tests.architecture.objects import Houses, furnish
from tests.architecture.who import everybody
from tests.factories import company


@pytest.fixture(scope="module")
def houses(django_db_setup: None, django_db_blocker: Any) -> Iterator[Houses]:
    """Build both sides of the company once."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            made = company()
            built = furnish(made, everybody(made))
            built.untouched = matrix.documents()
            yield built
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
