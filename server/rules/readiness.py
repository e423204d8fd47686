"""Does everything work: one line per device with the cause when it does not, and whether the whole path holds.

A line is `good`, `bad` (the path does not hold, minutes are not covered) or `warn` (worth knowing, and the path
holds all the same). What was tried counts for its own hop only: a press that came proves the button, whatever the
transmitter did afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from server.rules.canaries import EVERY, Canary, CanaryState, Input, Sender
from server.rules.coverage import Span
from server.rules.facts import Button, Policy, PolicyUse, Step, Store
from server.rules.opening import is_open
from server.rules.policies import BUILT_IN, policy_for
from server.rules.roster import roster
from server.rules.routing import candidates

ROUNDS_MISSED, GRACE = 2, timedelta(minutes=5)
NOT_TRIED_AFTER = ROUNDS_MISSED * EVERY + GRACE
"""Older than this in opening hours, a proof is none any more: two rounds of canaries were missed."""
SLOW_BROKER_S = 2.0
"""Round trip through the broker from which on a call is noticeably late."""
NEAR = 0.8
"""So much of the air time of an hour is worth a warning: the rest is kept for the urgent."""
SILENT_AFTER = timedelta(seconds=150)
"""The engine looks every minute: two looks missed mean that it stands still or is off."""


class Cause(StrEnum):
    """Why a line is not good."""

    SERVER_OFF = "server_off"
    """The server was not running, or does not look any more."""
    NO_LINK = "no_link"
    """The server has no connection to the broker, or its own probe does not come back."""
    SLOW_BROKER = "slow_broker"
    NEVER_SEEN = "never_seen"
    OFFLINE = "offline"
    NO_PRESS = "no_press"
    """Told to make a press, the unit made none in time."""
    REFUSED = "refused"
    """Told to make a press, the unit said that it cannot."""
    NOT_TRIED = "not_tried"
    DEAD = "dead"
    """The gateway says that the transmitter does not answer."""
    NO_RESULT = "no_result"
    """The gateway never said what became of the silent page."""
    FAILED = "failed"
    """The transmitter did not take the silent page."""
    NO_TRANSMITTER = "no_transmitter"
    NO_BUTTON = "no_button"
    NOBODY = "nobody"
    """Nobody with a pager is on the floor."""
    NO_PAGER = "no_pager"
    NO_KEEPER = "no_keeper"
    """No gateway stands in while the server is silent."""
    NEAR_CEILING = "near_ceiling"
    """The transmitter has used nearly all the air time that it may use in an hour."""
    NO_PLAN = "no_plan"
    """The keeper gateway has no plan to stand in by."""
    CERTIFICATE = "certificate"
    """Its certificate ends within days; or it ended, and that keeps the device away."""


class Thing(StrEnum):
    """What a line is about."""

    SERVER = "server"
    UNIT = "unit"
    GATEWAY = "gateway"
    TRANSMITTER = "transmitter"
    PEOPLE = "people"


class Mood(StrEnum):
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class DeviceFact:
    device: str
    kind: str
    name: str
    state: str
    since: datetime | None
    certificate_ends: datetime | None = None
    """When it does so before long; None: nothing is known to be wrong with it."""


@dataclass(frozen=True, slots=True)
class TransmitterFact:
    gateway: str
    name: str
    state: str
    cause: str | None
    driver: str = ""
    ceiling_s: int | None = None
    """Air time that it may use in an hour; None: no ceiling is known."""
    air_s: int | None = None
    """Air time of the last hour; None: nobody counts it."""
    standby: Sender | None = None
    """What takes over when it does not get a page out."""

    @property
    def air_share(self) -> float | None:
        """How much of its air time is used; None: nobody knows, or there is no end to it."""
        return None if self.air_s is None or not self.ceiling_s else self.air_s / self.ceiling_s


@dataclass(frozen=True, slots=True)
class LinkFact:
    """The server's own way to the broker; `round_trip_s` of its last probe. `trouble` as the engine last wrote
    it down, for those who are not the engine."""

    trouble: Cause | None = None
    round_trip_s: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    store: Store
    devices: tuple[DeviceFact, ...]
    transmitters: tuple[TransmitterFact, ...]
    inputs: Mapping[Input, Canary]
    """The last walk of each input that is over."""
    senders: Mapping[Sender, Canary]
    """The last walk that reached each transmitter's gateway and is over."""
    link: LinkFact
    plan: bool | None = None
    """Whether the keeper has a plan; None: nobody knows."""
    tried: timedelta = EVERY
    """How often everything is tried."""

    def is_old(self, last: Canary, now: datetime) -> bool:
        """Whether it proves nothing any more."""
        return now - last.asked_at > ROUNDS_MISSED * self.tried + GRACE


@dataclass(frozen=True, slots=True)
class Line:
    thing: Thing
    key: str
    """Device id; of a transmitter `gateway/name`."""
    name: str
    mood: Mood
    cause: Cause | None = None
    since: datetime | None = None
    """When it went away, or when it was last tried in vain; of a certificate when it ends."""
    said: str = ""
    """What the device itself said about it."""
    inputs: tuple[int, ...] = ()
    """Of a unit: the inputs with this cause."""
    tried: tuple[Canary, ...] = ()
    """The last walks, of a unit one per input, of a transmitter one."""
    transmitter: TransmitterFact | None = None


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many people a step of the policy would call now; of a zone's step over all zones together."""

    step: Step
    people: int


@dataclass(frozen=True, slots=True)
class Readiness:
    lines: tuple[Line, ...]
    open: bool
    steps: tuple[StepCount, ...]
    people: int
    """On the floor with a pager that some step would ring."""

    @property
    def covered(self) -> bool:
        return not self.bad

    @property
    def bad(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.mood is Mood.BAD)


def readiness(facts: Facts, now: datetime) -> Readiness:
    store, opened = facts.store, is_open(facts.store, now)
    steps, people = floor(store, now)
    lines = [_server(facts)]
    lines += _units(facts, now, opened)
    lines += _gateways(facts, now)
    lines += _transmitters(facts, now, opened)
    lines.append(_people(store, people, opened))
    return Readiness(tuple(lines), opened, steps, people)


def link_of(newest: Span | None, now: datetime) -> LinkFact:
    """What the engine last wrote down about its own way to the broker, for those who are not the engine."""
    if newest is None or now - newest.ends_at > SILENT_AFTER:
        return LinkFact(Cause.SERVER_OFF)
    codes = {code for code, _ in newest.causes}
    return LinkFact(next((cause for cause in (Cause.NO_LINK, Cause.SLOW_BROKER) if cause in codes), None))


def _server(facts: Facts) -> Line:
    found = next((one for one in facts.devices if one.kind == "s"), None)
    key, name = ("server", "") if found is None else (found.device, found.name)
    trouble = facts.link.trouble
    if trouble is None and (facts.link.round_trip_s or 0.0) > SLOW_BROKER_S:
        trouble = Cause.SLOW_BROKER
    return Line(Thing.SERVER, key, name, Mood.BAD if trouble else Mood.GOOD, trouble)


def _units(facts: Facts, now: datetime, opened: bool) -> Iterable[Line]:
    numbers: dict[str, list[int]] = {}
    for device, number in sorted(facts.store.buttons):
        numbers.setdefault(device, []).append(number)
    known = {one.device: one for one in facts.devices if one.kind == "b"}
    if not numbers:
        yield Line(Thing.UNIT, "", "", Mood.BAD, Cause.NO_BUTTON)
    for device in sorted(known.keys() | numbers.keys()):
        yield _unit(facts, device, known.get(device), tuple(numbers.get(device, ())), now=now, opened=opened)


def _unit(
    facts: Facts,
    device: str,
    known: DeviceFact | None,
    numbers: tuple[int, ...],
    *,
    now: datetime,
    opened: bool,
) -> Line:
    tried = tuple(found for number in numbers if (found := facts.inputs.get((device, number))) is not None)
    name = known.name if known is not None else ""
    away = _away(known)
    if away is not None:
        since = known.since if known is not None else None
        line = Line(Thing.UNIT, device, name, Mood.BAD, away, since, tried=tried)
        return _outside(line, known, now)
    failed = [one for one in tried if one.page_id is None and one.pressed_at is None]
    if failed:
        cause, said = _why(failed[0])
        inputs = tuple(one.input for one in failed)
        return Line(Thing.UNIT, device, name, Mood.BAD, cause, failed[0].final_at, said, inputs, tried)
    fresh = {one.input for one in tried if not facts.is_old(one, now)}
    stale = tuple(number for number in numbers if number not in fresh)
    if stale and opened:
        return Line(Thing.UNIT, device, name, Mood.BAD, Cause.NOT_TRIED, None, "", stale, tried)
    return _ending(Line(Thing.UNIT, device, name, Mood.GOOD, tried=tried), known)


def _outside(line: Line, known: DeviceFact | None, now: datetime) -> Line:
    """It may be the certificate that keeps it away."""
    ends = known.certificate_ends if known is not None else None
    if ends is None or now < ends or line.cause is not Cause.OFFLINE:
        return line
    return replace(line, cause=Cause.CERTIFICATE, since=ends)


def _ending(line: Line, known: DeviceFact | None) -> Line:
    """The path holds still."""
    ends = known.certificate_ends if known is not None else None
    if ends is None or line.cause is not None:
        return line
    return replace(line, mood=Mood.WARN, cause=Cause.CERTIFICATE, since=ends)


def _gateways(facts: Facts, now: datetime) -> Iterable[Line]:
    for one in facts.devices:
        if one.kind != "g":
            continue
        away = _away(one)
        cause, mood = away, Mood.BAD if away else Mood.GOOD
        if away is None and one.device == facts.store.keeper and facts.plan is False:
            cause, mood = Cause.NO_PLAN, Mood.WARN
        elif away is None and facts.store.keeper is None:
            cause, mood = Cause.NO_KEEPER, Mood.WARN
        line = Line(Thing.GATEWAY, one.device, one.name, mood, cause, one.since if away else None)
        yield _outside(line, one, now) if away else _ending(line, one)


def _transmitters(facts: Facts, now: datetime, opened: bool) -> Iterable[Line]:
    if not facts.transmitters:
        yield Line(Thing.TRANSMITTER, "", "", Mood.BAD, Cause.NO_TRANSMITTER)
    for one in facts.transmitters:
        yield _transmitter(facts, one, now, opened)


def _transmitter(facts: Facts, one: TransmitterFact, now: datetime, opened: bool) -> Line:
    last = facts.senders.get((one.gateway, one.name))
    good = Line(
        Thing.TRANSMITTER,
        f"{one.gateway}/{one.name}",
        one.name,
        Mood.GOOD,
        tried=() if last is None else (last,),
        transmitter=one,
    )
    gateway = next((device for device in facts.devices if device.device == one.gateway), None)
    if _away(gateway) is not None:  # the gateway's own line is bad; this one only says what follows from it
        return replace(good, mood=Mood.WARN, cause=Cause.OFFLINE)
    if one.state == "dead":
        mood = Mood.WARN if _stands_by(facts, one) else Mood.BAD
        return replace(good, mood=mood, cause=Cause.DEAD, said=one.cause or "")
    if last is not None and last.state is CanaryState.BAD:
        cause, said = _why(last)
        return replace(good, mood=Mood.BAD, cause=cause, since=last.final_at, said=said)
    if opened and (last is None or facts.is_old(last, now)):
        return replace(good, mood=Mood.BAD, cause=Cause.NOT_TRIED)
    if (one.air_share or 0.0) >= NEAR:
        return replace(good, mood=Mood.WARN, cause=Cause.NEAR_CEILING)
    return good


def _stands_by(facts: Facts, one: TransmitterFact) -> bool:
    """Whether another one that works calls its pagers meanwhile: the path holds."""
    other = next((line for line in facts.transmitters if (line.gateway, line.name) == one.standby), None)
    if other is None or other.state == "dead":
        return False
    return _away(next((device for device in facts.devices if device.device == other.gateway), None)) is None


def _people(store: Store, people: int, opened: bool) -> Line:
    line = Line(Thing.PEOPLE, "people", "", Mood.GOOD)
    if not store.pagers:
        return replace(line, mood=Mood.BAD, cause=Cause.NO_PAGER)
    if opened and not people:
        return replace(line, mood=Mood.BAD, cause=Cause.NOBODY)
    return line


def floor(store: Store, now: datetime) -> tuple[tuple[StepCount, ...], int]:
    """How many people each step of the whole store's policy would call now, and how many all of them together."""
    standing = roster(store, now)
    policy = _default_policy(store, now)
    used = {button.zone_id for button in store.buttons.values() if button.zone_id is not None}
    zones: list[int | None] = [*sorted(used)]
    everybody: set[int] = set()
    counts = []
    for step in policy.steps:
        found: set[int] = set()
        groups: set[int] = set()
        for zone in zones or [None]:
            button = Button(None, "", 0, zone, "", "", "red")
            for one in candidates(store, button, step, standing, {}):
                if one.carrier is not None:
                    found.add(one.carrier.id)
                else:
                    groups |= {-pager.id for pager in one.pagers}
        everybody |= found | groups
        counts.append(StepCount(step, len(found | groups)))
    return tuple(counts), len(everybody)


def _default_policy(store: Store, now: datetime) -> Policy:
    """The whole store's, of opening hours: also before opening, to see who would be called then."""
    found = policy_for(store, None, now, drill=True)
    return found if found is not None and found.use is PolicyUse.CALL else BUILT_IN


def _away(device: DeviceFact | None) -> Cause | None:
    if device is None or device.state == "unknown":
        return Cause.NEVER_SEEN
    return None if device.state == "online" else Cause.OFFLINE


def _why(canary: Canary) -> tuple[Cause, str]:
    code, _, said = (canary.cause or Cause.FAILED.value).partition(":")
    return (Cause(code) if code in set(Cause) else Cause.FAILED), said.strip()
