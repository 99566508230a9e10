from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase


class Organisation(models.Model):
    """The enterprise: one row. Policy thresholds compare in its base currency (MQ-1)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=120)
    base_currency = models.CharField(max_length=3, help_text="ISO 4217")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="organisation_one_row")]

    def __str__(self) -> str:
        return self.name


class LegalEntity(models.Model):
    """A company of ours that owes the money."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    currency = models.CharField(max_length=3, help_text="ISO 4217")
    tax_id = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name_plural = "legal entities"

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """A group of sites with people of its own."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


class WorkCalendar(models.Model):
    """Working hours and holidays on which due times are counted (MQ-4)."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    weekdays = models.CharField(max_length=7, default="1234560", help_text="1 Monday to 7 Sunday; 0 ignored")
    opens = models.TimeField()
    closes = models.TimeField()
    country = models.CharField(max_length=2, blank=True, help_text="public holidays of this country are days off")
    subdivision = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")), name="calendar_opens_before_closes"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day off besides the country's public holidays."""

    calendar = models.ForeignKey(WorkCalendar, on_delete=models.CASCADE, related_name="extra_holidays")
    date = models.DateField()
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.date:%d %b %Y} {self.name}"


class Site(models.Model):
    """A place of ours that orders and receives: the ship-to of every document."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=80)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="sites")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="sites")
    calendar = models.ForeignKey(WorkCalendar, on_delete=models.PROTECT, related_name="sites")
    currency = models.CharField(max_length=3, help_text="ISO 4217")
    time_zone = models.CharField(max_length=64, default="Europe/London")
    address = models.TextField(blank=True)
    gln = models.CharField(max_length=13, blank=True)
    blind_receiving = models.BooleanField(default=False, help_text="Receivers do not see expected quantities (GR-1).")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        default_permissions = ()
        permissions = [
            ("view_documents", "See the documents of the site"),
            ("request_spend", "Raise requisitions"),
            ("approve_spend", "Approve spend"),
            ("place_orders", "Place and change orders"),
            ("receive_goods", "Receive goods"),
            ("enter_invoices", "Enter invoices"),
            ("release_holds", "Release invoice holds"),
        ]

    def __str__(self) -> str:
        return self.name


class SiteUserPermission(UserObjectPermissionBase):
    """A person's permission at a site; written only when role assignments change."""

    content_object = models.ForeignKey(Site, on_delete=models.CASCADE)


class SiteGroupPermission(GroupObjectPermissionBase):
    """A group's permission at a site."""

    content_object = models.ForeignKey(Site, on_delete=models.CASCADE)


class CostCentre(models.Model):
    """Who pays inside the company."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=80)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="cost_centres")
    owner = models.ForeignKey("foundation.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_active = models.BooleanField(default=True, help_text="Open for new requisitions.")
    is_budgeted = models.BooleanField(
        default=False, help_text="A budget was ever set for it, so documents count (RQ-6)."
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
