"""Companies on their way to be suppliers: what is missing, who waits for what, since when (SU-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from foundation.models import Category, Site
from suppliers.decisions.profile import STEPS, Beside, Missing, missing
from suppliers.models import BankChange, BankChangeState, CheckState, Onboarding, SpendRequest, Supplier, SupplierCheck
from suppliers.selectors.certificates import standing_of


def beside(supplier: Supplier, today: date) -> Beside:
    """Return what of a profile stands on other pages: the account, and needed certificates nobody sent."""
    standing = (BankChangeState.PROPOSED, BankChangeState.APPROVED, BankChangeState.IN_FORCE)
    has_account = BankChange.objects.filter(supplier=supplier, state__in=standing).exists()
    lacking = (one.name for one in standing_of(supplier, today) if one.restricts and not one.has_new)
    return Beside(has_account, tuple(lacking))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the profile as its writer sees it; without missing words it is done."""

    key: str
    title: str
    missing: tuple[str, ...]


def steps_of(onboarding: Onboarding, known: Beside) -> tuple[Sequence[Step], Sequence[Missing]]:
    """Return every step with what is missing in it, and all that is missing."""
    lacking = missing(onboarding.profile, known)
    steps = [Step(key, title, tuple(one.words for one in lacking if one.step == key)) for key, title in STEPS]
    return steps, lacking


def running_onboarding(supplier_id: int) -> Onboarding | None:
    """Return the running onboarding of a supplier, or nothing."""
    rows = Onboarding.objects.filter(supplier=supplier_id, closed_at=None)
    return rows.first()


def names_of(onboarding: Onboarding | None) -> tuple[list[str], list[str]]:
    """Return the names of what a company sells, and of the sites it serves."""
    if onboarding is None:
        return [], []
    said = onboarding.profile.get("serves", {})
    categories = Category.objects.filter(code__in=said.get("categories", [])).values_list("name", flat=True)
    return list(categories), list(Site.objects.filter(code__in=said.get("sites", [])).values_list("name", flat=True))


INVITED, UNOPENED, CHECKS, DECIDING, SPEND = "invited", "unopened", "checks", "deciding", "spend"
VIEWS: tuple[tuple[str, str], ...] = (
    ("", "All"), (UNOPENED, "Invited"), (INVITED, "They write"), (CHECKS, "Checks open"), (DECIDING, "Registration asked"),
    (SPEND, "Spending asked"),
)  # fmt: skip


def on_board(view: str) -> QuerySet[Onboarding]:
    """Return the running onboardings, by whom they wait for."""
    rows = Onboarding.objects.filter(closed_at=None)
    wanted = {
        UNOPENED: Q(supplier__state="invited", accepted_at=None),
        INVITED: Q(supplier__state="invited", accepted_at__isnull=False),
        CHECKS: Q(supplier__state="registered"),
        DECIDING: Q(supplier__state="screened"),
        SPEND: Q(supplier__state="qualified"),
    }.get(view)
    rows = rows.filter(wanted) if wanted is not None else rows
    stuck = SupplierCheck.objects.exclude(state=CheckState.PASSED)
    return rows.select_related("supplier", "invited_by").prefetch_related(
        Prefetch("supplier__checks", queryset=stuck, to_attr="stuck"),
        Prefetch("supplier__spend_requests", queryset=SpendRequest.objects.filter(state="asked"), to_attr="asked"),
    )


@dataclass(frozen=True, slots=True)
class Wait:
    """Who an onboarding waits for, for what, and since when."""

    who: str
    what: str
    since: datetime | None
    is_over: bool = False


def wait_of(one: Onboarding, at: datetime) -> Wait:
    """Return whom a running onboarding waits for; `supplier.stuck` holds the checks that stand in the way."""
    state, company = one.supplier.state, one.supplier.name
    if state == "invited" and one.accepted_at is None:
        over = one.expires_at <= at
        return Wait(
            "Us" if over else company,
            "The link is over: send it again" if over else "To open the invitation",
            one.invited_at,
            over,
        )
    if state == "invited":
        what = f"To change: {one.returned_reason}" if one.returned_reason else "To write and send the profile"
        return Wait(company, what, one.accepted_at)
    if state == "registered":
        stuck = getattr(one.supplier, "stuck", [])
        names = ", ".join(
            f"{check.get_kind_display().lower()}{' failed' if check.state == 'failed' else ''}" for check in stuck
        )
        return Wait(
            "Us", f"Checks: {names}" if names else "Checks", one.sent_at, any(c.state == "failed" for c in stuck)
        )
    if state == "qualified":
        asked = next(iter(getattr(one.supplier, "asked", ())), None)
        if asked is None:
            return Wait("Us", "To ask what may be bought", one.sent_at)
        return Wait("Who approves", f"To agree to buy, {asked.number}", asked.created_at)
    return Wait("Who approves", "To decide about the registration", one.sent_at)
