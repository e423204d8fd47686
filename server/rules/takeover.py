"""When another gateway takes a page over, and what is said of the first one then.

A gateway that works is never passed over while it may put the page on the air: it is asked to let go of it, and what it
answers decides. Only one that is lost (away, or silent) is not waited for; then the page may ring twice, and the second
time it says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from broker_config.messages import PageState
from server.rules.attempts import MOST, Able, began, left, ways_of
from server.rules.facts import Page, Way
from server.rules.lines import GATEWAY_SURE, SILENT

HOLD = timedelta(seconds=4)
"""So long a gateway has to say that it holds a page."""
IN_HAND = timedelta(seconds=25)
"""So long a page may be in the hand of a transmitter that works. Some boxes hold their answer back for up to 30 s; but
a customer does not wait for that, and a second call that says that it repeats does less harm than a late one."""
HEARD_OUT = timedelta(seconds=1)
"""So long after a connect all is heard that the broker kept for this server."""
_ASKED = (PageState.ORDERED, PageState.HELD, PageState.TRANSMITTING)


class Why(StrEnum):
    """Why another gateway has it now."""

    NO_ANSWER = "ordered"
    """It never said that it holds it."""
    SILENT = "silent"
    """It held it, and answers nothing any more."""
    AWAY = "away"
    """The gateway is away."""
    DEAD = "dead"
    """The gateway itself calls its line dead."""
    WAITED = "waited"
    """It let go of what had waited there for too long."""
    STUCK = "stuck"
    """The gateway answers, but its transmitter never gets done with it."""
    FAILED = "failed"
    """It could not be sent there."""


@dataclass(frozen=True, slots=True)
class Move:
    gateway: str
    why: Why
    doubt: bool
    """Whether it may have rung where it was."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the gateway that is asked for a page. None: nothing, or that it is not so."""

    dead: Able
    """Whether a way is dead by its gateway's own word."""
    long_dead: Able
    """And has been for so long that it is no plug that is put back."""
    since: datetime | None = None
    """It had no chance to answer before."""
    answered_at: datetime | None = None
    """When it last answered to anything."""
    gone_at: datetime | None = None
    linked_at: datetime | None = None
    """When this server itself came to the broker."""


def takeover(page: Page, patience: timedelta, now: datetime, able: Able, known: Known) -> Move | None:
    """The gateway that takes it over now. `able`: whether a way is any good."""
    if not _may_move(page, now):
        return None
    fresh, again = _others(page, able)
    other = fresh or again
    why = _why(page, patience, now, able, known)
    if why is Why.STUCK:
        other = fresh
    if other is None or why is None:
        return None
    return Move(other, why, doubt=page.state in _ASKED and not _never_came(page, known))


def asks_back(page: Page, patience: timedelta, now: datetime, able: Able, known: Known) -> bool:
    """Whether its gateway is to let go of it, so that another one can have it: its line is dead, or the page waits
    behind others for too long. What it answers says whether that was in time."""
    if not _may_move(page, now) or page.state not in _ASKED or known.gone_at is not None:
        return False
    fresh, again = _others(page, able)
    if _stuck(page, known):
        return (fresh or again) is not None
    return page.state is PageState.HELD and fresh is not None and _waited(page, now, known) >= patience


def keeps_silent(page: Page, now: datetime, known: Known) -> bool:
    """Whether its gateway has not answered for so long that it is of no use. It is asked every two seconds."""
    moments = [began(page), *(one for one in (known.since, known.answered_at) if one is not None)]
    if page.state is PageState.ORDERED:
        return _waited(page, now, known) >= SILENT
    return page.state in _ASKED and now - max(moments) >= SILENT


def _why(page: Page, patience: timedelta, now: datetime, able: Able, known: Known) -> Why | None:
    waited = _waited(page, now, known)
    match page.state:
        case PageState.FAILED:
            return Why.FAILED
        case PageState.CANCELLED:  # it was asked back
            return Why.DEAD if _stuck(page, known) else Why.WAITED
        case PageState.QUEUED if not any(able(way) for way in _here(page)):
            return _why_not(page, known)
        case PageState.ORDERED if _never_came(page, known) or _is_away(began(page), HOLD, now, known):
            return Why.AWAY
        case PageState.ORDERED if waited >= HOLD:
            return Why.NO_ANSWER
        case PageState.HELD | PageState.TRANSMITTING if _is_away(known.gone_at, GATEWAY_SURE, now, known):
            return Why.AWAY
        case PageState.HELD | PageState.TRANSMITTING if keeps_silent(page, now, known):
            return Why.SILENT
        case PageState.TRANSMITTING if all(known.long_dead(way) for way in _here(page)):
            return Why.DEAD  # its driver may go on trying for long
        case PageState.TRANSMITTING if waited >= max(patience, IN_HAND):
            return Why.STUCK
    return None


def _why_not(page: Page, known: Known) -> Why:
    """Why it is not ordered where it was to be."""
    if known.gone_at is not None:
        return Why.AWAY
    return Why.DEAD if _stuck(page, known) else Why.NO_ANSWER


def _never_came(page: Page, known: Known) -> bool:
    """Its gateway was away when it was ordered: the broker keeps nothing for one that is."""
    return page.state is PageState.ORDERED and known.gone_at is not None and known.gone_at <= began(page)


def _is_away(since: datetime | None, enough: timedelta, now: datetime, known: Known) -> bool:
    """For `enough` since then, so that it does not come back at once; and what it said before it went is heard."""
    if known.gone_at is None or since is None or now - since < enough:
        return False
    return known.linked_at is None or now - known.linked_at >= HEARD_OUT


def _waited(page: Page, now: datetime, known: Known) -> timedelta:
    return now - max(began(page), known.since or began(page))


def _may_move(page: Page, now: datetime) -> bool:
    return bool(page.ways) and len(page.others) + 1 < MOST and page.deadline_at - now >= timedelta(seconds=1)


def _here(page: Page) -> tuple[Way, ...]:
    return tuple(way for way in ways_of(page) if way[0] == page.gateway)


def _stuck(page: Page, known: Known) -> bool:
    return all(known.dead(way) for way in _here(page))


def _others(page: Page, able: Able) -> tuple[str | None, str | None]:
    """The first gateway that was not asked for it yet, and the first of all, this one left out."""
    tried = {one.gateway for one in page.others}
    elsewhere = [gateway for gateway, _ in _elsewhere(page, able)]
    return next((one for one in elsewhere if one not in tried), None), next(iter(elsewhere), None)


def _elsewhere(page: Page, able: Able) -> Iterable[Way]:
    return (way for way in left(page) if way[0] != page.gateway and able(way))
