"""AP-5: absences declared, begun, ended, and what they move."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from foundation.errors import DomainError, InvalidError, NotFoundError, NotPermittedError
from foundation.models import Absence, AuditEvent, DomainEvent, Role
from foundation.selectors import absences_in_force, declared_absences
from foundation.services import AbsencePlan, declare_absence, end_absence, grant_role, turn_absences
from tests.factories import NOW, Company, company

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def plan(made: Company, since: datetime = NOW, days: int = 5, deputy: str = "", **more: Any) -> AbsencePlan:
    known = made.people.get(deputy) or {"adam": made.acme_person, "": None}[deputy]
    return AbsencePlan(since, since + days * DAY, known.pk if known else None, **more)


def away(made: Company, name: str = "mona", by: str = "", **more: Any) -> Absence:
    person = made.people[name]
    return declare_absence(person_id=person.pk, plan=plan(made, **more), actor=made.people[by or name], at=NOW)


def log() -> list[tuple[str, str]]:
    events = DomainEvent.objects.filter(kind__startswith="foundation.absence").order_by("pk")
    return [(event.kind.rpartition(".")[2], event.subject_number) for event in events]


def test_absence_from_now_takes_effect_at_once_and_a_planned_one_at_its_start() -> None:
    made = company()
    now = away(made, deputy="harry")
    later = away(made, "regina", since=NOW + 2 * DAY, deputy="frank")
    assert (now.began_at, later.began_at, log()) == (NOW, None, [("began", "mona")])

    turned = [turn_absences(at=NOW + 1 * DAY), turn_absences(at=NOW + 3 * DAY), turn_absences(at=NOW + 8 * DAY)]

    assert turned == [0, 1, 2]
    assert log() == [("began", "mona"), ("began", "regina"), ("ended", "mona"), ("ended", "regina")]
    assert {a.ended_by for a in Absence.objects.all()} == {None}
    actions = list(AuditEvent.objects.filter(object_type="foundation.absence").values_list("action", flat=True))
    assert sorted(actions) == ["begin_absence", "declare_absence", "declare_absence", "end_absence", "end_absence"]


@pytest.mark.parametrize(
    ("_case", "more", "code"),
    [
        ("turned round",              {"days": -1},                                       "absence_turned_round"),
        ("over",                      {"since": NOW - 9 * DAY},                           "absence_past"),
        ("begins in the past",        {"since": NOW - 3 * DAY},                           "absence_past"),
        ("more than a year",          {"days": 367},                                      "absence_too_long"),
        ("here and hands over to nobody", {"is_away": False},                             "absence_says_nothing"),
        ("deputy is the giver",       {"deputy": "mona"},                                 "deputy_self"),
        ("deputy of a supplier",      {"deputy": "adam"},                                 "deputy_unfit"),
        ("deputy cannot sign in",     {"deputy": "wanda"},                                "deputy_cannot_sign_in"),
        ("deputy is shut out",        {"deputy": "walt"},                                 "deputy_cannot_sign_in"),
        ("deputy is away too",        {"deputy": "frank"},                                "deputy_away"),
        ("SD-1 roles kept apart",     {"deputy": "ursula"},                               "roles_kept_apart"),
        ("no such duty",              {"deputy": "harry", "duties": ("receive",)},        "duty_unknown"),
        ("no such site",              {"deputy": "harry", "sites": ("XXX",)},             "site_unknown"),
        ("limit below zero",          {"deputy": "harry", "amount_limit": Decimal(-1)},   "limit_unfit"),
        ("overlaps another",          {"since": NOW + 20 * DAY},                          "absence_overlaps"),
    ],
)  # fmt: skip
def test_absence_is_refused_with_words(_case: str, more: dict[str, Any], code: str) -> None:
    made = company()
    made.wanda.set_unusable_password()
    made.wanda.save()
    made.walt.is_active = False
    made.walt.save()
    away(made, "frank")
    away(made, since=NOW + 22 * DAY)
    before = Absence.objects.count()

    with pytest.raises(InvalidError) as refusal:
        away(made, **more)

    assert (refusal.value.code, Absence.objects.count()) == (code, before)


def test_two_handed_over_parts_stand_beside_one_another() -> None:
    made = company()

    away(made, deputy="harry", is_away=False, sites=("LDS",))
    away(made, deputy="frank", is_away=False, sites=("HUL",))

    assert Absence.objects.count() == 2


def test_only_the_person_and_a_user_administrator_with_a_reason_declare_it() -> None:
    made = company()

    with pytest.raises(NotPermittedError):
        away(made, by="harry", reason="Because")
    with pytest.raises(InvalidError) as silent:
        away(made, by="ursula")
    made_by_other = away(made, by="ursula", reason="Fell ill", deputy="harry")

    row = AuditEvent.objects.get(action="declare_absence")
    assert (silent.value.code, made_by_other.set_by, row.on_behalf_of) == ("reason_missing", made.ursula, made.mona)
    with pytest.raises(NotFoundError):
        declare_absence(person_id=made.acme_person.pk, plan=plan(made), actor=made.ursula, at=NOW)


def test_ended_early_it_no_longer_counts_and_only_its_people_end_it() -> None:
    made = company()
    absence = away(made, deputy="harry")
    assert list(absences_in_force({made.mona.pk, made.rita.pk}, NOW)) == [made.mona.pk]

    with pytest.raises(NotPermittedError):
        end_absence(absence_id=absence.pk, person_id=made.mona.pk, actor=made.harry, at=NOW + DAY)
    with pytest.raises(DomainError):
        end_absence(absence_id=absence.pk, person_id=made.rita.pk, actor=made.rita, at=NOW + DAY)
    for _ in range(2):
        end_absence(absence_id=absence.pk, person_id=made.mona.pk, actor=made.mona, at=NOW + DAY)

    absence.refresh_from_db()
    assert (absence.ended_by, absences_in_force({made.mona.pk}, NOW + DAY)) == (made.mona, {})
    assert log() == [("began", "mona"), ("ended", "mona")]


def test_declared_absences_of_a_period_include_planned_ones() -> None:
    made = company()
    grant_role(user=made.harry, role=Role.SITE_MANAGER, site=made.leeds, actor=None, at=NOW)
    away(made, since=NOW + 3 * DAY, days=2, deputy="harry", amount_limit=Decimal(500))

    found = declared_absences(since=NOW, until=NOW + 4 * DAY)

    assert [(a.person, a.deputy, a.limit) for a in found] == [(made.mona.pk, made.harry.pk, Decimal(500))]
    assert declared_absences(since=NOW, until=NOW + 3 * DAY) == ()
