"""`manage.py suppliers dedupe --evaluate`: what it prints, and on the public data how well it does (SU-3)."""

import gzip
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.samples import DATA, need

FIXTURE = b"""case_group,schema,name1,name2,is_match,quality
own,Company,Northern Bolt Ltd,NORTHERN BOLT LIMITED,true,MEDIUM
own,Company,Calder Fixings GmbH,Calder Fixings,true,MEDIUM
own,Company,Hallam Packaging plc,"Hallam Packaging, p.l.c.",true,MEDIUM
own,Company,M\xc3\xbcller & S\xc3\xb6hne KG,Muller and Sohne,true,MEDIUM
own,Company,Hill Foods t/a Dale Foods,Dale Foods Ltd,true,MEDIUM
own,Company,Zephyr Paper Company,Acme Inc.,false,MEDIUM
own,Company,Bank of Armenia,Board of Wales,false,MEDIUM
own,Company,Oxford Round Table,Leeds Rope Works,false,MEDIUM
own,Company,Pike Steel,Dunmore Oil,false,MEDIUM
"""


def told(path: Path) -> dict[str, object]:
    out = io.StringIO()
    call_command("suppliers", "dedupe", "--evaluate", str(path), "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert isinstance(found, dict)
    return found


def test_pairs_of_our_own(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv.gz"
    path.write_bytes(gzip.compress(FIXTURE))

    found = told(path)

    assert {"precision": found["precision"], "recall": found["recall"], "f1": found["f1"]} == dict.fromkeys(
        ("precision", "recall", "f1"), 1.0
    )
    assert 0 < float(str(found["threshold"])) < 1


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"a,b\n1,2\n", "needs the columns name1, name2, is_match"),
        (b"name1,name2,is_match\nA,B,perhaps\n", "Write true or false"),
        (gzip.compress(FIXTURE, mtime=0)[:40], "cannot be opened"),
        (b"", "empty"),
    ],
)
def test_file_that_cannot_be_judged(raw: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes(raw)

    with pytest.raises(CommandError, match=message):
        told(path)


@pytest.mark.samples
@pytest.mark.parametrize(
    ("file", "precision", "recall"),
    [("er_company_name_pairs/company_pairs_a.csv.gz", 0.65, 0.95), ("er_childcare_sites/csv_example_input_with_true_ids.csv.gz", 0.90, 0.75)],
)  # fmt: skip
def test_public_data(file: str, precision: float, recall: float) -> None:
    need(DATA / file)

    found = told(DATA / file)

    assert (float(str(found["precision"])) >= precision, float(str(found["recall"])) >= recall) == (True, True), found
