"""What became of a requisition, on its own page."""

import pytest
from django.urls import reverse

from procurement.models import Requisition
from tests.factories import Company, an_issued_order
from tests.procurement.web.pages import signed_in


@pytest.mark.django_db
def test_page_names_the_policy_and_the_order_that_came_of_it(made: Company) -> None:
    order = an_issued_order(made)

    shown = signed_in(made.rita).get(reverse("requisition", args=[Requisition.objects.get().number]))

    assert "Approved by the policy itself" in shown.content.decode()
    assert order.number in shown.content.decode()
