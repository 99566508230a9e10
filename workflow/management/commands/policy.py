"""The rules from the command line: what is wrong with a version, what it would have done, why a document went so.

Ends with 0 when all is well, 1 when something was found that stands in the way, 2 when the question was wrong.
"""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from foundation.errors import ConflictError, DomainError
from foundation.jobs import run
from foundation.models import Job
from foundation.selectors import system_user
from policies.decisions.stored import facts_to_json
from policies.models import PolicyKind, PolicyVersion
from policies.selectors import analyse, version_in_force, version_numbered
from policies.services import check_publishable
from workflow.decisions.replay_summary import people_words
from workflow.models import Replay
from workflow.selectors.explain import Explained, explained
from workflow.selectors.replay import ReplayFilters, differences_of, replay_of, shown
from workflow.services import start_replay

FOUND, WRONG_QUESTION = 1, 2


class Command(BaseCommand):
    help = "Analyse or replay a version of a policy, or explain a decision. Exit 1: something stands in the way; 2: wrong question."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        look = verbs.add_parser("analyse", help="what is wrong with a version")
        look.add_argument("--kind", choices=PolicyKind.values, default=PolicyKind.APPROVAL)
        again = verbs.add_parser("replay", help="what a matrix would have done with the documents of a period")
        again.add_argument("--days", type=int, default=90)
        again.add_argument("--differences", type=int, default=100, help="how many documents are listed")
        for verb in (look, again):
            verb.add_argument(
                "--version", "--number", dest="number", type=int, help="else the newest draft, or what is in force"
            )
        why = verbs.add_parser("explain", help="why a document was routed as it was")
        why.add_argument("document", help="its number, such as REQ-10471")
        for verb in (look, again, why):
            verb.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            ends = getattr(self, f"_{options['verb']}")(options)
        except DomainError as error:
            self.stderr.write(error.message)
            ends = WRONG_QUESTION
        if ends:
            sys.exit(ends)

    def _say(self, options: dict[str, Any], told: Any, lines: list[str]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2, cls=DjangoJSONEncoder))
        else:
            self.stdout.write("\n".join(lines))

    def _analyse(self, options: dict[str, Any]) -> int:
        version = _version(options["kind"], options["number"])
        now = timezone.now()  # noqa: TID251 - a command reads the clock
        found = list(analyse(version, at=now).findings) if version.kind == PolicyKind.APPROVAL else []
        stops = "" if version.published_at else _stops(version)
        rows = [
            {"code": f.code, "row": f.row, "blocks": f.blocks, "sentence": f.sentence,
             "example": facts_to_json(f.example) if f.example else None}
            for f in found
        ]  # fmt: skip
        lines = [f"{version}, {version.get_state_display().lower()}"]
        lines += [f"{'STOPS ' if f.blocks else 'note  '} {f.sentence}" for f in found]
        lines += [f"STOPS  {stops}"] * bool(stops and not any(f.blocks for f in found))
        lines += ["Nothing stands in the way."] * (len(lines) == 1)
        self._say(options, {"version": version.label, "state": version.state, "stops": stops, "findings": rows}, lines)
        return FOUND if stops or any(f.blocks for f in found) else 0

    def _replay(self, options: dict[str, Any]) -> int:
        version = _version(PolicyKind.APPROVAL, options["number"])
        now = timezone.now()  # noqa: TID251 - a command reads the clock
        begun = start_replay(version_id=version.pk, days=options["days"], actor=system_user("policy"), at=now)
        run(begun.job_id or 0, told=self._progress)
        replay = replay_of(version)
        if replay is None or not replay.finished_at:
            raise ConflictError("replay_failed", _why(begun))
        rows = differences_of(replay, ReplayFilters()).order_by("-pk")[: options["differences"]]
        listed = [
            {"document": one.request.subject_number, "amount": str(one.request.amount),
             "currency": one.request.currency, "before": one.before, "after": one.after}
            for one in shown(replay, rows)
        ]  # fmt: skip
        told = {"version": version.label, "days": replay.days, **replay.result, "differences": listed}
        self._say(options, told, _lines(replay, listed))
        return FOUND if replay.result["nobody"] else 0

    def _progress(self, job: Job) -> None:
        self.stderr.write(f"{job.done:,} of {job.total or 0:,}")

    def _explain(self, options: dict[str, Any]) -> int:
        told = explained(options["document"])
        self._say(options, [asdict(one) for one in told], [line for one in told for line in _in_words(one)])
        return FOUND if any(one.different for one in told) else 0


def _version(kind: str, number: int | None) -> PolicyVersion:
    """Return the version asked for; without a number the newest draft, else what is in force."""
    if number is not None:
        return version_numbered(kind, number)
    draft = PolicyVersion.objects.filter(kind=kind, state="draft").order_by("-number").first()
    return draft or version_in_force(kind, timezone.now())  # noqa: TID251 - a command reads the clock


def _stops(version: PolicyVersion) -> str:
    try:
        check_publishable(draft=version, at=timezone.now())  # noqa: TID251 - a command reads the clock
    except DomainError as error:
        return error.message
    return ""


def _why(begun: Replay) -> str:
    job = Job.objects.get(pk=begun.job_id or 0)
    return job.error or f"The replay is {job.get_state_display().lower()}; another worker may have it."


def _lines(replay: Replay, listed: list[dict[str, str]]) -> list[str]:
    r = replay.result
    kinds = sorted(r["shifts"], key=lambda kind: -kind["count"])
    gained, lost = r["newly_touchless"]["amount"], r["no_longer_touchless"]["amount"]
    return [
        f"{replay.policy} over {replay.days} days: {r['documents']:,} documents, {r['different']:,} routed otherwise",
        f"Touchless {r['touchless_before']:,} -> {r['touchless_after']:,}; {gained} turns touchless, {lost} no longer",
        f"Hours with approvers {r['hours_before']:,} -> {r['hours_after']:,}",
        *(f"  {words}" for words in people_words(r)),
        *[f"Taken by no row: {r['nobody']:,}"] * bool(r["nobody"]),
        *(
            f"  {one['name']}: asked {one['before']:,} -> {one['after']:,}, {one['hours_before']:,} -> {one['hours_after']:,} h"
            for one in r["load"]
        ),
        *(f"  {kind['count']:,} x {kind['before']} -> {kind['after']}" for kind in kinds),
        *(
            f"  {one['document']} {one['amount']} {one['currency']}: {one['before']} -> {one['after']}"
            for one in listed
        ),
    ]


def _in_words(one: Explained) -> list[str]:
    lines = [f"{one.number}, {one.document}: {one.state} by {one.version}", *(f"  {line}" for line in one.reasons)]
    for place, stage in enumerate(one.stages, start=1):
        said = f": {'; '.join(stage.decisions)}" if stage.decisions else f", {stage.state}"
        lines.append(f"  {place}. {stage.label} ({' or '.join(stage.people) or 'nobody'}){said}")
    lines += [f"  {line}" for line in one.people]
    lines += [f"  {one.nearest_change}"] if one.nearest_change else []
    held = (
        f"Decided again it differs in {', '.join(one.different)}."
        if one.different
        else "Decided again it comes out the same."
    )
    return [*lines, f"  {held}"]
