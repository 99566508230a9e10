"""UBL invoices in: the published examples are read, and the published rule tests fire as their publishers say."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import InvalidError
from foundation.intake import xml
from integration.dialects.ubl.invoice import decode
from integration.dialects.ubl.rules import PEPPOL_RULES, RULES
from tests.samples import SAMPLES, need, sample_files

FIXTURE = Path(__file__).parent / "fixtures" / "invoice.xml"
VEFA = "{http://difi.no/xsd/vefa/validator/1.0}"
KNOWN = {rule.id: rule for rule in RULES + PEPPOL_RULES}


def test_invoice_is_read_whole() -> None:
    decoded = decode(xml.parse(FIXTURE.read_bytes()))

    (invoice,) = decoded.documents
    (line,) = invoice.lines
    assert (invoice.kind, invoice.number, invoice.currency, invoice.order_number) == (
        "invoice",
        "INV-77",
        "GBP",
        "PO-LDS-1",
    )
    assert (invoice.total, invoice.net, invoice.tax) == (Decimal("576.00"), Decimal("480.00"), Decimal("96.00"))
    assert (line.quantity, line.unit, line.net_amount, line.supplier_part) == (
        Decimal(10),
        "XCS",
        Decimal("480.00"),
        "ACME-SW-500",
    )


@pytest.mark.parametrize(
    ("_case", "old", "new", "rule"),
    [
        ("no number",               "<cbc:ID>INV-77</cbc:ID>", "", "BR-02"),
        ("no currency",             "<cbc:DocumentCurrencyCode>GBP</cbc:DocumentCurrencyCode>", "", "BR-05"),
        ("invented currency",       ">GBP</cbc:DocumentCurrencyCode>", ">ZZQ</cbc:DocumentCurrencyCode>", "BR-CL-04"),
        ("line sum off by a penny", ">480.00</cbc:LineExtensionAmount>\n    <cbc:TaxExclusive", ">480.01</cbc:LineExtensionAmount>\n    <cbc:TaxExclusive", "BR-CO-10"),
        ("gross off by a penny",    ">576.00</cbc:TaxInclusiveAmount>", ">576.01</cbc:TaxInclusiveAmount>", "BR-CO-15"),
        ("due off by a penny",      ">576.00</cbc:PayableAmount>", ">576.01</cbc:PayableAmount>", "BR-CO-16"),
        ("no unit",                 ' unitCode="XCS">10', ">10", "BR-23"),
    ],
)  # fmt: skip
def test_broken_rule_refuses_the_invoice(_case: str, old: str, new: str, rule: str) -> None:
    text = FIXTURE.read_text()
    assert old in text

    decoded = decode(xml.parse(text.replace(old, new).encode()))

    assert decoded.is_refused
    assert rule in [fault.code for fault in decoded.faults]


@pytest.mark.parametrize(
    ("_case", "raw", "code"),
    [
        ("entities",       b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_forbidden"),
        ("external file",  b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml_forbidden"),
        ("not closed",     b"<a><b></a>", "xml_malformed"),
        ("not XML",        b"ISA*00*", "xml_malformed"),
        ("too deep",       b"<a>" * 80 + b"</a>" * 80, "xml_too_deep"),
        ("empty",          b"", "xml_malformed"),
    ],
)  # fmt: skip
def test_hostile_xml_is_refused_before_it_is_read(_case: str, raw: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        xml.parse(raw)

    assert caught.value.code == code


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 4000), st.binary(min_size=0, max_size=6))
def test_damaged_invoice_never_crashes_the_reader(at: int, bytes_: bytes) -> None:
    raw = FIXTURE.read_bytes()
    damaged = raw[:at] + bytes_ + raw[at + len(bytes_) :]
    try:
        root = xml.parse(damaged)
    except InvalidError:
        return

    decode(root)


@pytest.mark.samples
def test_published_examples_are_read() -> None:
    need(SAMPLES)
    files = (
        sample_files("en16931/ubl-invoice/*.xml")
        + sample_files("en16931/ubl-creditnote/*.xml")
        + sample_files("peppol/invoice/*.xml")
    )

    refused = {p.name: [f.code for f in d.faults] for p in files if (d := decode(xml.parse(p.read_bytes()))).is_refused}

    assert len(files) >= 20
    assert refused == {}


@pytest.mark.samples
def test_published_bad_invoices_are_refused() -> None:
    need(SAMPLES)
    files = sample_files("ubl/bad-Invoice/*")

    assert files
    assert [p.name for p in files if not decode(xml.parse(p.read_bytes())).is_refused] == []


@pytest.mark.samples
def test_rules_fire_exactly_where_their_publishers_say() -> None:
    need(SAMPLES)
    judged, wrong = 0, []
    for path in sample_files("en16931/*-unit-UBL/*.xml") + sample_files("peppol/unit-UBL-PEPPOL/*.xml"):
        for test in xml.parse(path.read_bytes()).findall(f"{VEFA}test"):
            asserts = test.find(f"{VEFA}assert")
            for verdict in asserts if asserts is not None else []:
                rule = KNOWN.get((verdict.text or "").strip())
                if rule is None or not verdict.tag.endswith(("success", "error", "warning", "fatal")):
                    continue
                judged += 1
                if rule.broken(test[-1]) != (not verdict.tag.endswith("success")):
                    wrong.append((path.name, rule.id, verdict.tag))

    assert judged >= 430
    assert wrong == []
