"""What a new installation publishes first: every kind of matter has a row that names who decides it (AP-1, AP-8)."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from policies.decisions.approval import ApprovalFacts, decide
from policies.decisions.vocabulary import DOCUMENT_TYPES, SITELESS
from policies.models import PolicyVersion
from policies.selectors import build_matrix, matrix_in_force
from policies.selectors.analysis import analysis_of
from suppliers.services import record_call_back
from tests.factories import NOW, Company, company
from tests.policies.factories import draft
from tests.suppliers.factories import proposed
from tests.workflow.factories import asked, chain
from workflow.models import ExceptionCase
from workflow.services import ask_publication

pytestmark = pytest.mark.django_db


def facts(document: str, amount: str, flags: str = "") -> ApprovalFacts:
    site = "" if document in SITELESS else "LDS"
    return ApprovalFacts(
        document_type=document, base_amount=Decimal(amount), site=site, region="NORTH" if site else "",
        flags=frozenset(flags.split()), supplier_states=frozenset({"active"}), requester_roles=frozenset({"requester"}),
        change_deltas=frozenset({"amount"} if document == "change" else ()),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("document", "amount", "asks"),
    [
        #                            base currency
        ("requisition",              "900",     ""),
        ("requisition",              "5000",    "site_manager"),
        ("order",                    "900",     "site_manager"),
        ("change",                   "0",       "site_manager"),
        ("change",                   "5000.01", "site_manager region_manager"),
        ("change",                   "25000.01", "site_manager region_manager finance_director"),
        ("price_exception",          "1000",    "site_manager"),
        ("price_exception",          "1000.01", "site_manager region_manager"),
        ("supplier",                 "0",       "finance_director"),
        ("supplier_spend",           "90000",   "finance_director"),
        ("bank_change",              "0",       "finance_director"),
        ("policy",                   "0",       "policy_admin"),
    ],
)  # fmt: skip
def test_row_of_a_new_installation_names_who_decides(document: str, amount: str, asks: str) -> None:
    company(every_matter=True)
    matrix, _ = matrix_in_force(NOW)

    decision = decide(facts(document, amount), matrix)

    assert decision.rule is not None
    assert [stage.role for _, stage in decision.stages] == asks.split()
    assert decision.is_touchless == (not asks)


def test_every_kind_of_matter_the_machine_knows_is_proved_to_be_decided() -> None:
    company(every_matter=True)
    version = PolicyVersion.objects.get(kind="approval")

    analysis = analysis_of(version, build_matrix(version.pk), at=NOW)

    named = {kind for rule in analysis.matrix.rules for kind in rule.document_types}
    assert named | {"order", "change"} == set(DOCUMENT_TYPES)  # orders and their changes are taken as spending
    assert [one.sentence for one in analysis.findings if one.blocks] == []


def bank_change(made: Company) -> None:
    change = proposed(made)
    record_call_back(
        change_id=change.pk, expected_version=change.version, contact_id=None, directory="Companies House",
        said="Ada confirmed", actor=made.lena, at=NOW,
    )  # fmt: skip


def publication(made: Company) -> None:
    version = draft(made)
    ask_publication(version_id=version.pk, expected_version=version.version, actor=made.polly, at=NOW)


@pytest.mark.parametrize(
    ("_case", "ask", "row", "people"),
    [
        ("bank change", bank_change, "Bank accounts of suppliers", "frank"),
        ("publication", publication, "Policies", "petra"),
    ],
)  # fmt: skip
def test_matter_without_a_site_is_asked_of_the_role_its_row_names_without_an_exception(
    _case: str, ask: Callable[[Company], None], row: str, people: str
) -> None:
    ask(company(every_matter=True))

    assert (asked().decision["rule_name"], chain()) == (row, [("open", people.split())])
    assert ExceptionCase.objects.count() == 0
