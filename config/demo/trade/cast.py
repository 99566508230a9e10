"""Who plays, where, and what they buy."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from config.demo import hire
from config.demo.chance import Dice
from config.demo.people import DEMO_PEOPLE
from config.demo.range_of_goods import Leaf, leaves
from config.demo.trade.clock import Almanac
from foundation.decisions.worktime import Hours, add_business_hours
from foundation.models import CostCentre, Role, Site, User
from foundation.selectors import hours_of, system_user
from suppliers.models import CatalogueItem, Supplier

# People of suppliers who answer and bill in the portal; the others' machines write to us.
PORTAL = {p.supplier: p.username for p in DEMO_PEOPLE if p.supplier and p.role == "administrator"}


@dataclass
class Cast:
    """Everybody and everything a story names."""

    now: datetime
    people: dict[str, User]
    suppliers: dict[str, Supplier]
    sites: dict[str, Site] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sites = Site.objects.select_related("region", "legal_entity", "calendar")
        self.sites = {site.code: site for site in sites.prefetch_related("calendar__extra_holidays").order_by("pk")}
        self.managers = hire.by_site(self.people, Role.SITE_MANAGER)
        self.receivers = hire.by_site(self.people, Role.RECEIVER)
        self.requesters = hire.by_site(self.people, Role.REQUESTER)
        self.regions = {
            "NORTH": self.people["demo.region"], "SOUTH": self.people["s.brooks"], "EUROPE": self.people["a.janssen"],
        }  # fmt: skip
        self._hours = {code: hours_of(site.calendar, site.time_zone, self.now) for code, site in self.sites.items()}
        self.almanac = Almanac(self.now, self._hours["LDS"])

    def hours(self, site: str) -> Hours:
        """Return when a site works."""
        return self._hours[site]

    def later(self, site: str, at: datetime, hours: float) -> datetime:
        """Return the instant `hours` business hours later at a site."""
        return add_business_hours(at, hours, self._hours[site])

    def working_day(self, site: str, day: date) -> date:
        """Return the day, or the next on which the site works."""
        while not self._hours[site].works_on(day):
            day += timedelta(days=1)
        return day

    def supplier_person(self, supplier: Supplier) -> User:
        """Return who acts for a supplier: its portal user, or the door its messages come through."""
        name = PORTAL.get(supplier.code)
        return self.people[name] if name else self.intake

    @cached_property
    def intake(self) -> User:
        """Return the system actor of incoming messages."""
        return system_user("intake")

    @cached_property
    def erp(self) -> User:
        """Return the system actor of the ERP's answers."""
        return system_user("erp")

    @cached_property
    def centres(self) -> dict[str, CostCentre]:
        """Return cost centres by code, such as LDS-OPS."""
        return {centre.code: centre for centre in CostCentre.objects.all()}

    @cached_property
    def offers(self) -> dict[tuple[str, str], list[CatalogueItem]]:
        """Return what can be bought, by item prefix and currency: one offer an item, of who comes first."""
        found: dict[tuple[str, str], dict[str, CatalogueItem]] = {}
        rows = CatalogueItem.objects.select_related("item__category", "unit", "supplier").order_by("pk")
        for row in rows:
            shelf = found.setdefault((row.item.code.partition("-")[0], row.currency), {})
            shelf.setdefault(row.item.code, row)
        return {key: list(shelf.values()) for key, shelf in found.items()}

    def goods(self, prefix: str, site: str, dice: Dice, count: int) -> list[CatalogueItem]:
        """Return some different items of a leaf as offered in a site's currency."""
        return dice.some_of(self.offers[prefix, self.sites[site].currency], count)


def leaf_of(prefix: str) -> Leaf:
    """Return the leaf of the spend tree whose items carry a prefix."""
    return next(leaf for _, leaf in leaves() if leaf.prefix == prefix)
