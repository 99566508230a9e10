"""Policies that use everything a policy can say, and files read as the porch reads them."""

import json
from decimal import Decimal
from typing import Any

from foundation.intake import strict_json, xlsx
from policies.decisions.exchange import MOST_ROWS, Document, Taken, from_json, to_json
from policies.decisions.exchange_tables import MOST_COLUMNS, from_tables, to_tables
from policies.models import PolicyKind, PolicyVersion
from policies.selectors import document_of, ground_today, version_in_force
from policies.selectors.content import Ground
from policies.services import StageInput, save_duty_pair, save_route, save_tolerance
from tests.factories import NOW, Company
from tests.policies.factories import EARLIER, MANAGER, REGION, add_rule, draft


def rich(made: Company, kind: str) -> PolicyVersion:
    """Return a draft with every column in use, and with names that a spreadsheet would take for formulas."""
    version = draft(made, kind)
    known = {"version_id": version.pk, "actor": made.polly, "at": EARLIER}
    if kind == PolicyKind.APPROVAL:
        add_rule(
            made, version, '=HYPERLINK("http://evil")', StageInput("climb", due_hours=2), StageInput("cost_centre_owner"),
            StageInput("person", person_id=made.petra.pk, completion="percent", percent=60, with_previous=True),
            StageInput("category_manager", completion="majority", may_repeat=True), StageInput("climb_one"),
            StageInput("enterprise_role", "finance_director", None, "all", 999),
            amount_from=Decimal("12345678901234.5678"), amount_to=Decimal("22345678901234.5678"), sites=["HUL", "LDS"],
            regions=["NORTH"], categories=["PACK"], spend_kinds=["service"], urgent=True, any_flags=["off_contract", "urgent"],
            without_flags=["no_source"], supplier_states=["active"], requester_roles=["requester"], document_types=["order"],
            sourcing_authorities=["typed"], supplier_risks=["high"], contract_coverages=["none", "part"], budget_states=["over"],
            change_deltas=["supplier"],
        )  # fmt: skip
        add_rule(made, version, "Calm; with, signs: and “quotes”", REGION, MANAGER, urgent=False, is_additional=True)
    if kind == PolicyKind.TOLERANCE:
        save_tolerance(
            **known, expected_version=1, scope="site", scope_code="HUL", mode="two_way",
            limits={"price_up_percent": Decimal("0.125"), "quantity_value": Decimal(0), "price_up_absolute": None},
            unlimited=["price_up_absolute", "quantity_percent"],
        )  # fmt: skip
    if kind == PolicyKind.DUTY:
        save_duty_pair(
            **known, expected_version=1, first="receive", second="approve_requisition", strength="compensated",
            countersign_days=9,
        )  # fmt: skip
    if kind == PolicyKind.ROUTING:
        save_route(**known, expected_version=1, category="odd", name="-1+1", owner_role="buyer", due_hours=3)
    version.refresh_from_db()
    return version


def through_json(document: Document, ground: Ground) -> Taken:
    """Write a document as JSON and read it back."""
    raw = json.dumps(to_json(document, ground.known.currency, {"note": "any"})).encode()
    return from_json(strict_json.loads(raw), document.kind, ground.known)


def through_workbook(document: Document, ground: Ground) -> Taken:
    """Write a document as a workbook and read it back."""
    return from_tables(
        sheets(xlsx.write(to_tables(document, ground.known, {"note": "any"}))), document.kind, ground.known
    )


def file_of(kind: str, **changed: Any) -> bytes:
    """Return the version in force as a JSON file, with members of it changed."""
    document, ground = said(version_in_force(kind, NOW))
    return json.dumps({**to_json(document, ground.known.currency, {}), **changed}).encode()


def sheets(raw: bytes) -> dict[str, Any]:
    """Return the sheets of a workbook as the porch hands them on."""
    return xlsx.as_mapping(xlsx.read(raw, most_rows=MOST_ROWS + 1, most_columns=MOST_COLUMNS))


def said(version: PolicyVersion) -> tuple[Document, Ground]:
    """Return what a version says, and what may be named."""
    return document_of(version), ground_today()
