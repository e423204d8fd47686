"""What is said of a press that was only tried out: moments, who is called, who is left out and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from broker_config.messages import LightState
from server.rules.facts import Button, Carrier, Policy, Step, Store
from server.rules.roster import ABSENT, Standing, Why, roster
from server.rules.routing import Candidate, named, pagers_of


class Choice(StrEnum):
    """Why this policy."""

    ZONE = "zone"
    """The button's own zone has it."""
    ABOVE = "above"
    """A zone above has it."""
    STORE = "store"
    BUILT_IN = "built_in"
    """Nobody has written one."""
    ASKED = "asked"
    """It was to be tried, whatever else holds then."""
    CLOSED = "closed"
    """None: the store is closed then."""
    COUNTED = "counted"
    """None: the colour of the button calls nobody, its presses are counted."""


class Kind(StrEnum):
    STEP = "step"
    SKIPPED = "skipped"
    """Nobody on it."""
    NOBODY = "nobody"
    """Nobody at all could be called: the board shouts."""
    FALLBACK = "fallback"
    REPEAT = "repeat"
    SORRY = "sorry"
    """The exit clock ran out."""
    LAST_RESORT = "last_resort"
    GIVE_UP = "give_up"
    """Closed as unanswered."""


class Left(StrEnum):
    BREAK = "break"
    AWAY = "away"
    NO_SHIFT = "no_shift"
    NO_PAGER = "no_pager"
    MOST = "most"
    """The step calls no more people, and others came first."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody whom the step means and does not call."""

    carrier: Carrier
    why: Left
    standing: Standing


@dataclass(frozen=True, slots=True)
class Moment:
    after: timedelta
    """Since the press."""
    kind: Kind
    light: LightState
    """What the button shows from here on."""
    number: int = 0
    """Of the step, or of the repeat; 0 for the others."""
    step: Step | None = None
    called: tuple[Candidate, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class TryOut:
    button: Button
    at: datetime
    open: bool
    policy: Policy | None
    choice: Choice
    moments: tuple[Moment, ...] = ()


def left_out(
    store: Store,
    button: Button,
    step: Step,
    here: tuple[Standing, ...],
    called: tuple[Candidate, ...],
    now: datetime,
) -> tuple[LeftOut, ...]:
    """Whom the step means and does not call: off for a while, without a pager, one too many. Of a role or a person
    also who has no shift."""
    if step.target == "group":
        return ()
    at_work = replace(store, duties=tuple(one for one in store.duties if one.kind not in ABSENT))
    meant = named(store, button.zone_id, step, [one for one in roster(at_work, now) if one.present])
    if step.target in ("role", "carrier"):
        meant += named(store, button.zone_id, step, [one for one in here if one.why is Why.NO_SHIFT])
    standings = {one.carrier_id: one for one in here}
    done = {one.carrier.id for one in called if one.carrier is not None}
    return tuple(
        LeftOut(store.carriers[who], _why_left(store, standings[who]), standings[who])
        for who in dict.fromkeys(one.carrier_id for one in meant)
        if who not in done
    )


def _why_left(store: Store, standing: Standing) -> Left:
    if not standing.present:
        return Left(standing.why.value)
    return Left.MOST if pagers_of(store, standing.carrier_id) else Left.NO_PAGER
