"""A file is brought in through the Django admin as on its page: judged first, refused where it is unfit, a draft at most."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from foundation import jobs
from foundation.models import AuditEvent, Job
from policies.models import PolicyImport, PolicyVersion
from policies.selectors import version_in_force
from tests.factories import NOW, company
from tests.policies import exchange
from tests.policies.admin.test_doors import address, support

pytestmark = pytest.mark.django_db


def bring(client: Client, content: bytes, name: str = "a.json") -> Any:
    data = {"kind": "approval", "file": SimpleUploadedFile(name, content), "note": "From support"}
    return client.post(address("policyimport", "add"), data, follow=True)


def act(client: Client, action: str, *files: PolicyImport) -> Any:
    data = {"action": action, "_selected_action": [file.pk for file in files]}
    return client.post(address("policyimport"), data, follow=True)


def changed(**of_second: Any) -> bytes:
    rows = json.loads(exchange.file_of("approval"))["rows"]
    rows[1] |= of_second
    return exchange.file_of("approval", rows=rows)


def test_file_is_judged_and_made_a_draft() -> None:
    made = company()
    client = support(made)

    bring(client, changed(name="Renamed"))
    brought = PolicyImport.objects.get()
    shown = client.get(address("policyimport", "change", brought.pk)).content.decode()
    before = PolicyVersion.objects.count()
    done = act(client, "make_draft", brought)

    new = PolicyVersion.objects.get(kind="approval", state="draft")
    assert ("Renamed" in shown, before, new.note, new.created_by) == (True, 5, "From support", made.polly)
    assert "Approval matrix v2: draft." in done.content.decode()
    assert (
        list(
            AuditEvent.objects.filter(action__in=["bring_in_policy", "make_draft_of_file"]).values_list(
                "actor", flat=True
            )
        )
        == [made.polly.pk] * 2
    )
    assert version_in_force("approval", NOW).number == 1


def test_file_that_is_unfit_becomes_no_draft_and_its_faults_are_exported() -> None:
    made = company()
    client = support(made)

    bring(client, changed(sites=["HULL"], amount_to="-1"))
    brought = PolicyImport.objects.get()
    shown = client.get(address("policyimport", "change", brought.pk)).content.decode()
    refused = act(client, "make_draft", brought).content.decode()
    sheet = act(client, "export_faults", brought)

    assert "There is no site “HULL”. Did you mean HUL?" in shown
    assert "Nothing came in. Mend a.json and bring it in again." in refused
    assert (sheet.content[:2], PolicyVersion.objects.count()) == (b"PK", 5)


@pytest.mark.parametrize(
    ("_case", "name", "content", "words"),
    [
        ("no workbook", "a.xlsx", b"PK\x03\x04 nothing", "The file is no .xlsx workbook, whatever its name says."),
        ("another kind of file", "a.csv", b"a,b", "csv is not one of JSON, XLSX."),
        ("no JSON", "a.json", b"{", "Line 1, column 2"),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_the_reason(_case: str, name: str, content: bytes, words: str) -> None:
    made = company()

    answer = bring(support(made), content, name)

    assert (words in answer.content.decode(), PolicyImport.objects.exists()) == (True, False)


def test_long_file_is_left_to_a_worker() -> None:
    made = company()
    client = support(made)
    row = json.loads(exchange.file_of("approval"))["rows"][-1]
    rows = [{**row, "position": n, "amount_from": str(n)} for n in range(1, 302)]

    told = bring(client, exchange.file_of("approval", rows=rows))
    jobs.run(Job.objects.get().pk)
    made_ = act(client, "make_draft", PolicyImport.objects.get())
    jobs.run(Job.objects.latest("pk").pk)

    assert "A worker is at a.json" in told.content.decode()
    assert "A worker is at a.json" in made_.content.decode()
    assert PolicyVersion.objects.get(kind="approval", state="draft").approval_rules.count() == 301


@pytest.mark.parametrize("who", ["audrey", "boris"])
def test_who_may_not_change_policies_brings_nothing_in(who: str) -> None:
    made = company()
    bring(support(made), changed(name="Renamed"))
    brought = PolicyImport.objects.get()
    client = support(made, who)

    answers = [
        client.get(address("policyimport", "add")),
        bring(client, changed(name="Mine")),
        client.get(address("policyimport", "change", brought.pk)) if who == "boris" else bring(client, b"{}"),
        act(client, "make_draft", brought),
    ]

    assert {answer.status_code for answer in answers[:3]} == {403}
    assert (PolicyImport.objects.count(), PolicyVersion.objects.count()) == (1, 5)


def test_file_stays_as_it_came() -> None:
    made = company()
    client = support(made)
    bring(client, changed(name="Renamed"))
    brought = PolicyImport.objects.get()

    answers = [
        client.post(address("policyimport", "change", brought.pk), {"name": "other.json"}),
        client.post(address("policyimport", "delete", brought.pk), {"post": "yes"}),
    ]

    brought.refresh_from_db()
    assert ([answer.status_code for answer in answers], brought.name) == ([403, 403], "a.json")


def test_two_files_at_once_are_refused() -> None:
    made = company()
    client = support(made)
    bring(client, changed(name="One"))
    bring(client, changed(name="Two"))

    answer = act(client, "make_draft", *PolicyImport.objects.all())

    assert ("Choose one file at a time." in answer.content.decode(), PolicyVersion.objects.count()) == (True, 5)
