"""SU-2: the two periods of a bank change are policy, and the change keeps which version it went by."""

from datetime import timedelta

import pytest

from foundation.models import AuditEvent
from tests.factories import NOW, company
from tests.policies.factories import with_switches
from tests.suppliers.factories import OTHER, approved, in_force

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("_case", "days"), [("as installed", 5), ("longer", 12), ("none", 0)])
def test_account_cools_off_as_long_as_policy_says(_case: str, days: int) -> None:
    made = company()
    in_force(made)
    if days != 5:
        with_switches("sourcing", bank_cooling_days=days)

    change = approved(made, OTHER, at=NOW + timedelta(days=10))

    assert change.cooling_until == NOW + timedelta(days=10 + days)
    row = AuditEvent.objects.filter(action="approve_bank_change").latest("seq")
    assert row.policy_version.startswith("sourcing/")
