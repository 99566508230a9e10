"""Second signatures: who may give one, and what waits for a person (SD-1)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet

from foundation.access import people_with_role
from foundation.models import DutyRecord, Site, SiteUserPermission, User
from policies.decisions.duties import Conflict, Pair, conflicts
from policies.selectors import duty_pairs_in_force
from workflow.access import SIGNED_WITH, asked_to_sign
from workflow.models import Countersignature

MOST = 100
_ON_THESE = Func(
    F("chain"), OuterRef("chains"), arg_joiner=" = any(", template="%(expressions)s)", output_field=BooleanField()
)


def signers(
    *, duty: str, site: Site | None, fallback_role: str, chains: Sequence[str], person_id: int, at: datetime
) -> tuple[list[User], list[User]]:
    """Return who may sign now for what a person did, and the fallback owners who may once it is overdue.

    Both without the person and without whoever a pair bars on these documents. Four statements.
    """
    permission = SIGNED_WITH.get(duty)
    asked: list[User] = []
    if permission and site is not None:
        holders = SiteUserPermission.objects.filter(content_object=site, permission__codename=permission)
        asked = list(User.objects.filter(pk__in=holders.values("user"), is_active=True).order_by("pk"))
    fallback = list(people_with_role(fallback_role, scope="enterprise"))
    done, pairs = done_by({p.pk for p in (*asked, *fallback)}, chains), duty_pairs_in_force(at)

    def able(people: Iterable[User]) -> list[User]:
        return [p for p in people if p.pk != person_id and not bars(duty, p.pk, chains, done, pairs)]

    return able(asked), able(fallback)


Done = frozenset[tuple[str, str, int]]  # chain, duty, person


def done_by(people: Collection[int], chains: Collection[str]) -> Done:
    """Return (chain, duty, person) of what these people did on these chains; one statement."""
    rows = DutyRecord.objects.filter(chain__in=list(chains), person_id__in=list(people))
    return frozenset(rows.values_list("chain", "duty", "person_id"))


def bars(duty: str, person_id: int, chains: Collection[str], done: Done, pairs: Iterable[Pair]) -> tuple[Conflict, ...]:
    """Return what somebody would break by doing a duty on these chains."""
    here = {(held, person) for chain, held, person in done if chain in chains}
    return conflicts(duty, person_id, here, pairs)


def signatures_counted(user: User) -> QuerySet[Countersignature]:
    """Return the signatures asked of a person on whose documents they did nothing themselves, to be counted on every page.

    What they did something on may still be theirs to give, where no pair bars it: the page itself judges that.
    """
    return asked_to_sign(user).exclude(Exists(DutyRecord.objects.filter(_ON_THESE, person_id=user.pk)))


def waiting_signatures(user: User, at: datetime) -> list[Countersignature]:
    """Return which of the signatures asked of a person are really theirs to give, the one due first on top.

    One statement.
    """
    mine = DutyRecord.objects.filter(_ON_THESE, person_id=user.pk)
    rows = list(asked_to_sign(user).annotate(mine=ArraySubquery(mine.values("duty"))).order_by("due_at", "pk")[:MOST])
    pairs = duty_pairs_in_force(at) if rows else ()
    return [row for row in rows if not conflicts(row.duty, user.pk, [(held, user.pk) for held in row.mine], pairs)]


def acts_of(signature: Countersignature) -> list[DutyRecord]:
    """Return both acts behind a signature, the earlier one first."""
    rows = DutyRecord.objects.filter(
        chain__in=signature.chains, person_id=signature.person_id, duty__in=[signature.duty, signature.held]
    ).order_by("at", "pk")
    seen: dict[tuple[str, str, int], DutyRecord] = {}
    for row in rows:
        if row.duty == signature.held or row.document_id == signature.document_id:
            seen.setdefault((row.duty, row.document_type, row.document_id), row)
    return list(seen.values())
