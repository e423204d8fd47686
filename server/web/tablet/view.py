"""The tablet in words: the calls that are open, what can be done to one, who may do it, and the pad for the PIN."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.db.open_incidents import OpenIncident
from server.db.pins import Holder
from server.db.places import Person
from server.rules.incidents import State
from server.rules.roster import Standing
from server.web.board.view import Card, by_state, card
from server.web.board.words import short_name
from server.web.frame.words import Words
from server.web.staff.mine import owner_of
from server.web.staff.standing import standing_words
from server.web.tablet.wanted import Wanted

CALLS = "/tablet/calls"


@dataclass(frozen=True, slots=True)
class Act:
    key: str
    label: str
    url: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    card: Card
    main: Act
    """The one thing to do next."""
    acts: tuple[Act, ...]
    """Everything that can be done, the main one first."""


@dataclass(frozen=True, slots=True)
class Board:
    at: float
    waiting: tuple[Call, ...]
    coming: tuple[Call, ...]
    there: tuple[Call, ...]
    summary: str
    ringing: frozenset[int]
    lost: frozenset[int]
    shout: str | None


@dataclass(frozen=True, slots=True)
class Tile:
    url: str
    initials: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Who:
    """Who are you?"""

    call: Call
    doing: str
    back: str
    here: tuple[Tile, ...]
    others: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Pad:
    call: Call
    doing: str
    back: str
    name: str
    initials: str
    hidden: tuple[tuple[str, str], ...]
    error: str


def board(found: Sequence[OpenIncident], now: datetime, t: Words) -> Board:
    """Initials only, as on a wall: customers can read it too."""
    waiting, coming, there = by_state(found)
    lost = [one for one in waiting if one.nobody_at is not None]
    places = ", ".join(dict.fromkeys(one.place for one in lost))
    return Board(
        at=now.timestamp(),
        waiting=tuple(call(one, now, t) for one in waiting),
        coming=tuple(call(one, now, t) for one in coming),
        there=tuple(call(one, now, t) for one in there),
        summary=t.ngettext("%(n)s customer is waiting", "%(n)s customers are waiting", len(waiting))
        if waiting
        else t.gettext("Nobody is waiting"),
        ringing=frozenset(one.number for one in waiting),
        lost=frozenset(one.number for one in lost),
        shout=t.gettext("Nobody could be called: %(places)s", places=places) if lost else None,
    )


def call(one: OpenIncident, now: datetime, t: Words) -> Call:
    acts = tuple(_acts(one, t))
    return Call(card(one, now, t, "/tablet", True), acts[0], acts)


def _acts(one: OpenIncident, t: Words) -> Iterable[Act]:
    url, state = f"{CALLS}/{one.number}", State(one.state)
    words = {act: doing(Wanted(act), one, t) for act in ("acknowledge", "arrive", "pass", "close")}
    if state is State.TRIGGERED:
        yield Act("acknowledge", words["acknowledge"], f"{url}/who?act=acknowledge", True)
    if state is not State.ATTENDED:
        main = state is State.ACKNOWLEDGED
        yield Act("arrive", words["arrive"], f"{url}/who?act=arrive", main)
        yield Act("pass", words["pass"], f"{url}/pass")
    drill = one.purpose == "drill"
    close = f"{url}/who?act=close" if drill else f"{url}/close"
    yield Act("close", words["close"], close, state is State.ATTENDED)


def doing(wanted: Wanted, one: OpenIncident, t: Words) -> str:
    """What is about to happen, in the words of the action."""
    if wanted.act == "close":
        return t.gettext("End the drill") if one.purpose == "drill" else t.gettext("Close the call")
    return {
        "acknowledge": t.gettext("I am going"),
        "arrive": t.gettext("I am with the customer"),
        "pass": t.gettext("Pass on"),
    }.get(wanted.act, "")


def tiles(
    holders: Sequence[Holder], standings: Sequence[Standing], one: OpenIncident, wanted: Wanted, t: Words
) -> tuple[tuple[Tile, ...], tuple[Tile, ...]]:
    """Who is here, those first whose call it is or who were called; then everybody else who has a PIN. Nobody passes
    a call on to themselves."""
    by_carrier = {standing.carrier_id: standing for standing in standings}
    called = {made.carrier_id for made in one.calls}
    owner = owner_of(one)

    def standing_of(holder: Holder) -> Standing | None:
        return by_carrier.get(holder.carrier_id) if holder.carrier_id is not None else None

    def rank(holder: Holder) -> tuple[bool, bool, str]:
        return (
            holder.account_id != owner,
            holder.carrier_id is None or holder.carrier_id not in called,
            holder.name,
        )

    here: list[Tile] = []
    others: list[Tile] = []
    for holder in sorted(holders, key=rank):
        if holder.carrier_id is not None and str(holder.carrier_id) == wanted.to:
            continue
        standing = standing_of(holder)
        present = standing is not None and standing.present
        tile = Tile(
            url=f"{CALLS}/{one.number}/pin?{wanted.query(who=holder.account_id)}",
            initials=holder.initials,
            name=first_name(holder.name),
            note=standing_words(standing, t),
        )
        (here if present or holder.account_id == owner else others).append(tile)
    return tuple(here), tuple(others)


def first_name(name: str) -> str:
    return short_name(Person(name, ""), False)
