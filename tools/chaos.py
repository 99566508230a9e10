"""Chaos, small: 300 messages while processes are killed, the database crashes and the broker is emptied.

    make chaos                              on the embedded broker
    BROKER=redis make chaos                 on Debian's Redis, or BROKER=rabbitmq
    make chaos ARGS="--without-inbox"       must go red: every message seems new
    make chaos ARGS="--without-relay"       must go red: nobody tells what happened

A third of the messages are approvals that must become exactly one order, a third deliveries that must be booked once, a
third UBL invoices that must be matched, released and handed to the ERP once; the ERP refuses some vouchers and loses
some answers. Bars: none lost, none doubled, order kept, books in agreement.
"""

import argparse
import logging
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

import django

from config import processes
from tools import brokers, rig
from tools.partners import Message, Partners
from tools.verdict import History, Verdict, judge

VICTIMS = ("web", "worker", "beat", "relay")
BETWEEN_KILLS = (0.6, 1.6)  # seconds
ORDERS, SENDERS, READY_WITHIN, QUIET_WITHIN = 10, 4, 60.0, 150.0
DATABASE_CRASHES, BROKER_LOSSES = (0.35, 0.7), (0.25, 0.55)  # at these shares of the messages


class Chaos:
    """One run."""

    def __init__(self, data: Path, options: argparse.Namespace) -> None:
        self._data, self._options = data, options
        self._dice = random.Random(options.seed)  # noqa: S311 - a schedule of faults, no secret
        self._broker = brokers.broker(os.environ.get("BROKER") or "embedded", data)
        self._port = processes.free_port()
        self._base = f"http://127.0.0.1:{self._port}"
        self._faults: dict[str, int] = {}
        environment = {"CELERY_BROKER_URL": self._broker.url, "PYTHONUNBUFFERED": "1"}
        if options.without_inbox:
            environment["DJANGO_SETTINGS_MODULE"] = "tools.sabotage"
        self._group = processes.ProcessGroup(data / "log", environment)
        self._commands: dict[str, list[str]] = {}
        self._erp, self._erp_log = processes.ProcessGroup(data / "log"), data / "erp.jsonl"
        self._credentials: Any = None

    def run(self) -> Verdict:
        """Break things while messages come in; then wait for quiet and compare."""
        from foundation.embedded import server  # noqa: PLC0415 - the data directory comes first

        self._broker.start()
        try:
            messages = self._prepare()
            self._start()
            partners = Partners(self._base, self._data / "partners.jsonl", self._options.seed)
            partners.sign_in({message.person for message in messages if message.person})
            partners.open_machine_door(self._credentials.client_id, self._credentials.client_secret)
            partners.start(messages, SENDERS)
            self._break_things(partners, len(messages))
            self._wait_for_quiet()
            return judge(self._history(partners.answers))
        finally:
            self._group.stop()
            self._erp.stop()
            self._broker.stop()
            _forget_connection()
            server.leave()

    def _prepare(self) -> list[Message]:
        rig.manage("migrate", "--verbosity", "0", "--no-input")
        django.setup()
        logging.disable(logging.WARNING)
        from tools import chaos_books as books  # noqa: PLC0415 - models are ready only now

        port = processes.free_port()
        messages, self._credentials, secret = books.open_books(self._options.messages // 3, ORDERS, port)
        self._erp.start("erp", processes.module("tools.receiver", port, self._erp_log, secret, self._options.seed))
        self._dice.shuffle(messages)
        _forget_connection()
        return messages

    def _start(self) -> None:
        pool = "threads" if not self._broker.url else "prefork"  # the embedded broker serves one process
        self._commands = {
            "web": processes.web("127.0.0.1", self._port),
            "worker": processes.worker(pool=pool),
            "beat": processes.beat(self._data / "beat"),
            "relay": processes.relay(),
        }
        if self._options.without_relay:
            del self._commands["beat"], self._commands["relay"]
        for name, command in self._commands.items():
            self._group.start(name, command)
        self._group.wait_until(lambda: processes.answers(f"{self._base}/readyz"), seconds=READY_WITHIN)

    def _break_things(self, partners: Partners, total: int) -> None:
        crashes, losses = list(DATABASE_CRASHES), list(BROKER_LOSSES)
        victims = [name for name in VICTIMS if name in self._commands]
        while not partners.finished():
            time.sleep(self._dice.uniform(*BETWEEN_KILLS))
            done = len(partners.answers) / total
            victim = self._dice.choice(victims)
            self._group.kill(victim)
            self._count(f"kills of {victim}")
            if crashes and done > crashes[0]:
                crashes.pop(0)
                self._crash_database()
            if losses and done > losses[0]:
                losses.pop(0)
                self._broker.empty()
                self._count("broker emptied")
            time.sleep(self._dice.uniform(0, 0.5))
            self._group.start(victim, self._commands[victim], append=True)

    def _crash_database(self) -> None:
        from foundation.embedded import server  # noqa: PLC0415 - the data directory comes first

        server.crash()
        self._count("database crashes")

    def _count(self, fault: str) -> None:
        self._faults[fault] = self._faults.get(fault, 0) + 1

    def _wait_for_quiet(self) -> None:
        """Wait until nothing is due; what is late by then counts as lost."""
        from tools import chaos_books as books  # noqa: PLC0415 - models are ready only now

        end = time.monotonic() + (QUIET_WITHIN if not self._options.without_relay else 10)
        while not books.are_quiet() and time.monotonic() < end:
            time.sleep(0.5)

    def _history(self, answers: dict[str, str]) -> History:
        from tools import chaos_books as books  # noqa: PLC0415 - models are ready only now

        broken = []
        for command in ("check_invariants", "verify_audit"):
            try:
                rig.manage(command)
            except SystemExit as failure:
                broken.append(str(failure)[:300])
        told, owed = books.told(self._erp_log), books.owed()
        return History(answers, books.effects(), owed, told, books.parked(), broken)

    def report(self, verdict: Verdict, seconds: float) -> bool:
        """Print what was done and the one-line verdict; returns whether all is well."""
        print(", ".join(f"{count} {fault}" for fault, count in sorted(self._faults.items())))
        faults = verdict.faults()
        for kind, ids in faults.items():
            print(f"  {kind}: {len(ids)}, such as {', '.join(ids[:5])}")
        word = "RED" if faults else "green"
        print(
            f"{word}: {self._options.messages} messages, seed {self._options.seed}, broker"
            f" {os.environ.get('BROKER') or 'embedded'}: {len(verdict.lost)} lost, {len(verdict.doubled)} doubled,"
            f" {len(verdict.overtaken)} overtaken, {seconds:.0f} s"
        )
        return not faults


def _forget_connection() -> None:
    from django.db import connection  # noqa: PLC0415 - settings are ready only now

    connection.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000, help="repeats the schedule of faults")
    parser.add_argument("--without-inbox", action="store_true", help="show that the checker sees doubled messages")
    parser.add_argument("--without-relay", action="store_true", help="show that the checker sees lost messages")
    return parser.parse_args()


def main() -> None:
    """Run, report, and exit 1 when anything is wrong."""
    if os.environ.pop("DATABASE_URL", None):
        print("Using the embedded database: this run crashes it.")
    options = _arguments()
    with rig.own_data("chaos") as data:
        started = time.monotonic()
        chaos = Chaos(data, options)
        verdict: Any = chaos.run()
        well = chaos.report(verdict, time.monotonic() - started)
        if not well:
            sys.exit(1)


if __name__ == "__main__":
    main()
