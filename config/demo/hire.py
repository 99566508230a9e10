"""The people of the demo company get their accounts and duties, through the service that grants them."""

from datetime import datetime
from decimal import Decimal

from django.contrib.auth.hashers import make_password

from config.demo.people import DEMO_PEOPLE, PASSWORD, Person, staff
from foundation.models import Region, Site, User
from foundation.services import grant_role


def hire(at: datetime) -> dict[str, User]:
    """Create everybody with their duties; only the demo people can sign in. Returns people by user name."""
    known = make_password(PASSWORD)
    people = {
        p.username: _account(p, known if p.username.startswith("demo.") else "!") for p in (*DEMO_PEOPLE, *staff())
    }
    User.objects.bulk_create(people.values())
    for person in (*DEMO_PEOPLE, *staff()):
        people[person.username].manager = people.get(person.manager)
    User.objects.bulk_update(people.values(), ["manager"])
    sites, regions = {s.code: s for s in Site.objects.all()}, {r.code: r for r in Region.objects.all()}
    for person in (*DEMO_PEOPLE, *staff()):
        for duty in person.duties:
            grant_role(
                user=people[person.username], role=duty.role, actor=people["demo.users"], at=at,
                site=sites.get(duty.site), region=regions.get(duty.region),
            )  # fmt: skip
    return people


def _account(person: Person, password: str) -> User:
    return User(
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        kind=User.Kind.SUPPLIER if person.supplier else User.Kind.STAFF,
        password=password,
        approval_limit=Decimal(person.limit) if person.limit else None,
    )


def by_site(people: dict[str, User], role: str) -> dict[str, User]:
    """Return who holds a site role at each site, by site code."""
    found: dict[str, User] = {}
    for person in (*DEMO_PEOPLE, *staff()):
        for duty in person.duties:
            if duty.role == role and duty.site:
                found.setdefault(duty.site, people[person.username])
    return found
