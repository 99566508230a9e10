"""AP-9 and AP-5: absences that people declared count against a draft, and those that run refuse it."""

from datetime import timedelta

import pytest

from foundation.errors import InvalidError
from foundation.models import Absence, User
from policies.selectors import analyse
from policies.services import check_publishable
from tests.factories import NOW, Company, company
from tests.policies.factories import draft

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def away(made: Company, person: User, starts: int, days: int, deputy: User | None = None) -> Absence:
    """Declare somebody away some days from now; ten o'clock in the morning."""
    begins = NOW + starts * DAY + timedelta(hours=1)
    return Absence.objects.create(
        person=person, deputy=deputy, starts_at=begins, ends_at=begins + days * DAY, set_by=made.ursula, set_at=NOW
    )


def absent(made: Company) -> list[tuple[str, bool]]:
    found = analyse(draft(made), at=NOW).findings
    return [(finding.sentence, finding.blocks) for finding in found if finding.code == "absent"]


@pytest.mark.parametrize(
    ("_case", "deputy", "expected"),
    [
        ("nobody for her", "", ["From 13 Mar 2026 10:00 to 15 Mar 2026 10:00 rows 3 and 4 ask nobody at Hull and Leeds"]),
        ("a deputy", "boris", []),
    ],
)  # fmt: skip
def test_absence_to_come_is_shown(_case: str, deputy: str, expected: list[str]) -> None:
    made = company()
    away(made, made.regina, 3, 2, made.people.get(deputy))

    assert absent(made) == [(f"{text}: {made.regina} is away, and no deputy may decide.", False) for text in expected]


def test_absence_that_runs_refuses_publication_and_ended_ones_do_not_count() -> None:
    made = company()
    running, ended = away(made, made.regina, -2, 5), away(made, made.frank, -1, 5)
    Absence.objects.filter(pk=ended.pk).update(ended_at=NOW, ended_by=made.ursula)
    version = draft(made)

    with pytest.raises(InvalidError) as refusal:
        check_publishable(draft=version, at=NOW)
    later = analyse(version, at=running.ends_at).findings

    assert refusal.value.code == "absent"
    assert "Until 13 Mar 2026 10:00 rows 3 and 4 ask nobody" in refusal.value.message
    assert [finding for finding in later if finding.code == "absent"] == []
