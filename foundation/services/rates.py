"""Exchange rates: a row is never changed; what was wrong is set right by a newer row for its day (MQ-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from foundation import access, audit
from foundation.errors import InvalidError, require
from foundation.journal import use_case
from foundation.models import ExchangeRate, User
from foundation.quantity import plain
from foundation.selectors.organisation import base_currency
from foundation.selectors.rates import rate_row_on
from foundation.services.keeping import in_turn
from foundation.services.tables import Import, RowFault
from foundation.validators import known_currency, one_line

MOST_ROWS = 2_000
UNUSUAL = Decimal("0.2")  # of the rate before: a slipped decimal point is more
_DECIMALS = 8
_AHEAD = timedelta(days=366)
_OLDEST = date(1999, 1, 1)


@dataclass(frozen=True, slots=True)
class RateRow:
    """A row of a table as written; `line` is its line there."""

    line: int
    currency: str
    day: date
    rate: Decimal
    source: str


@use_case
def enter_rate(
    *, currency: str, day: date, rate: Decimal, source: str, is_sure: bool = False, actor: User, at: datetime
) -> ExchangeRate:
    """Write what one unit of a currency is worth in the base currency from a day on, until the next day with a rate.

    A second row for a day sets the first right; approvals keep the rate they froze. `is_sure` lets a rate pass that
    differs from the one before by more than a fifth.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises InvalidError: a value cannot be used, the rate counts on that day already, or it is unusual.
    """
    require(access.can_keep_ground(actor))
    return record_rate(currency=currency, day=day, rate=rate, source=source, is_sure=is_sure, actor=actor, at=at)


@use_case
def record_rate(
    *, currency: str, day: date, rate: Decimal, source: str, is_sure: bool = True, actor: User, at: datetime
) -> ExchangeRate:
    """Write a rate for a service that has judged who asks; otherwise as `enter_rate`.

    :raises InvalidError: as `enter_rate`.
    """
    in_turn()
    return _entered(currency, day, rate, source, is_sure=is_sure, actor=actor, at=at)


@use_case
def import_rates(*, rows: Sequence[RateRow], is_sure: bool, dry_run: bool, actor: User, at: datetime) -> Import:
    """Enter many rates in the order of a table. One fault and none comes in; `dry_run` only judges.

    A rate that counts on its day already is left alone. At most 2,000 rows, two statements each.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises InvalidError: too many rows.
    """
    require(access.can_keep_ground(actor))
    in_turn()
    if len(rows) > MOST_ROWS:
        raise InvalidError("too_many_rows", f"The table has over {MOST_ROWS} rows. Send it in parts.", field="table")
    done = Import()
    with transaction.atomic():  # a savepoint: rows are judged against the rows before them
        for row in rows:
            name = f"{row.currency} {row.day}"
            try:
                _entered(row.currency, row.day, row.rate, row.source, is_sure=is_sure, actor=actor, at=at)
                done.new.append(name)
            except InvalidError as error:
                if error.code == "rate_there":
                    done.same.append(name)
                    continue
                column, value = str(error.details.get("field", "")), str(error.details.get("value", ""))
                done.faults.append(RowFault(row.line, column, value[:80], error.message))
        if dry_run or done.faults:
            transaction.set_rollback(True)
    return done


def _entered(
    currency: str, day: date, rate: Decimal, source: str, *, is_sure: bool, actor: User, at: datetime
) -> ExchangeRate:
    """Judge and write one row with its audit row."""
    base, code = base_currency(), known_currency(currency)
    if code == base:
        raise InvalidError(
            "rate_of_base", f"{base} is the base currency; one is always one.", field="currency", value=code
        )
    if not _OLDEST <= day <= at.date() + _AHEAD:
        raise InvalidError("day_unfit", "Choose a day since 1999, at most a year ahead.", field="day", value=str(day))
    if not rate.is_finite() or not 0 < rate < 10**9 or rate != round(rate, _DECIMALS):
        raise InvalidError(
            "rate_unfit", f"Write a rate above 0 with at most {_DECIMALS} decimals.", field="rate", value=str(rate)
        )
    before = rate_row_on(code, day, base)
    if before is not None and before.rate == rate and before.date == day:
        raise InvalidError("rate_there", f"{plain(rate)} counts on that day already.", field="rate", value=plain(rate))
    if before is not None and not is_sure and abs(rate / before.rate - 1) > UNUSUAL:
        raise InvalidError(
            "rate_unusual",
            f"{plain(rate)} is far from {plain(before.rate)}, which counts since {before.date.day} {before.date:%b %Y}. Say that you are sure.",
            field="is_sure", value=plain(rate),
        )  # fmt: skip
    row = ExchangeRate.objects.create(
        currency=code, base_currency=base, date=day, rate=rate, entered_at=at, entered_by=actor,
        source=one_line(source, longest=40, field="source", what="where the rate is from"),
    )  # fmt: skip
    audit.record(
        row, "enter_rate", actor=actor, at=at, currency=code, base_currency=base, date=str(day), rate=plain(rate),
        source=row.source, before=plain(before.rate) if before else "",
    )  # fmt: skip
    return row
