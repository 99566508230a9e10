from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


def own_account(client_id: str) -> str:
    """Return the user name of the account that is opened for a client."""
    return f"api-{client_id[:16].lower()}"


class ApiClient(models.Model):
    """A machine that may use the API: its OAuth application, what it may ask, and who let it in.

    The application's person is whom it acts as. `last_token_at` is its last sign-in; a token lasts one hour.
    """

    application = models.OneToOneField(
        "oauth2_provider.Application", on_delete=models.PROTECT, related_name="api_client"
    )
    name = models.CharField(max_length=80)
    supplier = models.ForeignKey(
        "suppliers.Supplier", null=True, blank=True, on_delete=models.PROTECT, related_name="api_clients"
    )
    scopes = ArrayField(models.CharField(max_length=20))
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    secret_at = models.DateTimeField(help_text="when the secret in force was made")
    last_token_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(revoked_at=None), name="api_client_name_once"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="api_client_revoked_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_own_account(self) -> bool:
        """Say whether the account was opened for this client, so that its duties are the client's alone."""
        return self.application.user.username == own_account(self.application.client_id) and self.supplier_id is None

    @property
    def number(self) -> str:
        """Return the client id, by which the audit log names it."""
        return str(self.application.client_id)
