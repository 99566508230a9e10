"""Every address of the supplier's portal, found in the resolver: it knows one supplier only, however it is asked.

The permission matrix shows foreign against missing for each document; here every list is asked about a foreign document by search,
view, time and place, and every address that names a document must have a foreign one to be tried with.
"""

import codecs
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.db import transaction

from tests.architecture import matrix
from tests.architecture.doors import ROUTES, ROWS, converters, door_of
from tests.architecture.objects import Houses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("houses")]
PORTAL = sorted(route for route in ROUTES if route.startswith("supplier/"))
LISTS = [route for route in PORTAL if "object" not in ROWS.get(route, {}) and "GET" in ROWS.get(route, {})]
NO_DOCUMENT = {
    "supplier/scorecard/<slug:code>/<slug:part>/",  # a measure, the same for everybody
    "supplier/registration/<slug:step>/",  # a step, the same for everybody
}


def _asked(foreign: str) -> Iterator[dict[str, str]]:
    """Yield how somebody would try to feel for a foreign document."""
    for name in ("q", "view", "po", "before", "after", "number", "supplier", "code", "state", "sort"):
        yield {name: foreign}
    yield {"q": foreign[:6], "view": "done"}


@pytest.mark.parametrize("route", PORTAL)
def test_address_that_names_a_document_is_tried_with_a_foreign_one(route: str, houses: Houses) -> None:
    if converters(route) and route not in NO_DOCUMENT:
        assert door_of(route, houses).kind.foreign is not None


@pytest.mark.parametrize("route", LISTS)
def test_list_says_the_same_of_a_foreign_document_as_of_none(route: str, houses: Houses) -> None:
    client, path = houses.people["supplier"].client, door_of(route, houses).path("own")
    differing = []
    for foreign in [*houses.secrets, "BOLT", "Bolt Trading"]:
        missing = codecs.encode(foreign, "rot13").translate(str.maketrans("0123456789", "5678901234"))
        for theirs, nobodys in zip(_asked(foreign), _asked(missing), strict=True):
            with transaction.atomic():
                pages = [client.get(f"{path}?{urlencode(query)}") for query in (theirs, nobodys)]
                transaction.set_rollback(True)
            names = [*theirs.values(), *nobodys.values()]
            names += [urlencode({"x": name})[2:] for name in names]
            seen = [matrix.masked(page, sorted(names, key=len, reverse=True)) for page in pages]
            if seen[0] != seen[1]:
                differing.append((theirs, nobodys))

    assert differing == []


@pytest.mark.parametrize("route", LISTS)
def test_list_holds_no_number_and_no_name_of_another_supplier(route: str, houses: Houses) -> None:
    page = houses.people["supplier"].client.get(door_of(route, houses).path("own")).content.decode()

    assert [word for word in [*houses.secrets, "Bolt Trading"] if word in page] == []
