"""A table of past purchases comes into the product: judged row by row, then taken over order by order."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from foundation.codes import code_from
from foundation.errors import InvalidError
from foundation.intake import csv
from foundation.models import Item, Site, UnitOfMeasure, User
from foundation.services import Ground, ItemTaken, PlaceTaken, take_over_items, take_over_sites
from integration.history.lines import PastLine, Refusal, read_line
from integration.history.mapping import SourceMapping
from integration.history.orders import PastOrder, assemble
from procurement.models import PurchaseOrderLine
from procurement.services import PastCount, PastReceipt, record_history
from procurement.services import PastLine as OrderLineTaken
from procurement.services import PastOrder as OrderTaken
from suppliers.models import Supplier
from suppliers.services import take_over_suppliers

BATCH = 200  # orders a transaction
_GZIP = b"\x1f\x8b"
_SENT, _ARRIVED = time(8), time(17)  # a day has no hour: sent when the site opens, arrived before it closes
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a table holds: new orders, those taken over before, refused rows, and remarks counted by kind."""

    table: csv.Table
    new: Sequence[PastOrder]
    known: int
    refused: Sequence[Refusal]
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def accepted(self) -> int:
        """Count the rows of the new orders."""
        return sum(len(order.lines) for order in self.new)

    def reasons(self) -> list[tuple[str, int]]:
        """Return how many rows were refused for each reason, most first."""
        return Counter(refusal.reason for refusal in self.refused).most_common()


def judge_history(*, raw: bytes, mapping: SourceMapping) -> Judged:
    """Read and judge a table, packed with gzip or plain; nothing is changed.

    :raises InvalidError: it is no table, beyond a limit, or lacks a column of the mapping.
    """
    table = csv.read(_unpacked(raw), encoding=mapping.encoding)
    missing = [column for column in mapping.columns.values() if column not in table.head]
    if missing:
        raise InvalidError(
            "column_missing",
            f"The table lacks the columns {', '.join(missing)}. Is it {mapping.title}?",
            field=missing[0],
        )
    read = [read_line(row, mapping) for row in table.rows]
    orders, refused = assemble((line for line in read if isinstance(line, PastLine)), mapping)
    taken = _taken([order.number for order in orders])
    new = [order for order in orders if order.number not in taken]
    foreign = [order for order in orders if taken.get(order.number, mapping.source) != mapping.source]
    refused += [refusal for refusal in read if isinstance(refusal, Refusal)]
    refused += [_number_taken(line, mapping) for order in foreign for line in order.lines]
    known = sum(len(order.lines) for order in orders) - sum(len(order.lines) for order in (*new, *foreign))
    notes = Counter(note for order in new for line in order.lines for note in line.notes)
    return Judged(table, new, known, sorted(refused, key=lambda refusal: refusal.row), notes)


def _unpacked(raw: bytes) -> bytes:
    """Return the table itself; a packed one is opened up to the limit of a plain one and no further."""
    if not raw.startswith(_GZIP):
        return raw
    opener = zlib.decompressobj(wbits=31)
    try:
        plain = opener.decompress(raw, csv.MAX_BYTES + 1)
    except zlib.error as error:
        raise InvalidError(
            "gzip_broken", "The file looks packed with gzip and cannot be opened. Pack it again."
        ) from error
    if len(plain) <= csv.MAX_BYTES and not opener.eof:
        raise InvalidError("gzip_broken", "The packed file ends too early. Fetch it again.")
    return plain


def _taken(numbers: Sequence[str]) -> dict[str, str]:
    """Return the order numbers that exist, with the history they came from (empty for our own)."""
    rows = PurchaseOrderLine.objects.filter(order__number__in=numbers).values_list(
        "order__number", "authority__imported"
    )
    return {number: source or "" for number, source in rows}


def _number_taken(line: PastLine, mapping: SourceMapping) -> Refusal:
    sentence = "An order of ours, or of another history, has this number. Change number_prefix in the mapping file."
    return Refusal(line.row, "number_taken", mapping.columns["order"], line.order, sentence)


def rejects_of(judged: Judged) -> bytes:
    """Return the refused rows as a table to mend and send again: the reason in front of what the row said."""
    head = ("line", "reason", "field", "value", "sentence", *judged.table.head)
    cells = {row.number: row.cells for row in judged.table.rows}
    rows = (
        (r.row, r.reason, r.field, r.value, r.sentence, *(cells[r.row].get(name, "") for name in judged.table.head))
        for r in judged.refused
    )
    return csv.write(head, rows)


def import_history(*, judged: Judged, mapping: SourceMapping, actor: User, at: datetime, progress: Progress) -> int:
    """Take over every new order with what it needs; returns how many. Each batch of orders is one transaction.

    A run that was stopped goes on where it ended, because orders that exist are left alone.
    """
    if not judged.new:
        return 0
    heads = [order.head for order in judged.new]
    lines = [line for order in judged.new for line in order.lines]
    sites = take_over_sites(
        places=_places(heads, mapping), ground=Ground(mapping.region, mapping.entity, mapping.currency),
        source=mapping.source, actor=actor, at=at,
    )  # fmt: skip
    items = take_over_items(
        items=_items(lines, mapping), base=mapping.base_unit, pack=mapping.pack_unit, source=mapping.source, actor=actor,
        at=at,
    )  # fmt: skip
    suppliers = take_over_suppliers(
        names={_supplier_code(line): line.supplier for line in heads}, country=mapping.supplier_country,
        currency=mapping.currency, source=mapping.source, actor=actor, at=at,
    )  # fmt: skip
    found = _Found(
        mapping, _with_entities(sites), items, suppliers, UnitOfMeasure.objects.get(code=mapping.pack_unit[0])
    )
    done = 0
    for start in range(0, len(judged.new), BATCH):
        batch = [found.order(order) for order in judged.new[start : start + BATCH]]
        done += len(record_history(orders=batch, source=mapping.source, actor=actor))
        progress(done, len(judged.new))
    return done


def _with_entities(sites: dict[str, Site]) -> dict[str, Site]:
    rows = Site.objects.filter(pk__in=[site.pk for site in sites.values()]).select_related(
        "legal_entity", "region", "calendar"
    )
    return {site.code: site for site in rows}


def _places(heads: Iterable[PastLine], mapping: SourceMapping) -> list[PlaceTaken]:
    names = sorted({line.site for line in heads})
    return [PlaceTaken(mapping.sites[name].code, name, mapping.sites[name].zone) for name in names]


def _items(lines: Iterable[PastLine], mapping: SourceMapping) -> list[ItemTaken]:
    first = {line.item: line for line in reversed(list(lines))}
    return [
        ItemTaken(
            code=_item_code(line, mapping),
            name=name,
            category=(code_from(line.category, 16, mapping.code_prefix), line.category),
            subcategory=(code_from(f"{line.category} {line.subcategory}", 16, mapping.code_prefix), line.subcategory),
            pack_size=line.pack_size,
        )
        for name, line in sorted(first.items())
    ]


def _item_code(line: PastLine, mapping: SourceMapping) -> str:
    return code_from(line.item, 32, mapping.code_prefix)


def _supplier_code(line: PastLine) -> str:
    return code_from(line.supplier, 16)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the lines of a history are about, by code."""

    mapping: SourceMapping
    sites: dict[str, Site]
    items: dict[str, Item]
    suppliers: dict[str, Supplier]
    pack: UnitOfMeasure

    def order(self, order: PastOrder) -> OrderTaken:
        """Return an order as procurement takes it over."""
        head = order.head
        site = self.sites[self.mapping.sites[head.site].code]
        place = {line.row: number for number, line in enumerate(order.lines)}
        arrived = [(group, _instant(group.lines[0].received, _ARRIVED, site)) for group in order.shipments()]
        return OrderTaken(
            supplier=self.suppliers[_supplier_code(head)], site=site, ordered_at=_instant(head.ordered, _SENT, site),
            lines=tuple(self._line(line) for line in order.lines),
            receipts=tuple(
                PastReceipt(
                    external_id=f"{order.number}/{group.shipment}/{group.lines[0].received}"[:80], received_at=at,
                    counts=tuple(PastCount(place[line.row], line.quantity) for line in group.lines),
                    delivery_note=group.shipment, note=_note(group.lines),
                )
                for group, at in arrived
            ),
            closed_at=max(at for _, at in arrived), currency=self.mapping.currency, reference=head.order,
            number=order.number, is_answer_due=False,
        )  # fmt: skip

    def _line(self, line: PastLine) -> OrderLineTaken:
        return OrderLineTaken(
            quantity=line.quantity, unit=self.pack, unit_price=line.unit_price, need_by=line.needed,
            item=self.items[_item_code(line, self.mapping)], base_factor=line.pack_size,
        )  # fmt: skip


def _instant(day: date, clock: time, site: Site) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(site.time_zone))


def _note(lines: Sequence[PastLine]) -> str:
    """Return the remarks of a shipment, each once."""
    said: dict[str, Any] = dict.fromkeys(line.remarks for line in lines if line.remarks)
    return "\n".join(said)
