"""One person on both sides: Ben helps at the dock and books in what he asked for; one waits for a second signature."""

from collections.abc import Callable
from datetime import datetime

from config.demo.trade import acts
from config.demo.trade.cast import Cast
from config.demo.trade.play import Play, Story
from config.demo.trade.unanswered import accepted, place
from config.demo.trade.unapproved import Wish
from foundation.models import Role
from foundation.services import grant_role
from policies.models import PolicyKind
from policies.services import create_draft, save_duty_pair
from procurement.models import GoodsReceipt
from workflow.models import Countersignature
from workflow.services import countersign, refuse_signature

BEN = "b.hargreaves"
Tell = Callable[[Cast, GoodsReceipt, datetime], Story]


def schedule(cast: Cast, play: Play) -> None:
    """Let Ben help out, his colleague sign for one receipt, and an administrator draft a stricter pair."""
    for hours, wish, tell in (
        (96.0, Wish("LDS", BEN, "Box knives", (("MT", 2),)), _received),
        (81.0, Wish("LDS", BEN, "Marker pens", (("OP", 2),)), _refused("Two packs were open when I looked")),
        (64.0, Wish("LDS", BEN, "Ear plugs", (("SE", 2),)), _signed),
        (48.0, Wish("LDS", BEN, "Stretch film for returns", (("PK", 2),)), _refused("One roll is missing")),
        (26.0, Wish("LDS", BEN, "Labels for the returns desk", (("PL", 2),)), _received),
    ):
        at = cast.almanac.ago(hours)
        play.add(_own_goods(cast, wish, at, tell), at)
    at = cast.almanac.at(1, "15:20")
    play.add(_stricter(cast, at), at)


def _own_goods(cast: Cast, wish: Wish, at: datetime, tell: Tell) -> Story:
    order, at = yield from place(cast, wish, at)
    at = yield from accepted(cast, order, at)
    at = cast.later("LDS", at, 6)
    yield at
    ben = cast.people[BEN]
    if not ben.role_assignments.filter(role=Role.RECEIVER).exists():
        grant_role(user=ben, role=Role.RECEIVER, site=cast.sites["LDS"], actor=cast.people["demo.users"], at=at)
    receipt = acts.receive(cast, order, at=at, by=type(ben).objects.get(pk=ben.pk))
    yield from tell(cast, receipt, at)


def _received(_cast: Cast, _receipt: GoodsReceipt, _at: datetime) -> Story:
    yield from ()


def _signed(cast: Cast, receipt: GoodsReceipt, at: datetime) -> Story:
    at = cast.later("LDS", at, 3)
    yield at
    row = Countersignature.objects.get(document_type="receipt", document_id=receipt.pk)
    countersign(
        signature_id=row.pk, expected_version=row.version, actor=cast.people["o.bankole"], at=at,
        reason="Counted with him at the dock",
    )  # fmt: skip


def _refused(reason: str) -> Tell:
    """Let the second person not agree: the finance director has an exception."""

    def tell(cast: Cast, receipt: GoodsReceipt, at: datetime) -> Story:
        at = cast.later("LDS", at, 4)
        yield at
        row = Countersignature.objects.get(document_type="receipt", document_id=receipt.pk)
        refuse_signature(
            signature_id=row.pk, expected_version=row.version, actor=cast.people["o.bankole"], at=at, reason=reason
        )

    return tell


def _stricter(cast: Cast, at: datetime) -> Story:
    """A draft keeps asking and receiving apart for good; beside it stands what the past says."""
    mei = cast.people["demo.policy2"]
    draft = create_draft(kind=PolicyKind.DUTY, actor=mei, at=at, note="Nobody receives what they asked for")
    save_duty_pair(
        version_id=draft.pk, expected_version=draft.version, first="request", second="receive", strength="hard",
        actor=mei, at=at,
    )  # fmt: skip
    yield from ()
