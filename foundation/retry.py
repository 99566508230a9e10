"""What the database says when it refuses, and the one retry wrapper: serialization failures and deadlocks, three tries."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError

P = ParamSpec("P")
T = TypeVar("T")
RETRIABLE = {"40001", "40P01"}
TRIES = 3


def sqlstate(error: Exception) -> str:
    """Return the database's own code of an error, or nothing."""
    return str(getattr(error.__cause__, "sqlstate", None) or "")


def constraint_of(error: Exception) -> str:
    """Return the name of the constraint that refused a row, or nothing."""
    return str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or "")


def retry_transaction(function: Callable[P, T]) -> Callable[P, T]:
    """Run again when the database asks for it; put it outside `atomic`, around a whole use case."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if sqlstate(error) not in RETRIABLE or attempt == TRIES:
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    return run
