"""AP-9: a file is judged on a page of its own, shown as what it would change, and only then made a draft."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from foundation.models import User
from policies.models import PolicyVersion
from policies.selectors import version_in_force
from policies.web.shared import PAGES
from tests.factories import NOW, Company, company
from tests.policies.factories import MANAGER, draft, one_rule, publish

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def exported(made: Company, page: str, form: str, number: int = 1) -> bytes:
    content: bytes = as_(made.polly).get(reverse("policy_export", args=[page, number, form])).content
    return content


def send(client: Client, page: str, name: str, content: bytes, **data: Any) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("policy_bring_in", args=[page]), {"file": file, "act": "judge", **data})


@pytest.mark.parametrize("page", PAGES.values())
@pytest.mark.parametrize("form", ["json", "xlsx"])
def test_export_comes_back_without_a_difference(page: str, form: str) -> None:
    made = company()

    answer = send(as_(made.polly), page, f"any.{form}", exported(made, page, form))

    assert (answer.status_code, "Nothing differs." in text(answer)) == (200, True)
    assert not PolicyVersion.objects.filter(state="draft").exists()


def test_judged_file_becomes_a_draft_when_the_person_says_so() -> None:
    made = company()
    polly = as_(made.polly)
    document = json.loads(exported(made, "approvals", "json"))
    document["rows"][1]["amount_to"] = "4000"
    document["rows"][2]["amount_from"] = "4000"

    judged = send(polly, "approvals", "any.json", json.dumps(document).encode(), note="Tighter")
    made_ = polly.post(
        reverse("policy_bring_in", args=["approvals"]),
        {"judged": judged.context["packed"], "note": "Tighter", "act": "make"},
    )

    assert "Row 2: up to 5,000.00 becomes up to 4,000.00." in text(judged)
    new = PolicyVersion.objects.get(kind="approval", state="draft")
    assert (made_.status_code, made_.url, new.note) == (302, "/settings/approvals/2/changes/", "Tighter")
    assert version_in_force("approval", NOW).number == 1


@pytest.mark.parametrize(
    ("_case", "name", "content", "words"),
    [
        ("a fault in a row", "a.json", {"rows": [{"position": 1}]}, "The member is missing. Write it, even when it is empty."),
        ("no JSON", "a.json", b"{", "Line 1, column 2"),
        ("a key twice", "a.json", b'{"a": 1, "a": 2}', "stands twice in one object"),
        ("no workbook", "a.xlsx", b"PK\x03\x04 nothing", "The file is no .xlsx workbook, whatever its name says."),
        ("another kind of file", "a.csv", b"a,b", "a.csv is not one of JSON, XLSX."),
        ("an empty file", "a.json", b"", "The submitted file is empty."),
    ],
)  # fmt: skip
def test_file_with_a_fault_is_shown_with_the_cure_and_changes_nothing(
    _case: str, name: str, content: Any, words: str
) -> None:
    made = company()
    if isinstance(content, dict):
        content = json.dumps({**json.loads(exported(made, "approvals", "json")), **content}).encode()

    answer = send(as_(made.polly), "approvals", name, content)

    assert (answer.status_code, words in text(answer)) == (422, True)
    assert "<title> Error: " in text(answer).replace("<title>Error", "<title> Error")
    assert PolicyVersion.objects.count() == 5


@pytest.mark.parametrize(
    ("_case", "data", "words"),
    [
        ("neither file", {}, "Choose a file."),
        ("a judged file somebody changed", {"judged": "forged:abc:def"}, "The file was judged too long ago. Choose it again."),
    ],
)  # fmt: skip
def test_draft_is_only_made_of_what_was_judged(_case: str, data: dict[str, str], words: str) -> None:
    made = company()

    answer = as_(made.polly).post(reverse("policy_bring_in", args=["approvals"]), {"act": "make", **data})

    assert (answer.status_code, words in text(answer), PolicyVersion.objects.count()) == (422, True, 5)


def test_older_version_is_compared_and_comes_back_by_one_button() -> None:
    made = company()
    one_rule(made, MANAGER)
    polly = as_(made.polly)
    page = reverse("policy", args=["approvals", 1])

    shown, own = text(polly.get(page)), text(polly.get(reverse("policy", args=["approvals", 2])))
    done = polly.post(reverse("policy_roll_forward", args=["approvals", 1]), follow=True)
    compared = polly.get(reverse("policy_changes", args=["approvals", 3]), {"with": "1"})

    assert ("Roll forward to this version" in shown, "Roll forward to this version" in own) == (True, False)
    assert "Approval matrix v3 says what Approval matrix v1 said. Nothing changes until it is published." in text(done)
    assert "Compared with Approval matrix v2, in force" in text(done)
    assert ("Compared with Approval matrix v1<" in text(compared), "Nothing differs." in text(compared)) == (True, True)
    assert polly.get(reverse("policy_changes", args=["approvals", 3]), {"with": "77"}).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("rita", 403), ("audrey", 403), ("acme_person", 404)])
def test_strangers_bring_nothing_in_and_nothing_back(who: str, status: int) -> None:
    made = company()
    one_rule(made, MANAGER)
    client = as_(getattr(made, who))

    answers = [
        client.get(reverse("policy_bring_in", args=["approvals"])),
        send(client, "approvals", "a.json", exported(made, "approvals", "json")),
        client.post(reverse("policy_roll_forward", args=["approvals", 1])),
    ]

    assert [answer.status_code for answer in answers] == [status] * 3
    assert PolicyVersion.objects.filter(kind="approval").count() == 2


def test_waiting_version_is_withdrawn_by_one_button_and_a_draft_analysed() -> None:
    made = company()
    waits = publish(made, draft(made), at=NOW, effective_from=datetime(2999, 1, 1, tzinfo=UTC))
    polly = as_(made.polly)
    new = draft(made)

    shown = text(polly.get(reverse("policy", args=["approvals", 2])))
    done = polly.post(
        reverse("policy_withdraw", args=["approvals", 2]), {"version": waits.version}, follow=True
    )  # fmt: skip
    analysed = text(polly.post(reverse("policy_analyse", args=["approvals", new.number]), follow=True))

    assert "Withdraw before it starts" in shown
    assert "Approval matrix v2 is withdrawn and will not start. What is in force goes on." in text(done)
    assert "Approval matrix v3 is analysed: nothing in the way of publication." in analysed
