import time
from dataclasses import replace
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InvalidError
from policies.decisions.approval import ApprovalFacts, Decision, Matrix, Rule, StageAsk, decide, matches
from policies.decisions.stored import decision_to_json, differences, facts_from_json, facts_to_json

MANAGER = StageAsk("site_role", "site_manager")
REGION = StageAsk("region_role", "region_manager")
IT = StageAsk("enterprise_role", "category_manager")


def band(position: int, name: str, low: str, high: str, *stages: StageAsk, **axes: object) -> Rule:
    return Rule(
        position, name, stages, amount_from=Decimal(low) if low else None, amount_to=Decimal(high) if high else None,
        **axes,  # type: ignore[arg-type]
    )  # fmt: skip


MATRIX = Matrix(
    "approval/14",
    rules=(
        band(1, "Contract goods", "", "1000", is_touchless=True, without_flags=frozenset({"off_contract"}), urgent=False),
        band(2, "Hull services", "", "5000", REGION, sites=frozenset({"HUL"}), spend_kinds=frozenset({"service"})),
        band(3, "Small", "", "5000", MANAGER),
        band(4, "Packaging", "5000", "", MANAGER, categories=frozenset({"PACK"})),
        band(5, "Large", "5000", "", MANAGER, REGION, document_types=frozenset({"requisition"})),
    ),
    additional=(
        band(1, "IT security", "", "", IT, categories=frozenset({"IT"})),
        band(2, "New supplier", "", "", REGION, supplier_states=frozenset({"qualified"}), requester_roles=frozenset({"requester"})),
    ),
)  # fmt: skip


def facts(row: str) -> ApprovalFacts:
    """Read "amount site category kind urgent flags state role type"; a dash is nothing."""
    amount, site, path, kind, urgent, flags, state, role, type_ = row.split()

    def codes(text: str) -> frozenset[str]:
        return frozenset() if text == "-" else frozenset(text.split(","))

    return ApprovalFacts(
        document_type=type_, base_amount=Decimal(amount), site=site, region="NORTH",
        categories=tuple(tuple(p.split("/")) for p in path.split(",") if p != "-"), spend_kinds=codes(kind),
        urgent=urgent == "yes", flags=codes(flags), supplier_states=codes(state), requester_roles=codes(role),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "row", "rule", "additional", "roles", "touchless"),
    [
        #                            amount   site category   kind      urgent flags         state     role      type
        ("AP-8 touchless as written","0       LDS PACK/WRAP   catalogue no     -             active    requester requisition", 1, [], "", True),
        ("AP-1 the limit is within", "1000    LDS PACK        catalogue no     -             active    requester requisition", 1, [], "", True),
        ("AP-1 above the limit",     "1000.01 LDS PACK        catalogue no     -             active    requester requisition", 3, [], "site_manager", False),
        ("AP-1 a forbidden flag",    "10      LDS PACK        catalogue no     off_contract  active    requester requisition", 3, [], "site_manager", False),
        ("AP-1 urgent is an axis",   "10      LDS PACK        catalogue yes    -             active    requester requisition", 3, [], "site_manager", False),
        ("AP-1 first match wins",    "1500    HUL SERV        service   no     -             active    requester requisition", 2, [], "region_manager", False),
        ("AP-1 any spend kind",      "1500    HUL SERV        service,catalogue no -         active    requester requisition", 2, [], "region_manager", False),
        ("AP-1 category subtree",    "6000    LDS PACK/WRAP   catalogue no     -             active    requester requisition", 4, [], "site_manager", False),
        ("AP-1 any line's category", "6000    LDS SERV,PACK   catalogue no     -             active    requester requisition", 4, [], "site_manager", False),
        ("AP-1 the band above",      "5000.01 LDS SERV        service   no     -             active    requester requisition", 5, [], "site_manager region_manager", False),
        ("AP-1 additional adds",     "2000    LDS IT/NET      non_stock no     -             active    requester requisition", 3, [1], "site_manager category_manager", False),
        ("AP-1 both additional",     "2000    LDS IT          non_stock no     -             qualified requester requisition", 3, [1, 2], "site_manager category_manager region_manager", False),
        ("AP-8 not touchless with an added stage", "10 LDS IT non_stock no     -             active    requester requisition", 1, [1], "category_manager", False),
        ("AP-8 no row at all",       "9000    LDS SERV        service   no     -             active    requester order", None, [], "", False),
    ],
)  # fmt: skip
def test_decide(_case: str, row: str, rule: int | None, additional: list[int], roles: str, touchless: object) -> None:
    decision = decide(facts(row), MATRIX)

    assert (
        decision.rule.position if decision.rule else None,
        [r.position for r in decision.additional],
        " ".join(stage.role for _, stage in decision.stages),
        decision.is_touchless,
    ) == (rule, additional, roles, touchless)


def test_explanation_names_row_facts_and_the_nearest_change_when_a_flag_decides() -> None:
    decision = decide(facts("900 LDS IT non_stock no off_contract active requester requisition"), MATRIX)

    assert decision.explanation == (  # AP-11
        "Row 3: small, the first row of approval/14 that takes it.",
        "Judged at 900.00 in base currency, LDS, region NORTH.",
        "Flags: off contract.",
        "Also row 1: IT security.",
        "Nearest change: without the flag off contract, row 1: Contract goods would decide.",
    )


@pytest.mark.parametrize(
    ("amount", "change"),
    [
        ("1400", "Nearest change: at 1,000.00, row 1: Contract goods would decide."),
        ("4900", "Nearest change: at 5,000.01, row 5: Large would decide."),
        ("5000.01", "Nearest change: at 5,000.00, row 3: Small would decide."),
    ],
)
def test_nearest_change_names_the_closest_amount_when_nothing_else_would_decide(amount: str, change: str) -> None:
    decision = decide(facts(f"{amount} LDS SERV service no - active requester requisition"), MATRIX)

    assert decision.explanation[-1] == change


def changed(**axes: object) -> str:
    """Return the nearest change of a plain document of GBP 100 that differs in some facts."""
    plain = ApprovalFacts(
        "requisition", Decimal(100), "LDS", "NORTH", (("PACK", "WRAP"), ("IT",)), frozenset({"catalogue"}),
        supplier_states=frozenset({"active"}), requester_roles=frozenset({"requester"}),
        sourcing_authorities=frozenset({"catalogue"}), contract_coverage="none", budget_state="within",
    )  # fmt: skip
    named = {name: frozenset(value) if isinstance(value, set) else value for name, value in axes.items()}
    row = band(1, "Special", "", "", REGION, **cast("dict[str, object]", named.pop("row")))
    matrix = Matrix(
        "approval/14", (row, band(2, "Rest", "", "", MANAGER)), cast("tuple[Rule, ...]", named.pop("extra", ()))
    )
    return decide(replace(plain, **named), matrix).explanation[-1]  # type: ignore[arg-type]  # facts by name


def codes_(*named: str) -> frozenset[str]:
    return frozenset(named)


@pytest.mark.parametrize(
    ("_case", "row", "facts_", "expected"),
    [
        ("a flag taken away",     {"any_flags": codes_("free_text")}, {"flags": {"free_text"}}, "without the flag free text, row 2: Rest"),
        ("a flag put on",         {"any_flags": codes_("free_text")}, {}, "with the flag free text, row 1: Special"),
        ("urgency with its flag", {"any_flags": codes_("urgent")}, {"flags": {"urgent"}, "urgent": True}, "if it were not urgent, row 2: Rest"),
        ("what changed",          {"change_deltas": codes_("unit_price")}, {"change_deltas": {"unit_price"}}, "if the unit price had not changed, row 2: Rest"),
        ("budget",                {"budget_states": codes_("over")}, {}, "over budget, row 1: Special"),
        ("back within budget, and its flag goes", {"any_flags": codes_("over_budget")}, {"budget_state": "over", "flags": {"over_budget"}}, "within budget, row 2: Rest"),
        ("contract coverage",     {"contract_coverages": codes_("full", "part")}, {}, "with every line under contract, row 1: Special"),
        ("supplier and its flag", {"any_flags": codes_("supplier_not_active")}, {"flags": {"supplier_not_active"}, "supplier_states": {"blocked"}}, "if the supplier were active, row 2: Rest"),
        ("supplier risk",         {"supplier_risks": codes_("high")}, {}, "if the supplier's risk were high, row 1: Special"),
        ("source",                {"sourcing_authorities": codes_("buyer")}, {}, "with all lines at source chosen by a buyer, row 1: Special"),
        ("spend kind",            {"spend_kinds": codes_("service")}, {}, "if it were only service, row 1: Special"),
        ("category",              {"categories": codes_("PACK")}, {}, "without its lines of category WRAP, row 2: Rest"),
        ("requester",             {"requester_roles": codes_("buyer")}, {}, "if it were raised by a buyer, row 1: Special"),
        ("document",              {"document_types": codes_("order")}, {}, "as a purchase order, row 1: Special"),
        ("the smallest is told",  {"any_flags": codes_("free_text"), "urgent": True}, {"flags": {"free_text", "urgent"}, "urgent": True}, "without the flag free text, row 2: Rest"),
    ],
)  # fmt: skip
def test_nearest_change_looks_at_every_axis(  # AP-11
    _case: str, row: dict[str, object], facts_: dict[str, object], expected: str
) -> None:
    assert changed(row=row, **facts_) == f"Nearest change: {expected} would decide."


def test_nearest_change_is_also_one_that_brings_or_spares_an_additional_row() -> None:
    security = band(1, "Security", "", "", IT, any_flags=frozenset({"free_text"}))

    assert [changed(row={}, extra=(security,), flags=flags) for flags in ({"free_text"}, set[str]())] == [
        "Nearest change: without the flag free text, additional row 1: Security would not add its stages.",
        "Nearest change: with the flag free text, additional row 1: Security would add its stages.",
    ]


def test_explanation_says_fallback_owner_when_no_row_takes_it() -> None:
    decision = decide(facts("9000 LDS SERV service no - active requester order"), MATRIX)

    assert decision.explanation[0] == "No row of approval/14 takes this document, so it goes to the fallback owner."


def test_decide_refuses_a_negative_amount() -> None:
    with pytest.raises(InvalidError) as refusal:
        decide(facts("-1 LDS PACK catalogue no - active requester requisition"), MATRIX)

    assert refusal.value.code == "amount_negative"


codes = st.frozensets(st.sampled_from("ABC"), max_size=2)
named = st.frozensets(st.sampled_from(["none", "A", "B"]), max_size=2)
amounts = st.none() | st.sampled_from([Decimal(n) for n in (0, 10, 20, 30)])
any_rule = st.builds(
    Rule, position=st.integers(1, 9), name=st.just("r"), document_types=codes, amount_from=amounts, amount_to=amounts,
    sites=codes, regions=codes, categories=codes, spend_kinds=codes, urgent=st.none() | st.booleans(), any_flags=codes,
    without_flags=codes, supplier_states=codes, requester_roles=codes, sourcing_authorities=codes, supplier_risks=codes,
    contract_coverages=named, budget_states=named, change_deltas=codes,
)  # fmt: skip
code = st.sampled_from("ABCD")
any_facts = st.builds(
    ApprovalFacts, document_type=code, base_amount=st.sampled_from([Decimal(n) for n in ("0", "9.99", "10", "10.01", "20", "31")]),
    site=code, region=code, categories=st.lists(st.lists(code, min_size=1, max_size=2).map(tuple), max_size=2).map(tuple),
    spend_kinds=codes, urgent=st.booleans(), flags=codes, supplier_states=codes, requester_roles=codes,
    sourcing_authorities=codes, supplier_risks=codes, contract_coverage=st.sampled_from(["", "none", "A"]),
    budget_state=st.sampled_from(["", "none", "B"]), change_deltas=codes,
)  # fmt: skip


@given(st.lists(any_rule, max_size=8), any_facts)
def test_masks_take_exactly_what_the_plain_reading_takes(rules: list[Rule], document: ApprovalFacts) -> None:
    matrix = Matrix("approval/1", tuple(rules), tuple(rules))

    plain = tuple(rule for rule in rules if matches(rule, document))

    assert matrix.judge(document) == (plain[0] if plain else None, plain)


@given(any_facts)
def test_stored_facts_give_the_same_facts_back(document: ApprovalFacts) -> None:
    assert facts_from_json({**facts_to_json(document), "chains": ["requisition:1"]}) == document


def test_facts_stored_before_an_axis_came_hold_nothing_there() -> None:
    document = facts("1400 LDS PACK catalogue no - active requester requisition")
    later = ("sourcing_authorities", "supplier_risks", "contract_coverage", "budget_state", "change_deltas")
    stored = {name: value for name, value in facts_to_json(document).items() if name not in later}

    assert facts_from_json(stored) == document


@pytest.mark.parametrize(
    ("_case", "axes", "document", "taken"),
    [
        ("source: any line's counts", {"sourcing_authorities": {"typed"}},   {"sourcing_authorities": {"typed", "contract"}}, True),
        ("source: another",           {"sourcing_authorities": {"typed"}},   {"sourcing_authorities": {"contract"}}, False),
        ("supplier risk",             {"supplier_risks": {"high"}},          {"supplier_risks": {"high", "low"}}, True),
        ("supplier risk not graded",  {"supplier_risks": {"high"}},          {}, False),
        ("every line on contract",    {"contract_coverages": {"full"}},      {"contract_coverage": "full"}, True),
        ("some lines on contract",    {"contract_coverages": {"full"}},      {"contract_coverage": "part"}, False),
        ("over budget",               {"budget_states": {"over"}},           {"budget_state": "over"}, True),
        ("no budget",                 {"budget_states": {"none"}},           {"budget_state": ""}, True),
        ("the supplier changed",      {"change_deltas": {"supplier"}},       {"change_deltas": {"supplier", "amount"}}, True),
        ("nothing changed",           {"change_deltas": {"supplier"}},       {}, False),
    ],
)  # fmt: skip
def test_rule_takes_a_document_by_source_risk_contract_budget_and_change(  # AP-1
    _case: str, axes: dict[str, set[str]], document: dict[str, set[str] | str], taken: object
) -> None:
    rule = band(1, "Row", "", "", MANAGER, **{name: frozenset(codes) for name, codes in axes.items()})
    plain = facts("10 LDS PACK catalogue no - active requester requisition")
    asked = replace(plain, **{n: frozenset(v) if isinstance(v, set) else v for n, v in document.items()})

    assert matches(rule, asked) == taken


def test_made_again_decision_differs_only_where_its_effect_differs() -> None:
    document = facts("1400 LDS PACK catalogue no - active requester requisition")
    first = decide(document, MATRIX)
    reworded = replace(first, explanation=("other words",))
    other: Decision = decide(document, Matrix("approval/14", MATRIX.rules[:1] + MATRIX.rules[3:]))

    assert differences(decision_to_json(first), decision_to_json(reworded)) == ()
    assert differences(decision_to_json(first), decision_to_json(other)) == ("rule", "rule_name", "stages")


def test_judging_takes_under_20_microseconds_when_the_matrix_has_200_rows() -> None:
    rules = tuple(
        band(n, f"Row {n}", str(n * 100), str((n + 50) * 100), MANAGER, sites=frozenset({f"S{n % 12}"}),
             categories=frozenset({f"C{n % 30}"}), without_flags=frozenset({"off_contract"}))
        for n in range(1, 201)
    )  # fmt: skip
    matrix = Matrix("approval/1", rules)
    document = facts("14950 S0 ROOT/C0,ROOT/C7 catalogue no urgent active requester requisition")
    assert matrix.first(document) == next(rule for rule in rules if matches(rule, document))

    best = min(_seconds(matrix, document) for _ in range(20))

    assert best < 20e-6


def _seconds(matrix: Matrix, document: ApprovalFacts) -> float:
    started = time.perf_counter()
    for _ in range(200):
        matrix.judge(document)
    return (time.perf_counter() - started) / 200
