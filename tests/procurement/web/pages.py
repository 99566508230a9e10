"""What tests of the buying pages share: the clock of the small company, forms as a browser sends them, statements."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from foundation.models import CostCentre, User
from tests.factories import LATER, Company


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def typed(made: Company, action: str, *lines: tuple[str, str], **more: str) -> dict[str, str]:
    """Return the requisition page as posted: pairs of item code and cases."""
    posted = {
        "head-site": str(made.leeds.pk),
        "head-cost_centre": str(CostCentre.objects.get(site=made.leeds).pk),
        "head-need_by": LATER.isoformat(),
        "lines-TOTAL_FORMS": str(len(lines)),
        "lines-INITIAL_FORMS": "0",
        "action": action,
    }
    for place, (code, quantity) in enumerate(lines):
        posted |= {f"lines-{place}-item_code": code, f"lines-{place}-quantity": quantity, f"lines-{place}-unit": "XCS"}
    return posted | more


def statements(ask: Callable[[], Any]) -> int:
    """Return how many statements a request costs once everything that is kept in memory is there."""
    ask()
    with CaptureQueriesContext(connection) as caught:
        answered = ask()
    assert answered.status_code == 200
    return len(caught)
