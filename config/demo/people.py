"""Who works at Northgate Supply and at its suppliers. The same list feeds /demo/, the README and the tests."""

from dataclasses import dataclass, field

from foundation.models import Role

# Printed in the README: demo settings only, loopback only.
PASSWORD = "northgate demo people"  # noqa: S105 - meant to be known


@dataclass(frozen=True, slots=True)
class Duty:
    """A role at a site, in a region, or enterprise-wide when both are empty."""

    role: str
    site: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in. `job` says what waits for them; suppliers' people hold no duties."""

    username: str
    first_name: str
    last_name: str
    job: str
    duties: tuple[Duty, ...] = ()
    supplier: str = ""
    also: str = ""  # another supplier they act for
    role: str = "administrator"  # at their suppliers
    limit: str = ""  # approval limit, base currency
    manager: str = ""

    @property
    def email(self) -> str:
        """Return an address nobody owns."""
        return f"{self.username.removeprefix('demo.')}@{'supplier' if self.supplier else 'northgate'}.example"


@dataclass(frozen=True, slots=True)
class Team:
    """The people of one site besides the demo people."""

    site: str
    requester: tuple[str, str] = field(default=("", ""))
    manager: tuple[str, str] = field(default=("", ""))
    receiver: tuple[str, str] = field(default=("", ""))


# One per person of the design's table, each landing on work.
DEMO_PEOPLE = (
    Person("demo.requester", "Rosa", "Mendez", "Raises requisitions at Leeds",
           (Duty(Role.REQUESTER, site="LDS"),), manager="demo.manager"),
    Person("demo.manager", "Amir", "Patel", "Approves at Leeds: nine wait, two are overdue",
           (Duty(Role.SITE_MANAGER, site="LDS"),), limit="5000", manager="demo.region"),
    Person("demo.region", "Sarah", "Whitfield", "Approves in the North from 5,000 on",
           (Duty(Role.REGION_MANAGER, region="NORTH"),), limit="25000", manager="demo.finance"),
    Person("demo.finance", "Nadia", "Okafor", "Approves above 25,000, signs what is overdue, settles refusals",
           (Duty(Role.FINANCE_DIRECTOR),), limit="500000"),
    Person("demo.buyer", "Tom", "Becker", "Settles answers, prices and missing sources: eighteen wait",
           (Duty(Role.BUYER),), limit="5000", manager="demo.finance"),
    Person("demo.receiver", "Jo", "Lindqvist", "Books goods in at Leeds, and countersigns for a colleague: two wait",
           (Duty(Role.RECEIVER, site="LDS"),), manager="demo.manager"),
    Person("demo.payables", "Priya", "Nair", "Enters invoices", (Duty(Role.PAYABLES),), manager="demo.payables.lead"),
    Person("demo.payables.lead", "George", "Adeyemi", "Settles invoices on hold, of every cause",
           (Duty(Role.PAYABLES_LEAD),), manager="demo.finance"),
    Person("demo.supplier.manager", "Elena", "Rossi", "Keeps suppliers and contracts",
           (Duty(Role.SUPPLIER_MANAGER),), manager="demo.finance"),
    Person("demo.policy1", "Hugh", "Carrington", "Drafts policies: a matrix with a gap waits",
           (Duty(Role.POLICY_ADMIN),)),
    Person("demo.policy2", "Mei", "Tanaka", "Publishes what the first drafted: one waits", (Duty(Role.POLICY_ADMIN),)),
    Person("demo.integration", "Lukas", "Novak", "Mends messages and deliveries: seven wait",
           (Duty(Role.INTEGRATION_ENGINEER),)),
    Person("demo.executive", "Catherine", "Ashworth", "Reads the numbers of a year, down to the document",
           (Duty(Role.EXECUTIVE),)),
    Person("demo.auditor", "David", "Mbeki", "Proves any decision", (Duty(Role.AUDITOR),)),
    Person("demo.users", "Ines", "Duarte", "Grants and revokes duties", (Duty(Role.USER_ADMIN),)),
    Person("demo.supplier1", "Karen", "Holt", "Harrow Packaging: three orders to answer; acts for another company too",
           supplier="HARROW", also="QUARR15"),
    Person("demo.supplier4", "Amina", "Yusuf", "Harrow Packaging: answers orders and nothing else",
           supplier="HARROW", role="orders"),
    Person("demo.supplier5", "Ola", "Wisniewska", "Harrow Packaging: sends invoices and keeps the bank account",
           supplier="HARROW", role="money"),
    Person("demo.supplier2", "Pieter", "de Vries", "Delta Fixings: always late", supplier="DELTA"),
    Person("demo.supplier3", "Sofie", "Claessens", "Colpaert: an order in euros to answer", supplier="COLPA02"),
)  # fmt: skip

TEAMS = (
    Team("LDS", ("Ben", "Hargreaves"), ("", ""), ("Olu", "Bankole")),
    Team("MAN", ("Chloe", "Marsden"), ("Peter", "Ogden"), ("Imran", "Shah")),
    Team("NCL", ("Kit", "Robson"), ("Alison", "Forster"), ("Dean", "Purvis")),
    Team("GLA", ("Fiona", "MacLeod"), ("Ross", "Drummond"), ("Ewan", "Keir")),
    Team("BHM", ("Harpreet", "Gill"), ("Louise", "Fenton"), ("Carl", "Dugdale")),
    Team("LON", ("Yusuf", "Demir"), ("Grace", "Eze"), ("Marta", "Kowalska")),
    Team("BRS", ("Tamsin", "Pryce"), ("Owen", "Vaughan"), ("Leo", "Carter")),
    Team("SOU", ("Nina", "Hobbs"), ("Alan", "Whittle"), ("Joe", "Sadler")),
    Team("RTM", ("Sanne", "Bakker"), ("Joris", "Visser"), ("Daan", "Smit")),
    Team("ANR", ("Lotte", "Peeters"), ("Wim", "Claes"), ("Tom", "Maes")),
    Team("CGN", ("Jana", "Krause"), ("Stefan", "Vogel"), ("Uwe", "Lang")),
    Team("LIL", ("Camille", "Moreau"), ("Luc", "Fontaine"), ("Hugo", "Petit")),
)


def staff() -> list[Person]:
    """Return the people of the sites who have no button on /demo/ and cannot sign in."""
    found = [
        Person("s.brooks", "Simon", "Brooks", "", (Duty(Role.REGION_MANAGER, region="SOUTH"),), limit="25000",
               manager="demo.finance"),
        Person("a.janssen", "Anke", "Janssen", "", (Duty(Role.REGION_MANAGER, region="EUROPE"),), limit="25000",
               manager="demo.finance"),
        Person("h.lowe", "Helen", "Lowe", "", (Duty(Role.BUYER),), limit="5000", manager="demo.finance"),
        Person("v.singh", "Vikram", "Singh", "", (Duty(Role.PAYABLES),), manager="demo.payables.lead"),
    ]  # fmt: skip
    roles = ((Role.REQUESTER, "requester"), (Role.SITE_MANAGER, "manager"), (Role.RECEIVER, "receiver"))
    for team in TEAMS:
        for role, part in roles:
            first, last = getattr(team, part)
            if first:
                name = f"{first[0]}.{last}".lower()
                limit = "5000" if role == Role.SITE_MANAGER else ""
                found.append(Person(name, first, last, "", (Duty(role, site=team.site),), limit=limit))
    return found


def guide() -> tuple[dict[str, str], str]:
    """Return what each demo person does, by user name, and everybody's password, for the sign-in page."""
    return {person.username: person.job for person in DEMO_PEOPLE}, PASSWORD
