"""`migrate` as Django does it, in a third of the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db import models
from django_fsm import FSMFieldMixin

from config.management.preparation import rare_collections


class Command(migrate.Command):
    """Django's own command, spared of what historical models do not need."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate."""
        with rare_collections(), _plain_state_fields():
            super().handle(*args, **options)


@contextmanager
def _plain_state_fields() -> Iterator[None]:
    """Let state fields of historical models look for no transitions: they have none.

    django-fsm hangs a receiver on every field it ever sees; each class made calls all of them, and every operation of a
    migration makes dozens of classes.
    """
    looking = FSMFieldMixin.contribute_to_class

    def contribute(self: Any, cls: type[models.Model], name: str, **options: Any) -> None:
        if cls.__module__ == "__fake__":  # Django's name for the models of migrations
            super(FSMFieldMixin, self).contribute_to_class(cls, name, **options)
        else:
            looking(self, cls, name, **options)

    FSMFieldMixin.contribute_to_class = contribute  # put back below
    try:
        yield
    finally:
        FSMFieldMixin.contribute_to_class = looking
