"""AP-1: the risk of a supplier is rated by a supplier manager with a reason, and routes what is asked for from then on."""

import pytest
from django.db import IntegrityError, transaction

from foundation.errors import DomainError
from foundation.models import AuditEvent, DomainEvent
from suppliers.models import Supplier
from suppliers.services import rate_supplier
from tests.factories import NOW, Company, company, submitted
from tests.policies.factories import MANAGER, REGION, add_rule, clear, draft, publish
from tests.workflow.factories import SMALL, asked, chain
from workflow.selectors import redecided

pytestmark = pytest.mark.django_db


def rate(
    made: Company, risk: str, *, reason: str = "Their plant burned down", by: str = "sue", version: int = 1
) -> Supplier:
    return rate_supplier(
        supplier_id=made.acme.pk, expected_version=version, risk=risk, actor=made.people[by], reason=reason, at=NOW
    )


def test_rating_is_kept_audited_and_told() -> None:
    made = company()

    rated = rate(made, "high")
    rate(made, "none", reason="Rebuilt", version=2)

    assert (rated.risk, rated.risk_reason, rated.risk_rated_at, rated.version) == (
        "high", "Their plant burned down", NOW, 2,
    )  # fmt: skip
    rows = AuditEvent.objects.filter(action="rate_supplier").order_by("seq")
    assert [(r.data["risk_before"], r.data["risk"], r.data["reason"]) for r in rows] == [
        ("", "high", "Their plant burned down"), ("high", "", "Rebuilt"),
    ]  # fmt: skip
    assert DomainEvent.objects.filter(kind="suppliers.supplier.rated").count() == 2
    left = Supplier.objects.get(pk=made.acme.pk)
    assert (left.risk, left.risk_reason, left.risk_rated_at) == ("", "", None)


@pytest.mark.parametrize(
    ("_case", "risk", "change", "code"),
    [
        ("no such rating",       "grave", {},               "risk_unknown"),
        ("nothing chosen",       "",      {},               "risk_unknown"),
        ("no reason",            "high",  {"reason": "  "}, "reason_missing"),
        ("a buyer",              "high",  {"by": "boris"},  "not_your_role"),
        ("changed since opened", "high",  {"version": 7},   "changed_since_opened"),
    ],
)  # fmt: skip
def test_refused_rating_changes_nothing(_case: str, risk: str, change: dict[str, str], code: str) -> None:
    made = company()

    with pytest.raises(DomainError) as refused:
        rate(made, risk, **change)  # type: ignore[arg-type]  # the table's words

    assert refused.value.code == code
    assert Supplier.objects.get(pk=made.acme.pk).risk == ""
    assert not AuditEvent.objects.filter(action="rate_supplier").exists()


def test_rating_without_reason_cannot_be_stored() -> None:
    made = company()

    with pytest.raises(IntegrityError, match="supplier_risk_with_reason"), transaction.atomic():
        Supplier.objects.filter(pk=made.acme.pk).update(risk="high")


@pytest.mark.parametrize(
    ("risk", "asks"), [("", "mona"), ("low", "mona"), ("medium", "mona"), ("high", "regina")]
)  # fmt: skip
def test_request_to_a_risky_supplier_goes_where_the_matrix_says(risk: str, asks: str) -> None:
    made = company()
    version = add_rule(made, clear(made, draft(made)), "Risky supplier", REGION, supplier_risks=["high"])
    publish(made, add_rule(made, version, "Everything", MANAGER))
    if risk:
        rate(made, risk)

    submitted(made, SMALL)

    assert chain() == [("open", [asks])]
    assert asked().facts["supplier_risks"] == ([risk] if risk else [])
    Supplier.objects.filter(pk=made.acme.pk).update(risk="", risk_reason="", risk_rated_at=None)
    assert [one.different for one in redecided()] == [()]
