"""AP-9: documents nobody decides and rows that never decide, each as a sentence an administrator can act on."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.decisions.approval import Matrix, Rule, StageAsk, matches
from policies.decisions.coverage import cover, gaps
from policies.decisions.matrix import ApprovalFacts
from policies.decisions.world import Place, World, band_words

MANAGER = (StageAsk("site_role", "site_manager"),)
WORLD = World(
    places=(Place("LDS", "Leeds", "NORTH", "North"), Place("HUL", "Hull", "NORTH", "North"), Place("KNT", "Kent", "SOUTH", "South")),
    categories=(("PACK",), ("PACK", "WRAP"), ("IT",)),
    category_names={"PACK": "Packaging", "WRAP": "Wrap", "IT": "IT"},
)  # fmt: skip


def row(position: int, text: str) -> Rule:
    """Read "low-high axis=value ..."; several values with commas, a plus for urgent, a minus for not urgent."""
    band, *axes = text.split()
    low, high = band.split("-")
    named = {"site": "sites", "region": "regions", "cat": "categories", "kind": "spend_kinds", "flag": "any_flags",
             "no": "without_flags", "doc": "document_types", "role": "requester_roles", "state": "supplier_states"}  # fmt: skip
    found: dict[str, object] = {"urgent": True} if "+" in axes else {"urgent": False} if "-" in axes else {}
    for axis in axes:
        name, _, codes = axis.partition("=")
        if codes:
            found[named[name]] = frozenset(codes.split(","))
    return Rule(
        position, f"Row {position}", MANAGER, amount_from=Decimal(low) if low else None,
        amount_to=Decimal(high) if high else None, **found,  # type: ignore[arg-type]
    )  # fmt: skip


def matrix(*rows: str) -> Matrix:
    return Matrix("approval/2", tuple(row(n, text) for n, text in enumerate(rows, start=1)))


@pytest.mark.parametrize(
    ("_case", "rows", "expected"),
    [
        ("everything", ["-"], []),
        ("bands that meet", ["-5000", "5000-"], []),
        ("a hole between bands", ["-5000", "6000-"], ["Any site, above 5,000.00 up to 6,000.00: nobody decides."]),
        ("no upper end", ["-5000", "5000-25000"], ["Any site, above 25,000.00: nobody decides."]),
        ("bands that touch are told as one", ["-10 site=LDS", "10-20 site=LDS", "20-", "-20 site=KNT"],
         ["Hull, up to 20.00: nobody decides."]),
        ("one site left out", ["- site=LDS,KNT"], ["Hull, any amount: nobody decides."]),
        ("a region left out", ["- region=NORTH"], ["Kent, any amount: nobody decides."]),
        ("only calm documents", ["- -"], ["Any site, urgent, any amount: nobody decides."]),
        ("a flag forbidden and not taken below", ["- no=off_contract"], ["Any site, off contract, any amount: nobody decides."]),
        ("a category only", ["- cat=PACK"], ["Any site, any amount: nobody decides."]),
        ("services left out", ["- kind=catalogue,non_stock"], ["Any site, service, any amount: nobody decides."]),
        ("orders left out", ["- doc=requisition,change"], ["Any site, purchase order, any amount: nobody decides."]),
        ("a role left out", ["- role=requester", "- role=site_manager doc=requisition"],
         ["Any site, purchase order, raised by a site manager, any amount: nobody decides.",
          "Any site, change order, raised by a site manager, any amount: nobody decides."]),
    ],
)  # fmt: skip
def test_gaps(_case: str, rows: list[str], expected: list[str]) -> None:
    found, examples = gaps(matrix(*rows), WORLD)

    assert [f.sentence for f in found] == expected
    assert examples > 0


@pytest.mark.parametrize(
    ("_case", "rows", "expected"),
    [
        ("a wider row above", ["-", "-5000"], ["Row 2 never decides: row 1 takes everything it could."]),
        ("two rows above, band by band", ["-5000", "5000-", "1000-9000 site=LDS"], ["Row 3 never decides: rows 1 and 2 take everything it could."]),
        ("a site above its region is no shadow", ["- site=LDS", "- region=NORTH", "-"], []),
        ("a region covers its site", ["- region=NORTH", "- site=HUL", "-"], ["Row 2 never decides: row 1 takes everything it could."]),
        ("a category covers what is below", ["- cat=PACK", "- cat=WRAP", "-"], ["Row 2 never decides: row 1 takes everything it could."]),
        ("what is below does not cover it", ["- cat=WRAP", "- cat=PACK", "-"], []),
        ("a forbidden flag leaves some", ["- no=off_contract", "-"], []),
        ("urgency leaves some", ["- +", "-"], []),
        ("no site in both", ["-", "- site=KNT region=NORTH"], ["Row 2 never decides: no site fits it."]),
        ("flags against themselves", ["- flag=urgent no=urgent", "-"], ["Row 1 never decides: it asks for flags that it forbids."]),
        ("part of the band is left", ["-5000", "-6000", "6000-"], []),
    ],
)  # fmt: skip
def test_dead_rows(_case: str, rows: list[str], expected: list[str]) -> None:
    found = cover(matrix(*rows), WORLD).findings

    assert [f.sentence for f in found if f.code == "dead_row"] == expected


def test_every_finding_shows_a_document_that_proves_it() -> None:
    rules = matrix("-1000 -", "500-800 - site=LDS", "1000-5000 site=LDS,HUL", "5000-")

    found = cover(rules, WORLD).findings

    assert [(f.code, f.blocks) for f in found] == [("gap", True), ("gap", True), ("dead_row", True)]
    assert [rules.first(f.example) for f in found if f.code == "gap" and f.example] == [None, None]
    dead = next(f for f in found if f.code == "dead_row")
    assert dead.example is not None
    assert (matches(rules.rules[1], dead.example), rules.first(dead.example)) == (True, rules.rules[0])


amounts = st.sampled_from([None, Decimal(10), Decimal(20), Decimal(30)])
sites = st.frozensets(st.sampled_from(["LDS", "HUL", "KNT"]), max_size=2)
any_row = st.builds(
    Rule, position=st.integers(1, 9), name=st.just("r"), amount_from=amounts, amount_to=amounts, sites=sites,
    regions=st.frozensets(st.sampled_from(["NORTH", "SOUTH"]), max_size=1), urgent=st.none() | st.booleans(),
    categories=st.frozensets(st.sampled_from(["PACK", "WRAP", "IT"]), max_size=1),
)  # fmt: skip


def every_document() -> list[ApprovalFacts]:
    """Return every document of the small world, amounts at and just above each limit."""
    amounts_ = [Decimal(n) for n in ("0", "10", "10.01", "20", "20.01", "30", "30.01")]
    return [
        ApprovalFacts(
            "requisition", amount, place.code, place.region, (path,), frozenset({"catalogue"}), urgent,
            supplier_states=frozenset({"active"}), requester_roles=frozenset({"requester"}),
        )
        for amount, place, path, urgent in itertools.product(amounts_, WORLD.places, WORLD.categories, (False, True))
    ]  # fmt: skip


DOCUMENTS = every_document()


@given(st.lists(any_row, max_size=5))
def test_findings_agree_with_trying_every_document(rules: list[Rule]) -> None:
    numbered = [
        Rule(
            n,
            "r",
            (),
            False,
            frozenset(),
            r.amount_from,
            r.amount_to,
            r.sites,
            r.regions,
            r.categories,
            urgent=r.urgent,
        )
        for n, r in enumerate(rules, start=1)
    ]
    tried = Matrix("approval/1", tuple(numbered))
    firsts = {tried.first(document) for document in DOCUMENTS}

    found = cover(tried, WORLD).findings

    undecided = None in firsts
    assert any(f.code == "gap" for f in found) == undecided  # on these axes the examples are complete
    dead = {f.row for f in found if f.code == "dead_row"}
    assert dead.isdisjoint({str(rule.position) for rule in firsts if rule})  # a row that decides is never called dead


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (None, None, "any amount"),
        (None, Decimal(5000), "up to 5,000.00"),
        (Decimal(5000), None, "above 5,000.00"),
        (Decimal(5000), Decimal(6000), "above 5,000.00 up to 6,000.00"),
    ],
)
def test_band_words(low: Decimal | None, high: Decimal | None, expected: str) -> None:
    assert band_words(low, high) == expected
