"""Somebody is away and another decides for them; one request climbed the ladder; one has an approver more."""

from datetime import datetime, timedelta

from config.demo.trade.cast import Cast
from config.demo.trade.play import Play, Story
from config.demo.trade.unapproved import Wish, waits
from foundation.services import AbsencePlan, declare_absence
from workflow.models import ApprovalRequest
from workflow.services import add_approver

TITLE = "Label printers and terminals"  # of `unapproved`: decided at Glasgow, waiting further up
SLOW = Wish(
    "BRS", "", "Pallet truck batteries", text=("Six batteries 24 V for pallet trucks", "TYRE", "2340"), need_in=9
)


def schedule(cast: Cast, play: Play) -> None:
    """Let Glasgow's manager go on leave, and Bristol's take too long."""
    for at, story in (
        (cast.almanac.ago(22), _leave(cast, cast.almanac.ago(22))),
        (cast.almanac.ago(21), _slow(cast, cast.almanac.ago(21))),
        (cast.almanac.ago(2), _one_more(cast, cast.almanac.ago(2))),
    ):
        play.add(story, at)


def _leave(cast: Cast, at: datetime) -> Story:
    """Glasgow's manager is on leave; Leeds decides for them, and the regional lead has planned a week too."""
    away, deputy = cast.managers["GLA"], cast.people["demo.manager"]
    plan = AbsencePlan(at, cast.now + timedelta(days=6), deputy.pk, reason="Leave")
    declare_absence(person_id=away.pk, plan=plan, actor=away, at=at)
    lead, finance = cast.regions["NORTH"], cast.people["demo.finance"]
    planned = AbsencePlan(cast.now + timedelta(days=12), cast.now + timedelta(days=19), finance.pk, reason="Leave")
    declare_absence(person_id=lead.pk, plan=planned, actor=lead, at=at)
    yield from ()


def _slow(cast: Cast, at: datetime) -> Story:
    """Nobody at Bristol decides, so more people are asked as the hours pass."""
    wish = Wish(SLOW.site, cast.requesters[SLOW.site].username, SLOW.title, text=SLOW.text, need_in=SLOW.need_in)
    yield from waits(cast, wish, at)


def _one_more(cast: Cast, at: datetime) -> Story:
    """Glasgow's requester asks that the buyer agrees too."""
    asked = ApprovalRequest.objects.filter(title=TITLE, state="open").first()
    if asked is not None:
        add_approver(
            request_id=asked.pk, content_hash=asked.content_hash, person_id=cast.people["demo.buyer"].pk, place="after",
            reason="Are they the model the other sites have?", actor=asked.requester, at=at,
        )  # fmt: skip
    yield from ()
