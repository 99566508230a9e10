"""The stages of a row in words, in the grid and in files: `site manager; with all of finance director of the region, 4 h; climb`.

`inform region manager of the region` only tells people: nothing waits for them.

Source: SEMANTICS AP-2 and AP-4. A stage names who is asked: a role (at the site unless it says of the region, of the
enterprise), `cost-centre owner`, `manager of the category`, `climb` (managers, up to the first whose limit covers the
amount), `climb one` (only that one), or `person` with a name. Before it, `with` opens it together with the stage
before, and `all of`, `majority of` or `60% of` asks for more than one of them. After it, `, 4 h` gives the business
hours at the site until a reminder, eight when nothing is said, and `, may repeat` lets somebody who agreed before
satisfy it too. A semicolon or the end of a line ends a stage.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from policies.decisions.cells import Ground, Names
from policies.decisions.matrix import INFORM, StageAsk
from policies.decisions.staffing import CATEGORY, CLIMB, CLIMB_ONE, ENTERPRISE, OWNER, PERSON, REGION, SITE
from policies.decisions.unfit import Unfit

MOST_STAGES = 20
USUAL_HOURS = 8
_MOST_HOURS, _MOST_PERCENT = 999, 100
_SCOPES = {"site": SITE, "region": REGION, "enterprise": ENTERPRISE}
_ENDS = {SITE: "", REGION: " of the region", ENTERPRISE: " of the enterprise"}
_PLAIN = {CLIMB: "climb", CLIMB_ONE: "climb one", OWNER: "cost-centre owner", CATEGORY: "manager of the category"}
_WHO = {**{words: who for who, words in _PLAIN.items()}, "cost centre owner": OWNER, "manager of category": CATEGORY}
_AGREE = {"one": "", "all": "all of ", "majority": "majority of "}
_LINE = re.compile(
    r"(?P<inform>inform )?(?P<with>with )?(?:(?P<all>all)(?: of)? |(?P<majority>majority) of |(?P<percent>[0-9]{1,4}) ?% of )?(?P<who>.*?)"
    r"(?:, ?(?P<hours>[0-9]{1,6}) ?h(?:ours?)?)?(?P<repeat>, ?may repeat)?",
    re.IGNORECASE,
)
_ROLE = re.compile(r"(?P<role>.+?)(?: (?:of|at|in) (?:the )?(?P<scope>site|region|enterprise))?", re.IGNORECASE)
_NOBODY = frozenset({"", "inform", "all", "of", "all of", "with", "majority of", "person"})
_ENDS_NAME = re.compile(r"[;,\n]")

Stage = Mapping[str, Any]  # its columns, as in a file; `person` is a code of the vocabulary of people


def lines_of(text: str) -> list[str]:
    """Return the stages of a text, each as its own line of words."""
    return [" ".join(line.split()) for line in re.split(r"[;\n]", text) if line.strip()]


def require_few(count: int) -> None:
    """Refuse more stages than anybody follows.

    :raises Unfit: there are more than twenty.
    """
    if count > MOST_STAGES:
        raise Unfit(f"Use at most {MOST_STAGES} stages; there are {count}.")


def read_stage(number: int, line: str, roles: Names, people: Names) -> dict[str, Any]:
    """Return a stage as its columns.

    :raises Unfit: it cannot be read; names its number.
    """
    try:
        return _stage(line, roles, people)
    except Unfit as unfit:
        raise Unfit(f"Stage {number}: {unfit}", line if unfit.part is None else unfit.part) from unfit


def write_stage(stage: Stage, roles: Names, people: Names) -> str:
    """Return a stage as a line that reads as the same stage again."""
    if stage["completion"] == INFORM:
        return f"inform {_asked(stage, roles, people)}"
    together = "with " if stage["with_previous"] else ""
    agree = f"{stage['percent']}% of " if stage["percent"] is not None else _AGREE[stage["completion"]]
    hours = "" if stage["due_hours"] == USUAL_HOURS else f", {stage['due_hours']} h"
    repeat = ", may repeat" if stage["may_repeat"] else ""
    return f"{together}{agree}{_asked(stage, roles, people)}{hours}{repeat}"


class Stages:
    """The cell of the grid that names who approves."""

    def read(self, text: str, ground: Ground) -> tuple[StageAsk, ...]:
        """Return the stages in order."""
        lines = lines_of(text)
        require_few(len(lines))
        read = (read_stage(n, line, ground["roles"], ground["people"]) for n, line in enumerate(lines, start=1))
        return tuple(_ask(stage) for stage in read)

    def write(self, value: Sequence[StageAsk], ground: Ground) -> str:
        """Return the stages as one line."""
        return "; ".join(self._words(value, ground))

    def _words(self, value: Iterable[StageAsk], ground: Ground) -> Iterable[str]:
        for ask in value:
            columns = {name: getattr(ask, name) for name in StageAsk.__dataclass_fields__}
            columns["person"] = "" if ask.person_id is None else str(ask.person_id)
            yield write_stage(columns, ground["roles"], ground["people"])


def _ask(stage: dict[str, Any]) -> StageAsk:
    person = stage.pop("person")
    return StageAsk(person_id=int(person) if person else None, **stage)


def _stage(line: str, roles: Names, people: Names) -> dict[str, Any]:
    found = _LINE.fullmatch(line)
    if found is None or found["who"].casefold() in _NOBODY:
        raise Unfit("it names nobody. Write a role, such as site manager.")
    if found["inform"]:
        return _inform(found, roles, people)
    hours = int(found["hours"] or USUAL_HOURS)
    if not 1 <= hours <= _MOST_HOURS:
        raise Unfit(f"give 1 to {_MOST_HOURS} business hours.")
    percent = int(found["percent"]) if found["percent"] else None
    if percent is not None and not 1 <= percent <= _MOST_PERCENT:
        raise Unfit(f"give 1 to {_MOST_PERCENT} percent.")
    who, role, person = _who(found["who"], roles, people)
    completion = "all" if found["all"] else "majority" if found["majority"] else "percent" if percent else "one"
    return {
        "who": who, "role": role, "person": person, "completion": completion, "percent": percent, "due_hours": hours,
        "with_previous": bool(found["with"]), "may_repeat": bool(found["repeat"]),
    }  # fmt: skip


def _inform(found: re.Match[str], roles: Names, people: Names) -> dict[str, Any]:
    """Return a stage that only tells people; what is said of deciding means nothing there."""
    extra = next(
        (found[part] for part in ("with", "all", "majority", "percent", "hours", "repeat") if found[part]), None
    )
    if extra is not None:
        raise Unfit("who is informed decides nothing. Write only inform and who.", extra.strip(", "))
    who, role, person = _who(found["who"], roles, people)
    return {
        "who": who, "role": role, "person": person, "completion": INFORM, "percent": None, "due_hours": USUAL_HOURS,
        "with_previous": False, "may_repeat": False,
    }  # fmt: skip


def _who(text: str, roles: Names, people: Names) -> tuple[str, str, str]:
    """Return how approvers are found, the role, and the person; one of the last two at most."""
    if text.casefold() in _WHO:
        return _WHO[text.casefold()], "", ""
    if text.casefold().startswith("person "):
        return PERSON, "", str(people.code(text[len("person ") :].strip()))
    named = _ROLE.fullmatch(text)
    if named is None:
        raise Unfit("it names nobody. Write a role, such as site manager.")
    return _SCOPES[(named["scope"] or "site").casefold()], str(roles.code(named["role"])), ""


def _asked(stage: Stage, roles: Names, people: Names) -> str:
    if stage["who"] in _PLAIN:
        return _PLAIN[stage["who"]]
    if stage["who"] == PERSON:
        name = people.say(stage["person"])
        clear = name == " ".join(name.split()) and not _ENDS_NAME.search(name)
        return f"person {name if clear else people.exactly(stage['person'])}"
    role = roles.say(stage["role"])
    return f"{role[:1].lower()}{role[1:]}{_ENDS[stage['who']]}"
