"""Each kind of trouble: how it begins at a real process, line or disk, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from broker_config.broker.run import Broker
from simulator.lane import Direction
from tests.chaos.cluster import ChaosCluster
from tests.chaos.kinds import COMMON
from tests.chaos.lines import Line
from tests.chaos.plan import BROKER, Kind, Trouble
from tests.chaos.shop import ChaosShop
from tests.live.processes import Process


class Fault(Protocol):
    """`end` also undoes what is left after the other things that happened meanwhile."""

    def begin(self) -> None: ...

    def end(self) -> None: ...


class _OfOne:
    def __init__(self, shop: ChaosShop, trouble: Trouble) -> None:
        self.shop, self.trouble = shop, trouble

    @property
    def process(self) -> Broker | Process:
        part = self.trouble.part
        return self.shop.broker if part == BROKER else self.shop.named[part]


class Killed(_OfOne):
    def begin(self) -> None:
        self.process.kill()

    def end(self) -> None:
        """A clock is right by the time at which a machine's services start."""
        if isinstance(self.process, Broker):
            self.process.start()
        else:
            self.shop.knobs[self.trouble.part].wrong_by = 0.0
            self.process.begin()


class Frozen(_OfOne):
    def begin(self) -> None:
        self.process.freeze()

    def end(self) -> None:
        self.process.thaw()


class Cut(_OfOne):
    def begin(self) -> None:
        self.shop.way(self.trouble.part).cut()

    def end(self) -> None:
        self.shop.way(self.trouble.part).mend()


class HalfCut(Cut):
    def begin(self) -> None:
        self.shop.way(self.trouble.part).half(Direction.DOWN)


class Delayed(_OfOne):
    def begin(self) -> None:
        self.shop.way(self.trouble.part).delay(self.trouble.much)

    def end(self) -> None:
        self.shop.way(self.trouble.part).delay(0.0)


class Dropped(_OfOne):
    def begin(self) -> None:
        self.shop.way(self.trouble.part).drop()

    def end(self) -> None:
        pass


class _AtALine(_OfOne):
    @property
    def line(self) -> Line:
        return self.shop.lines[self.trouble.part]


class Pulled(_AtALine):
    def begin(self) -> None:
        self.line.pull()

    def end(self) -> None:
        self.line.plug()


class Garbled(_AtALine):
    def begin(self) -> None:
        self.line.be_noisy(True)

    def end(self) -> None:
        self.line.be_noisy(False)


class AtTheBox(_AtALine):
    """Trouble that the transmitter makes by itself, for a while or to its next pages."""

    def begin(self) -> None:
        kind, much = self.trouble.kind, self.trouble.much
        self.line.trouble(kind, round(1000 * much) if kind is Kind.SLOW else int(much) or 1)

    def end(self) -> None:
        """What lasts for a while is over; what strikes the next pages stays for them."""
        mine = [self.trouble.kind] if self.trouble.kind is Kind.BUSY else []
        for kind in (Kind.SILENT, Kind.SLOW, Kind.BABBLE, *mine):
            self.line.trouble(kind, 0)


class FullDisk(_OfOne):
    """Without its network too: else each receipt makes room for the next press."""

    def begin(self) -> None:
        self.shop.knobs[self.trouble.part].full = True
        self.shop.way(self.trouble.part).cut()

    def end(self) -> None:
        self.shop.way(self.trouble.part).mend()
        self.shop.knobs[self.trouble.part].full = False


class FullDatabase(_OfOne):
    def begin(self) -> None:
        self.shop.knobs[self.trouble.part].full = True

    def end(self) -> None:
        self.shop.knobs[self.trouble.part].full = False


class SlowDisk(_OfOne):
    def begin(self) -> None:
        self.shop.knobs[self.trouble.part].slow = self.trouble.much

    def end(self) -> None:
        self.shop.knobs[self.trouble.part].slow = 0.0


class WrongClock(_OfOne):
    def begin(self) -> None:
        self.shop.knobs[self.trouble.part].wrong_by = self.trouble.much

    def end(self) -> None:
        self.shop.knobs[self.trouble.part].wrong_by = 0.0


class _AtTheDatabase(_OfOne):
    @property
    def cluster(self) -> ChaosCluster:
        assert self.shop.cluster is not None
        return self.shop.cluster


class StoppedDatabase(_AtTheDatabase):
    def begin(self) -> None:
        self.cluster.freeze()

    def end(self) -> None:
        self.cluster.thaw()


class BackendKilled(_AtTheDatabase):
    """PostgreSQL then ends all the others too, and recovers."""

    def begin(self) -> None:
        self.cluster.kill_a_backend()

    def end(self) -> None:
        pass


class DatabaseDown(_AtTheDatabase):
    def begin(self) -> None:
        self.cluster.crash()

    def end(self) -> None:
        self.cluster.begin()


FAULTS: dict[Kind, Callable[[ChaosShop, Trouble], Fault]] = {
    Kind.KILL: Killed,
    Kind.FREEZE: Frozen,
    Kind.CUT: Cut,
    Kind.HALF: HalfCut,
    Kind.DELAY: Delayed,
    Kind.DROP: Dropped,
    Kind.PULL: Pulled,
    Kind.GARBLE: Garbled,
    Kind.FULL: FullDisk,
    Kind.FULL_SERVER: FullDatabase,
    Kind.SLOW_DISK: SlowDisk,
    Kind.CLOCK: WrongClock,
    Kind.STOPPED: StoppedDatabase,
    Kind.BACKEND: BackendKilled,
    Kind.DOWN: DatabaseDown,
    **dict.fromkeys(COMMON, AtTheBox),
}
