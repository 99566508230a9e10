"""Categories, units, cost centres, rates and calendars: what is refused, what follows, one audit row each."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from foundation.errors import DomainError, NotPermittedError
from foundation.models import AuditEvent, Category, CostCentre, ExchangeRate, Holiday, UnitOfMeasure, WorkCalendar
from foundation.selectors import public_days_off, rate_on, rates_for_keeping
from foundation.services import (
    CalendarDetails,
    CategoryDetails,
    CostCentreDetails,
    EntityDetails,
    UnitDetails,
    add_day_off,
    change_calendar,
    change_category,
    change_cost_centre,
    change_entity,
    change_region,
    change_unit,
    create_calendar,
    create_category,
    create_cost_centre,
    create_entity,
    create_region,
    create_unit,
    drop_day_off,
    enter_rate,
    seen_of_calendar,
    seen_of_category,
    seen_of_cost_centre,
    seen_of_entity,
    seen_of_unit,
)
from foundation.services.rates import record_rate
from procurement.services import submit_requisition
from tests.factories import NOW, TODAY, Company, a_requisition, company

pytestmark = pytest.mark.django_db


def refusal(act: Any) -> tuple[str, str]:
    with pytest.raises(DomainError) as refused, transaction.atomic():
        act()
    return refused.value.code, str(refused.value.details.get("field", ""))


def last_audit() -> tuple[str, Any, Any]:
    row = AuditEvent.objects.order_by("-seq")[0]
    return row.action, row.data.get("before"), row.data.get("after")


def branch(made: Company, code: str, under: str = "", **changes: Any) -> Category:
    parent = Category.objects.get(code=under) if under else None
    details = CategoryDetails(**{"name": code.title(), "parent": parent, **changes})
    return create_category(code=code, details=details, actor=made.ursula, at=NOW)


def moved(made: Company, code: str, under: str, **changes: Any) -> Category:
    category = Category.objects.get(code=code)
    parent = Category.objects.get(code=under) if under else None
    return change_category(
        code=code, seen=seen_of_category(category=category), actor=made.ursula, at=NOW,
        details=CategoryDetails(**{"name": category.name, "parent": parent, **changes}),
    )  # fmt: skip


def paths() -> dict[str, str]:
    return dict(Category.objects.values_list("code", "path"))


def test_branch_takes_everything_below_along() -> None:
    made = company()
    for code, under in (("FILM", "PACK"), ("STRETCH", "FILM"), ("HAND", "STRETCH")):
        branch(made, code, under)

    moved(made, "FILM", "SERV")

    assert paths() == {
        "PACK": "PACK/", "SERV": "SERV/", "FILM": "SERV/FILM/", "STRETCH": "SERV/FILM/STRETCH/",
        "HAND": "SERV/FILM/STRETCH/HAND/",
    }  # fmt: skip
    assert last_audit() == ("change_category", {"parent": "PACK"}, {"parent": "SERV"})


@pytest.mark.parametrize("under", ["PACK", "FILM", "STRETCH"])
def test_branch_under_itself_is_refused(under: str) -> None:
    made = company()
    branch(made, "FILM", "PACK")
    branch(made, "STRETCH", "FILM")
    before = paths()

    assert refusal(lambda: moved(made, "PACK", under)) == ("under_itself", "parent")
    assert paths() == before


@pytest.mark.parametrize(
    ("_case", "code", "changes", "refused"),
    [
        ("taken",            "pack",   {},                    ("code_taken", "code")),
        ("no code",          "A/B",    {},                    ("code_unfit", "code")),
        ("no name",          "NEW",    {"name": ""},          ("name_unfit", "name")),
        ("UNSPSC of seven",  "NEW",    {"unspsc": "2411150"}, ("unspsc_unfit", "unspsc")),
        ("UNSPSC of words",  "NEW",    {"unspsc": "abcdefgh"}, ("unspsc_unfit", "unspsc")),
    ],
)  # fmt: skip
def test_category_that_cannot_be_is_refused(
    _case: str, code: str, changes: dict[str, Any], refused: tuple[str, str]
) -> None:
    made = company()

    assert refusal(lambda: branch(made, code, **changes)) == refused
    assert set(paths()) == {"PACK", "SERV"}


def test_tree_ends_where_its_path_would_not_fit() -> None:
    made = company()
    under = ""
    for number in range(11):
        under = branch(made, f"LEVEL-{number:02}-{'X' * 7}", under).code  # 17 letters with the slash
    branch(made, "SHORT")
    branch(made, "BELOW-THE-SHORT1", "SHORT")

    assert refusal(lambda: branch(made, "ONE-MORE-LEVEL-X", under)) == ("tree_too_deep", "parent")
    assert refusal(lambda: moved(made, "SHORT", under)) == ("tree_too_deep", "parent")
    assert paths()["BELOW-THE-SHORT1"] == "SHORT/BELOW-THE-SHORT1/"


def a_unit(made: Company, code: str = "DZN", **changes: Any) -> UnitOfMeasure:
    return create_unit(
        code=code, details=UnitDetails(**{"name": "dozen", "symbol": "dz", **changes}), actor=made.ursula, at=NOW
    )


def changed_unit(made: Company, code: str, **changes: Any) -> UnitOfMeasure:
    unit = UnitOfMeasure.objects.get(code=code)
    there = {"name": unit.name, "symbol": unit.symbol, "dimension": unit.dimension, "multiple": unit.multiple}
    return change_unit(
        code=code, seen=seen_of_unit(unit=unit), details=UnitDetails(**{**there, **changes}), actor=made.ursula, at=NOW
    )


@pytest.mark.parametrize(
    ("_case", "changes", "refused"),
    [
        ("taken",                     {"code": "ea"},                                            ("code_taken", "code")),
        ("no symbol",                 {"symbol": ""},                                            ("symbol_unfit", "symbol")),
        ("MQ-3 factor of nothing",    {"dimension": "mass", "multiple": Decimal(0)},             ("multiple_unfit", "multiple")),
        ("MQ-3 factor below nothing", {"dimension": "mass", "multiple": Decimal(-5)},            ("multiple_unfit", "multiple")),
        ("MQ-3 no number",            {"dimension": "mass", "multiple": Decimal("NaN")},         ("multiple_unfit", "multiple")),
        ("MQ-3 too fine",             {"dimension": "mass", "multiple": Decimal("0.00000000001")}, ("multiple_unfit", "multiple")),
        ("MQ-3 a pack differs by item", {"multiple": Decimal(12)},                               ("multiple_without_dimension", "dimension")),
    ],
)  # fmt: skip
def test_unit_that_cannot_be_is_refused(_case: str, changes: dict[str, Any], refused: tuple[str, str]) -> None:
    made = company()

    assert refusal(lambda: a_unit(made, **changes)) == refused
    assert UnitOfMeasure.objects.count() == 3


def test_factor_is_corrected_until_something_counts_in_the_unit() -> None:
    """MQ-3: the general table, too, is not changed under documents."""
    made = company()

    changed_unit(made, "KGM", multiple=Decimal(1001))
    corrected = last_audit()
    made.items["SW-500"].units.create(unit=UnitOfMeasure.objects.get(code="KGM"), factor=2)

    assert corrected == ("change_unit", {"multiple": "1000"}, {"multiple": "1001"})
    assert refusal(lambda: changed_unit(made, "KGM", multiple=Decimal(1000))) == ("unit_in_use", "multiple")
    assert refusal(lambda: changed_unit(made, "EA", dimension="mass")) == ("unit_in_use", "dimension")
    assert changed_unit(made, "KGM", name="kilo").name == "kilo"


def centre(made: Company, code: str = "LDS-7000", **changes: Any) -> CostCentre:
    return create_cost_centre(
        code=code, site=made.leeds, details=CostCentreDetails(**{"name": "Yard", **changes}), actor=made.ursula, at=NOW
    )


def changed_centre(made: Company, who: str = "ursula", **changes: Any) -> CostCentre:
    row = CostCentre.objects.get(code="LDS-6410")
    there = {"name": row.name, "owner": row.owner, "is_active": row.is_active}
    return change_cost_centre(
        code=row.code, seen=seen_of_cost_centre(centre=row), details=CostCentreDetails(**{**there, **changes}),
        actor=made.people[who], at=NOW,
    )  # fmt: skip


def test_cost_centre_gets_an_owner_with_an_audit_row() -> None:
    made = company()

    changed_centre(made, owner=made.mona)

    assert CostCentre.objects.get(code="LDS-6410").owner == made.mona
    assert last_audit() == ("change_cost_centre", {"owner": ""}, {"owner": "mona"})


def test_nobody_makes_themselves_an_owner_nor_stops_being_one() -> None:
    """An owner may be asked to approve, so it is a duty: another administrator gives and takes it."""
    made = company()
    CostCentre.objects.filter(code="HUL-6410").update(owner=made.ursula)
    hull = CostCentre.objects.get(code="HUL-6410")

    answers = [
        refusal(lambda: changed_centre(made, owner=made.ursula)),
        refusal(lambda: centre(made, owner=made.ursula)),
        refusal(
            lambda: change_cost_centre(
                code="HUL-6410", seen=seen_of_cost_centre(centre=hull), details=CostCentreDetails("Packaging"),
                actor=made.ursula, at=NOW,
            )
        ),
    ]  # fmt: skip

    assert answers == [("own_duties", "")] * 3


def test_closed_cost_centre_takes_no_new_requisition_and_old_ones_go_on() -> None:
    made = company()
    draft = a_requisition(made)

    changed_centre(made, is_active=False)

    assert refusal(lambda: a_requisition(made)) == ("cost_centre_closed", "cost_centre")
    submit_requisition(requisition_id=draft.pk, expected_version=draft.version, actor=made.rita, at=NOW)


@pytest.mark.parametrize(
    ("_case", "code", "changes", "refused"),
    [
        ("taken",                 "lds-6410", {},                 ("code_taken", "code")),
        ("no name",               "NEW",      {"name": " "},      ("name_unfit", "name")),
        ("a supplier's person",   "NEW",      {"owner": "acme"},  ("owner_unfit", "owner")),
        ("somebody shut out",     "NEW",      {"owner": "hugo"},  ("owner_unfit", "owner")),
    ],
)  # fmt: skip
def test_cost_centre_that_cannot_be_is_refused(
    _case: str, code: str, changes: dict[str, Any], refused: tuple[str, str]
) -> None:
    made = company()
    made.people["hugo"].is_active = False
    made.people["hugo"].save()
    people = {"acme": made.acme_person, "hugo": made.people["hugo"]}

    changes = {name: people.get(value, value) for name, value in changes.items()}
    assert refusal(lambda: centre(made, code, **changes)) == refused
    assert CostCentre.objects.count() == 2


def rate(made: Company, value: str, day: date = TODAY, **changes: Any) -> ExchangeRate:
    given = {"currency": "EUR", "day": day, "rate": Decimal(value), "source": "ECB", **changes}
    return enter_rate(actor=made.ursula, at=NOW, **given)


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (date(2026, 1, 1), "0.85"), (date(2026, 3, 1), "0.85"), (date(2026, 3, 2), "0.86"), (date(2026, 3, 9), "0.86"),
        (date(2026, 3, 10), "0.88"), (date(2026, 12, 31), "0.88"),
    ],
)  # fmt: skip
def test_rate_counts_from_its_day_until_the_next_and_the_later_row_of_a_day_wins(day: date, counts: str) -> None:
    """MQ-1."""
    made = company()

    rate(made, "0.86", date(2026, 3, 2))
    rate(made, "0.87", date(2026, 3, 10))
    rate(made, "0.88", date(2026, 3, 10))

    assert rate_on("EUR", day).rate == Decimal(counts)


def test_rows_say_until_when_they_count() -> None:
    made = company()
    rate(made, "0.87", date(2026, 3, 10))
    rate(made, "0.88", date(2026, 3, 10))

    rows = [(str(r.date), f"{r.rate.normalize():f}", str(r.until)) for r in rates_for_keeping().order_by("pk")]

    assert rows == [
        ("2026-01-01", "0.85", "2026-03-10"), ("2026-03-10", "0.87", "2026-03-10"), ("2026-03-10", "0.88", "None"),
    ]  # fmt: skip


@pytest.mark.parametrize("act", ["update", "delete"])
def test_database_refuses_to_change_a_rate(act: str) -> None:
    company()
    rows = ExchangeRate.objects.filter(currency="EUR")

    with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
        rows.update(rate=1) if act == "update" else rows.delete()


@pytest.mark.parametrize(
    ("_case", "changes", "refused"),
    [
        ("no currency",                 {"currency": "ZZZ"},               ("currency_unknown", "currency")),
        ("the base currency",           {"currency": "GBP"},               ("rate_of_base", "currency")),
        ("nothing",                     {"rate": Decimal(0)},              ("rate_unfit", "rate")),
        ("less than nothing",           {"rate": Decimal(-1)},             ("rate_unfit", "rate")),
        ("no number",                   {"rate": Decimal("NaN")},          ("rate_unfit", "rate")),
        ("too fine",                    {"rate": Decimal("0.850000001")},  ("rate_unfit", "rate")),
        ("far ahead",                   {"day": date(2027, 3, 12)},        ("day_unfit", "day")),
        ("before the euro",             {"day": date(1998, 12, 31)},       ("day_unfit", "day")),
        ("a slipped point",             {"rate": Decimal("8.5")},          ("rate_unusual", "is_sure")),
        ("a fifth and a little",        {"rate": Decimal("1.0201")},       ("rate_unusual", "is_sure")),
        ("there already",               {"rate": Decimal("0.85"), "day": date(2026, 1, 1)}, ("rate_there", "rate")),
        ("no source",                   {"source": " "},                   ("source_unfit", "source")),
    ],
)  # fmt: skip
def test_rate_that_cannot_be_is_refused(_case: str, changes: dict[str, Any], refused: tuple[str, str]) -> None:
    made = company()

    assert refusal(lambda: rate(made, "0.86", **changes)) == refused
    assert ExchangeRate.objects.count() == 1


def test_unusual_rate_passes_when_somebody_is_sure_and_a_fifth_is_usual() -> None:
    made = company()

    rate(made, "1.02")  # a fifth: the limit is allowed
    rate(made, "8.5", currency="EUR", is_sure=True, day=date(2026, 3, 11))

    assert ExchangeRate.objects.count() == 3
    assert AuditEvent.objects.filter(action="enter_rate").count() == 2


def hours(**changes: Any) -> CalendarDetails:
    return CalendarDetails(
        **{"name": "Two shifts", "weekdays": "123456", "opens": time(6), "closes": time(22), **changes}
    )


@pytest.mark.parametrize(
    ("_case", "changes", "refused"),
    [
        ("never open",             {"weekdays": ""},                             ("weekdays_unfit", "weekdays")),
        ("an eighth day",          {"weekdays": "18"},                           ("weekdays_unfit", "weekdays")),
        ("closes as it opens",     {"closes": time(6)},                          ("hours_unfit", "closes")),
        ("over midnight",          {"opens": time(22), "closes": time(6)},       ("hours_unfit", "closes")),
        ("no such country",        {"country": "ZZ"},                            ("country_unknown", "country")),
        ("no such part of it",     {"country": "GB", "subdivision": "BY"},       ("subdivision_unknown", "subdivision")),
        ("a part of nowhere",      {"subdivision": "ENG"},                       ("subdivision_unknown", "subdivision")),
        ("no name",                {"name": ""},                                 ("name_unfit", "name")),
    ],
)  # fmt: skip
def test_calendar_that_cannot_be_is_refused(_case: str, changes: dict[str, Any], refused: tuple[str, str]) -> None:
    made = company()

    assert (
        refusal(lambda: create_calendar(code="SHIFTS", details=hours(**changes), actor=made.ursula, at=NOW)) == refused
    )
    assert WorkCalendar.objects.count() == 1


def test_calendar_of_a_country_knows_its_public_holidays() -> None:
    """MQ-4."""
    made = company()
    shifts = create_calendar(code="shifts", details=hours(country="gb", subdivision="sct"), actor=made.ursula, at=NOW)

    days = public_days_off(shifts, date(2026, 1, 1), date(2026, 1, 31))

    assert (shifts.code, shifts.country, shifts.subdivision) == ("SHIFTS", "GB", "SCT")
    assert [str(day) for day, _ in days] == ["2026-01-01", "2026-01-02"]


def test_hours_change_with_an_audit_row_and_a_second_press_is_stale() -> None:
    made = company()
    seen = seen_of_calendar(calendar=WorkCalendar.objects.get(code="UK"))
    there = hours(name="UK office hours", weekdays="12345", opens=time(7), closes=time(18))

    change_calendar(code="UK", seen=seen, details=there, actor=made.ursula, at=NOW)

    assert last_audit() == ("change_calendar", {"opens": "08:00:00"}, {"opens": "07:00:00"})
    assert refusal(lambda: change_calendar(code="UK", seen=seen, details=there, actor=made.ursula, at=NOW))[0] == (
        "changed_since_opened"
    )


def test_day_off_moves_the_next_due_time_and_a_past_one_stays() -> None:
    """MQ-4."""
    made = company()

    def off(day: date) -> Holiday:
        return add_day_off(code="UK", day=day, name="Stocktaking", actor=made.ursula, at=NOW)

    today = off(TODAY)
    twice, past = refusal(lambda: off(TODAY)), refusal(lambda: off(date(2026, 3, 9)))
    gone = Holiday.objects.create(calendar=made.leeds.calendar, date=date(2026, 3, 9), name="Past")

    assert (twice, past) == (("day_off_already", "date"), ("day_past", "date"))
    assert refusal(lambda: drop_day_off(code="UK", day_id=gone.pk, actor=made.ursula, at=NOW)) == ("day_past", "date")
    for _ in range(2):  # the second finds it gone
        drop_day_off(code="UK", day_id=today.pk, actor=made.ursula, at=NOW)
    assert list(Holiday.objects.values_list("name", flat=True)) == ["Past"]
    assert AuditEvent.objects.filter(action="drop_day_off").count() == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda made: create_category(code="N", details=CategoryDetails("N"), actor=made.boris, at=NOW),
        lambda made: change_category(code="PACK", seen="", details=CategoryDetails("N"), actor=made.boris, at=NOW),
        lambda made: create_region(code="N", name="N", actor=made.boris, at=NOW),
        lambda made: change_region(code="NORTH", seen="", name="N", actor=made.boris, at=NOW),
        lambda made: create_entity(code="N", details=EntityDetails("N", "GB", "GBP"), actor=made.boris, at=NOW),
        lambda made: change_entity(
            code="NG", seen="", details=EntityDetails("N", "GB", "GBP"), actor=made.boris, at=NOW
        ),
        lambda made: create_unit(code="N", details=UnitDetails("N", "n"), actor=made.boris, at=NOW),
        lambda made: change_unit(code="EA", seen="", details=UnitDetails("N", "n"), actor=made.boris, at=NOW),
        lambda made: create_cost_centre(
            code="N", site=made.leeds, details=CostCentreDetails("N"), actor=made.boris, at=NOW
        ),
        lambda made: changed_centre(made, "boris", name="N"),
        lambda made: enter_rate(currency="EUR", day=TODAY, rate=Decimal(1), source="x", actor=made.boris, at=NOW),
        lambda made: create_calendar(code="N", details=hours(), actor=made.boris, at=NOW),
        lambda made: change_calendar(code="UK", seen="", details=hours(), actor=made.boris, at=NOW),
        lambda made: add_day_off(code="UK", day=TODAY, name="x", actor=made.boris, at=NOW),
        lambda made: drop_day_off(code="UK", day_id=1, actor=made.boris, at=NOW),
    ],
)
def test_only_who_keeps_the_ground_writes(act: Any) -> None:
    made = company()
    written = AuditEvent.objects.count()

    with pytest.raises(NotPermittedError):
        act(made)
    assert AuditEvent.objects.count() == written


def test_rate_taught_to_a_message_is_a_row_like_any_other() -> None:
    made = company()

    row = record_rate(currency="SEK", day=TODAY, rate=Decimal("0.07"), source="by hand", actor=made.igor, at=NOW)

    assert (row.entered_by, rate_on("SEK", TODAY).rate) == (made.igor, Decimal("0.07"))


@pytest.mark.parametrize("code", ["ZZ", "EU", "GBR", "G", "1A", ""])
def test_place_that_is_no_country_is_refused(code: str) -> None:
    made = company()

    assert refusal(
        lambda: create_entity(code="N", details=EntityDetails("N", code, "GBP"), actor=made.ursula, at=NOW)
    ) == ("country_unknown", "country")


def test_company_without_sites_may_still_move() -> None:
    made = company()
    entity = create_entity(code="NGIE", details=EntityDetails("Ireland", "GB", "GBP"), actor=made.ursula, at=NOW)

    change_entity(
        code="NGIE", seen=seen_of_entity(entity=entity), details=EntityDetails("Ireland", "IE", "EUR", " IE 1 "),
        actor=made.ursula, at=NOW,
    )  # fmt: skip

    assert last_audit() == (
        "change_entity", {"country": "GB", "currency": "GBP", "tax_id": ""},
        {"country": "IE", "currency": "EUR", "tax_id": "IE 1"},
    )  # fmt: skip
