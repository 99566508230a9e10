from typing import Any

import pytest
from django.urls import reverse

from foundation.models import AuditEvent, Site, WorkCalendar
from tests.factories import Company, company
from tests.foundation.web.test_people import browser

pytestmark = pytest.mark.django_db
NEW = reverse("site_new")


def form(made: Company, **changes: Any) -> dict[str, Any]:
    """Return the form of Leeds as it stands, with changes; what is None is left out, as an empty checkbox is."""
    given = {
        "name": "Leeds", "calendar": made.leeds.calendar_id, "time_zone": "Europe/London", "gln": "", "address": "",
        "is_active": "on", **changes,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


def new(made: Company, **changes: Any) -> dict[str, Any]:
    fixed = {
        "code": "york",
        "region": made.leeds.region_id,
        "legal_entity": made.leeds.legal_entity_id,
        "currency": "gbp",
    }
    return form(made, **{"name": "York", **fixed, **changes})


def test_list_names_every_site() -> None:
    made = company()

    text = browser(made.ursula).get(reverse("sites")).content.decode()

    assert ("Leeds" in text, "Hull" in text) == (True, True)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"blind_receiving": "on"},          302, ""),
        ({"time_zone": "Mars/Olympus"},      422, "is not a time zone"),
        ({"calendar": "999999"},             422, "not one of the available choices"),
        ({"name": ""},                       422, "required"),
        ({"gln": "5012345000016"},           422, "check digit"),
        ({"gln": "5012345000015"},           302, ""),
        ({"gln": "٥٠١٢٣٤٥٠٠٠٠١٥"},           422, "check digit"),
        ({"seen": "old"},                    409, "changed since"),
    ],
)  # fmt: skip
def test_settings_of_a_site_are_saved_or_refused(changes: dict[str, Any], status: int, words: str) -> None:
    made = company()
    client, url = browser(made.ursula), reverse("site", args=["LDS"])
    seen = client.get(url).context["seen"]

    answer = client.post(url, form(made, **{"seen": seen, **changes}))

    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert AuditEvent.objects.filter(action="change_site").count() == (status == 302)


def test_change_is_audited_with_before_and_after_and_a_second_press_is_stale() -> None:
    made = company()
    client, url = browser(made.ursula), reverse("site", args=["LDS"])
    seen = client.get(url).context["seen"]

    answers = [client.post(url, form(made, seen=seen, is_active=None)).status_code for _ in range(2)]

    row = AuditEvent.objects.get(action="change_site")
    assert (answers, row.data["before"], row.data["after"]) == ([302, 409], {"is_active": True}, {"is_active": False})


def test_code_region_and_currency_of_a_site_stay() -> None:
    made = company()
    client, url = browser(made.ursula), reverse("site", args=["LDS"])
    seen = client.get(url).context["seen"]

    client.post(url, form(made, seen=seen, name="Leeds North", code="XXX", currency="EUR"))

    site = Site.objects.get(pk=made.leeds.pk)
    assert (site.code, site.currency, site.name) == ("LDS", "GBP", "Leeds North")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"code": "LDS"},        "code",     "already"),
        ({"code": "A/B"},        "code",     "letters, digits"),
        ({"currency": "ZZZ"},    "currency", "not a currency"),
        ({"region": ""},         "region",   "required"),
        ({"time_zone": ""},      "time_zone", "required"),
    ],
)  # fmt: skip
def test_fault_of_a_new_site_stands_beside_its_field(changes: dict[str, Any], field: str, words: str) -> None:
    made = company()

    answer = browser(made.ursula).post(NEW, new(made, **changes))

    assert (answer.status_code, Site.objects.count()) == (422, 2)
    assert words in " ".join(answer.context["form"].errors[field])


def test_new_site_is_seen_at_once_by_those_who_see_its_region() -> None:
    made = company()
    WorkCalendar.objects.update(name="Weekdays")

    browser(made.ursula).post(NEW, new(made))

    york = Site.objects.get(code="YORK")
    seeing = {
        name for name in ("regina", "frank", "boris", "mona")
        if made.people[name].__class__.objects.get(username=name).siteuserpermission_set.filter(content_object=york)
    }  # fmt: skip
    assert seeing == {"regina", "frank", "boris"}
    assert AuditEvent.objects.filter(action="open_site", object_id=york.pk).count() == 1
