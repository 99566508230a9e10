"""How people are called, as a column: the same words as `str` of a person, without reading the person."""

from typing import Any

from django.db.models import TextField, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim


def called() -> Any:
    """Return the full name of a person, or the user name of one who has none, as an expression over `User`."""
    full = Trim(Concat("first_name", Value(" "), "last_name"))
    return Coalesce(NullIf(full, Value("")), "username", output_field=TextField())
