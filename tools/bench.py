"""The performance budget, each line against its own floor in the same run: name, ratio, budget, holds or falls short.

Ratios travel between machines, milliseconds do not. Product and floor take turns, A B A B, and the medians are
compared, so that a slow moment of the machine hits both. Exit 1 when a line falls short.
"""

import argparse
import logging
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tools import rig

CYCLE_RATIO, CYCLE_STATEMENTS, PAGE_RATIO, PAGE_STATEMENTS = 8.0, 120, 2.5, 8
ROWS = 50
BOOKKEEPING = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the budget; `unit` is x for a ratio."""

    name: str
    measured: float
    budget: float
    unit: str
    note: str

    @property
    def holds(self) -> bool:
        """Tell whether the budget is kept; the limit itself is allowed."""
        return self.measured <= self.budget

    def __str__(self) -> str:
        verdict = "holds" if self.holds else "FALLS SHORT"
        figures = f"{self.measured:7.1f} {self.unit:<10} budget {self.budget:6.1f}"
        return f"{self.name:<44} {figures}  {verdict:<11}  {self.note}"


def main() -> None:
    """Measure every line and say which holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="turns of product and floor")
    rounds = parser.parse_args().rounds
    with rig.own_data("bench"):
        lines = _measure(rounds)
    for line in lines:
        print(line)
    sys.exit(0 if all(line.holds for line in lines) else 1)


def _measure(rounds: int) -> list[Line]:
    import django  # noqa: PLC0415 - the data directory comes first

    django.setup()
    logging.disable(logging.WARNING)
    from django.core.management import call_command  # noqa: PLC0415 - same
    from django.db import connection  # noqa: PLC0415 - same

    from foundation.embedded import server  # noqa: PLC0415 - same

    try:
        call_command("migrate", verbosity=0, interactive=False)
        from tools import cycle, scene  # noqa: PLC0415 - models are ready only now

        company = scene.build(cycle.now())
        return [*_cycle_lines(company, rounds), *_page_lines(company, rounds), _replay_line(company)]
    finally:
        connection.close()
        if not os.environ.get("DATABASE_URL"):
            server.leave()


def _cycle_lines(company: Any, rounds: int) -> list[Line]:
    from django.db import connection  # noqa: PLC0415 - same

    from foundation import relay  # noqa: PLC0415 - models are ready only now
    from tools import cycle, floor  # noqa: PLC0415 - same

    plain = floor.Floor(lambda: connection.Database.connect(**_plain(connection.get_connection_params())))
    serial = iter(range(10**6))
    product, least = _in_turn(lambda: cycle.whole(company, str(next(serial))), plain.cycle, rounds, relay.drain)
    plain.close()
    statements = statistics.median(_counted(company) for _ in range(3))
    figures = f"{product * 1000:.1f} ms against {least * 1000:.1f} ms in plain SQL"
    return [
        Line("Cycle of a 5-line order, time", product / least, CYCLE_RATIO, "x", figures),
        Line("Cycle of a 5-line order, statements", statements, CYCLE_STATEMENTS, "statements", "all of its steps"),
    ]


def _replay_line(company: Any) -> Line:
    """Replay a draft over a year of 100,000 documents; seconds, for there is no floor to hold it against."""
    from tools import replay  # noqa: PLC0415 - models are ready only now

    measured = replay.measure(company)
    return Line("Replay of 100,000 documents", measured[0], replay.BUDGET, "s", replay.told(*measured))


def _counted(company: Any) -> int:
    """Count one cycle; the middle of three is taken, because what a process remembers for a minute ends somewhere."""
    from foundation import relay  # noqa: PLC0415 - models are ready only now
    from tools import cycle  # noqa: PLC0415 - same

    counted = _statements(lambda: cycle.whole(company, "counted", quantity=Decimal(20)))
    relay.drain()
    return counted


def _plain(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: parameters[name] for name in ("host", "port", "user", "password", "dbname") if name in parameters}


def _page_lines(company: Any, rounds: int) -> list[Line]:
    from django.test import override_settings  # noqa: PLC0415 - same

    from tools import bare, cycle  # noqa: PLC0415 - models are ready only now

    for number in range(ROWS):
        cycle.order(company, f"row {number}")
    ours = _signed_in(company)
    with override_settings(MIDDLEWARE=bare.MIDDLEWARE):  # a client keeps the middleware it loaded first
        theirs = _signed_in(company)
    _get(ours)  # changing a setting empties what the framework keeps of addresses
    product, least = [], []
    for _ in range(rounds):
        product.append(_timed(lambda: _get(ours)))
        least.append(_timed(lambda: _get(theirs)))
    mine, framework = statistics.median(product), statistics.median(least)
    figures = f"{mine * 1000:.1f} ms against {framework * 1000:.1f} ms of the bare framework, {ROWS} rows"
    return [
        Line("Order list, time", mine / framework, PAGE_RATIO, "x", figures),
        Line("Order list, statements", _statements(lambda: _get(ours)), PAGE_STATEMENTS, "statements", f"{ROWS} rows"),
    ]


def _signed_in(company: Any) -> Any:
    """Return a client of the buyer that has loaded the middleware of the moment and seen the page once."""
    from django.test import Client  # noqa: PLC0415 - settings are ready only now

    client = Client(SERVER_NAME="localhost")
    client.force_login(company.people["buyer"], backend="django.contrib.auth.backends.ModelBackend")
    _get(client)
    return client


def _get(client: Any) -> None:
    answer = client.get("/orders/")
    if answer.status_code != 200 or answer.content.count(b"<tr") < ROWS:  # noqa: PLR2004 - HTTP's own word
        sys.exit(f"/orders/ answered {answer.status_code} with {answer.content.count(b'<tr')} rows")


def _in_turn(
    first: Callable[[], Any], second: Callable[[], Any], rounds: int, clear: Callable[[], Any]
) -> tuple[float, float]:
    """Return the medians in seconds, after warming both up; `clear` does what follows the first and belongs to neither."""
    for _ in range(3):
        first()
        clear()
        second()
    turns = []
    for _ in range(rounds):
        turns.append((_timed(first), _timed(second)))
        clear()
    return statistics.median(a for a, _ in turns), statistics.median(b for _, b in turns)


def _timed(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _statements(action: Callable[[], Any]) -> int:
    """Count what an action sends to the database, savepoints and transaction marks aside."""
    from django.db import connection  # noqa: PLC0415 - settings are ready only now

    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        action()
    return sum(1 for sql in sent if not sql.upper().startswith(BOOKKEEPING))


if __name__ == "__main__":
    main()
