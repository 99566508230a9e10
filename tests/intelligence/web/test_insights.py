"""The pages: who reads them, that each number leads to as many documents as it says, and what they cost."""

import csv
import html
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from intelligence.decisions.metrics import METRICS
from intelligence.services import read_events
from tests.factories import NOW, Company, an_issued_order, company
from tests.intelligence import log
from tests.intelligence.log import when

pytestmark = pytest.mark.django_db
DAYS = "from=2026-01-05&to=2026-03-20"
NUMBER = re.compile(r'<dt>([^<]+)</dt><dd><a href="([^"]+)">([^<]+)</a></dd>')
CELL = re.compile(r'<td class="num"><a href="([^"]+)">(\d+)</a></td>')


def busy(documents: int = 40) -> Company:
    made = company()
    log.a_busy_log(made, documents=documents)
    read_events(at=NOW + timedelta(days=30))
    return made


def page_of(client: Client, user: object, url: str) -> str:
    client.force_login(user)  # type: ignore[arg-type]
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def export(client: Client, url: str) -> list[dict[str, str]]:
    answer = client.get(f"{url}&format=csv")
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("erin", 200), ("audrey", 200), ("frank", 200), ("regina", 200), ("mona", 200), ("boris", 200), ("lena", 200),
        ("sue", 200), ("rita", 403), ("wanda", 403), ("pat", 403), ("polly", 403), ("igor", 403), ("ursula", 403),
        ("acme_person", 404),  # the staff's door does not exist for a supplier
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/insights/", "/insights/requisition-to-order/"])
def test_only_those_who_answer_for_the_process_read_it(client: Client, path: str, person: str, status: int) -> None:
    client.force_login(getattr(company(), person))

    answer = client.get(path)

    assert answer.status_code == status
    if status == 403:
        assert "may read the measures of the process" in answer.content.decode()


def test_stranger_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(reverse("insights")).status_code == 302


@pytest.mark.parametrize("query", ["", "&site=HUL", "&region=NORTH", "&supplier=ACME"])
def test_every_number_leads_to_as_many_documents_as_it_says(client: Client, query: str) -> None:
    made = busy()

    text = html.unescape(page_of(client, made.erin, f"{reverse('insights')}?{DAYS}{query}"))
    counts = [(url, value) for _, url, value in NUMBER.findall(text) if value.isdigit()]
    cells = CELL.findall(text)

    assert len(counts) >= 8
    assert len(cells) >= 3 * 11
    for url, value in [*counts, *cells]:
        answer = client.get(url)
        assert (answer.context["count"], len(export(client, url))) == (int(value), int(value)), url


def test_shares_are_what_their_lists_say(client: Client) -> None:
    made = busy()
    text = html.unescape(page_of(client, made.erin, f"{reverse('insights')}?{DAYS}"))
    numbers = {label: (url, value) for label, url, value in NUMBER.findall(text)}

    sizes = {label: len(export(client, url)) for label, (url, _) in numbers.items()}

    rate = sizes["Matched first time"] / sizes["Tested"]
    assert numbers["First-time match rate"][1] == f"{round(rate * 100, 1):g} %"
    assert f"{round(sizes['With an exception'] / sizes['Invoices received'] * 100, 1):g} %" in text
    assert f"{round(sizes['In time'] / sizes['Answers due'] * 100, 1):g} %" in text


def test_list_is_paged_by_position_and_shows_each_document_once(client: Client) -> None:
    made = busy(documents=130)
    url = f"{reverse('insight', args=['invoice-exceptions'])}?{DAYS}"
    client.force_login(made.erin)

    seen: list[str] = []
    answer = client.get(url)
    count = answer.context["count"]
    while True:
        seen += [line.row.document_number for line in answer.context["lines"]]
        if not answer.context["page"].older:
            break
        answer = client.get(f"{url}&before={answer.context['page'].older}")

    assert len(seen) == len(set(seen)) == count > 100


def test_line_leads_to_the_documents_own_page(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    read_events(at=NOW)
    day = order.issued_at.date()
    client.force_login(made.erin)

    lines = {
        slug: client.get(f"{reverse('insight', args=[slug])}?from={day}&to={day}&part={part}").context["lines"][0]
        for slug, part in (("requisition-to-order", "measured"),)
    }

    line = lines["requisition-to-order"]
    assert client.get(line.url).status_code == 200
    assert client.get(line.other_url).status_code == 200
    assert line.other_url == reverse("order", args=[order.number])


def test_foreign_site_looks_like_one_that_does_not_exist(client: Client) -> None:
    made = busy()
    client.force_login(made.mona)
    url = reverse("insight", args=["invoice-exceptions"])

    foreign, missing = (client.get(f"{url}?{DAYS}&site={code}").context["lines"] for code in ("HUL", "XXX"))

    assert foreign == missing == []
    assert "Hull" not in client.get(url).content.decode()


@pytest.mark.parametrize(
    "path", ["/insights/lead-time/", "/insights/approval-turnaround/?part=late", "/insights/mx-1/?part="]
)
def test_unknown_measure_or_part_is_missing(client: Client, path: str) -> None:
    client.force_login(company().erin)

    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("from=31.03.2026", "from", "31.03.2026 is not a day. Write it as 2026-03-31."),
        ("from=2026-03-31&to=2026-03-01", "to", "The last day comes before the first. Exchange them."),
    ],
)
@pytest.mark.parametrize("path", ["/insights/", "/insights/approval-turnaround/"])
def test_wrong_day_is_told_beside_its_field(client: Client, path: str, query: str, field: str, sentence: str) -> None:
    client.force_login(company().erin)

    answer = client.get(f"{path}?{query}")

    text = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(rf'id="{field}_error">.*{re.escape(sentence)}', text)
    assert "<title>Error: " in text


def test_pages_cost_the_same_whatever_there_is(client: Client) -> None:
    made = company()
    urls = [f"{reverse('insights')}?{DAYS}", *(f"{reverse('insight', args=[m.slug])}?{DAYS}" for m in METRICS)]
    client.force_login(made.mona)
    costs = []
    for first in (1, 1_000):
        log.a_busy_log(made, documents=40, first=first)
        read_events(at=NOW)
        client.get(urls[0])  # the organisation's name is remembered after the first page
        costs.append([_cost(client, url) for url in urls])
        empty = _cost(client, f"{urls[0]}&from=2020-01-01&to=2020-01-02")

    frame = _cost(client, reverse("help"))
    assert costs[0] == costs[1]
    assert empty == costs[0][0]
    assert max(costs[0]) - frame <= 4, (costs, frame)


def _cost(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_home_shows_the_measures_to_executive_and_auditor_only(client: Client) -> None:
    made = busy()

    shown = {
        name: "How the process runs" in page_of(client, getattr(made, name), "/")
        for name in ("erin", "audrey", "boris")
    }

    assert shown == {"erin": True, "audrey": True, "boris": False}


def test_definitions_are_those_of_the_document() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
    plain = " ".join(text.split())

    for metric in METRICS:
        for words in (metric.title, metric.starts, metric.ends, metric.unit, metric.counted, metric.excluded):
            assert words in plain, metric.code


def test_instants_after_reading_are_said_on_the_page(client: Client) -> None:
    made = company()
    before = page_of(client, made.erin, reverse("insights"))
    read_events(at=when("10 09:00"))

    assert "No events are read yet" in before
    assert "From events read until" in page_of(client, made.erin, reverse("insights"))
