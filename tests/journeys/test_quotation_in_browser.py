"""From a quotation to a contract in a browser: the buyer at a desk, two suppliers on phones, nobody reading a price before its time."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from foundation.models import User
from suppliers.models import Contract, QuotationRequest
from tests.factories import Company
from tests.journeys.conftest import DESK, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


class Table:
    """The people around a request; each step is what one of them does on their own screen."""

    def __init__(self, page: Any, url: str, made: Company, sign_in: Callable[..., None]) -> None:
        self.page, self.url, self.made, self.sign_in = page, url, made, sign_in

    def sits(self, who: User, size: tuple[int, int], path: str) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.context.clear_cookies()
        self.sign_in(self.page, who)
        self.page.goto(self.url + path)

    def asks(self) -> QuotationRequest:
        """Boris asks Acme and Bolt for wrap, and for a seal no catalogue has."""
        need = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
        self.sits(self.made.boris, DESK, reverse("quotation_new"))
        self.page.get_by_label("What you ask for").fill("Wrap and a seal")
        self.page.get_by_label("Site that asks").select_option("LDS")
        for place, (name, what, quantity, unit) in enumerate(
            (("item", "SW-500", "100", "XCS"), ("what", "Dock seal, made to measure", "2", "EA"))
        ):
            self.page.fill(f"#{name}-{place}", what)
            self.page.fill(f"#qty-{place}", quantity)
            self.page.select_option(f"#unit-{place}", unit)
            self.page.select_option(f"#site-{place}", "LDS")
            self.page.fill(f"#need-{place}", need)
        self.page.get_by_label("Acme Packaging").check()
        self.page.get_by_label("Bolt Trading").check()
        self.page.get_by_role("button", name="Write the draft").click()
        self.page.get_by_role("button", name="Open for answers").click()
        self.page.get_by_text("Prices are sealed").wait_for()
        return QuotationRequest.objects.get()

    def answers(self, who: User, request: QuotationRequest, wrap: str, seal: str, *, first: str = "") -> None:
        """Somebody of a supplier answers on a phone; `first` is what they save half-way."""
        self.sits(who, PHONE, reverse("portal_quotation", args=[request.number]))
        if first:
            self.page.fill("#p-10", first)
            self.page.get_by_role("button", name="Save for later").click()
            self.page.get_by_text("Not sent yet", exact=True).wait_for()
        self.page.fill("#p-10", wrap)
        self.page.fill("#l-10", "5")
        self.page.fill("#p-20", seal)
        self.page.fill("#valid_until", (datetime.now(UTC) + timedelta(days=60)).date().isoformat())
        self.page.get_by_role("button", name="Send the quotation").click()
        self.page.get_by_text("Your answer is with us, sealed until the closing time.").wait_for()


def test_quotation_to_contract(
    page: Any, live_server: Any, made: Company, sign_in: Callable[..., None], axe: Any, fits: Any,
    clean_console: list[str],
) -> None:  # fmt: skip
    table = Table(page, live_server.url, made, sign_in)
    request = table.asks()
    assert (axe(page), fits(page)) == ([], True)

    table.answers(made.acme_person, request, "45.00", "420", first="46")
    assert (axe(page), fits(page), "Bolt" in page.content()) == ([], True, False)
    table.sits(made.boris, DESK, reverse("quotation", args=[request.number]))
    assert ("45.00" in page.content(), page.get_by_text("No answer yet").count()) == (False, 1)
    table.answers(made.bolt_person, request, "47.50", "380")

    table.sits(made.boris, DESK, reverse("quotation", args=[request.number]))
    page.get_by_role("button", name="Close now, all have answered").click()
    page.get_by_role("heading", name="Side by side").wait_for()
    assert (axe(page), fits(page)) == ([], True)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert (axe(page), fits(page)) == ([], True)
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    page.get_by_label(re.compile("BOLT for line 10")).check()
    page.get_by_role("button", name="Award as marked").click()
    page.get_by_text("say in at most 300 letters why Bolt Trading: another answer is cheaper").first.wait_for()
    clean_console[:] = [text for text in clean_console if "422" not in text]  # the word is missing on purpose
    page.get_by_label("Why for line 10").fill("Acme is short of film until May")
    page.get_by_role("button", name="Award as marked").click()
    page.get_by_role("heading", name="What was won").wait_for()

    table.sits(made.sue, DESK, reverse("quotation", args=[request.number]))
    page.get_by_text("Put it into a contract").click()
    page.get_by_role("button", name="Write the contract").click()
    page.get_by_text("A second person puts it in force.").wait_for()
    contract = Contract.objects.exclude(pk=made.contract.pk).get()
    assert (contract.supplier, contract.state, contract.kind, contract.ceiling_amount) == (
        made.bolt, "draft", "blanket", 47_50 + 760,
    )  # fmt: skip

    table.sits(made.acme_person, PHONE, reverse("portal_quotation", args=[request.number]))
    page.get_by_text("We chose another answer this time.").wait_for()
    assert (axe(page), fits(page), "47.50" in page.content()) == ([], True, False)
