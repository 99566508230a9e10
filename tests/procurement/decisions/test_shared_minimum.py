"""SO-1: needs of several sites below one minimum. Own needs are of R-1 at Leeds; others wait at other sites."""

from decimal import Decimal

import pytest

from procurement.decisions.shared_minimum import OpenNeed, find_short


def need(row: str) -> OpenNeed:
    """Read: document, site, supplier, item, quantity and unit, amount, then `least=5` and `order=250` when known."""
    document, site, supplier, item, quantity, unit, amount, *words = row.split()
    said = {name: Decimal(value) for name, _, value in (word.partition("=") for word in words)}
    return OpenNeed(
        document, site, supplier, item, unit, Decimal(quantity), "GBP", Decimal(amount), said.get("least"),
        said.get("order"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "own", "others", "expected"),
    [
        ("together enough",        ["R-1 LDS ACME BELT 2 XBX 90 least=5"],   ["R-2 HUL ACME BELT 3 XBX 135"],  [("BELT", "5", True, ["R-2"])]),
        ("together not enough",    ["R-1 LDS ACME BELT 2 XBX 90 least=5"],   ["R-2 HUL ACME BELT 2 XBX 90"],   [("BELT", "4", False, ["R-2"])]),
        ("the minimum is enough",  ["R-1 LDS ACME BELT 5 XBX 225 least=5"],  ["R-2 HUL ACME BELT 3 XBX 135"],  []),
        ("nobody else waits",      ["R-1 LDS ACME BELT 2 XBX 90 least=5"],   [],                               []),
        ("another item",           ["R-1 LDS ACME BELT 2 XBX 90 least=5"],   ["R-2 HUL ACME TAPE 3 XBX 135"],  []),
        ("another unit",           ["R-1 LDS ACME BELT 2 XBX 90 least=5"],   ["R-2 HUL ACME BELT 3 EA 1"],     []),
        ("another supplier",       ["R-1 LDS ACME BELT 2 XBX 90 least=5"],   ["R-2 HUL BOLT BELT 3 XBX 135"],  []),
        ("amount of an order",     ["R-1 LDS ACME BELT 2 XBX 90 order=250"], ["R-2 HUL ACME TAPE 1 XBX 160"],  [("", "250", True, ["R-2"])]),
        ("its lines count together", ["R-1 LDS ACME BELT 2 XBX 90 order=250", "R-1 LDS ACME TAPE 1 XBX 160 order=250"], ["R-2 HUL ACME TAPE 1 XBX 9"], []),
        ("no minimum is known",    ["R-1 LDS ACME BELT 2 XBX 90"],           ["R-2 HUL ACME BELT 3 XBX 135"],  []),
    ],
)  # fmt: skip
def test_find_short(
    _case: str, own: list[str], others: list[str], expected: list[tuple[str, str, bool, list[str]]]
) -> None:
    found = find_short([need(row) for row in own], [need(row) for row in others])

    assert [
        (short.item, f"{short.together:f}", short.is_enough, [sibling.document for sibling in short.siblings])
        for short in found
    ] == expected
