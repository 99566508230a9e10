"""AP-9: documents nobody decides and rows that never decide, each as a sentence an administrator can act on."""

from decimal import Decimal

import pytest

from policies.decisions import coverage
from policies.decisions.approval import Matrix, Rule, StageAsk, matches
from policies.decisions.coverage import cover
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
             "no": "without_flags", "doc": "document_types", "role": "requester_roles", "state": "supplier_states",
             "budget": "budget_states", "contract": "contract_coverages", "source": "sourcing_authorities", "delta": "change_deltas"}  # fmt: skip
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
        ("a category only", ["- cat=PACK"], ["Any site, no line of Packaging, any amount: nobody decides."]),
        ("services left out", ["- kind=catalogue,non_stock"], ["Any site, service, any amount: nobody decides."]),
        ("orders left out", ["- doc=requisition,change"], ["Any site, purchase order, any amount: nobody decides."]),
        ("a role left out", ["- role=requester", "- role=site_manager doc=requisition"],
         ["Any site, purchase order or change order, raised by a site manager, any amount: nobody decides."]),
        ("budget left out", ["- budget=within,none"], ["Any site, over budget, any amount: nobody decides."]),
        ("two axes together", ["- kind=catalogue no=off_contract", "- flag=off_contract", "- cat=IT"],
         ["Any site, no line of IT, non-stock goods or service, without off contract, any amount: nobody decides."]),
        ("a document of two categories is taken by either", ["- cat=PACK", "- cat=IT"], []),
        ("a change always changes something", ["- doc=requisition,order", "- delta=amount,unit_price,quantity,supplier,item,site,terms,category"], []),
        ("an urgent document says so twice", ["- flag=urgent", "- -"], []),
    ],
)  # fmt: skip
def test_gaps(_case: str, rows: list[str], expected: list[str]) -> None:
    found = cover(matrix(*rows), WORLD).findings

    assert [f.sentence for f in found if f.code == "gap"] == expected


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
        ("rows above on other axes take it together", ["- +", "- -", "- cat=IT"], ["Row 3 never decides: rows 1 and 2 take everything it could."]),
        ("only the rows it needs are named", ["- cat=IT", "- kind=service", "- +", "- -", "-"], ["Row 5 never decides: rows 3 and 4 take everything it could."]),
        ("all of one kind on other axes", ["- contract=full", "- contract=part", "- source=contract", "-"], ["Row 3 never decides: rows 1 and 2 take everything it could."]),
        ("what cannot be", ["- contract=none source=contract", "-"], ["Row 1 never decides: no document is like that."]),
        ("a flag and its absence", ["- no=free_text", "- flag=free_text", "- cat=IT kind=service"], ["Row 3 never decides: rows 1 and 2 take everything it could."]),
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


def test_additional_row_that_no_document_meets_is_named_with_a_plus() -> None:
    tried = Matrix("approval/2", (row(1, "-"),), (row(1, "- site=KNT region=NORTH"), row(2, "-5000")))

    [finding] = cover(tried, WORLD).findings

    assert (finding.sentence, finding.row) == ("Additional row 1 never applies: no site fits it.", "+1")


def test_rows_that_go_before_a_part_of_another_are_told_and_never_refused() -> None:
    found = cover(matrix("-1000 site=LDS", "-5000", "5000-"), WORLD)

    assert (found.findings, found.shadowed) == ((), {"2": ("1",)})


def test_matrix_too_entangled_to_prove_says_so_and_cannot_be_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "MOST_LOOKS", 10)

    [finding] = cover(matrix("- no=off_contract cat=IT kind=service", "- +", "-"), WORLD).findings

    assert (finding.code, finding.blocks) == ("not_proved", True)


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
