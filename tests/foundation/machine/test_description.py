"""The description is true: what doors answer has the form they describe, and no body, however odd, makes a fault."""

from copy import deepcopy
from typing import Any

import jsonschema
import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from invoicing.services import receive_invoice
from tests.factories import NOW, Company, an_issued_order, company, receive_all
from tests.invoicing.factories import bill_for
from tests.machine import client_of, post

pytestmark = pytest.mark.django_db
CREATING = ["requisitions", "acknowledgments", "receipts", "invoices"]


def schema() -> dict[str, Any]:
    """Return the description as JSON Schema: OpenAPI 3.0 says `nullable` where that says a second type."""
    told = APIClient().get(reverse("api_schema"), HTTP_ACCEPT="application/vnd.oai.openapi+json").json()
    _nullable(told)
    return dict(told)


def _nullable(node: Any) -> None:
    if isinstance(node, dict):
        if node.pop("nullable", False) is True and "type" in node:
            node["type"] = [node["type"], "null"]
            if "enum" in node:
                node["enum"] = [*node["enum"], None]
        for inner in node.values():
            _nullable(inner)
    elif isinstance(node, list):
        for inner in node:
            _nullable(inner)


def strictly(node: Any) -> Any:
    """Refuse members that are not described."""
    if isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node and "additionalProperties" not in node:
            node["additionalProperties"] = False
        for inner in node.values():
            strictly(inner)
    elif isinstance(node, list):
        for inner in node:
            strictly(inner)
    return node


def everything(made: Company) -> None:
    order = an_issued_order(made, ("SW-500", "10"), ("TAPE-48", "2"))
    body = {"order": order.number, "external_id": "SO-1", "answer": "accept_all"}
    assert post(client_of(made.acme_person), reverse("api_acknowledgments"), body).status_code == 201
    receive_all(made, order)
    receive_invoice(command=bill_for(order, invoice_date=NOW.date()), actor=made.acme_person, at=NOW)


def test_every_answer_has_the_form_that_is_described() -> None:
    made = company()
    everything(made)
    told = schema()
    described = strictly(deepcopy(told))
    client, seen = client_of(made.boris), set()

    for path, operations in told["paths"].items():
        if "{" in path or "get" not in operations or "/messages/" in path:
            continue
        page = client.get(path)
        _validate(described, path, page.json())
        seen.add(path)
        one = next(
            (p for p in told["paths"] if p.startswith(f"{path}{{") and p.count("/") == path.count("/") + 1), None
        )
        for row in page.json()["results"] if one else []:
            name = row.get("number") or row["code"]
            _validate(described, one or "", client.get(f"{path}{name}/").json())
            seen.add(one)

    assert len(seen) == 20


def _validate(described: dict[str, Any], path: str, answer: Any) -> None:
    form = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(answer, {**form, "components": described["components"]})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["LDS", "ACME", "SW-500", "10", "XCS"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize("door", CREATING)
def test_no_body_makes_a_fault(door: str) -> None:
    made = company()
    client = client_of(made.boris)
    told = schema()
    form = told["paths"][f"/api/v1/{door}/"]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    members = sorted(told["components"]["schemas"][form.rsplit("/", 1)[-1]]["properties"])

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(members), anything, max_size=len(members)) | anything)
    def send(body: Any) -> None:
        answer = client.post(reverse(f"api_{door}"), body, format="json", headers={"Idempotency-Key": "k"})

        assert answer.status_code in {400, 403, 409, 422}, (answer.status_code, body)
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"]

    send()


@pytest.mark.parametrize("door", ["orders", "invoices", "items", "suppliers", "catalogue"])
def test_no_query_makes_a_fault(door: str) -> None:
    made = company()
    client = client_of(made.boris)
    told = schema()["paths"][f"/api/v1/{door}/"]["get"]["parameters"]
    names = [parameter["name"] for parameter in told if parameter["in"] == "query"]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.dictionaries(
            st.sampled_from(names), st.text(max_size=30).filter(lambda text: "\x00" not in text), max_size=4
        )
    )
    def ask(query: dict[str, str]) -> None:
        assert client.get(reverse(f"api_{door}"), query).status_code in {200, 422}

    ask()
