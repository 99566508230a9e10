"""Conflicts of duties: on documents, second signatures, roles held today, and refused attempts (SD-1, SD-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation import registries
from foundation.errors import require
from foundation.models import AuditEvent, Role, Site, User
from foundation.registries import Paper
from foundation.web.keyset import Page, paginate
from foundation.web.typed import whole
from policies.decisions.duties import Pair
from policies.decisions.vocabulary import DUTIES, words
from policies.models import DutyPair, PolicyKind, PolicyState, PolicyVersion
from policies.selectors import ROLE_NAMES, as_pairs, duty_pairs_in_force, pairs_of, version_in_force, version_numbered
from workflow import access
from workflow.models import Countersignature
from workflow.selectors.duty_conflicts import (
    PAGE,
    Asked,
    Conflicting,
    document_conflicts,
    new_pairs,
    role_conflicts,
)

VIEWS = (
    ("", "On documents"),
    ("signatures", "Second signatures"),
    ("roles", "Roles held today"),
    ("refused", "Refused"),
)
PERIODS = (("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("all", "Everything"))
STRENGTHS = {"hard": ("Hard", "bad"), "compensated": ("Needs a second signature", "warn")}
SHOWN = 10


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the page is asked for, as typed."""

    view: str = ""
    person: str = ""
    pair: str = ""
    site: str = ""
    days: str = "90"
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A conflict with the documents it is about."""

    found: Conflicting
    paper: Paper
    earlier: Paper
    did: str
    held: str
    strength: tuple[str, str]
    signature: Countersignature | None = None


def read_clock() -> datetime:
    """Read the clock."""
    return timezone.now()  # noqa: TID251 - the porch reads the clock


def chosen_of(request: HttpRequest) -> Chosen:
    """Return what the address asks for."""
    given = {name: request.GET.get(name, "").strip()[:80] for name in ("view", "person", "pair", "site", "policy")}
    days = request.GET.get("days", "90")
    return Chosen(**given, days=days if days in dict(PERIODS) else "90")


@require_safe
@login_required
def conflicts(request: StaffRequest) -> HttpResponse:
    """List who is on both sides of a pair under the policy in force, or under the version asked for."""
    require(access.can_read_conflicts(request.user))
    chosen, now = chosen_of(request), read_clock()
    version, pairs = pairs_asked(chosen, now)
    sites = access.sites_of_conflicts(request.user)
    asked = asked_of(chosen, sites, now)
    context: dict[str, Any] = {
        "chosen": chosen, "views": VIEWS, "periods": PERIODS, "version": version, "now": now,
        "pairs": [(f"{p.first}.{p.second}", pair_title(p)) for p in pairs if p.strength != "role"],
        "sites": list(_sites(sites).order_by("name").values_list("code", "name")),
    }  # fmt: skip
    if chosen.view == "roles":
        context["roles"] = [(one, *role_names(one.one, one.other)) for one in role_conflicts(pairs, asked.sites)]
    elif chosen.view == "signatures":
        context["page"] = paginate(request, signatures_of(request.user, asked))
    elif chosen.view == "refused":
        context["page"] = paginate(request, refusals_of(asked))
    else:
        context["page"] = _documents(request, pairs, asked)
    return render(request, "workflow/conflicts.html", context)


def pairs_asked(chosen: Chosen, now: datetime) -> tuple[PolicyVersion, Sequence[Pair]]:
    """Return the version and the pairs the report is about."""
    number = whole(chosen.policy)
    if number is None:
        return version_in_force(PolicyKind.DUTY, now), duty_pairs_in_force(now)
    version = version_numbered(PolicyKind.DUTY, number)
    return version, pairs_of(version.pk)


def _sites(sites: Sequence[int] | None) -> Any:
    return Site.objects.all() if sites is None else Site.objects.filter(pk__in=sites)


def asked_of(chosen: Chosen, sites: Sequence[int] | None, now: datetime) -> Asked:
    """Return what the lists are narrowed to."""
    people = None
    if chosen.person:
        named = Q(username__icontains=chosen.person) | Q(last_name__icontains=chosen.person)
        found = User.objects.filter(named | Q(first_name__icontains=chosen.person)).values_list("pk", flat=True)
        people = tuple(found[:200])
    if chosen.site:
        sites = list(_sites(sites).filter(code=chosen.site).values_list("pk", flat=True))
    first, _, second = chosen.pair.partition(".")
    return Asked(
        people=people, duties=(first, second) if second else None,
        since=None if chosen.days == "all" else now - timedelta(days=int(chosen.days)),
        sites=None if sites is None else tuple(sites),
    )  # fmt: skip


def _documents(request: StaffRequest, pairs: Sequence[Pair], asked: Asked) -> Page:
    before, after = request.GET.get("before", "")[:60], request.GET.get("after", "")[:60]
    found = document_conflicts(pairs, asked, before=before, after=after, limit=PAGE + 1)
    more = len(found) > PAGE
    found = found[1:] if more and after and not before else found[:PAGE]
    if not found:
        return Page([], None, None)
    is_first = not (before or after) or (bool(after) and not more)
    follows = more or bool(after)
    rows = rows_of(request.user, found)
    return Page(rows, None if is_first else found[0].key, found[-1].key if follows else None)


def rows_of(user: User, found: Sequence[Conflicting]) -> list[Row]:
    """Return conflicts with their documents and second signatures; a statement or two for each kind of document."""
    wanted: dict[str, set[int]] = {}
    for one in found:
        wanted.setdefault(one.document_type, set()).add(one.document_id)
        wanted.setdefault(one.held_type, set()).add(one.held_id)
    papers: dict[tuple[str, int], Paper] = {}
    for kind, pks in wanted.items():
        subject = registries.subjects.get(kind)
        known = subject.papers(user, pks) if subject else {}
        papers |= {(kind, pk): known.get(pk, Paper(f"{kind} {pk}")) for pk in pks}
    signed = Countersignature.objects.filter(document_id__in=[one.document_id for one in found])
    by_act = {(s.document_type, s.document_id, s.duty, s.held, s.person_id): s for s in signed}
    return [
        Row(
            one, papers[one.document_type, one.document_id], papers[one.held_type, one.held_id],
            words(one.duty, DUTIES), words(one.held, DUTIES), STRENGTHS[one.strength],
            by_act.get((one.document_type, one.document_id, one.duty, one.held, one.person_id)),
        )
        for one in found
    ]  # fmt: skip


def signatures_of(user: User, asked: Asked) -> Any:
    """Return second signatures, newest first."""
    rows = access.visible_signatures(user).select_related("site", "person", "decided_by")
    if asked.people is not None:
        rows = rows.filter(person_id__in=asked.people)
    if asked.sites is not None:
        rows = rows.filter(site_id__in=asked.sites)
    if asked.duties is not None:
        rows = rows.filter(duty__in=asked.duties, held__in=asked.duties)
    return rows.filter(asked_at__gte=asked.since) if asked.since else rows


def refusals_of(asked: Asked) -> Any:
    """Return refused attempts; they name no site, so who reads only some sites reads those of people there."""
    rows = AuditEvent.objects.filter(object_type="refusal", action="refused:duty_conflict").select_related("actor")
    if asked.people is not None:
        rows = rows.filter(actor_id__in=asked.people)
    if asked.sites is not None:
        rows = rows.filter(actor__role_assignments__site_id__in=asked.sites).distinct()
    if asked.duties is not None:
        rows = rows.filter(data__duty__in=asked.duties, data__held__in=asked.duties)
    return rows.filter(at__gte=asked.since) if asked.since else rows


def pair_title(pair: Pair | DutyPair) -> str:
    """Return a pair in words."""
    return f"{words(pair.first, DUTIES, ROLE_NAMES)} / {words(pair.second, DUTIES, ROLE_NAMES).lower()}"


def role_names(*codes: str) -> list[str]:
    """Return roles as people call them."""
    return [str(Role(code).label) if code in Role.values else code for code in codes]


def of_draft(request: HttpRequest, pk: Any = None) -> str:
    """Show, beside a draft of the duties, every conflict of the past that its new pairs would have been (SD-2)."""
    rows = list(
        DutyPair.objects.filter(policy=pk, policy__state=PolicyState.DRAFT).select_related("policy").order_by("pk")
    )
    version = rows[0].policy if rows else PolicyVersion.objects.filter(pk=pk, state=PolicyState.DRAFT).first()
    if version is None:
        return ""
    return _panel(request, version, new_pairs(as_pairs(rows), duty_pairs_in_force(read_clock())))


def of_pair(request: HttpRequest, pk: Any = None) -> str:
    """Show, beside one pair, every conflict of the past under it."""
    pair = DutyPair.objects.select_related("policy").filter(pk=pk).first()
    return _panel(request, pair.policy, [Pair(pair.first, pair.second, pair.strength)]) if pair else ""


def _panel(request: HttpRequest, version: PolicyVersion, pairs: Sequence[Pair]) -> str:
    user = request.user
    if not isinstance(user, User) or not access.can_read_conflicts(user):
        return ""
    sites = access.sites_of_conflicts(user)
    asked = Asked(sites=None if sites is None else tuple(sites))
    found = document_conflicts(pairs, asked, limit=SHOWN)
    roles = role_conflicts(pairs, sites)
    only = pairs[0] if len(pairs) == 1 else None
    context = {
        "version": version, "pairs": [pair_title(p) for p in pairs], "rows": rows_of(user, found) if found else [],
        "total": found[0].total if found else 0, "roles": [(one, *role_names(one.one, one.other)) for one in roles[:SHOWN]],
        "held": len(roles), "only": f"{only.first}.{only.second}" if only else "",
    }  # fmt: skip
    return render_to_string("workflow/conflicts_of_draft.html", context, request=request)
