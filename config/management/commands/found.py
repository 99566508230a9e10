"""The first start of a real installation: organisation, policies as shipped, first user administrator."""

from datetime import time
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from foundation import audit
from foundation.errors import DomainError
from foundation.journal import use_case
from foundation.models import LegalEntity, Organisation, Region, Role, UnitOfMeasure, User, WorkCalendar
from foundation.selectors import system_user
from foundation.services import PersonDetails, grant_role, open_account
from foundation.validators import known_currency
from foundation.web.letters import password_link
from policies.services import install_default_policies

# UN/ECE Recommendation 20, and 21 with its X: code, name, symbol, dimension, multiple.
UNITS = (
    ("EA", "each", "ea", "", "1"), ("PR", "pair", "pair", "", "1"), ("XBX", "box", "box", "", "1"),
    ("XCS", "case", "case", "", "1"), ("XPK", "pack", "pack", "", "1"), ("XRO", "roll", "roll", "", "1"),
    ("GRM", "gram", "g", "mass", "1"), ("KGM", "kilogram", "kg", "mass", "1000"),
    ("MLT", "millilitre", "ml", "volume", "1"), ("LTR", "litre", "l", "volume", "1000"),
    ("MMT", "millimetre", "mm", "length", "1"), ("MTR", "metre", "m", "length", "1000"),
    ("HUR", "hour", "h", "", "1"), ("DAY", "day", "day", "", "1"),
)  # fmt: skip


class Command(BaseCommand):
    help = "Set a new installation up, once: organisation, policies as shipped, first user administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="what the enterprise is called")
        parser.add_argument("--currency", required=True, help="base currency, ISO 4217, such as GBP; it stays")
        parser.add_argument("--country", required=True, help="of the first legal entity, ISO 3166-1, such as GB")
        parser.add_argument("--admin-email", required=True, help="of the first user administrator")
        parser.add_argument("--admin-user", required=True, help="user name of the first user administrator")
        parser.add_argument("--admin-name", required=True, help="first and last name of the first user administrator")

    def handle(self, *_args: Any, **given: Any) -> None:
        try:
            person = _found(given)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{given['name']} is founded. {person} sets a password here, once, within three days:")
        self.stdout.write(password_link(person))
        self.stdout.write("Then: open sites, invite people, and name two policy administrators to review the policies.")


@use_case
def _found(given: dict[str, Any]) -> User:
    """Write everything or nothing.

    The first policies come with the product, so its system account is their author; the person who sets the
    installation up puts them in force. The note says that nobody else has read them yet; every later version takes two
    policy administrators (SD-1).
    """
    at = timezone.now()  # noqa: TID251 - a command is a porch: it reads the clock
    name, country = given["name"].strip(), given["country"].strip().upper()
    if Organisation.objects.exists():
        raise CommandError("This installation is founded already; its user administrators do the rest on its pages.")
    if not name or len(name) > 120:  # noqa: PLR2004 - the column's width
        raise CommandError("--name: write what the enterprise is called, at most 120 letters.")
    if len(country) != 2 or not (country.isascii() and country.isalpha()):  # noqa: PLR2004 - ISO 3166-1 alpha-2
        raise CommandError("--country: write two letters, such as GB.")
    currency = known_currency(given["currency"])
    installation = system_user("installation")
    _ground(name, country, currency)
    first, _, last = given["admin_name"].strip().partition(" ")
    person = open_account(
        username=given["admin_user"], details=PersonDetails(first, last, given["admin_email"], is_staff=True),
        kind=User.Kind.STAFF,
    )  # fmt: skip
    audit.record(person, "invite_person", actor=installation, at=at, user=person.username)
    install_default_policies(
        author=installation, publisher=person, at=at,
        note="As shipped. Put in force when the installation was set up; no second person has read it yet.",
    )  # fmt: skip
    grant_role(user=person, role=Role.USER_ADMIN, actor=installation, at=at)
    audit.record_fact(
        "foundation.organisation", 1, "", "found", actor=installation, at=at, name=name, currency=currency,
        country=country, administrator=person.username,
    )  # fmt: skip
    return person


def _ground(name: str, country: str, currency: str) -> None:
    """Write what the first site needs: a legal entity, a region, working hours, units."""
    Organisation.objects.create(name=name, base_currency=currency)
    LegalEntity.objects.create(code="MAIN", name=name, country=country, currency=currency)
    Region.objects.create(code="MAIN", name="All sites")
    WorkCalendar.objects.create(
        code="WEEKDAYS", name="Weekdays 8 to 17", weekdays="12345", opens=time(8), closes=time(17), country=country
    )
    UnitOfMeasure.objects.bulk_create(
        UnitOfMeasure(code=code, name=unit, symbol=symbol, dimension=dimension, multiple=Decimal(multiple))
        for code, unit, symbol, dimension, multiple in UNITS
    )
