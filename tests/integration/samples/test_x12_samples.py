"""Every public 855 becomes an acknowledgment as a table says; our 850 is read like the published ones."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from foundation.models import Delivery
from integration.canonical import Acknowledgment, AnswerSchedule
from integration.dialects.x12.envelope import read
from integration.dialects.x12.inbound import decode
from integration.dialects.x12.segments import EnvelopeError
from integration.dialects.x12.writer import free
from integration.services.store_documents import canonical_order, store_order
from procurement.models import OrderAcknowledgment, OrderVersion, PurchaseOrder
from suppliers.models import Supplier
from tests.factories import an_issued_order, company
from tests.integration import factories
from tests.integration.samples.orders import read_order
from tests.invoicing import factories as f
from tests.samples import SAMPLES, need, sample_files

pytestmark = pytest.mark.samples
SCHEDULE = r"L0*(\S+): (\S+) (\S+) @ ([^\s;]+)"

# file -> for each answer: order, what the header says, what silence means, and each line: number, answer, quantity, unit
ANSWERS = {
    "nodex12__855.edi": [
        ("POTEST1112", "lines", "", ["1 accepted 3 C62", "2 rejected 0 C62", "3 rejected 0 C62", "4 accepted 2 C62"]),
    ],
    "oop__855_855SSimmons.edi": [
        ("7542", "lines", "accepted", ["100 accepted whole EA", "200 accepted whole EA"]),
        ("99035", "lines", "accepted", ["100 accepted whole EA"]),
    ],
    "oop__855_Example1_Adobe.edi": [("0132710645", "lines", "accepted", ["10 accepted whole EA"])],
    "stupidedi__004010_PR855_pass_1.edi": [("1D711419", "lines", "accepted", ["1 accepted whole EA"])],
    "stupidedi__004010_X358-SC855-Aerospace-Industr_pass_po-ack-minor-changes.edi": [
        ("XX-1234", "lines", "", ["1 substituted 20 EA", "2 accepted whole EA", "3 rejected whole EA"]),
    ],
    "x12types__855__855_test_1.edi": [("801222", "lines", "", ["1 accepted whole"])],
}  # fmt: skip

# file -> for each answer: what became of it at an order of ours built from it, and what each line then says
APPLIED = {
    "nodex12__855.edi": [("review", ["accepted", "rejected", "rejected", "accepted"])],
    "oop__855_855SSimmons.edi": [("applied", ["accepted", "accepted"]), ("applied", ["accepted"])],
    "oop__855_Example1_Adobe.edi": [("applied", ["accepted"])],
    "stupidedi__004010_PR855_pass_1.edi": [("applied", ["accepted"])],
    "stupidedi__004010_X358-SC855-Aerospace-Industr_pass_po-ack-minor-changes.edi": [
        ("review", ["substituted", "accepted", "rejected"]),
    ],
    "x12types__855__855_test_1.edi": [("applied", ["accepted"])],
}  # fmt: skip


def told(line: AnswerSchedule) -> str:
    quantity = "whole" if line.quantity is None else f"{line.quantity.normalize():f}"
    return f"{line.line_no} {line.answer} {quantity} {line.unit}".strip()


def test_every_855_sample_is_read_to_the_answers_of_the_table() -> None:
    need(SAMPLES)

    found = {
        path.name: [
            (d.order_number, d.header, d.others, [told(line) for line in d.lines]) for d in decode(path.read_bytes()).documents
            if isinstance(d, Acknowledgment)
        ]
        for path in sample_files("x12/855/*.edi")
    }  # fmt: skip

    assert found == ANSWERS


def order_for(answer: Acknowledgment, supplier: Supplier) -> PurchaseOrder:
    """Store the order an answer is about: its line numbers, quantities, units and prices as the answer repeats them."""
    lines = []
    for said in answer.lines:
        price = (
            str(said.echoed_price or "1") if said.answer != "substituted" else "9.5"
        )  # its PO1; the CTP is the new one
        lines.append(
            f.order_line(str(said.echoed_quantity), price, unit_code=said.unit or "EA", need_by=said.promised or date(2026, 3, 20))
        )  # fmt: skip
    made = f.order(*lines, of=supplier, number=answer.order_number, currency=answer.currency or "GBP")
    for line, said in zip(made.lines.order_by("-line_no"), reversed(answer.lines), strict=True):
        line.line_no = int(said.line_no)
        line.save()
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(APPLIED))
def test_855_sample_answers_an_order_built_from_it_and_gets_its_997(name: str) -> None:
    need(SAMPLES)
    raw = (SAMPLES / "x12" / "855" / name).read_bytes()
    decoded = decode(raw)
    answers = [d for d in decoded.documents if isinstance(d, Acknowledgment)]
    f.ground()
    supplier = f.supplier()
    orders = [order_for(answer, supplier) for answer in answers]
    factories.way_out(supplier)
    connection = factories.way_in("x12", supplier, usage="T" if decoded.is_test else "P")

    message = factories.take(connection, raw)

    assert message.status == "applied", message.effect
    found = [
        (OrderAcknowledgment.objects.get(order=order).state, list(order.lines.order_by("line_no").values_list("ack_status", flat=True)))
        for order in orders
    ]  # fmt: skip
    assert found == APPLIED[name]
    (answer,) = Delivery.objects.filter(message_type="997")
    (sent,) = read(bytes(answer.body))
    ak9 = next(s for s in sent.transactions[0].segments if s.tag == "AK9")
    assert (sent.all_faults(), ak9.get(4)) == ([], str(len(answers)))
    assert ak9.get(1) == ("E" if decoded.faults else "A")


def test_bad_855_is_refused_at_its_envelope() -> None:
    need(SAMPLES)
    (path,) = sample_files("x12/bad/*PR855*")

    decoded = decode(path.read_bytes())

    assert decoded.is_refused
    assert ("interchange_control", "17/2") in [
        (fault.code, fault.position) for fault in decoded.faults if fault.is_fatal
    ]


def test_no_sample_that_is_no_855_or_997_is_taken_for_one() -> None:
    need(SAMPLES)
    taken = []
    for path in sample_files("x12/*/*.edi"):
        if path.parent.name not in {"855", "997"}:
            taken += [path.name for d in decode(path.read_bytes()).documents if isinstance(d, Acknowledgment)]

    assert taken == ["stupidedi__004010_PR855_fail_2.edi"]  # read, and refused by the test above


def test_our_reader_reads_published_850s_as_the_index_of_the_samples_says() -> None:
    need(SAMPLES)
    index = (SAMPLES / "INDEX.md").read_text(encoding="utf-8")
    compared = 0
    for path in sample_files("x12/850/*.edi"):
        entry = index.split(f"- `{path.name}`", 1)[1].split("\n- `", 1)[0]
        stated = [(int(n[-7:]), q, "" if p == "-" else p) for n, q, _unit, p in re.findall(SCHEDULE, entry)]
        if not stated:
            continue
        (transaction,) = [t for one in read(path.read_bytes()) for t in one.transactions if t.code == "850"]
        order = read_order(transaction)
        ours = [
            (line.line_no % 10_000_000, str(line.quantity), str(line.unit_price) if line.unit_price else "")
            for line in order.lines
        ]
        assert f"*{order.number}*" in entry
        assert ours == stated
        compared += 1

    assert compared >= 11


def tags(path: Path) -> list[str]:
    try:
        return [
            s.tag for one in read(path.read_bytes()) for t in one.transactions if t.code == "850" for s in t.segments
        ]
    except EnvelopeError:
        return []


@pytest.mark.django_db
def test_our_850_has_the_order_of_segments_that_published_ones_have() -> None:
    need(SAMPLES)
    ours = [s.tag for s in read(an_850()[1])[0].transactions[0].segments]
    published = [found for path in sample_files("x12/850/*.edi") if (found := tags(path))]
    seen = {pair for found in published for pair in pairwise([t for t in found if t in set(ours)])}

    assert {t for t in ours if not any(t in found for found in published)} == set()
    assert [pair for pair in pairwise(ours) if pair not in seen] == []


def an_850() -> tuple[OrderVersion, bytes]:
    """Return an issued order's version and the 850 that went out for it."""
    made = company()
    made.acme.order_channel = "edi"
    made.acme.save()
    factories.way_out(made.acme)
    order = an_issued_order(made, ("SW-500", "10"), ("TAPE-48", "2"))
    version = OrderVersion.objects.get(order=order, revision=order.revision)
    delivery = store_order(order_id=order.pk, revision=order.revision, at=datetime(2026, 3, 10, 9, tzinfo=UTC))
    assert delivery is not None
    return version, bytes(delivery.body)


@pytest.mark.django_db
def test_850_of_a_real_order_reads_back_as_the_order() -> None:
    version, raw = an_850()

    (interchange,) = read(raw)

    ordered = canonical_order(version)
    plain = replace(
        ordered, lines=tuple(replace(line, description=free(line.description, 80)) for line in ordered.lines)
    )
    assert interchange.all_faults() == []
    assert read_order(interchange.transactions[0]) == plain
    assert [line.quantity for line in plain.lines] == [Decimal(10), Decimal(2)]
