"""Who names a row of the ground, so that nothing is changed under the documents that stand on it."""

from collections.abc import Iterator

from django.db.models import Field, Model, QuerySet, Value


def uses_of(row: Model, *, but: tuple[type[Model], ...] = (), **besides: Model) -> list[str]:
    """Return the kinds of rows that name a row, in the trade's words and in order; one statement.

    Upper rooms are found by their foreign keys, so no room is imported. `but` leaves kinds out; `besides` counts only
    rows that name another one too: `uses_of(item, unit=case)` finds the lines of an item in cases.
    """
    parts = [
        model._default_manager.filter(**{field.name: row, **besides})  # noqa: SLF001 - Django's own way
        .order_by()
        .values_list(Value(str(model._meta.verbose_name_plural)))[:1]  # noqa: SLF001 - Django's public name for a model's facts
        for model, field in _pointing_at(row)
        if not issubclass(model, but) and all(_has(model, name) for name in besides)
    ]
    return sorted({kind for (kind,) in _together(parts)})


def used_by(kinds: list[str]) -> str:
    """Write the kinds as a sentence goes on: contract prices, order lines and requisition lines."""
    return " and ".join(part for part in (", ".join(kinds[:-1]), kinds[-1] if kinds else "") if part)


def _pointing_at(row: Model) -> Iterator[tuple[type[Model], Field[object, object]]]:
    for relation in row._meta.get_fields(include_hidden=True):  # noqa: SLF001 - same
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            yield relation.related_model, relation.field  # type: ignore[union-attr,misc]  # a reverse relation has both


def _has(model: type[Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)  # noqa: SLF001 - same


def _together(parts: list[QuerySet[Model, tuple[str]]]) -> list[tuple[str]]:
    if not parts:
        return []
    return list(parts[0].union(*parts[1:]) if parts[1:] else parts[0])
