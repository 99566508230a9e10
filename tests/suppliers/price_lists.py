"""Price lists for tests: a file of Acme, read by a worker, and the people who let it count."""

from datetime import date
from typing import Any

from foundation.jobs import run
from foundation.models import User
from suppliers.models import PriceList
from suppliers.services import ReceivedFile, approve_price_list, match_columns, receive_price_list, settle_price_list
from tests.factories import NOW, Company

HEAD = "Part,Unit,Price,MOQ,Lead time\n"
# Acme offers all three per case: stretch wrap at 52.00, tape at 40.00, labels at 30.00.
MILD = HEAD + "ACME-SW-500,XCS,53.00,,\nACME-TAPE-48,case,39.00,2,5\nACME-LBL-46,XCS,30.00,,\n"
STEEP = HEAD + "ACME-SW-500,XCS,60.00,,\nACME-TAPE-48,XCS,40.00,,\n"


def received(
    made: Company, text: str = MILD, *, by: User | None = None, day: date | None = None, **more: Any
) -> PriceList:
    """Let Sue bring a list of Acme in."""
    sent = ReceivedFile("prices.csv", text.encode(), "GBP", day or NOW.date(), **more)
    return receive_price_list(supplier_id=made.acme.pk, sent=sent, source="page", actor=by or made.sue, at=NOW)


def judged(made: Company, text: str = MILD, **more: Any) -> PriceList:
    """Bring it in, take the guessed columns, and let a worker read it."""
    price_list = received(made, text, **more)
    price_list = match_columns(
        price_list_id=price_list.pk, expected_version=price_list.version, columns=price_list.columns,
        sign=price_list.decimal_sign, actor=made.sue, at=NOW,
    )  # fmt: skip
    return worked(price_list)


def worked(price_list: PriceList) -> PriceList:
    """Let a worker do what waits for it."""
    run(price_list.job_id or 0)
    price_list.refresh_from_db()
    return price_list


def settled(made: Company, text: str = MILD, **more: Any) -> PriceList:
    """Let it count, or ask for it."""
    price_list = judged(made, text, **more)
    return settle_price_list(price_list_id=price_list.pk, expected_version=price_list.version, actor=made.sue, at=NOW)


def agreed(made: Company, price_list: PriceList, by: str = "frank") -> PriceList:
    """Let the finance director agree."""
    return approve_price_list(
        pk=price_list.pk, expected_version=price_list.version, seen_hash=price_list.content_hash,
        actor=made.people[by], reason="", at=NOW,
    )  # fmt: skip
