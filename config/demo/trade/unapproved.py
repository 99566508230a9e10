"""Requisitions that wait for somebody: seven for the manager of Leeds, some further up, drafts and returned ones."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from config.demo.chance import Dice
from config.demo.trade import acts
from config.demo.trade.cast import Cast
from config.demo.trade.play import Play, Story
from foundation.models import User
from procurement import services as procurement
from procurement.models import Requisition, SpendKind
from procurement.services import LineInput


@dataclass(frozen=True, slots=True)
class Wish:
    """A requisition as somebody wants it. `goods` are (item prefix, quantity); `text` is (words, category, price)."""

    site: str
    who: str
    title: str
    goods: tuple[tuple[str, int], ...] = ()
    text: tuple[str, str, str] | None = None
    need_in: int = 7  # days
    urgent: str = ""
    note: str = ""
    head: dict[str, Any] = field(default_factory=dict)


# What waits for Amir Patel: business hours ago, and the wish. The first is beyond
# its 8 hours; so are the ring scanners of `unsourced`, whose price rose: he is asked again, which makes seven.
FOR_THE_MANAGER = (
    (13.0, Wish("LDS", "demo.requester", "Forklift service before the peak", text=("Forklift 3: 500 hour service and mast chain", "MAIN", "1480"), need_in=6, note="It fails the weekly check.")),
    (6.5, Wish("LDS", "b.hargreaves", "Scanners for the new starters", (("TS", 6),), need_in=9)),
    (5.0, Wish("LDS", "demo.requester", "Stretch wrap for the export order", (("PK", 18), ("PK", 12)), need_in=3, urgent="Export order leaves on Friday")),
    (3.5, Wish("LDS", "b.hargreaves", "Cover for two packers, six weeks", text=("Two temporary packers, six weeks", "AGCY", "7350"), need_in=12)),
    (2.0, Wish("LDS", "demo.requester", "Winter jackets and gloves", (("SH", 14), ("SG", 20)), need_in=8)),
    (0.7, Wish("LDS", "b.hargreaves", "Scrubber battery", text=("Battery 24 V 180 Ah for the floor scrubber", "TYRE", "1415"), need_in=5)),
)  # fmt: skip
# Decided by the site's manager, waiting further up.
FURTHER_UP = (
    (14.0, 9.0, Wish("LDS", "demo.requester", "Pallet racking, aisle 20", (("TR", 40), ("TR", 32)), need_in=21)),
    (12.0, 5.0, Wish("MAN", "c.marsden", "Conveyor rollers, line 2", (("MB", 60), ("MB", 48)), need_in=14)),
    (7.0, 2.5, Wish("GLA", "f.macleod", "Label printers and terminals", (("TS", 16), ("TS", 12)), need_in=14)),
)
TO_FINANCE = (
    (30.0, Wish("BHM", "h.gill", "Racking for the new building, phase 1", (("TR", 120), ("TR", 160)), need_in=30)),
    (26.0, Wish("RTM", "s.bakker", "Terminals for the night shift", (("TS", 80), ("TS", 45)), need_in=25)),
)
# The site's only manager asks for herself: nobody at the site may decide, and the policy's owner hears of it.
BY_THE_MANAGER = (
    (9.0, Wish("BHM", "l.fenton", "Office chairs and desks", text=("Eight office chairs, four desks", "STAT", "2180"), need_in=20)),
    (6.0, Wish("RTM", "j.visser", "Dock leveller repair", text=("Dock 4: hydraulic leveller, repair on site", "MAIN", "1260"), need_in=8)),
)  # fmt: skip


def schedule(cast: Cast, play: Play) -> None:
    """Put every requisition that waits on stage."""
    for hours, wish in FOR_THE_MANAGER:
        at = cast.almanac.ago(hours)
        play.add(waits(cast, wish, at), at)
    for hours, decided, wish in FURTHER_UP:
        at = cast.almanac.ago(hours)
        play.add(climbs(cast, wish, at, [cast.almanac.ago(decided)]), at)
    for hours, wish in TO_FINANCE:
        at = cast.almanac.ago(hours)
        play.add(climbs(cast, wish, at, [cast.almanac.ago(hours - 6), cast.almanac.ago(hours - 15)]), at)
    for hours, wish in BY_THE_MANAGER:
        at = cast.almanac.ago(hours)
        play.add(waits(cast, wish, at), at)
    for tell in (_question, _drafts, _returned, _rejected, _withdrawn, _cancelled):
        at = cast.almanac.ago(40)
        play.add(tell(cast, at), at)


def write(cast: Cast, wish: Wish, at: datetime, *, need_by: date | None = None) -> Requisition:
    """Write a wish down as a draft."""
    dice = Dice(f"wish {wish.title}")
    lines: list[LineInput] = []
    for prefix, quantity in wish.goods:
        taken = {line.item_code for line in lines}
        offer = next(o for o in cast.goods(prefix, wish.site, dice, 9) if o.item.code not in taken)
        lines.append(LineInput(quantity=Decimal(quantity), unit_code=offer.unit.code, item_code=offer.item.code))
    if wish.text:
        words, category, price = wish.text
        service = category in {"MAIN", "CLNS", "AGCY"}
        lines.append(
            LineInput(
                quantity=Decimal(1), unit_code="C62", description=words, category_code=category,
                spend_kind=SpendKind.SERVICE if service else SpendKind.NON_STOCK, unit_price=Decimal(price),
            )
        )  # fmt: skip
    day = need_by or cast.working_day(wish.site, at.date() + timedelta(days=wish.need_in))
    return acts.write(
        cast, wish.site, lines, by=cast.people[wish.who], at=at, need_by=day, title=wish.title, note=wish.note,
        is_urgent=bool(wish.urgent), urgent_reason=wish.urgent,
    )  # fmt: skip


def waits(cast: Cast, wish: Wish, at: datetime) -> Story:
    """Submit, and let it wait."""
    acts.submit(write(cast, wish, at), at=at)
    yield from ()


def climbs(cast: Cast, wish: Wish, at: datetime, decided: list[datetime]) -> Story:
    """Submit, have the first stages approve, and let it wait at the next."""
    requisition = acts.submit(write(cast, wish, at), at=at)
    for instant in decided:
        yield instant
        step = acts.asked(requisition)
        if step is not None:
            acts.decide(requisition, step, at=instant)


def _question(cast: Cast, at: datetime) -> Story:
    """The manager asks about one of the seven and has an answer."""
    rosa, amir = cast.people["demo.requester"], cast.people["demo.manager"]
    at = cast.almanac.ago(4.0)
    yield at
    asked = Requisition.objects.get(title="Forklift service before the peak")
    acts.say("question", asked, "Is this inside the service contract?", by=amir, at=at, to=rosa)
    at = cast.almanac.ago(3.0)
    yield at
    acts.say("answer", asked, "No, the mast chain is not. The quote is from June.", by=rosa, at=at, to=amir)


def _drafts(cast: Cast, at: datetime) -> Story:
    """Two drafts lie on Rosa's desk."""
    write(cast, Wish("LDS", "demo.requester", "Cleaning, December", (("FC", 4), ("FP", 8)), need_in=20), at)
    at = cast.almanac.ago(1.5)
    yield at
    write(cast, Wish("LDS", "demo.requester", "Labels for the returns desk", (("PL", 5),), need_in=9), at)


def _returned(cast: Cast, at: datetime) -> Story:
    """Two came back to Rosa with a reason."""
    wishes = (
        (Wish("LDS", "demo.requester", "Two toner sets", (("OT", 8), ("OT", 6)), need_in=15), "Is one set not enough until January?"),
        (Wish("LDS", "demo.requester", "Gate sign", text=("Illuminated gate sign, 2 m", "STAT", "1320"), need_in=30), "Please add the quote."),
    )  # fmt: skip
    for wish, why in wishes:
        requisition = acts.submit(write(cast, wish, at), at=at)
        at = cast.later("LDS", at, 3)
        yield at
        step = acts.asked(requisition)
        if step is not None:
            acts.decide(requisition, step, at=at, verdict="return", why=why)


def _rejected(cast: Cast, at: datetime) -> Story:
    """One was refused."""
    wish = Wish(
        "LDS", "demo.requester", "Coffee machine", text=("Bean to cup machine, two groups", "STAT", "3890"), need_in=30
    )
    requisition = acts.submit(write(cast, wish, at), at=at)
    at = cast.later("LDS", at, 4)
    yield at
    step = acts.asked(requisition)
    if step is not None:
        acts.decide(requisition, step, at=at, verdict="reject", why="Not from the operations budget")


def _withdrawn(cast: Cast, at: datetime) -> Story:
    """One was taken back by its requester and sent again."""
    wish = Wish("MAN", "c.marsden", "Hi-vis for visitors", (("SH", 40),), need_in=14)
    requisition = acts.submit(write(cast, wish, at), at=at)
    at = cast.later("MAN", at, 1)
    yield at
    if acts.asked(requisition):
        procurement.withdraw_requisition(
            requisition_id=requisition.pk, expected_version=requisition.version, actor=requisition.requester,
            reason="Wrong size chosen", at=at,
        )  # fmt: skip


def _cancelled(cast: Cast, at: datetime) -> Story:
    """One is no longer needed."""
    person: User = cast.people["demo.requester"]
    draft = write(
        cast,
        Wish(
            "LDS",
            "demo.requester",
            "Marquee for the open day",
            text=("Marquee 6 x 12 m, two days", "MAIN", "960"),
            need_in=20,
        ),
        at,
    )
    at = cast.later("LDS", at, 6)
    yield at
    procurement.cancel_requisition(
        requisition_id=draft.pk, expected_version=draft.version, actor=person, reason="The open day moved to May", at=at
    )
