"""SU-3: two merges at once, with real threads and real commits."""

from collections.abc import Callable

import pytest

from foundation.retry import retry_transaction
from suppliers.models import Supplier, SupplierMerge
from suppliers.selectors import moving
from suppliers.services import merge_suppliers
from tests.factories import NOW, Company, company
from tests.together import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def merging(made: Company, duplicate: Supplier, survivor: Supplier) -> Callable[[], str]:
    """Return a merge as a person sees it now, to be done later."""
    seen = moving(duplicate, survivor).seen

    def merge() -> str:
        retry_transaction(merge_suppliers)(
            duplicate_id=duplicate.pk, survivor_id=survivor.pk, seen=seen, actor=made.sue, reason="One", at=NOW
        )
        return "merged"

    return merge


@pytest.mark.parametrize(
    ("_case", "pairs"),
    [
        ("each into the other", [("ACME", "BOLT"), ("BOLT", "ACME")]),
        ("the same twice", [("ACME", "BOLT"), ("ACME", "BOLT")]),
        ("a chain", [("ACME", "BOLT"), ("BOLT", "CARR")]),
        ("one into two", [("ACME", "BOLT"), ("ACME", "CARR")]),
    ],
)
def test_of_two_merges_at_once_the_second_finds_the_first(_case: str, pairs: list[tuple[str, str]]) -> None:
    made = company()
    carr = Supplier.objects.create(
        code="CARR", name="Carr Ltd", state="active", country="GB", currency="GBP", created_at=NOW, changed_at=NOW
    )
    known = {"ACME": made.acme, "BOLT": made.bolt, "CARR": carr}

    results = at_once([merging(made, known[one], known[other]) for one, other in pairs])

    refused = [code for code in results if code != "merged"]
    assert len(refused) == 1
    assert refused[0] in {"not_to_merge", "stands_for_others", "changed_since_opened"}
    assert SupplierMerge.objects.count() == 1
    assert not Supplier.objects.filter(merged_into__merged_into__isnull=False).exists()
