"""The stages of a row as one line: `site manager; with all of finance director of the region, 4 h; climb`.

Source: SEMANTICS AP-2 and AP-4. A stage names who is asked: a role (at the site unless it says of the region, of the
enterprise), `cost-centre owner`, `manager of the category`, `climb` (managers, up to the first whose limit covers the
amount), `climb one` (only that one), or `person` with a name. Before it, `with` opens it together with the stage
before, and `all of`, `majority of` or `60% of` asks for more than one of them. After it, `, 4 h` gives the business
hours at the site until a reminder, eight when nothing is said, and `, may repeat` lets somebody who agreed before
satisfy it too. A semicolon ends a stage.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from policies.decisions.cells import Ground, Unfit
from policies.decisions.matrix import StageAsk
from policies.decisions.staffing import CATEGORY, CLIMB, CLIMB_ONE, ENTERPRISE, OWNER, PERSON, REGION, SITE

MOST_STAGES = 20
USUAL_HOURS = 8
_MOST_HOURS, _MOST_PERCENT = 999, 100
_SCOPES = {"site": SITE, "region": REGION, "enterprise": ENTERPRISE}
_ENDS = {SITE: "", REGION: " of the region", ENTERPRISE: " of the enterprise"}
_PLAIN = {CLIMB: "climb", CLIMB_ONE: "climb one", OWNER: "cost-centre owner", CATEGORY: "manager of the category"}
_WHO = {**{words: who for who, words in _PLAIN.items()}, "cost centre owner": OWNER, "manager of category": CATEGORY}
_AGREE = {"one": "", "all": "all of ", "majority": "majority of "}
_LINE = re.compile(
    r"(?P<with>with )?(?:(?P<all>all)(?: of)? |(?P<majority>majority) of |(?P<percent>[0-9]{1,4}) ?% of )?(?P<who>.*?)"
    r"(?:, ?(?P<hours>[0-9]{1,6}) ?h(?:ours?)?)?(?P<repeat>, ?may repeat)?",
    re.IGNORECASE,
)
_ROLE = re.compile(r"(?P<role>.+?)(?: (?:of|at|in) (?:the )?(?P<scope>site|region|enterprise))?", re.IGNORECASE)
_NOBODY = frozenset({"", "all", "of", "all of", "with", "majority of", "person"})


class Stages:
    """The cell that names who approves."""

    def read(self, text: str, ground: Ground) -> tuple[StageAsk, ...]:
        """Return the stages in order."""
        lines = [" ".join(line.split()) for line in re.split(r"[;\n]", text) if line.strip()]
        if len(lines) > MOST_STAGES:
            raise Unfit(f"Use at most {MOST_STAGES} stages; there are {len(lines)}.")
        return tuple(_numbered(number, line, ground) for number, line in enumerate(lines, start=1))

    def write(self, value: Sequence[StageAsk], ground: Ground) -> str:
        """Return the stages as one line."""
        return "; ".join(_words(stage, ground) for stage in value)


def _numbered(number: int, line: str, ground: Ground) -> StageAsk:
    try:
        return _stage(line, ground)
    except Unfit as unfit:
        raise Unfit(f"Stage {number}: {unfit}") from unfit


def _stage(line: str, ground: Ground) -> StageAsk:
    found = _LINE.fullmatch(line)
    if found is None or found["who"].casefold() in _NOBODY:
        raise Unfit("it names nobody. Write a role, such as site manager.")
    hours = int(found["hours"] or USUAL_HOURS)
    if not 1 <= hours <= _MOST_HOURS:
        raise Unfit(f"give 1 to {_MOST_HOURS} business hours.")
    percent = int(found["percent"]) if found["percent"] else None
    if percent is not None and not 1 <= percent <= _MOST_PERCENT:
        raise Unfit(f"give 1 to {_MOST_PERCENT} percent.")
    asked = _who(found["who"], ground)
    completion = "all" if found["all"] else "majority" if found["majority"] else "percent" if percent else "one"
    return replace(
        asked, completion=completion, percent=percent, due_hours=hours, with_previous=bool(found["with"]),
        may_repeat=bool(found["repeat"]),
    )  # fmt: skip


def _who(text: str, ground: Ground) -> StageAsk:
    if text.casefold() in _WHO:
        return StageAsk(_WHO[text.casefold()])
    if text.casefold().startswith("person "):
        return StageAsk(PERSON, person_id=int(ground["people"].code(text[len("person ") :].strip())))
    named = _ROLE.fullmatch(text)
    if named is None:
        raise Unfit("it names nobody. Write a role, such as site manager.")
    return StageAsk(_SCOPES[(named["scope"] or "site").casefold()], ground["roles"].code(named["role"]))


def _words(stage: StageAsk, ground: Ground) -> str:
    together = "with " if stage.with_previous else ""
    agree = f"{stage.percent}% of " if stage.percent is not None else _AGREE[stage.completion]
    hours = "" if stage.due_hours == USUAL_HOURS else f", {stage.due_hours} h"
    return f"{together}{agree}{_asked(stage, ground)}{hours}{', may repeat' if stage.may_repeat else ''}"


def _asked(stage: StageAsk, ground: Ground) -> str:
    if stage.who in _PLAIN:
        return _PLAIN[stage.who]
    if stage.who == PERSON:
        return f"person {ground['people'].say(str(stage.person_id))}"
    role = ground["roles"].say(stage.role)
    return f"{role[:1].lower()}{role[1:]}{_ENDS[stage.who]}"
