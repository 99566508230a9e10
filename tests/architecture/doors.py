"""The addresses of the product, each with its row of the reviewed table and the documents it may name."""

from dataclasses import dataclass
from typing import Any

from django.utils.regex_helper import normalize

from tests.architecture import matrix
from tests.architecture.objects import Houses, Kind

ROUTES = matrix.routes()
GROUPS, ROWS = matrix.table()
NOTHING = Kind({}, {})


@dataclass(slots=True)
class Door:
    """An address with what the table says about it."""

    route: str
    row: dict[str, Any]
    kind: Kind

    def path(self, which: str) -> str:
        """Return the address of the own, foreign or missing document."""
        kwargs = {**(getattr(self.kind, which) or {}), **self.row.get("with", {})}
        possibility = normalize("/" + self.route.replace("^", "").replace("$", ""))[0] if "(?P" in self.route else None
        if possibility:
            return str(possibility[0]) % kwargs
        path = "/" + self.route
        for converter in converters(self.route):
            name = converter.split(":")[-1]
            assert name in kwargs, f"“{self.route}” needs {name}: give it an object or a with in permissions.toml"
            path = path.replace(f"<{converter}>", str(kwargs[name]))
        return path + str(self.row.get("query", "")).format(**kwargs)

    def names(self) -> list[Any]:
        """Return what a page may echo of an address, longest first."""
        found = {*self.kind.own.values(), *self.kind.missing.values(), *(self.kind.foreign or {}).values()}
        return sorted((str(name) for name in found), key=len, reverse=True)


def converters(route: str) -> list[str]:
    """Return what an address holds in angle brackets, such as `str:number`."""
    return [part.split(">")[0] for part in route.split("<")[1:]]


def door_of(route: str, houses: Houses) -> Door:
    """Return the address with its row and the kind of document it names."""
    row = ROWS.get(route, {})
    kind = houses.kinds.get(row["object"], None) if "object" in row else NOTHING
    assert kind is not None, f"“{route}”: there is no object {row['object']} in tests/architecture/objects.py"
    return Door(route, row, kind)
