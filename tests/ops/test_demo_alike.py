"""Two demo companies of one date are alike to the byte; `make nightly` compares whole ones, in processes of their own."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from config.demo.company import open_company
from config.demo.digest import fingerprints
from config.demo.years import write_years
from foundation import selectors as ground
from policies import selectors as policies

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)
A_DAY = 0.1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_year_is_alike_when_it_is_written_again() -> None:
    first, second, of_another_day = _write(NOW), _write(NOW), _write(NOW + timedelta(days=1))

    assert {table for table in first if first[table] != second[table]} == set()
    assert first["procurement_purchaseorder"] != of_another_day["procurement_purchaseorder"]


def _write(now: datetime) -> dict[str, str]:
    call_command("flush", interactive=False, verbosity=0)  # identities begin again
    ground.forget()
    policies.forget()
    cast = open_company(now, io.StringIO())
    write_years(cast, now - timedelta(days=28), A_DAY, io.StringIO())
    return fingerprints()
