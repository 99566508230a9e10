"""AP-9: every version leaves as a workbook or as JSON, from its own page."""

import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from foundation.models import User
from policies.models import PolicyKind
from policies.web.shared import PAGES
from tests.factories import company
from tests.policies.exchange import rich

pytestmark = pytest.mark.django_db


def fetch(user: User, *args: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("policy_export", args=args))


@pytest.mark.parametrize("page", PAGES.values())
def test_version_in_force_leaves_as_json_of_the_schema(page: str) -> None:
    made = company()

    answer = fetch(made.audrey, page, 1, "json")

    document = json.loads(answer.content)
    assert list(document) == ["schema", "kind", "currency", "about", "settings", "rows"]
    assert (document["schema"], document["about"]["version"]) == ("crossdock.policy/1", f"{document['kind']}/1")
    assert answer["Content-Disposition"] == f'attachment; filename="{page}-v1.json"'
    assert fetch(made.audrey, page, 1, "json").content == answer.content


def test_workbook_is_one_a_person_reads_and_no_cell_is_a_formula() -> None:
    made = company()
    rich(made, PolicyKind.APPROVAL)

    book = load_workbook(io.BytesIO(fetch(made.polly, "approvals", 2, "xlsx").content))

    rules = book["Rules"]
    assert book.sheetnames == ["Rules", "Switches", "About"]
    assert [cell.value for cell in rules[1]][:7] == [
        "Row", "Adds to any row", "Name", "Above", "Up to and including", "Touchless", "Who approves, one stage a line",
    ]  # fmt: skip
    assert [cell.value for cell in rules[3]][:7] == [
        2, None, "Up to 5,000", None, 5000, None, "site manager",
    ]  # fmt: skip
    assert rules["C6"].value == '=HYPERLINK("http://evil")'
    assert {cell.data_type for row in rules for cell in row} <= {"s", "n", "inlineStr"}


@pytest.mark.parametrize(
    ("_case", "who", "args", "status"),
    [
        ("who may not read policies", "rita", ["approvals", 1, "json"], 403),
        ("a supplier", "acme_person", ["approvals", 1, "json"], 404),
        ("no such version", "polly", ["approvals", 9, "json"], 404),
        ("no such kind of file", "polly", ["approvals", 1, "pdf"], 404),
    ],
)
def test_export_is_refused(_case: str, who: str, args: list[Any], status: int) -> None:
    made = company()

    assert fetch(getattr(made, who), *args).status_code == status
