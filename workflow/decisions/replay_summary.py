"""What a finished replay says to people: plain JSON and words. Source: SEMANTICS AP-10. Amounts in base currency."""

from collections.abc import Mapping
from typing import Any

from policies.decisions.staffing import Roster
from workflow.decisions.replay import ASKED, COUNTS, TOUCHLESS, Tally

_ASKED_AS: Mapping[str, str] = {
    "site_role": "roles at the site", "region_role": "roles in the region", "enterprise_role": "roles of the enterprise",
    "cost_centre_owner": "owners of cost centres", "category_manager": "managers of categories",
    "climb": "managers up to the limit", "climb_one": "the manager whose limit covers it", "person": "people by name",
}  # fmt: skip


def people_words(result: Mapping[str, Any]) -> tuple[str, ...]:
    """Say for each way of asking whose people a finished replay counted, over the stages of both routes."""
    return tuple(
        f"{_ASKED_AS.get(one['who'], one['who'])}: "
        + " and ".join(
            f"{count:,} {'stage' if count == 1 else 'stages'} with {when}"
            for count, when in ((one["then"], "who it was then"), (one["today"], "who it is today"))
            if count
        )
        for one in result.get("people_of", ())
    )


def summary(tally: Tally, medians: Mapping[int, float], typical: float, roster: Roster) -> dict[str, Any]:
    """Return a finished tally as plain JSON for people: amounts as strings, hours in business hours.

    Hours of a person are the decisions that would be theirs times their own median; `typical` stands in where somebody
    has decided nothing, which the row says.
    """
    rows: list[dict[str, Any]] = []
    for person, load in tally.load.items():
        median = medians.get(person, typical)
        rows.append({
            "person": person, "name": roster.people[person].name if person in roster.people else "somebody who left",
            "before": load.asked_before, "after": load.asked_after, "median_hours": round(median, 2),
            "is_typical": person not in medians, "hours_before": round(load.share_before * median, 1),
            "hours_after": round(load.share_after * median, 1),
        })  # fmt: skip
    rows.sort(key=lambda row: (-abs(row["after"] - row["before"]), row["name"]))
    turned = {turns: tally.turning(turns) for turns in (TOUCHLESS, ASKED)}
    return {
        **{name: getattr(tally, name) for name in COUNTS},
        "amount": str(tally.amount),
        "newly_touchless": {"count": turned[TOUCHLESS][0], "amount": str(turned[TOUCHLESS][1])},
        "no_longer_touchless": {"count": turned[ASKED][0], "amount": str(turned[ASKED][1])},
        "hours_before": round(sum(row["hours_before"] for row in rows), 1),
        "hours_after": round(sum(row["hours_after"] for row in rows), 1),
        "load": rows,
        "people_of": [
            {"who": who, "then": then, "today": today} for who, (then, today) in sorted(tally.people_of.items())
        ],
        "shifts": [
            {"before": s.before, "after": s.after, "turns": s.turns, "count": s.count, "amount": str(s.amount)}
            for s in tally.shifts
        ],
    }
