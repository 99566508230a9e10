"""AP-9: a file is judged on a page of its own, shown as what it would change, and only then made a draft."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from foundation import jobs
from foundation.intake import xlsx
from foundation.models import Job, Site, User
from policies.models import PolicyImport, PolicyVersion
from policies.selectors import version_in_force
from policies.web.shared import PAGES
from tests.factories import NOW, Company, company
from tests.policies import exchange
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
    return client.post(reverse("policy_bring_in", args=[page]), {"file": file, **data})


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
    address = reverse("policy_import", args=["approvals", judged.context["brought"].pk])
    made_, twice = polly.post(address), polly.post(address)

    assert "Row 2: up to 5,000.00 becomes up to 4,000.00." in text(judged)
    new = PolicyVersion.objects.get(kind="approval", state="draft")
    assert (made_.status_code, made_.url, new.note) == (302, "/settings/approvals/2/changes/", "Tighter")
    assert (twice.status_code, twice.url) == (302, "/settings/approvals/2/changes/")  # pressed twice, one draft
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


def test_every_fault_is_shown_where_it_stands_and_taken_out_as_a_spreadsheet() -> None:
    made = company()
    polly = as_(made.polly)
    document = json.loads(exported(made, "approvals", "json"))
    document["rows"][1] |= {"sites": ["HULL", "LEED"], "amount_to": "-1", "categories": ["PAKC"]}
    document["rows"][2] |= {"amount_from": "9", "amount_to": "3", "urgent": "maybe"}

    judged = send(polly, "approvals", "my file.json", json.dumps(document).encode())
    brought = judged.context["brought"]
    sheet = polly.get(reverse("policy_import_faults", args=["approvals", brought.pk]))

    found = [tuple(fault) for fault in brought.faults]
    assert found == [
        ("Row 2", "amount_to", "-1", "It is below zero. Write zero or more."),
        (
            "Row 2",
            "sites",
            "HULL; LEED",
            "There is no site “HULL”. Did you mean HUL? There is no site “LEED”. Use HUL, LDS.",
        ),
        ("Row 2", "categories", "PAKC", "There is no category “PAKC”. Did you mean PACK?"),
        ("Row 3", "urgent", "maybe", "Write true, false or null."),
        ("Row 3", "Up to and including", "3", "The band above 9 up to 3 is empty: the end must be above the start."),
    ]
    assert "5 things to mend first in my file.json" in text(judged)
    rows = xlsx.read(sheet.content, most_rows=99, most_columns=9)["To mend"]
    assert [tuple(cell.text for cell in row.cells) for row in rows[1:]] == found
    assert (sheet["Content-Disposition"], PolicyVersion.objects.count()) == (
        'attachment; filename="my file to mend.xlsx"', 5,
    )  # fmt: skip


def test_what_was_found_unfit_or_gone_since_becomes_no_draft() -> None:
    made = company()
    polly = as_(made.polly)
    unfit = send(polly, "approvals", "a.json", exchange.file_of("approval", rows=[{}])).context["brought"]
    rows = json.loads(exchange.file_of("approval"))["rows"]
    rows[1]["sites"] = ["HUL"]
    fit = send(polly, "approvals", "b.json", exchange.file_of("approval", rows=rows)).context["brought"]
    Site.objects.filter(code="HUL").update(code="HUX")

    answers = [polly.post(reverse("policy_import", args=["approvals", one.pk])) for one in (unfit, fit)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "There is no site “HUL”. Did you mean HUX?" in text(answers[1])
    assert PolicyVersion.objects.count() == 5


def long_file(rows: int = 301, **changed: Any) -> bytes:
    """Return a file of one band a row; `changed` stands in every row."""
    row = json.loads(exchange.file_of("approval"))["rows"][-1]
    return exchange.file_of("approval", rows=[
        {**row, "position": n, "name": f"Band {n}", "amount_from": str(10 * n - 10),
         "amount_to": None if n == rows else str(10 * n), **changed}
        for n in range(1, rows + 1)
    ])  # fmt: skip


def test_long_file_is_checked_and_made_a_draft_by_a_worker() -> None:
    made = company()
    polly = as_(made.polly)

    sent = send(polly, "approvals", "long.json", long_file())
    job = Job.objects.get()
    brought = PolicyImport.objects.get()
    address = reverse("policy_import", args=["approvals", brought.pk])
    waits, early = polly.get(address), polly.post(address)
    jobs.run(job.pk)
    checked = polly.get(address)
    asked = polly.post(address)
    jobs.run(Job.objects.latest("pk").pk)
    new = PolicyVersion.objects.get(kind="approval", state="draft")

    assert (sent.status_code, sent.url) == (302, reverse("job", args=[job.pk]))
    assert ("long.json is not checked yet" in text(waits), early.status_code) == (True, 409)
    assert "301 rows" in text(checked)
    assert "With more than 300 rows the matrix is analysed when it is a draft, not here." in text(checked)
    assert asked.url == reverse("job", args=[Job.objects.filter(kind="policy_import").latest("pk").pk])
    assert (new.approval_rules.count(), new.created_by, version_in_force("approval", NOW).number) == (
        301,
        made.polly,
        1,
    )
    assert "Approval matrix v2 was made of long.json" in text(polly.get(address))


@pytest.mark.parametrize(
    ("_case", "content", "state", "words"),
    [
        ("faults in every row", {"sites": ["HULL"]}, "done", "301 things to mend first"),
        ("too many rows", 5_001, "done", "Bring in at most 5,000 rows. Nobody reads more."),
        ("no JSON at all, and large", b"{" * 400_001, "failed", "long.json is not checked yet"),
    ],
)
def test_long_file_that_is_unfit_is_said_where_it_is_and_changes_nothing(
    _case: str, content: Any, state: str, words: str
) -> None:
    made = company()
    polly = as_(made.polly)
    file = (
        content
        if isinstance(content, bytes)
        else long_file(**content)
        if isinstance(content, dict)
        else long_file(content)
    )

    send(polly, "approvals", "long.json", file)
    jobs.run(Job.objects.get().pk)
    page = text(polly.get(reverse("policy_import", args=["approvals", PolicyImport.objects.get().pk])))

    assert (Job.objects.get().state, words in page) == (state, True)
    assert (PolicyVersion.objects.count(), version_in_force("approval", NOW).number) == (5, 1)


def test_who_lost_the_role_before_the_worker_came_makes_no_draft() -> None:
    made = company()
    polly = as_(made.polly)
    send(polly, "approvals", "long.json", long_file())
    jobs.run(Job.objects.get().pk)
    polly.post(reverse("policy_import", args=["approvals", PolicyImport.objects.get().pk]))
    made.polly.role_assignments.all().delete()

    jobs.run(Job.objects.latest("pk").pk)

    job = Job.objects.latest("pk")
    assert (job.state, PolicyVersion.objects.filter(kind="approval").count()) == ("failed", 1)


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
