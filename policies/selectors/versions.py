from django.db.models import QuerySet

from policies.models import PolicyVersion


def versions_of(kind: str) -> QuerySet[PolicyVersion]:
    """Return every version of a policy, newest first."""
    return PolicyVersion.objects.filter(kind=kind).select_related("created_by", "published_by").order_by("-number")
