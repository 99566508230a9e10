"""A supplier's price list comes in: the file is kept, its columns are matched, and a worker reads it (SO-1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation import audit
from foundation.documents import lock, next_number, require_unchanged, touch
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.intake import uploads
from foundation.journal import use_case
from foundation.models import User
from foundation.services import start_job
from foundation.validators import known_currency
from suppliers import access
from suppliers.decisions.price_list import COMMA, FIELDS, POINT, PRICE, guess_columns, guess_sign, missing_columns
from suppliers.models import PriceList, PriceListState, Supplier, SupplierState
from suppliers.services.price_file import KINDS, MOST_COLUMNS, SAMPLE, PriceFile, open_file
from suppliers.services.read_price_list import KIND
from workflow.services import withdraw_approval

NO_PRICES = (SupplierState.BLOCKED, SupplierState.OFFBOARDED, SupplierState.MERGED)
FURTHEST = timedelta(days=730)
MAY_READ = (PriceListState.RECEIVED, PriceListState.JUDGED, PriceListState.AGREED)


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A price list as it was sent: the file, the currency and first day of its prices, and a word about it."""

    name: str
    content: bytes
    currency: str
    valid_from: date
    note: str = ""


@use_case
def receive_price_list(*, supplier_id: int, sent: ReceivedFile, source: str, actor: User, at: datetime) -> PriceList:
    """Keep a price list; its columns are guessed by their headings, and nothing is read before somebody agrees.

    :raises NotPermittedError: the actor brings no prices in.
    :raises NotFoundError: there is no such supplier.
    :raises ConflictError: the supplier is blocked, offboarded or merged.
    :raises InvalidError: the file, the currency or the day cannot be used, or this file waits already.
    """
    require(access.can_send_prices(actor, supplier_id))
    supplier = Supplier.objects.filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    if supplier.state in NO_PRICES:
        raise ConflictError("supplier_not_usable", f"{supplier} is {supplier.get_state_display().lower()}.")
    _require_day(sent.valid_from, at.date())
    file = uploads.check(sent.name, sent.content, kinds=KINDS)
    _require_fresh(supplier, file.sha256)
    table = open_file(file.kind, file.content, most_rows=SAMPLE)
    places = guess_columns(table.head)
    price_list = PriceList.objects.create(
        number=next_number("PL"), supplier=supplier, source=source, file_name=file.shown_name, kind=file.kind,
        content=file.content, sha256=file.sha256, head=table.head, columns=places, decimal_sign=_sign(table, places, file.kind),
        sample=[row.cells for row in table.rows[:SAMPLE]], currency=known_currency(sent.currency),
        valid_from=sent.valid_from, note=" ".join(sent.note.split())[:300], created_at=at, created_by=actor, changed_at=at,
        changed_by=actor,
    )  # fmt: skip
    audit.record(
        price_list, "receive_price_list", actor=actor, at=at, supplier=supplier.code, file=file.shown_name, sha256=file.sha256,
        source=source, valid_from=sent.valid_from.isoformat(),
    )  # fmt: skip
    return price_list


def _require_day(day: date, today: date) -> None:
    if not today - timedelta(days=31) <= day <= today + FURTHEST:
        raise InvalidError(
            "valid_from_unfit", "Write a day from a month ago up to two years ahead.", field="valid_from",
            value=day.isoformat(),
        )  # fmt: skip


def _require_fresh(supplier: Supplier, sha256: str) -> None:
    ended = (PriceListState.WITHDRAWN, PriceListState.REFUSED)
    same = PriceList.objects.filter(supplier=supplier, sha256=sha256).exclude(state__in=ended).order_by("-pk").first()
    if same is not None:
        raise InvalidError(
            "price_list_there",
            f"This file is here already as {same}. Take that one back first.",
            field="file",
            value=str(same),
        )


def _sign(table: PriceFile, places: Mapping[str, int], kind: str) -> str:
    if kind == "xlsx" or PRICE not in places:  # a workbook holds numbers, not their spelling
        return POINT
    return guess_sign([row.cells[places[PRICE]] for row in table.rows[:SAMPLE]])


@use_case
def match_columns(
    *, price_list_id: int, expected_version: int, columns: Mapping[str, int], sign: str, actor: User, at: datetime
) -> PriceList:
    """Say which column holds what, and let a worker read the list; may be said again until it is approved.

    :raises NotPermittedError: the actor brings no prices in.
    :raises StaleError: it moved on since it was opened.
    :raises ConflictError: it is being read, waits for approval, or has ended.
    :raises InvalidError: a column is missing, named twice, or not in the file.
    """
    price_list = lock(PriceList, price_list_id, with_=("changed_by", "job", "supplier"))
    require(access.can_bring_prices(actor))
    require_unchanged(price_list, expected_version)
    running = price_list.job is not None and price_list.job.is_open
    if running or price_list.state not in {*MAY_READ, PriceListState.READING}:
        state = "being read" if running else price_list.get_state_display().lower()
        raise ConflictError("price_list_busy", f"{price_list} is {state}.")
    _require_columns(price_list, columns, sign)
    price_list.columns, price_list.decimal_sign, price_list.totals = dict(columns), sign, {}
    was = price_list.state
    if was != PriceListState.READING:  # else a worker gave up, and it is read anew
        price_list.read()
    price_list.job = start_job(
        kind=KIND, title=f"Read the prices of {price_list.supplier} ({price_list})", params={"price_list": price_list.pk,
        "number": price_list.number}, actor=actor, at=at,
    )  # fmt: skip
    fields = ["state", "columns", "decimal_sign", "totals", "job", *touch(price_list, by_id=actor.pk, at=at)]
    price_list.save(update_fields=fields)
    audit.record(
        price_list, "match_columns", actor=actor, at=at, after=price_list.state,
        columns={field: price_list.head[place] for field, place in columns.items()},
    )  # fmt: skip
    return price_list


def _require_columns(price_list: PriceList, columns: Mapping[str, int], sign: str) -> None:
    wrong = missing_columns(columns)
    if wrong:
        raise InvalidError("columns_unfit", wrong, field=PRICE)
    unknown = [name for name in columns if name not in FIELDS]
    beyond = [place for place in columns.values() if not 0 <= place < min(len(price_list.head), MOST_COLUMNS)]
    if unknown or beyond:
        raise InvalidError("columns_unfit", "Choose columns of the file.", field=PRICE)
    if sign not in {POINT, COMMA} or (price_list.kind == "xlsx" and sign != POINT):
        raise InvalidError(
            "sign_unfit", "Choose the sign before decimals; a workbook has its own.", field="sign", value=sign
        )


@use_case
def withdraw_price_list(
    *, price_list_id: int, expected_version: int, reason: str, actor: User, at: datetime
) -> PriceList:
    """Take a price list back before it is in force; an approval that was asked for ends.

    :raises NotPermittedError: the actor brings no prices in.
    :raises StaleError: it moved on since it was opened.
    :raises ConflictError: it is in force, or has ended.
    :raises InvalidError: no reason.
    """
    price_list = lock(PriceList, price_list_id, with_=("changed_by",))
    require(access.can_bring_prices(actor))
    require_unchanged(price_list, expected_version)
    if price_list.state in {PriceListState.IN_FORCE, PriceListState.REFUSED, PriceListState.WITHDRAWN}:
        raise ConflictError("price_list_ended", f"{price_list} is {price_list.get_state_display().lower()}.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why it is taken back.", field="reason")
    if price_list.state == PriceListState.WAITING:
        withdraw_approval(subject_type="price_list", subject_id=price_list.pk, actor=actor, at=at)
    price_list.withdraw(reason=reason.strip()[:300])
    price_list.save(update_fields=["state", "closed_reason", *touch(price_list, by_id=actor.pk, at=at)])
    audit.record(
        price_list, "withdraw_price_list", actor=actor, at=at, after=price_list.state, reason=reason.strip()[:300]
    )
    return price_list
