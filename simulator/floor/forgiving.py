"""A stage on which whatever cannot be done now is left out and said in the log: a play goes on without it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from simulator.floor.switches import PartSilent
from simulator.floor.unit_line import UnitSilent
from simulator.stage import Cable, Network, NoSuchThing, Power, Stage

log = logging.getLogger(__name__)


class Forgiving:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def parts(self) -> Sequence[str]:
        return self._stage.parts

    def power(self, part: str, verb: Power) -> None:
        self._try(partial(self._stage.power, part, verb))

    def network(self, part: str, verb: Network) -> None:
        self._try(partial(self._stage.network, part, verb))

    def cable(self, transmitter: str, verb: Cable) -> None:
        self._try(partial(self._stage.cable, transmitter, verb))

    def hand(self, button: str, verb: str, figures: Mapping[str, float | str] | None = None) -> None:
        self._try(partial(self._stage.hand, button, verb, figures))

    def staff(self, on: bool) -> None:
        self._try(partial(self._stage.staff, on))

    def away(self, login: str, away: bool) -> None:
        self._try(partial(self._stage.away, login, away))

    def _try(self, call: Callable[[], None]) -> None:
        try:
            call()
        except (NoSuchThing, PartSilent, UnitSilent, ValueError) as error:
            log.warning("left out of a scenario: %s", error, extra={"action": "scenario.left_out"})
