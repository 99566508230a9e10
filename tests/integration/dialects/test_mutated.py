"""Damaged messages in both dialects: never an uncaught exception, never slow, the same verdict twice."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.errors import InvalidError
from foundation.intake import xml
from integration.canonical import Decoded, Fault
from integration.dialects.ubl import invoice as ubl
from integration.dialects.x12 import inbound as x12
from tests.integration import factories
from tests.samples import SAMPLES, need, sample_files

SECONDS = 2  # of this thread: a busy machine is not a slow reader
FIXTURE = (Path(__file__).parent / "fixtures" / "invoice.xml").read_bytes()
WHOLE_LINE = FIXTURE[FIXTURE.index(b"<cac:InvoiceLine>") : FIXTURE.index(b"</Invoice>")]
ANSWER = factories.x12(
    ["855", "BAK*00*AC*PO-1*20260310", "PO1*10*5*CA*48*PE*BP*SW-500", "CTP**CAT*49", "ACK*IQ*4*CA*067*20260324", "ACK*IB*1*CA"],
    ["855", "BAK*00*AT*PO-2*20260310"],
)  # fmt: skip
CONFIRMATION = factories.x12(["997", "AK1*PO*7", "AK2*850*0001", "AK3*PO1*3**8", "AK5*R*5", "AK9*R*1*1*0"], group="FA")
NASTY = [
    b"\x00", b"\xff\xfe", b"~", b"*", b"ISA*", b"ISA*00*          *00*", b"IEA*1*000000007~", b"&x;", b"<!DOCTYPE a>", b"]]>",
    b"9" * 400, b"-", b"1e999", b"NaN", b"\xe2\x80\xae", b"<cac:InvoiceLine/>", b"PO1*" * 30, b"ST*855*0001~", b"\n", b"",
]  # fmt: skip


def read_ubl(raw: bytes) -> Decoded:
    try:
        return ubl.decode(xml.parse(raw))
    except InvalidError as error:
        return Decoded(faults=(Fault(error.code, error.message),))


READERS: dict[str, Callable[[bytes], Decoded]] = {"ubl": read_ubl, "x12": x12.decode}


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[str, float, int, bytes]]:
    """Return a few changes: what is done, where (a share of the length), how far, and with what."""
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(["insert", "delete", "replace", "double", "cut", "swap"]),
                st.floats(0, 1),
                st.integers(1, 120),
                st.one_of(st.sampled_from(NASTY), st.binary(max_size=8)),
            ),
            min_size=1, max_size=6,
        )
    )  # fmt: skip


def mutated(raw: bytes, steps: list[tuple[str, float, int, bytes]]) -> bytes:
    for what, share, length, material in steps:
        at = int(share * len(raw))
        piece = raw[at : at + length]
        raw = {
            "insert": raw[:at] + material + raw[at:],
            "delete": raw[:at] + raw[at + length :],
            "replace": raw[:at] + material + raw[at + len(material) :],
            "double": raw[:at] + piece * 2 + raw[at + length :],
            "cut": raw[:at] if at else raw,
            "swap": raw[:at] + raw[at + length : at + 2 * length] + piece + raw[at + 2 * length :],
        }[what]
    return raw


def check(dialect: str, raw: bytes) -> None:
    started = time.thread_time()
    first = READERS[dialect](raw)
    took = time.thread_time() - started

    assert took < SECONDS
    assert READERS[dialect](raw) == first
    assert all(fault.code and fault.message for fault in first.faults)
    assert first.documents or first.faults  # nothing vanishes without a word


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([("ubl", FIXTURE), ("x12", ANSWER), ("x12", CONFIRMATION)]), changes())
def test_damaged_fixture_is_judged_alike_twice(
    source: tuple[str, bytes], steps: list[tuple[str, float, int, bytes]]
) -> None:
    check(source[0], mutated(source[1], steps))


def _samples() -> list[tuple[str, bytes]]:
    bills = (
        sample_files("en16931/ubl-*/*.xml") + sample_files("peppol/invoice/*.xml") + sample_files("ubl/*Invoice/*.xml")
    )
    sets = sample_files("x12/855/*.edi") + sample_files("x12/997/*.edi") + sample_files("x12/bad/*.edi")
    return [("ubl", p.read_bytes()) for p in bills] + [("x12", p.read_bytes()) for p in sets]


@pytest.mark.samples
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), changes())
def test_damaged_sample_is_judged_alike_twice(data: st.DataObject, steps: list[tuple[str, float, int, bytes]]) -> None:
    need(SAMPLES)
    dialect, raw = data.draw(st.sampled_from(_samples()))

    check(dialect, mutated(raw, steps))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(READERS)), st.binary(max_size=2000))
def test_noise_is_refused_not_crashed_on(dialect: str, raw: bytes) -> None:
    check(dialect, raw)


@pytest.mark.parametrize(
    ("_case", "dialect", "raw"),
    [
        ("9 MiB of element separators", "x12", ANSWER[:106] + b"GS*" + b"*" * (9 * 1024 * 1024)),
        ("9 MiB of terminators",        "x12", ANSWER[:106] + b"~" * (9 * 1024 * 1024)),
        ("9 MiB of ISA",                "x12", b"ISA*" * (9 * 256 * 1024)),
        ("many interchanges",           "x12", ANSWER * 3000),
        ("9 MiB of one text",           "ubl", b"<a>" + b"x" * (9 * 1024 * 1024) + b"</a>"),
        ("many attributes",             "ubl", b"<a " + b" ".join(b"a%d='1'" % n for n in range(100_000)) + b"/>"),
        ("many segments",               "x12", ANSWER.replace(b"CTP**CAT*49~", b"CTP**CAT*49~" * 90_000)),
        ("20,000 lines",                "ubl", FIXTURE.replace(b"</Invoice>", b"<cac:InvoiceLine><cbc:ID>1</cbc:ID></cac:InvoiceLine>" * 20_000 + b"</Invoice>")),
        ("1,000 whole lines",           "ubl", FIXTURE.replace(WHOLE_LINE, WHOLE_LINE * 1_000)),
        ("20,000 allowances",           "ubl", FIXTURE.replace(b"<cac:TaxTotal>", b"<cac:AllowanceCharge><cbc:Amount>1</cbc:Amount></cac:AllowanceCharge>" * 20_000 + b"<cac:TaxTotal>")),
        ("10,000 tax subtotals",        "ubl", FIXTURE.replace(b"</cac:TaxTotal>", b"<cac:TaxSubtotal><cac:TaxCategory><cbc:ID>S</cbc:ID></cac:TaxCategory></cac:TaxSubtotal>" * 10_000 + b"</cac:TaxTotal>")),
    ],
)  # fmt: skip
def test_large_nonsense_is_judged_in_time(_case: str, dialect: str, raw: bytes) -> None:
    check(dialect, raw)
