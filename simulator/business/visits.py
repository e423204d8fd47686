"""A day's customers, and others with fingers: who pushes what, when, why, and how long they wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from random import Random

from simulator.business import draw, season
from simulator.business import figures as f
from simulator.business.places import Kind, kind_of
from simulator.business.season import Hours

RED = "red"


class What(StrEnum):
    CALL = "call"
    TAKEN_BACK = "taken_back"
    """A customer who found what was missing."""
    ACCIDENT = "accident"
    PRANK = "prank"
    COUNTED = "counted"
    """A yellow or a green face."""
    QUIET = "quiet"
    """Staff calls security, unseen."""
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Button:
    device: str
    input: int
    colour: str
    label: str
    zone: str

    @property
    def name(self) -> str:
        """As a stage calls it."""
        return f"{self.device}.{self.input}"

    @property
    def kind(self) -> Kind:
        return kind_of(self.label, self.zone)


@dataclass(frozen=True, slots=True)
class Visit:
    at: datetime
    button: Button
    what: What
    cause: str = "other"
    patience_s: float = 0.0
    """Whoever comes later finds nobody."""
    again_s: tuple[float, ...] = ()
    """Further pushes so long after the first one, if nobody has said by then that somebody is coming."""


@dataclass(frozen=True, slots=True)
class Shop:
    """As much of a shop as its customers see. `since`: the first day of its history."""

    name: str
    buttons: Sequence[Button]
    zone: tzinfo
    since: date
    seed: object = 1


def day(shop: Shop, on: date, hours: Hours = season.ALL_DAY) -> list[Visit]:
    """Everything that fingers do on a day, in order. Depends on the shop, its seed and the date alone."""
    rng = draw.stream(shop.seed, shop.name, "visits", on)
    busy = season.busy(on, f"{shop.seed} {shop.name}", shop.since)
    found = [visit for button in shop.buttons for visit in _of_button(shop, button, on, hours, busy, rng)]
    found += _of_children(shop, on, hours, rng)
    found += _of_staff(shop, on, hours, rng)
    return sorted(found, key=lambda one: (one.at, one.button.name))


def _of_button(
    shop: Shop, button: Button, on: date, hours: Hours, busy: float, rng: Random
) -> Iterator[Visit]:
    kind = button.kind
    if button.colour != RED:
        mean = f.COUNTED_A_DAY.get(button.colour, 0.0) * busy
        if button.colour == "green":
            mean *= season.trend(on, shop.since, f.LOYAL_A_YEAR)
    else:
        mean = f.CALLS_A_DAY * kind.weight * busy
    if mean <= 0:
        return
    shape = season.shape(on, hours, kind.peak)
    for _ in range(draw.how_many(rng, mean) if any(shape) else 0):
        at = season.moment(on, draw.place_in(rng, shape) / 4, shop.zone)
        yield _call(at, button, kind, rng) if button.colour == RED else Visit(at, button, What.COUNTED)


def _call(at: datetime, button: Button, kind: Kind, rng: Random) -> Visit:
    cause = draw.one_of(rng, kind.causes)
    patience = draw.about(rng, f.PATIENCE_S * kind.patience, f.PATIENCE_SPREAD)
    drawn = rng.random()
    if drawn < f.TAKES_BACK:
        return Visit(at, button, What.TAKEN_BACK)
    if drawn < f.TAKES_BACK + f.ACCIDENT:
        return Visit(at, button, What.ACCIDENT)
    again, after = [], 0.0
    while rng.random() < f.PRESSES_AGAIN:
        after += rng.uniform(*f.AGAIN_EVERY_S)
        again.append(after)
    return Visit(at, button, What.CALL, cause, patience, tuple(one for one in again if one < patience))


def _of_children(shop: Shop, on: date, hours: Hours, rng: Random) -> Iterator[Visit]:
    red = [one for one in shop.buttons if one.colour == RED and one.kind.weight]
    if not red or on.weekday() >= 5 or on.month in (6, 7, 8) or not _open_at(hours, f.SCHOOL_OUT_H[1]):
        return
    for _ in range(draw.how_many(rng, f.PRANKS_A_SCHOOL_DAY)):
        hour = rng.uniform(*f.SCHOOL_OUT_H)
        button = rng.choice(red)
        for number in range(rng.randint(*f.PRANK_PUSHES)):
            seconds = number * rng.uniform(3.4, 6.0)
            yield Visit(season.moment(on, hour + seconds / 3600, shop.zone), button, What.PRANK)
    if rng.random() < f.FLOODS_A_MONTH / 21:
        hour = rng.uniform(*f.SCHOOL_OUT_H)
        for number, button in enumerate(rng.sample(red, len(red))):
            seconds = number * rng.uniform(3.0, 9.0)
            yield Visit(season.moment(on, hour + seconds / 3600, shop.zone), button, What.PRANK)


def _of_staff(shop: Shop, on: date, hours: Hours, rng: Random) -> Iterator[Visit]:
    red = [one for one in shop.buttons if one.colour == RED and one.kind.weight]
    if not red:
        return
    shape = season.shape(on, hours)
    for _ in range(draw.how_many(rng, f.QUIET_CALLS_A_DAY) if any(shape) else 0):
        at = season.moment(on, draw.place_in(rng, shape) / 4, shop.zone)
        yield Visit(at, rng.choice(red), What.QUIET)
    if on.weekday() == f.DRILL_WEEKDAY and _open_at(hours, f.DRILL_H):
        button = red[on.toordinal() // 7 % len(red)]
        yield Visit(season.moment(on, f.DRILL_H, shop.zone), button, What.DRILL)


def _open_at(hours: Hours, hour: float) -> bool:
    return any(first <= hour < last for first, last in hours)
