"""X12: 850 out, 855 in. The public samples are read; wrong counts are noted, wrong control numbers refuse."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.canonical import Identifier, Order, OrderLine, Party
from integration.dialects.x12.acknowledgment import LINE_CODES, decode
from integration.dialects.x12.envelope import Address, EnvelopeError, read
from integration.dialects.x12.purchase_order import encode
from tests.samples import SAMPLES, need, sample_files

HEAD = "ISA*00*          *00*          *ZZ*ACME           *ZZ*NORTHGATE      *260310*0900*U*00401*000000007*0*P*>~GS*PR*ACME*NORTHGATE*20260310*0900*7*X*004010~"
ADDRESS = Address("ZZ", "NORTHGATE", "ZZ", "ACME")


def message(*segments: str, se: str = "", ending: str = "GE*1*7~IEA*1*000000007~") -> bytes:
    body = ["ST*855*0001", *segments]
    return (HEAD + "".join(f"{s}~" for s in body) + (se or f"SE*{len(body) + 1}*0001~") + ending).encode()


@pytest.mark.parametrize(
    ("_case", "segments", "header", "answers"),
    [
        ("AK-1 accepted without lines",  ["BAK*00*AT*PO-1*20260310"], "accept_all", []),
        ("AK-1 rejected without lines",  ["BAK*00*RJ*PO-1*20260310"], "reject_all", []),
        ("AK-1 as ordered, line by line", ["BAK*00*AC*PO-1*20260310", "PO1*10*5*CA*48", "ACK*IA*5*CA"], "lines", [("10", "accepted", Decimal(5))]),
        ("AK-1 88 now, 1 later, 1 never", ["BAK*00*AC*PO-1*20260310", "PO1*0001*90*EA*1", "ACK*IA*88*EA", "ACK*IB*1*EA", "ACK*IR*1*EA"], "lines",
         [("1", "accepted", Decimal(88)), ("1", "backordered", Decimal(1)), ("1", "rejected", Decimal(1))]),
        ("AK-3 an unknown code is never an accept", ["BAK*00*AC*PO-1*20260310", "PO1*10*5*CA*48", "ACK*QQ*5*CA"], "lines", [("10", "on_hold", Decimal(5))]),
        ("a hold is a hold",             ["BAK*00*AH*PO-1*20260310"], "hold", []),
    ],
)  # fmt: skip
def test_855_is_read(_case: str, segments: list[str], header: str, answers: list[tuple[str, str, Decimal]]) -> None:
    decoded = decode(message(*segments))

    (answer,) = decoded.documents
    assert (answer.order_number, answer.header) == ("PO-1", header)
    assert [(x.line_no, x.answer, x.quantity) for x in answer.lines] == answers
    assert not decoded.is_refused


@pytest.mark.parametrize(
    ("_case", "raw", "code", "fatal"),
    [
        ("wrong segment count",     message("BAK*00*AT*PO-1*20260310", se="SE*9*0001~"), "se_count", False),
        ("wrong set control",       message("BAK*00*AT*PO-1*20260310", se="SE*3*0002~"), "se_control", True),
        ("wrong group control",     message("BAK*00*AT*PO-1*20260310", ending="GE*1*8~IEA*1*000000007~"), "group_control", True),
        ("wrong interchange number", message("BAK*00*AT*PO-1*20260310", ending="GE*1*7~IEA*1*000000009~"), "interchange_control", True),
        ("no order number",         message("BAK*00*AT**20260310"), "order_number_missing", True),
        ("not X12",                 b"hello", "no_isa", True),
        ("nothing",                 b"", "no_isa", True),
        ("another document",        message("BAK*00*AT*PO-1*20260310").replace(b"ST*855", b"ST*850"), "no_855", True),
    ],
)  # fmt: skip
def test_envelope_fault_is_named(_case: str, raw: bytes, code: str, fatal: bool) -> None:
    decoded = decode(raw)

    assert (code, fatal) in [(fault.code, fault.is_fatal) for fault in decoded.faults]
    assert decoded.is_refused == fatal


def test_all_26_line_codes_have_a_meaning() -> None:
    assert len(LINE_CODES) == 26


def test_850_says_what_was_ordered_and_its_envelope_counts_are_right() -> None:
    order = Order(
        "PO-LDS-1", 1, date(2026, 3, 10), "GBP", Party("Northgate Supply", (Identifier("gln", "5012345000008"),)), Party("Acme"),
        Party("Leeds", (Identifier("ours", "LDS"),)),
        (OrderLine(10, Decimal("10.0000"), "XCS", Decimal("48.000000"), "Stretch*wrap~500", "SW-500", "ACME-SW-500", "", date(2026, 3, 24)),),
    )  # fmt: skip

    interchange = read(encode(order, ADDRESS, control=42, stamp="202603100900"))

    assert interchange.faults == []
    (transaction,) = interchange.transactions
    po1 = next(s for s in transaction.segments if s.tag == "PO1")
    assert [po1.get(n) for n in range(1, 10)] == ["10", "10", "CA", "48", "PE", "BP", "SW-500", "VP", "ACME-SW-500"]
    pid = next(s for s in transaction.segments if s.tag == "PID")
    assert pid.get(5) == "Stretch wrap 500"


def test_850_refuses_a_unit_that_x12_does_not_know() -> None:
    order = Order(
        "PO-1",
        1,
        date(2026, 3, 10),
        "GBP",
        Party("N"),
        Party("A"),
        Party("L"),
        (OrderLine(10, Decimal(1), "XYZ", Decimal(1), "x"),),
    )

    with pytest.raises(EnvelopeError) as caught:
        encode(order, ADDRESS, control=1, stamp="202603100900")

    assert caught.value.code == "unit_unknown"


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 400), st.binary(max_size=5))
def test_damaged_855_never_crashes_the_reader(at: int, noise: bytes) -> None:
    raw = message("BAK*00*AC*PO-1*20260310", "PO1*10*5*CA*48", "ACK*IA*5*CA*067*20260324")

    decode(raw[:at] + noise + raw[at + len(noise) :])


@pytest.mark.samples
def test_public_855_samples_are_read() -> None:
    need(SAMPLES)
    files = sample_files("x12/855/*.edi")

    read_ = {p.name: len(decode(p.read_bytes()).documents) for p in files}

    assert len(files) >= 6
    assert all(read_.values()), read_


@pytest.mark.samples
def test_dirty_public_samples_never_crash_the_reader() -> None:
    need(SAMPLES)
    for path in sample_files("x12/*/*.edi"):
        decode(path.read_bytes())
