"""A gateway that is to be claimed. It has no button: six figures say that the key on the screen is the one in here."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import broker_config
from broker_config import machine
from broker_config.ending import Ending
from broker_config.enrol.at_start import OwnFile, start_again
from broker_config.enrol.claim import Asker, Claim, Device, Heard, View
from broker_config.enrol.core import Stage
from broker_config.enrol.talk import Talk
from broker_config.enrol.told import Told
from broker_config.enrol.unclaimed import Joins, Unclaimed
from broker_config.enrolment import Grant, Join
from broker_config.loop import Loop


class GatewayClaim:
    """The core: ends when it is claimed, or `once` a join string came to nothing."""

    def __init__(self, unclaimed: Unclaimed, end: Callable[[], None], *, once: bool) -> None:
        self._unclaimed = unclaimed
        self._end = end
        self._once = once

    def handle(self, events: Sequence[Heard], now: float) -> None:
        self._unclaimed.handle(events, now)
        failed = self._unclaimed.view.stage is Stage.FAILED
        if self._unclaimed.grant is not None or (failed and self._once):
            self._end()

    def due(self) -> float | None:
        return self._unclaimed.due()


class ClaimingGateway:
    """`run` until it is claimed, or until `stop`."""

    def __init__(
        self,
        file: OwnFile,
        joins: Joins,
        say: Callable[[View], None],
        *,
        once: bool = False,
    ) -> None:
        self._file = file
        self._unclaimed = Unclaimed(joins, self._begin, say, machine.boot_clock())
        core = GatewayClaim(self._unclaimed, self.stop, once=once)
        self._loop: Loop[Heard] = Loop(core, machine.boot_clock)
        self._asker: Asker | None = None

    @property
    def is_claimed(self) -> bool:
        return self._unclaimed.grant is not None

    def run(self) -> None:
        self._loop.run()
        if self._asker is not None:
            self._asker.close()

    def stop(self) -> None:
        self._loop.stop()

    def _begin(self, join: Join, now: float) -> Claim:
        if self._asker is not None:
            self._asker.close()
        self._asker = asker = Asker(Talk(join.host, join.port), self._loop.put)
        device = Device("g", self._file.identity, self._take, (), broker_config.__version__)
        claim = Claim(join, device, now=now, jitter=random.random, ask=asker.ask)
        asker.open()
        return claim

    def _take(self, grant: Grant) -> None:
        self._file.take(grant, {"keeper": grant.keeper})


def claim(file: OwnFile, joins: Joins) -> int:
    """The service of a gateway that is to be claimed. Does not return once it is: then it starts again as what it has
    become. Returns the exit code when it was told to end."""
    gateway = ClaimingGateway(file, joins, Told(file.data))
    Ending(lambda _: gateway.stop()).open()
    gateway.run()
    if gateway.is_claimed:
        start_again()
    return 0
