"""AP-9: what the analyser proves is what trying every document of a small world finds, whatever axes rows name."""

import itertools
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decisions.approval import ApprovalFacts, Matrix, Rule, StageAsk, decide, matches
from policies.decisions.coverage import Coverage, cover
from policies.decisions.world import Place, World

STAGES = (StageAsk("site_role", "site_manager"),)
WORLD = World(
    places=(Place("LDS", "Leeds", "NORTH"), Place("HUL", "Hull", "NORTH"), Place("KNT", "Kent", "SOUTH")),
    categories=(("PACK",), ("PACK", "WRAP"), ("IT",)),
    requesting=frozenset({"requester", "buyer"}),
)
AMOUNTS = [Decimal(n) for n in ("0", "10", "10.01", "20", "20.01")]
PLACES = [(place.code, place.region) for place in WORLD.places]


def subsets(*values: Any, least: int = 0) -> list[frozenset[Any]]:
    """Return every set of some values, of `least` or more."""
    sizes = range(least, len(values) + 1)
    return [frozenset(chosen) for size in sizes for chosen in itertools.combinations(values, size)]


# By fact of a document: what it can be. The first is what it is when no row names the axis.
FACTS: dict[str, list[Any]] = {
    "document_type": ["requisition", "order", "change"],
    "base_amount": AMOUNTS,
    "place": PLACES,
    "categories": [tuple(sorted(paths)) for paths in subsets(*WORLD.categories, least=1)],
    "spend_kinds": subsets("catalogue", "non_stock", "service", least=1),
    "urgent": [False, True],
    "flags": subsets("free_text", "urgent", "supplier_not_active", "over_budget"),
    "supplier_states": [frozenset({"active"}), *(s for s in subsets("active", "blocked") if s != {"active"}), frozenset({"requested"})],
    "supplier_risks": subsets("low", "high"),
    "requester_roles": [s for s in subsets("requester", "buyer", "auditor", least=1) if s & WORLD.requesting],
    "sourcing_authorities": [frozenset({"catalogue"}), *subsets("contract", "typed", least=1), frozenset({"catalogue", "contract"}), frozenset({"none"})],
    "contract_coverage": ["none", "part", "full"],
    "budget_state": ["none", "within", "over"],
    "change_deltas": [*subsets("amount", "supplier"), frozenset({"item"})],
}  # fmt: skip
# Facts of which one follows from another: both are tried when rows name either.
TOGETHER = [
    {"urgent", "flags", "supplier_states", "budget_state"}, {"sourcing_authorities", "contract_coverage"}, {"document_type", "change_deltas"}
]  # fmt: skip


def is_possible(facts: ApprovalFacts) -> bool:
    """Say in plain words of the trade what a document can be."""
    sources = facts.sourcing_authorities
    return (
        facts.urgent == ("urgent" in facts.flags)
        and bool(facts.supplier_states - {"active"}) == ("supplier_not_active" in facts.flags)
        and not (facts.contract_coverage == "none" and "contract" in sources)
        and not (facts.contract_coverage == "full" and sources & {"catalogue", "buyer", "none"})
        and not ("over_budget" in facts.flags and facts.budget_state != "over")
        and (facts.document_type != "change" or bool(facts.change_deltas))
    )


def some(*codes: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(codes), max_size=2)


# By fact: the columns of a row that name it.
COLUMNS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "document_type": {"document_types": some("requisition", "order", "change")},
    "base_amount": {
        "amount_from": st.sampled_from([None, Decimal(0), Decimal(10), Decimal(20)]),
        "amount_to": st.sampled_from([None, Decimal(0), Decimal(10), Decimal(20)]),
    },
    "place": {"sites": some("LDS", "HUL", "KNT"), "regions": st.frozensets(st.sampled_from(["NORTH", "SOUTH"]), max_size=1)},
    "categories": {"categories": some("PACK", "WRAP", "IT")},
    "spend_kinds": {"spend_kinds": some("catalogue", "non_stock", "service")},
    "urgent": {"urgent": st.sampled_from([None, True, False])},
    "flags": {
        "any_flags": some("free_text", "urgent", "supplier_not_active", "over_budget"),
        "without_flags": some("free_text", "urgent", "supplier_not_active", "over_budget"),
    },
    "supplier_states": {"supplier_states": some("active", "blocked")},
    "supplier_risks": {"supplier_risks": some("low", "high")},
    "requester_roles": {"requester_roles": some("requester", "buyer", "auditor")},
    "sourcing_authorities": {"sourcing_authorities": some("contract", "typed", "catalogue")},
    "contract_coverage": {"contract_coverages": some("none", "part", "full")},
    "budget_state": {"budget_states": some("none", "within", "over")},
    "change_deltas": {"change_deltas": some("amount", "supplier")},
}  # fmt: skip


@cache
def every_document(named: frozenset[str]) -> list[ApprovalFacts]:
    """Return every document there can be that differs in what rows name."""
    tried = named.union(*(together for together in TOGETHER if together & named))
    values = [choices if fact in tried else choices[:1] for fact, choices in FACTS.items()]
    return [facts for row in itertools.product(*values) if is_possible(facts := document(row))]


def document(row: tuple[Any, ...]) -> ApprovalFacts:
    told = dict(zip(FACTS, row, strict=True))
    site, region = told.pop("place")
    return ApprovalFacts(site=site, region=region, **told)


@st.composite
def matrices(draw: st.DrawFn) -> tuple[Matrix, frozenset[str]]:
    """Draw a matrix whose rows name up to three facts, any of all of them."""
    named = draw(st.frozensets(st.sampled_from(sorted(FACTS)), min_size=1, max_size=3))
    columns = {name: column for fact in sorted(named) for name, column in COLUMNS[fact].items()}
    rows = draw(st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=6))
    rules = [Rule(n, f"Row {n}", STAGES, **row) for n, row in enumerate(rows, start=1)]
    return Matrix("approval/2", tuple(rules)), named


@given(matrices())
@settings(max_examples=250, deadline=None)
def test_gaps_and_dead_rows_are_those_that_trying_every_document_finds(drawn: tuple[Matrix, frozenset[str]]) -> None:
    matrix, named = drawn
    firsts = {matrix.first(one) for one in every_document(named)}

    found = cover(matrix, WORLD)

    assert any(f.code == "gap" for f in found.findings) == (None in firsts)
    assert {f.row for f in found.findings if f.code == "dead_row"} == {
        str(rule.position) for rule in matrix.rules if rule not in firsts
    }
    dead = {f.row for f in found.findings if f.row}
    assert {row for row, _ in shadows(matrix, named)} - dead <= set(found.shadowed)
    assert dead.isdisjoint(found.shadowed)
    for finding in found.findings:
        check_example(matrix, finding.code, finding.row, finding.example)


def check_example(matrix: Matrix, code: str, row: str, example: ApprovalFacts | None) -> None:
    """Check that the example of a finding is decided as the finding says."""
    if example is None:
        return
    assert is_possible(example)
    decision = decide(example, matrix)
    if code == "gap":
        assert decision.rule is None
    else:
        mine = matrix.rules[int(row) - 1]
        assert matches(mine, example)
        assert decision.rule is not None
        assert decision.rule.position < mine.position


def shadows(matrix: Matrix, named: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of rows that both take some document."""
    for low, high in itertools.combinations(matrix.rules, 2):
        if any(matches(low, one) and matches(high, one) for one in every_document(named)):
            yield str(high.position), str(low.position)


@given(matrices())
@settings(max_examples=200, deadline=None)
def test_once_what_was_found_is_decided_there_is_no_gap_left(drawn: tuple[Matrix, frozenset[str]]) -> None:
    matrix, named = drawn
    rest = Rule(len(matrix.rules) + 1, "Everything else", STAGES)

    closed = cover(Matrix("approval/3", (*matrix.rules, rest)), WORLD)

    decided = all(matrix.first(one) for one in every_document(named))
    assert [f.code for f in closed.findings if f.code == "gap" or f.row == str(rest.position)] == ["dead_row"] * decided


def rows_of_a_large_enterprise() -> tuple[Rule, ...]:
    """Return 200 rows on all axes: each site by band and category, specials above, the rest below."""
    edges = [None, Decimal(1000), Decimal(5000), Decimal(25000), None]
    flags = ("off_contract", "free_text", "not_preferred", "price_unknown")
    special = [
        {"any_flags": {flag}, "spend_kinds": {kind}, "supplier_states": {"active"}, "contract_coverages": {coverage}}
        for flag in flags for kind in ("service", "non_stock") for coverage in ("none", "part")
    ]  # fmt: skip
    plain = [
        {"sites": {f"S{site}"}, "amount_from": low, "amount_to": high, "categories": {f"C{n}", f"C{n + 1}"}, "urgent": urgent}
        for site in range(12) for low, high in itertools.pairwise(edges) for n in (0, 2) for urgent in (True, False)
    ]  # fmt: skip
    axes = [*special, *plain[:183], {}]
    return tuple(
        Rule(n, f"Row {n}", STAGES, **{k: frozenset(v) if isinstance(v, set) else v for k, v in row.items()})
        for n, row in enumerate(axes, start=1)
    )


def proved(rules: tuple[Rule, ...]) -> Coverage:
    world = World(
        tuple(Place(f"S{n}", f"Site {n}", f"R{n % 3}") for n in range(12)),
        tuple((f"C{n // 9}", f"C{n // 9}-{n % 9}") for n in range(36)), requesting=frozenset({"requester", "buyer"}),
    )  # fmt: skip
    return cover(Matrix("approval/2", rules), world)


def test_200_rows_are_proved_with_few_looks() -> None:
    found = proved(rows_of_a_large_enterprise())

    assert (len(rows_of_a_large_enterprise()), found.findings) == (200, ())
    assert found.looks < 400_000  # a look takes about two microseconds: well under the 5 s allowed


@pytest.mark.parametrize("missing", [30, 100, 180])
def test_one_row_taken_out_of_200_without_the_last_is_found(missing: int) -> None:
    rules = rows_of_a_large_enterprise()[:-1]
    before = [f.sentence for f in proved(rules).findings]

    after = [f.sentence for f in proved(rules[:missing] + rules[missing + 1 :]).findings]

    assert after != before
