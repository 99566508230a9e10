"""What a policy administrator does with a matrix, by keyboard alone: no step needs a pointer (UX 6.6 and 8)."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import TimeoutError as TookTooLong

from foundation import jobs
from foundation.models import Job
from policies.models import PolicyVersion
from policies.selectors import build_matrix, version_in_force
from tests.factories import NOW, Company, company, submitted
from tests.policies import exchange
from tests.policies.factories import MANAGER, add_rule, clear, draft, long_draft, one_rule
from workflow.models import ApprovalRequest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_console")]
FOCUSED = """() => { const a = document.activeElement; const label = a.labels && a.labels[0];
  return (a.getAttribute('aria-label') || (label ? label.textContent : a.textContent)).replace(/\\s+/g, ' ').trim(); }"""


class Hands:
    """Somebody's hands on the keys, and what stands on the screen."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.keys, self.address = page, page.keyboard, address

    def open(self, name: str, *keys: object, **query: str) -> None:
        self.page.goto(self.address + reverse(name, args=keys, query=query))

    def to(self, label: str) -> None:
        """Press Tab until what a reader would call so has the focus."""
        for _ in range(120):
            self.keys.press("Tab")
            if self.page.evaluate(FOCUSED).startswith(label):
                return
        raise AssertionError(f"Tab never reaches “{label}”")

    def press(self, label: str) -> None:
        """Go to a button or a link and press Enter."""
        self.to(label)
        self.keys.press("Enter")

    def write(self, label: str, text: str) -> None:
        self.to(label)
        self.keys.type(text)

    def choose_file(self, path: Path) -> None:
        """Open the file chooser from its field by a key, as a person does."""
        self.to("File")
        try:
            asked = self._chooser(15_000)
        except TookTooLong:  # a busy machine missed the key; a person presses again
            asked = self._chooser(30_000)
        asked.set_files(path)

    def _chooser(self, patience: int) -> Any:
        with self.page.expect_file_chooser(timeout=patience) as asked:
            self.keys.press("Space")
        return asked.value

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()

    def follow_to_result(self) -> None:
        """Wait for the worker on the page of the job, then open what came of it."""
        self.sees("Waits for a worker")
        jobs.run(Job.objects.latest("pk").pk)
        self.page.get_by_role("link", name="Show the result").wait_for()
        self.press("Show the result")


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def hands(page: Any, live_server: Any, sign_in: Callable[[Any, Any], None], made: Company) -> Hands:
    sign_in(page, made.polly)
    return Hands(page, live_server.url)


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_bytes(exchange.file_of("approval", rows=rows))
    return path


def rows_in_force() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(exchange.file_of("approval"))["rows"]
    return found


def test_file_is_tried_mended_and_made_a_draft(hands: Hands, tmp_path: Path, clean_console: list[str]) -> None:
    spoilt, mended = rows_in_force(), rows_in_force()
    spoilt[1] |= {"sites": ["HULL"], "amount_to": "-1"}
    mended[1]["amount_to"] = mended[2]["amount_from"] = "4000"

    hands.open("policies", "approvals")
    hands.press("Bring in a file")
    hands.sees("The file becomes a draft.")
    hands.choose_file(written(tmp_path / "spoilt.json", spoilt))
    hands.press("Check the file")
    hands.sees("2 things to mend first in spoilt.json")
    hands.sees("There is no site “HULL”. Did you mean HUL?")
    hands.choose_file(written(tmp_path / "mended.json", mended))
    hands.write("Note", "Tighter")
    hands.press("Check the file")
    hands.sees("Row 2: up to 5,000.00 becomes up to 4,000.00.")
    tried = PolicyVersion.objects.filter(kind="approval").count()
    hands.press("Make the draft")
    hands.sees("Approval matrix v2 says what the file says. Nothing changes until it is published.")

    clean_console[:] = [text for text in clean_console if "422" not in text]  # Chromium names the refusal there
    new = PolicyVersion.objects.get(kind="approval", number=2)
    assert (tried, new.state, new.note, version_in_force("approval", NOW).number) == (1, "draft", "Tighter", 1)


def test_long_file_is_followed_through_the_worker(hands: Hands, tmp_path: Path) -> None:
    last = rows_in_force()[-1]
    rows = [
        {**last, "position": n, "name": f"Band {n}", "amount_from": str(10 * n - 10), "amount_to": None if n == 301 else str(10 * n)}
        for n in range(1, 302)
    ]  # fmt: skip

    hands.open("policy_bring_in", "approvals")
    hands.choose_file(written(tmp_path / "long.json", rows))
    hands.press("Check the file")
    hands.follow_to_result()
    hands.sees("No fault in the file")
    hands.press("Make the draft")
    hands.follow_to_result()
    hands.sees("Approval matrix v2 was made of long.json")
    hands.press("See what it changes")
    hands.sees("Compared with Approval matrix v1, in force")

    assert PolicyVersion.objects.get(kind="approval", number=2).approval_rules.count() == 301


def test_older_version_comes_back(hands: Hands, made: Company) -> None:
    first = build_matrix(version_in_force("approval", NOW).pk)
    one_rule(made, MANAGER)

    hands.open("policies", "approvals")
    hands.press("Version 1")
    hands.sees("in force from")
    hands.press("Roll forward to this version")
    hands.sees("Approval matrix v3 says what Approval matrix v1 said. Nothing changes until it is published.")

    new = PolicyVersion.objects.get(kind="approval", number=3)
    assert (new.state, build_matrix(new.pk).rules) == ("draft", first.rules)


def test_two_versions_are_compared_in_words(hands: Hands, made: Company) -> None:
    one_rule(made, MANAGER)
    draft(made)

    hands.open("policy_changes", "approvals", 3)
    hands.sees("Nothing differs.")
    hands.write("Compare with", "Version 1")
    hands.press("Compare")
    hands.sees("Compared with Approval matrix v1")

    told = hands.page.locator("ul.changes li").all_inner_texts()
    assert any("is gone" in line for line in told)


def test_long_draft_is_analysed_in_the_background(hands: Hands, made: Company) -> None:
    long_draft(made, gap=True)

    hands.open("policy_publish", "approvals", 2)
    hands.press("Analyse")
    hands.sees("is being analysed. This page shows what is found when it is done.")
    hands.press("How far it is")
    hands.follow_to_result()
    hands.sees("Any site, above 3,010.00: nobody decides.")

    assert PolicyVersion.objects.get(kind="approval", number=2).analysed_blocking == 1


def test_case_lights_its_row_and_names_the_chain(hands: Hands, made: Company) -> None:
    draft(made)

    hands.open("policy", "approvals", 2)
    hands.write("Amount", "7200")
    hands.write("Site", "Leeds")
    hands.press("Test")
    hands.sees("Row 3 decides")

    lit = hands.page.locator("tr.hit th").all_inner_texts()
    assert len(lit) == 1
    assert "Harry" in hands.page.locator(".case").inner_text()


def test_draft_is_replayed_over_ninety_days(hands: Hands, made: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    number = submitted(made, ("SW-500", "40")).number
    ApprovalRequest.objects.update(opened_at=NOW - timedelta(hours=1))
    version = add_rule(made, clear(made, draft(made)), "Everything", is_touchless=True)

    hands.open("policy", "approvals", version.number)
    hands.press("Replay")
    hands.follow_to_result()
    hands.sees(number)
    hands.press(number)
    hands.sees("Why these people")

    assert number in hands.page.locator("h1, h2").all_inner_texts()[0]
