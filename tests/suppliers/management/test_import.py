"""`manage.py suppliers import`: a master from elsewhere comes in by a mapping; hostile names do not (SU-1, SU-3)."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from suppliers.models import DuplicateProposal, Supplier
from tests.factories import company
from tests.samples import DATA, need

pytestmark = pytest.mark.django_db
MAPPING = """
skip = ["", "Redacted personal data"]
[columns]
name = ["Supplier Name", "supplier_name", "Successful Supplier"]
[same]
country = "GB"
currency = "GBP"
"""
TABLE = (
    "Supplier Name,Amount\nHarlow Paper Ltd,1\nHARLOW PAPER LIMITED,2\nHarlow Paper Ltd,3\nRedacted personal data,4\n"
    "Har\u202elow,5\n\u0410cme,6\n" + "x" * 500 + ",7\n"
)


def run(table: str | Path, tmp_path: Path, *more: str, mapping: str = MAPPING) -> str:
    (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
    file = table if isinstance(table, Path) else tmp_path / "table.csv"
    if isinstance(table, str):
        file.write_text(table, encoding="utf-8")
    out = io.StringIO()
    call_command("suppliers", "import", str(tmp_path / "mapping.toml"), str(file), "--by", "sue", *more, stdout=out)
    return out.getvalue()


def test_good_rows_come_in_as_requested_and_hostile_names_do_not(tmp_path: Path) -> None:
    company()
    before = Supplier.objects.count()

    judged = run(TABLE, tmp_path, "--dry-run")
    nothing = Supplier.objects.count() - before
    said = run(TABLE, tmp_path)
    again = run(TABLE, tmp_path)

    assert nothing == 0
    assert judged.startswith(said.rstrip())
    assert said.startswith("6 rows: 2 new suppliers, 0 there before, 3 rows refused.")
    assert again.startswith("6 rows: 0 new suppliers, 2 there before, 3 rows refused.")
    assert set(Supplier.objects.filter(name__istartswith="harlow").values_list("name", "state")) == {
        ("Harlow Paper Ltd", "requested"), ("HARLOW PAPER LIMITED", "requested"),
    }  # fmt: skip
    assert "\u202e" not in said


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ('[columns]\nname = "Nobody"\n[same]\ncountry = "GB"\ncurrency = "GBP"\n', "no column for name"),
        ('[columns]\nname = "Supplier Name"\niban = "Amount"\n', "The mapping names iban"),
        ('[columns]\nname = "Supplier Name"\n', "no column for country, currency"),
        ("columns = ", "Invalid value"),
    ],
)
def test_mapping_that_does_not_fit(mapping: str, words: str, tmp_path: Path) -> None:
    company()

    with pytest.raises(CommandError, match=words):
        run(TABLE, tmp_path, mapping=mapping)


@pytest.mark.samples
@pytest.mark.parametrize(
    ("file", "least"),
    [("oxford_spend/expenditure-over-500-apr-jun-2016.csv.gz", 300), ("toronto_contracts/awarded_contracts_to_2017.csv.gz", 1000)],
)  # fmt: skip
def test_public_masters_come_in_and_their_duplicates_are_proposed(file: str, least: int, tmp_path: Path) -> None:
    need(DATA / file)
    company()
    before = Supplier.objects.count()

    run(DATA / file, tmp_path)
    call_command("suppliers", "dedupe", "--by", "sue", stdout=io.StringIO())

    assert Supplier.objects.count() - before >= least
    assert DuplicateProposal.objects.filter(is_confirmed=False).exists()
