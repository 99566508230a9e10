"""Where Northgate Supply works: legal entities, regions, calendars, twelve sites with their cost centres."""

from datetime import time

from foundation.models import CostCentre, LegalEntity, Organisation, Region, Site, User, WorkCalendar

ENTITIES = (
    ("NGB", "Northgate Supply Ltd", "GB", "GBP", "GB293847561"),
    ("NGN", "Northgate Supply B.V.", "NL", "EUR", "NL812345678B01"),
)
REGIONS = (("NORTH", "North"), ("SOUTH", "South"), ("EUROPE", "Europe"))
# code, name, country, subdivision
CALENDARS = (
    ("GB-ENG", "England, weekdays 8 to 17", "GB", "ENG"),
    ("GB-SCT", "Scotland, weekdays 8 to 17", "GB", "SCT"),
    ("NL", "Netherlands, weekdays 8 to 17", "NL", ""),
    ("BE", "Belgium, weekdays 8 to 17", "BE", ""),
    ("DE-NW", "North Rhine-Westphalia, weekdays 8 to 17", "DE", "NW"),
    ("FR", "France, weekdays 8 to 17", "FR", ""),
)
# code, name, region, entity, calendar, time zone, address, GLN, blind receiving, weight of trade
SITES = (
    ("LDS", "Leeds", "NORTH", "NGB", "GB-ENG", "Europe/London", "Gelderd Road 14, Leeds LS12 6LT", "5012345000015", False, 16),
    ("MAN", "Manchester", "NORTH", "NGB", "GB-ENG", "Europe/London", "Ashburton Road 3, Manchester M17 1RW", "5012345000022", False, 13),
    ("NCL", "Newcastle", "NORTH", "NGB", "GB-ENG", "Europe/London", "Tyne Tunnel Estate 8, North Shields NE29 7SJ", "5012345000039", False, 6),
    ("GLA", "Glasgow", "NORTH", "NGB", "GB-SCT", "Europe/London", "Hillington Park 21, Glasgow G52 4BL", "5012345000046", False, 7),
    ("BHM", "Birmingham", "SOUTH", "NGB", "GB-ENG", "Europe/London", "Hams Hall Drive 40, Coleshill B46 1DQ", "5012345000053", False, 12),
    ("LON", "London Park Royal", "SOUTH", "NGB", "GB-ENG", "Europe/London", "Coronation Road 7, London NW10 7QP", "5012345000060", False, 10),
    ("BRS", "Bristol", "SOUTH", "NGB", "GB-ENG", "Europe/London", "Third Way 12, Avonmouth BS11 9YL", "5012345000077", False, 6),
    ("SOU", "Southampton", "SOUTH", "NGB", "GB-ENG", "Europe/London", "Nursling Estate 5, Southampton SO16 0YU", "5012345000084", True, 5),
    ("RTM", "Rotterdam", "EUROPE", "NGN", "NL", "Europe/Amsterdam", "Waalhaven 92, 3087 BM Rotterdam", "8712345000011", False, 9),
    ("ANR", "Antwerp", "EUROPE", "NGN", "BE", "Europe/Brussels", "Noorderlaan 133, 2030 Antwerpen", "5412345000018", False, 6),
    ("CGN", "Cologne", "EUROPE", "NGN", "DE-NW", "Europe/Berlin", "Robert-Perthel-Strasse 17, 50739 Koeln", "4012345000016", False, 6),
    ("LIL", "Lille", "EUROPE", "NGN", "FR", "Europe/Paris", "Rue de la Haie Plouvier 4, 59273 Fretin", "3012345000019", True, 4),
)  # fmt: skip
COST_CENTRES = (("OPS", "Warehouse operations"), ("FAC", "Building and grounds"))
WEIGHT = {row[0]: row[9] for row in SITES}


def plant() -> None:
    """Write the organisation with its entities, regions, calendars and sites."""
    Organisation.objects.create(name="Northgate Supply", base_currency="GBP")
    entities = {
        code: LegalEntity.objects.create(code=code, name=name, country=country, currency=currency, tax_id=tax)
        for code, name, country, currency, tax in ENTITIES
    }
    regions = {code: Region.objects.create(code=code, name=name) for code, name in REGIONS}
    calendars = {
        code: WorkCalendar.objects.create(
            code=code, name=name, opens=time(8), closes=time(17), country=country, subdivision=part, weekdays="12345"
        )
        for code, name, country, part in CALENDARS
    }
    Site.objects.bulk_create(
        Site(
            code=code, name=name, region=regions[region], legal_entity=entities[entity], calendar=calendars[calendar],
            currency=entities[entity].currency, time_zone=zone, address=address, gln=gln, blind_receiving=blind,
        )
        for code, name, region, entity, calendar, zone, address, gln, blind, _ in SITES
    )  # fmt: skip


def open_cost_centres(managers: dict[str, User]) -> None:
    """Give every site its cost centres, owned by its manager."""
    CostCentre.objects.bulk_create(
        CostCentre(code=f"{site.code}-{code}", name=name, site=site, owner=managers.get(site.code))
        for site in Site.objects.order_by("code")
        for code, name in COST_CENTRES
    )
