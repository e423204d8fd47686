"""Pure: the shop that a scenario is played in, and which of its things the words of a step mean there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from simulator.config import Colour
from simulator.scenarios.ending import Spot, plain
from simulator.scenarios.format import ANY, EVERYBODY, HANDS, Customers, Do, Step, Timeline
from simulator.stage import BROKER, SERVER

GATEWAY, UNIT = "gateway", "unit"


@dataclass(frozen=True, slots=True)
class Cast:
    """`people`: login -> name; `wrists`: address of a pager -> who wears it."""

    buttons: tuple[Spot, ...]
    gateways: tuple[str, ...]
    transmitters: tuple[str, ...]
    people: dict[str, str]
    wrists: dict[str, str]
    ttl_s: float = 120.0


class Casting:
    """Chooses by the seed. Every problem of a timeline with this shop is found at once."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self._cast = cast
        self._random = Random(f"{seed} casting")  # noqa: S311
        self._named: dict[str, Spot] = {}

    def problems(self, timeline: Timeline) -> list[str]:
        found = []
        for number, step in enumerate(timeline.steps, 1):
            found += [f"step {number}: {text}" for text in self._step(step)]
        for number, stream in enumerate(timeline.customers, 1):
            for colour in stream.colours:
                if not self._fitting(colour, stream.zone):
                    found.append(f"customers {number}: there is no {colour} button {_there(stream.zone)}")
        return found

    def _step(self, step: Step) -> list[str]:
        cast = self._cast
        if step.do in HANDS and not self._meant(step):
            return [f"there is no {step.colour or 'red'} button {step.button!r} {_there(step.zone)}"]
        if step.do in (Do.POWER, Do.NETWORK) and not self.part(step.part or ""):
            return [f"there is no part {step.part!r}"]
        if step.transmitter is not None and step.transmitter not in cast.transmitters:
            return [f"there is no transmitter {step.transmitter!r}"]
        if step.do is Do.AWAY and not self.who(step.who or ""):
            return [f"nobody is called {step.who!r}"]
        return []

    def button(self, step: Step) -> Spot:
        """Of a step that has no problem. `any A` is the same one every time."""
        name = step.button or ANY
        key = f"{name} {step.zone} {step.colour}"
        if name.startswith(f"{ANY} ") and key in self._named:
            return self._named[key]
        meant = self._meant(step)
        if name.startswith(f"{ANY} "):
            meant = [one for one in meant if one not in self._named.values()] or meant
            self._named[key] = spot = self._random.choice(meant)
            return spot
        return self._random.choice(meant)

    def _meant(self, step: Step) -> list[Spot]:
        name = step.button or ANY
        if name == ANY or name.startswith(f"{ANY} "):
            return self._fitting(step.colour or "red", step.zone)
        return [one for one in self._cast.buttons if one.key == name or plain(one.label) == plain(name)][:1]

    def _fitting(self, colour: Colour, zone: str | None) -> list[Spot]:
        return [
            one
            for one in self._cast.buttons
            if one.colour == colour and (zone is None or plain(one.zone) == plain(zone))
        ]

    def chooser(self, stream: Customers, random: Random) -> Callable[[], Spot]:
        """Where the next customer of a stream presses."""
        colours, weights = list(stream.colours), list(stream.colours.values())
        fitting = {colour: self._fitting(colour, stream.zone) for colour in colours}
        return lambda: random.choice(fitting[random.choices(colours, weights)[0]])

    def part(self, name: str) -> str | None:
        units = {one.device for one in self._cast.buttons}
        if name == GATEWAY:
            return next(iter(self._cast.gateways), None)
        if name in (SERVER, BROKER) or name in self._cast.gateways or name in units:
            return name
        return min(units, default=None) if name == UNIT else None

    def cables(self, transmitter: str | None) -> Sequence[str]:
        return self._cast.transmitters if transmitter is None else (transmitter,)

    def who(self, name: str) -> Sequence[str]:
        if name == EVERYBODY:
            return tuple(self._cast.people)
        if name == ANY:
            return [self._random.choice(list(self._cast.people))] if self._cast.people else []
        return [login for login, full in self._cast.people.items() if name in (login, full)]


def _there(zone: str | None) -> str:
    return "in this shop" if zone is None else f"in zone {zone!r}"
