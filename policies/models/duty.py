from django.db import models

from policies.models.version import PolicyVersion


class DutyStrength(models.TextChoices):
    """How a pair is kept apart (SD-1)."""

    HARD = "hard", "Never the same person on one document"
    ROLE = "role", "Never both roles at one site"
    COMPENSATED = "compensated", "Allowed when a second person countersigns"


class DutyPair(models.Model):
    """Two duties one person must not combine (SD-1)."""

    policy = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="duty_pairs")
    first = models.CharField(max_length=40)
    second = models.CharField(max_length=40)
    strength = models.CharField(max_length=12, choices=DutyStrength.choices, default=DutyStrength.HARD)
    countersign_days = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "first", "second"], name="duty_pair_once")]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"


class ExceptionRoute(models.Model):
    """Who owns a kind of exception, and how fast it should be cured (EX-1)."""

    policy = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="exception_routes")
    category = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    owner_role = models.CharField(max_length=24)
    due_hours = models.PositiveIntegerField(default=16, help_text="business hours at the site")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "category"], name="exception_route_once")]

    def __str__(self) -> str:
        return self.name
