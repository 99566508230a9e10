"""Stages that ask nobody, today or while people are away, and climbs that end below the band.

Source: SEMANTICS AP-2, AP-3, AP-4, AP-5 and AP-9. Each row is looked at where it decides: a stage is unstaffed only if
some document that the row decides would meet it, and that document is the example. Nobody there today, or nobody who
did not decide an earlier stage, refuses publication; so does an absence that runs now. Absences to come, a single approver who may be the requester, and a climb
that ends below the band are shown, and so is a stage that informs nobody: the fallback owner decides then (AP-3).
"""

from collections.abc import Iterator
from decimal import Decimal

from policies.decisions.absence_checks import Emptied, emptied, emptied_words
from policies.decisions.documents import Documents, Wanted
from policies.decisions.matrix import ApprovalFacts, Matrix, Rule, StageAsk
from policies.decisions.staffing import CATEGORY, CLIMBS, OWNER, PERSON, Person, Roster, asked, called, climbed
from policies.decisions.twice_checks import asked_twice
from policies.decisions.vocabulary import listed
from policies.decisions.world import Finding, Place, World

Own = list[tuple[Place, Person]]


def unstaffed(matrix: Matrix, world: World, roster: Roster, fallback_role: str) -> Iterator[Finding]:
    """Yield what is wrong with the people of a matrix, row by row."""
    if not any(h.role == fallback_role and not h.site and not h.region for h in roster.held):
        role = roster.role_names.get(fallback_role, fallback_role)
        yield Finding("unstaffed", f"The fallback owner is the {role.lower()}, and nobody holds that role.", None)
    checks = _Checks(matrix, world.seen_by((*matrix.rules, *matrix.additional)), roster)
    rows = [(str(r.position), r) for r in matrix.rules] + [(f"+{r.position}", r) for r in matrix.additional]
    for row, rule in rows:
        for number, stage in enumerate(rule.stages, start=1):
            yield from checks.stage(rule, row, number, stage)
    yield from asked_twice(matrix, world, checks.documents, checks.able)
    yield from checks.alone()
    yield from checks.absent()


class _Checks:
    """The stages of a matrix against the people of today; what repeats from row to row is told once, at the end."""

    def __init__(self, matrix: Matrix, world: World, roster: Roster) -> None:
        self.world, self.roster = world, roster
        self.documents = Documents(matrix, world)
        self._requesters = {place.code: roster.requesters(place) for place in world.places}
        self._asked: dict[tuple[StageAsk, str], tuple[Person, ...]] = {}
        self._top: dict[int, Decimal] = {}
        self._own: dict[tuple[tuple[Place, Person], ...], list[tuple[str, ApprovalFacts]]] = {}
        self._emptied: dict[Emptied, list[tuple[str, Place, ApprovalFacts]]] = {}

    def stage(self, rule: Rule, row: str, number: int, stage: StageAsk) -> Iterator[Finding]:
        """Yield what is wrong with one stage."""
        name = f"{'Additional row' if row[0] == '+' else 'Row'} {rule.position}, stage {number}"
        if stage.informs:
            yield from self._told(rule, row, name, stage)
        elif stage.who in CLIMBS:
            yield from self._climb(rule, row, name)
        elif stage.who == CATEGORY:
            yield from self._unmanaged(rule, row, name)
        else:
            yield from self._people(rule, row, name, stage)

    def _told(self, rule: Rule, row: str, name: str, stage: StageAsk) -> Iterator[Finding]:
        """Yield the places where a stage that only informs reaches nobody; nothing waits for it, so it may be published."""
        if stage.who in CLIMBS or stage.who == CATEGORY:
            return
        empty = [place for place in self.world.taken_by(rule) if not self.able(stage, place)]
        found = ((place, self.documents.decided_by(rule, Wanted(place.code))) for place in empty)
        reached = [(place, facts) for place, facts in found if facts is not None]
        if reached:
            sentence = f"{name} informs nobody: {self._cause(stage, [place for place, _ in reached])}."
            yield Finding("informs_nobody", sentence, reached[0][1], blocks=False, row=row)

    def _people(self, rule: Rule, row: str, name: str, stage: StageAsk) -> Iterator[Finding]:
        empty: list[tuple[Place, ApprovalFacts]] = []
        own: Own = []
        example = None
        for place in self.world.taken_by(rule):
            facts = self.documents.decided_by(rule, Wanted(place.code))
            if facts is None:
                continue
            able = self.able(stage, place)
            if not able:
                empty.append((place, facts))
            elif len(able) == 1 and able[0] in self._who_may_ask(rule, place):
                own.append((place, able[0]))
                example = example or facts
            self._remember_absences(rule, row, place, able)
        if empty:
            sentence = f"{name}: {self._cause(stage, [place for place, _ in empty])}."
            yield Finding("unstaffed", sentence, empty[0][1], row=row)
        if example:
            self._own.setdefault(tuple(own), []).append((row, example))

    def able(self, stage: StageAsk, place: Place) -> tuple[Person, ...]:
        """Return whom a stage asks at a place today, whoever the requester is."""
        if (stage, place.code) not in self._asked:
            self._asked[stage, place.code] = asked(stage, self.roster, place, None, Decimal(0))[0]
        return self._asked[stage, place.code]

    def _who_may_ask(self, rule: Rule, place: Place) -> tuple[Person, ...]:
        """Return who may raise a document at a place that the row's condition on roles lets in."""
        people = self._requesters[place.code]
        if not rule.requester_roles:
            return people
        return tuple(person for person in people if rule.requester_roles & self.roster.roles(person))

    def _cause(self, stage: StageAsk, empty: list[Place]) -> str:
        names = listed(dict.fromkeys(called(stage, self.roster, place) for place in empty), "or")
        return {
            OWNER: f"no cost centre of {listed(place.name for place in empty)} has an owner",
            PERSON: f"{names} is no longer here",
        }.get(stage.who, f"nobody is {names}")

    def _unmanaged(self, rule: Rule, row: str, name: str) -> Iterator[Finding]:
        """Yield the categories whose lines alone would ask nobody."""
        bare: list[tuple[str, ApprovalFacts]] = []
        for path in self.world.categories:
            manager = self.roster.manager_of(path)
            if manager is None or not self.roster.active({manager}):
                facts = self.documents.decided_by(rule, Wanted(category=path))
                if facts is not None:
                    bare.append((self.world.category_names.get(path[-1], path[-1]), facts))
        if bare:
            names = listed((category for category, _ in bare), "or")
            yield Finding("unstaffed", f"{name}: nobody manages {names}.", bare[0][1], row=row)

    def _climb(self, rule: Rule, row: str, name: str) -> Iterator[Finding]:
        """Yield a requester whose climb ends lowest below the band, with an amount nobody on it covers."""
        asking = [(p, place) for place in self.world.taken_by(rule) for p in self._who_may_ask(rule, place)]
        if asking and not any(self._managers(person) for person, _ in asking):
            where = listed(dict.fromkeys(place.name for _, place in asking))
            example = self.documents.decided_by(rule, Wanted(asking[0][1].code))
            if example is not None:
                sentence = f"{name}: nobody who raises requests at {where} has a manager."
                yield Finding("unstaffed", sentence, example, row=row)
            return
        for person, place in sorted(asking, key=lambda one: (self._top_limit(one[0]), one[0].name)):
            top = self._top_limit(person)
            if rule.amount_to is not None and top >= rule.amount_to:
                return
            wanted = Wanted(place.code, above=max(top, Decimal(0)), roles=self.roster.roles(person))
            facts = self.documents.decided_by(rule, wanted)
            if facts is not None:
                yield Finding(
                    "short_climb", f"{name}: {self._ends(person, top, facts.base_amount)}", facts, blocks=False, row=row
                )
                return

    def _managers(self, requester: Person) -> tuple[Person, ...]:
        return tuple(climbed(self.roster, requester.pk, Decimal("Infinity")))

    def _top_limit(self, requester: Person) -> Decimal:
        """Return the highest limit on the climb of a requester; below zero when nobody on it has one."""
        if requester.pk not in self._top:
            limits = [person.limit for person in self._managers(requester) if person.limit is not None]
            self._top[requester.pk] = max(limits, default=Decimal(-1))
        return self._top[requester.pk]

    def _ends(self, requester: Person, top: Decimal, amount: Decimal) -> str:
        managers = self._managers(requester)
        if not managers:
            return f"{requester.name} has no manager to ask; the fallback owner decides."
        limit = f"a highest limit of {top:,.2f}" if top >= 0 else "no limit at all"
        return (
            f"the managers of {requester.name} end with {managers[-1].name} and {limit}: nobody covers {amount:,.2f}."
        )

    def _remember_absences(self, rule: Rule, row: str, place: Place, able: tuple[Person, ...]) -> None:
        """Note when all of a stage are away, for the amounts a deputy may decide and those above."""
        if not able or any(person.pk not in self.roster.absences for person in able):
            return
        limits = {a.limit for person in able for a in self.roster.absences[person.pk] if a.limit is not None}
        for above in (None, *sorted(limits)):
            facts = self.documents.decided_by(rule, Wanted(place.code, above=above))
            times = emptied(able, self.roster, place, facts.base_amount) if facts else ()
            for time in times:
                if facts and (row, place) not in [(r, p) for r, p, _ in self._emptied.get(time, [])]:
                    self._emptied.setdefault(time, []).append((row, place, facts))

    def alone(self) -> Iterator[Finding]:
        """Yield the single approvers who may also be the requester, with the rows that ask them."""
        for same, of in self._own.items():
            sentence = _alone(list(same), list(dict.fromkeys(row for row, _ in of)))
            yield Finding("own_approver", sentence, of[0][1], blocks=False, row=of[0][0])

    def absent(self) -> Iterator[Finding]:
        """Yield the times at which a stage has nobody, the nearest first."""
        for time, of in sorted(self._emptied.items(), key=lambda item: (item[0].starts, item[0].until)):
            rows = list(dict.fromkeys(row for row, _, _ in of))
            places = list(dict.fromkeys(place.name for _, place, _ in of))
            now = self.roster.today
            runs = now is not None and time.starts <= now
            sentence = emptied_words(time, rows, places, runs=runs)
            yield Finding("absent", sentence, of[0][2], blocks=runs, row=rows[0])


def _alone(own: Own, rows: list[str]) -> str:
    """Say where rows ask one person alone who may also be the requester."""
    place, person = own[0]
    which = f"row {rows[0]} asks" if len(rows) == 1 else f"rows {listed(rows)} ask"
    more = f", and so at {len(own) - 1} more" if len(own) > 1 else ""
    return (
        f"At {place.name} {which} only {person.name}, who may also raise requests there{more}. "
        "A request of their own goes to the fallback owner."
    )
