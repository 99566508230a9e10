"""X12: 850 out, 855 in. The public samples are read; wrong counts are noted, wrong control numbers refuse.

Rules: IN-1 (what comes out is the canonical model, whatever the dialect), AK-1, AK-3.
"""

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.canonical import FunctionalAnswer, Identifier, Order, OrderLine, Party, SetVerdict
from integration.dialects.units import REC20_TO_X12, from_x12
from integration.dialects.x12 import functional
from integration.dialects.x12.acknowledgment import LINE_CODES
from integration.dialects.x12.envelope import read
from integration.dialects.x12.inbound import decode
from integration.dialects.x12.purchase_order import encode
from integration.dialects.x12.segments import EnvelopeError
from integration.dialects.x12.writer import Address
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
        ("another document",        message("BAK*00*AT*PO-1*20260310").replace(b"ST*855", b"ST*850"), "set_not_taken", True),
    ],
)  # fmt: skip
def test_envelope_fault_is_named(_case: str, raw: bytes, code: str, fatal: bool) -> None:
    decoded = decode(raw)

    assert (code, fatal) in [(fault.code, fault.is_fatal) for fault in decoded.faults]
    assert decoded.is_refused == fatal


@pytest.mark.parametrize(
    ("_case", "segments", "expected"),
    [
        ("promised for delivery",           ["PO1*10*5*CA*48", "ACK*IA*5*CA*067*20260324"], ("accepted", None, date(2026, 3, 24), None)),
        ("068 is a dispatch, no delivery",  ["PO1*10*5*CA*48", "ACK*IA*5*CA*068*20260324"], ("accepted", None, None, date(2026, 3, 24))),
        ("a date for all lines",            ["DTM*017*20260324", "PO1*10*5*CA*48", "ACK*IA*5*CA"], ("accepted", None, date(2026, 3, 24), None)),
        ("two-digit year",                  ["PO1*10*5*CA*48", "ACK*IA*5*CA*067*260324"], ("accepted", None, date(2026, 3, 24), None)),
        ("a new price stands in PO104",     ["PO1*10*5*CA*49.5", "ACK*IP"], ("price_changed", Decimal("49.5"), None, None)),
        ("a new price stands in CTP",       ["PO1*10*5*CA*48", "CTP**CAT*49.5*1*CA", "ACK*IP"], ("price_changed", Decimal("49.5"), None, None)),
        ("price per hundred",               ["PO1*10*5*CA*4950*HP", "ACK*IP"], ("price_changed", Decimal("49.5"), None, None)),
        ("AK-1 one quantity, three changes", ["PO1*10*5*CA*49", "ACK*IQ*4*CA", "ACK*IP", "ACK*DR***067*20260401", "ACK*IS******VP*ALT-1"],
         ("substituted", Decimal(49), date(2026, 4, 1), None)),
    ],
)  # fmt: skip
def test_855_line_says(_case: str, segments: list[str], expected: tuple[object, ...]) -> None:
    (answer,) = decode(message("BAK*00*AC*PO-1*20260310", *segments)).documents

    (line,) = answer.lines
    assert (line.answer, line.unit_price, line.promised, line.ships) == expected


@pytest.mark.parametrize(
    ("bak", "header", "others"),
    [
        ("AT", "lines", "accepted"), ("AK", "lines", "accepted"), ("AD", "lines", "accepted"), ("AE", "lines", "accepted"),
        ("RF", "lines", "rejected"), ("AC", "lines", ""), ("AP", "lines", ""), ("NA", "lines", ""),
    ],
)  # fmt: skip
def test_header_says_what_silence_means(bak: str, header: str, others: str) -> None:
    (answer,) = decode(message(f"BAK*00*{bak}*PO-1*20260310", "PO1*10*5*CA*48", "ACK*IA*5*CA")).documents

    assert (answer.header, answer.others) == (header, others)


def test_header_that_accepts_all_yields_to_a_line_that_does_not() -> None:
    decoded = decode(message("BAK*00*AD*PO-1*20260310", "PO1*10*5*CA*48", "ACK*IR*5*CA"))

    (answer,) = decoded.documents
    assert (answer.others, [x.answer for x in answer.lines]) == ("", ["rejected"])
    assert [(f.code, f.position) for f in decoded.faults] == [("header_disagrees", "2/2")]


def test_partner_says_what_a_unit_code_means_to_it() -> None:
    raw = message("BAK*00*AC*PO-1*20260310", "PO1*10*5*CS*48", "ACK*IA*5*CS")

    known, unknown = decode(raw, {"CS": "XCS"}), decode(raw)

    assert (known.documents[0].lines[0].unit, [f.code for f in known.faults]) == ("XCS", [])
    assert [f.code for f in unknown.faults] == ["unit_unknown", "unit_unknown"]


@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("line by line",          lambda raw: raw.replace(b"~", b"~\r\n")),
        ("indented",              lambda raw: raw.replace(b"~", b"~\n   ")),
        ("newline ends segments", lambda raw: raw.replace(b"~", b"\n")),
        ("byte order mark",       lambda raw: b"\xef\xbb\xbf" + raw),
        ("wrapped at 80",         lambda raw: b"\n".join(raw[i : i + 80] for i in range(0, len(raw), 80))),
        ("padding lost",          lambda raw: b"*".join(part.strip() for part in raw.split(b"*"))),
        ("mail around it",        lambda raw: b"Hello,\n\n" + raw + b"\n--\n"),
        ("other separators",      lambda raw: raw.replace(b"*", b"|").replace(b"~", b"'")),
    ],
)  # fmt: skip
def test_dirty_envelope_is_read_all_the_same(_case: str, change: Callable[[bytes], bytes]) -> None:
    decoded = decode(change(message("BAK*00*AC*PO-1*20260310", "PO1*10*5*CA*48", "ACK*IA*5*CA")))

    assert [(d.order_number, d.lines[0].quantity) for d in decoded.documents] == [("PO-1", Decimal(5))]
    assert decoded.faults == ()


def test_several_interchanges_with_their_own_separators_are_read() -> None:
    first = message("BAK*00*AT*PO-1*20260310")
    second = message("BAK*00*AT*PO-2*20260310").replace(b"000000007", b"000000008").replace(b"*", b"|")

    decoded = decode(first + b"\n" + second)

    assert [d.order_number for d in decoded.documents] == ["PO-1", "PO-2"]
    assert decoded.envelope_key == "ACME>NORTHGATE#000000007 ACME>NORTHGATE#000000008"


ACCEPT = "BAK*00*AT*PO-1*20260310"
TWO = message(ACCEPT).replace(b"GE*1*7~", b"ST*855*0001~BAK*00*AT*PO-2*20260310~SE*3*0001~GE*2*7~")


@pytest.mark.parametrize(
    ("_case", "raw", "code", "position", "refused"),
    [
        ("SE01 counts wrong",           message(ACCEPT, se="SE*9*0001~"), "se_count", "3/1", False),
        ("GE01 counts wrong",           message(ACCEPT, ending="GE*5*7~IEA*1*000000007~"), "group_count", "6/1", False),
        ("IEA01 counts wrong",          message(ACCEPT, ending="GE*1*7~IEA*4*000000007~"), "interchange_count", "7/1", False),
        ("SE02 differs",                message(ACCEPT, se="SE*3*0002~"), "se_control", "3/2", True),
        ("GE02 differs",                message(ACCEPT, ending="GE*1*8~IEA*1*000000007~"), "group_control", "6/2", True),
        ("IEA02 differs",               message(ACCEPT, ending="GE*1*7~IEA*1*000000009~"), "interchange_control", "7/2", True),
        ("set number twice",            TWO, "set_repeated", "6", True),
        ("group number twice",          message(ACCEPT).replace(b"IEA*1", b"GS*PR*A*B*20260310*0900*7*X*004010~GE*0*7~IEA*2"), "group_repeated", "7", True),
        ("the same interchange twice",  message(ACCEPT) * 2, "interchange_repeated", "1/13", True),
        ("an ISA inside",               message(ACCEPT).replace(b"GS*PR", HEAD[:106].encode() + b"GS*PR"), "iea_missing", "1", True),
        ("nothing but an ISA",          HEAD[:106].encode(), "iea_missing", "1", True),
        ("letters as separators",       message(ACCEPT).replace(b"*", b"x"), "no_isa", "1", True),
        ("element ends segments too",   message(ACCEPT).replace(b"~", b"*"), "separators_unusable", "1/16", True),
        ("a letter ends segments",      message(ACCEPT).replace(b"~", b"Q"), "separators_unusable", "1/16", True),
        ("an ISA of 5 elements",        b"ISA*00*x*00*" + b" " * 300, "isa_unreadable", "1", True),
        ("a long element",              message("BAK*00*AT*" + "P" * 5000 + "*20260310"), "element_too_long", "4/3", True),
        ("a million segments",          message(*["N3*A"] * 250_000), "too_many_segments", "100001", True),
        ("a number of 40 digits",       message("BAK*00*AC*PO-1*20260310", f"PO1*10*{'9' * 40}*CA*48", "ACK*IA"), "number_unreadable", "3/2", True),
        ("a negative quantity",         message("BAK*00*AC*PO-1*20260310", "PO1*10*-5*CA*48", "ACK*IA"), "number_out_of_range", "3/2", True),
        ("segments before the group",   message(ACCEPT).replace(b"GS*PR", b"BAK*00*AT*PO-9~GS*PR"), "outside_group", "2", True),
        ("segments between the sets",   message(ACCEPT).replace(b"GE*1", b"BAK*00*AT*PO-9~GE*1"), "outside_set", "6", True),
        ("no trailer of the set",       message(ACCEPT).replace(b"SE*3*0001~", b""), "se_missing", "6", True),
    ],
)  # fmt: skip
def test_hostile_envelope_is_told_by_position(_case: str, raw: bytes, code: str, position: str, refused: bool) -> None:
    started = time.thread_time()

    decoded = decode(raw)

    assert (code, position) in [(fault.code, fault.position) for fault in decoded.faults]
    assert decoded.is_refused == refused
    assert time.thread_time() - started < 2


def test_cut_off_message_is_refused() -> None:
    raw = message("BAK*00*AT*PO-1*20260310")

    decoded = decode(raw[: raw.index(b"GE*1")])

    assert {f.code for f in decoded.faults} == {"iea_missing", "ge_missing"}
    assert decoded.is_refused


def test_control_characters_in_data_are_refused() -> None:
    decoded = decode(message("BAK*00*AT*PO\x00-1*20260310"))

    assert [f.code for f in decoded.faults] == ["control_character"]
    assert decoded.documents == ()


@pytest.mark.parametrize(
    ("_case", "raw", "refused", "ak5", "ak9"),
    [
        ("sound",             message("BAK*00*AT*PO-1*20260310"), False, "AK5*A", "AK9*A*1*1*1"),
        ("a count is wrong",  message("BAK*00*AT*PO-1*20260310", se="SE*9*0001~"), False, "AK5*E*4", "AK9*E*1*1*1"),
        ("a control differs", message("BAK*00*AT*PO-1*20260310", se="SE*3*0009~"), True, "AK5*R*3", "AK9*R*1*1*0"),
        ("no order number",   message("BAK*00*AT**20260310"), True, "AK5*R*5", "AK9*R*1*1*0"),
        ("group count",       message("BAK*00*AT*PO-1*20260310", ending="GE*2*7~IEA*1*000000007~"), False, "AK5*A", "AK9*E*2*1*1*5"),
    ],
)  # fmt: skip
def test_997_tells_the_partner_what_we_could_read(_case: str, raw: bytes, refused: bool, ak5: str, ak9: str) -> None:
    decoded = decode(raw)

    (answer,) = functional.encode(decoded.groups, ADDRESS, control=12, stamp="202603100901", refused=decoded.is_refused)

    segments = answer.decode().replace("\n", "").split("~")
    assert decoded.is_refused == refused
    assert (segments[3], segments[4]) == ("AK1*PR*7", "AK2*855*0001")
    assert ak5 in segments
    assert ak9 in segments
    assert read(answer)[0].all_faults() == []


def test_997_is_never_answered_with_a_997() -> None:
    decoded = decode(message("BAK*00*AT*PO-1*20260310"))
    (answer,) = functional.encode(decoded.groups, ADDRESS, control=12, stamp="202603100901", refused=False)

    again = decode(answer)

    assert again.documents == (FunctionalAnswer("PR", "7", "accepted", (SetVerdict("855", "0001", "accepted"),)),)
    assert functional.encode(again.groups, ADDRESS, control=13, stamp="202603100902", refused=False) == []


@pytest.mark.samples
def test_public_997_samples_say_what_was_rejected() -> None:
    need(SAMPLES)
    found = {p.name: decode(p.read_bytes()).documents for p in sample_files("x12/997/*.edi")}

    assert [d.verdict for d in found["stupidedi__004010_FA997_pass_1.edi"]] == ["accepted"]
    assert [d.verdict for d in found["staedi__simple997-multiple-interchanges.edi"]] == ["rejected"] * 3
    assert found["staedi__simple997.edi"][0].sets == (
        SetVerdict("837", "0021", "rejected", "AK3 NM1 8 8; AK4 8 66 7 MI"),
    )


def test_all_26_line_codes_have_a_meaning() -> None:
    assert len(LINE_CODES) == 26


def test_850_says_what_was_ordered_and_its_envelope_counts_are_right() -> None:
    order = Order(
        "PO-LDS-1", 1, date(2026, 3, 10), "GBP", Party("Northgate Supply", (Identifier("gln", "5012345000008"),)), Party("Acme"),
        Party("Leeds", (Identifier("ours", "LDS"),)),
        (OrderLine(10, Decimal("10.0000"), "XCS", Decimal("48.000000"), "Stretch*wrap~500", "SW-500", "ACME-SW-500", "", date(2026, 3, 24)),),
    )  # fmt: skip

    (interchange,) = read(encode(order, ADDRESS, control=42, stamp="202603100900"))

    assert interchange.all_faults() == []
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


@pytest.mark.parametrize(
    ("_case", "number", "code"),
    [
        ("longer than BEG03",  "PO-LEEDS-0000000000001000042", "id_too_long"),
        ("holds a separator",  "PO*1", "id_unwritable"),
        ("not in the basic set", "PO-é", "id_unwritable"),
    ],
)  # fmt: skip
def test_850_refuses_an_id_it_would_have_to_change(_case: str, number: str, code: str) -> None:
    line = OrderLine(10, Decimal(1), "XCS", Decimal(1), "Wrap")
    order = Order(number, 1, date(2026, 3, 10), "GBP", Party("N"), Party("A"), Party("L"), (line,))

    with pytest.raises(EnvelopeError) as caught:
        encode(order, ADDRESS, control=1, stamp="202603100900")

    assert caught.value.code == code


TEXT = st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=40)


@settings(max_examples=150, deadline=None)
@given(
    st.decimals("0.0001", "99999999", places=4),
    st.decimals("0", "99999999", places=6),
    st.sampled_from(sorted(REC20_TO_X12)),
    TEXT,
    TEXT,
)
def test_850_comes_back_as_it_went_out(
    quantity: Decimal, price: Decimal, unit: str, description: str, name: str
) -> None:
    line = OrderLine(10, quantity, unit, price, description, "SW-500", "ACME-1", "", date(2026, 3, 24))
    order = Order("PO-1", 1, date(2026, 3, 10), "GBP", Party(name), Party("A"), Party("L"), (line,))

    (interchange,) = read(encode(order, ADDRESS, control=999_999_999, stamp="202603100900"))

    (found,) = [s for s in interchange.transactions[0].segments if s.tag == "PO1"]
    assert interchange.all_faults() == []
    assert (Decimal(found.get(2)), from_x12(found.get(3), {}), Decimal(found.get(4))) == (quantity, unit, price)


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
