"""How the study writes money: as the pages do, so that a sentence and the figure beside it look the same."""

from decimal import Decimal

import pytest

from foundation.templatetags import ui
from invoicing.decisions.words import money


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("1234.5", "GBP", "£1,234.50"),
        ("-3.1",   "GBP", "-£3.10"),
        ("1234.5", "EUR", "€1,234.50"),
        ("12",     "USD", "US$12.00"),
    ],
)  # fmt: skip
def test_sentence_writes_money_as_the_page_does(amount: str, currency: str, said: str) -> None:
    assert money(Decimal(amount), currency) == ui.money(Decimal(amount), currency) == said


def test_other_currencies_are_written_by_their_code() -> None:
    assert money(Decimal(1200), "JPY") == "1,200 JPY"
