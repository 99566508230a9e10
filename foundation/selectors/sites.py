from django.db.models import QuerySet

from foundation.models import Site


def all_sites() -> QuerySet[Site]:
    """Return every site of ours by name, with what its page shows."""
    return Site.objects.select_related("region", "legal_entity", "calendar").order_by("name", "code")
