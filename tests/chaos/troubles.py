"""Each kind of trouble: how it begins at a real process, line or disk, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from broker_config.broker.run import Broker
from broker_config.machine import boot_clock
from simulator.lane import Direction
from simulator.transmitters.base import Trouble as Common
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


class Pulled(_OfOne):
    def begin(self) -> None:
        self.shop.transmitter.unplug()

    def end(self) -> None:
        self.shop.transmitter.plug()


class Garbled(_OfOne):
    def begin(self) -> None:
        self.shop.line.noisy = True

    def end(self) -> None:
        self.shop.line.noisy = False


class _AtTheTransmitter(_OfOne):
    """Its faults are set in its own thread."""

    def _set(self, **values: object) -> None:
        def change() -> None:
            for name, value in values.items():
                setattr(self.shop.terminal.faults, name, value)

        self.shop.transmitter.do(change)

    def _make(self, kind: Common, amount: int) -> None:
        """Trouble that every kind of transmitter can have."""
        terminal = self.shop.terminal
        self.shop.transmitter.do(lambda: terminal.trouble(kind, amount, boot_clock()))

    def end(self) -> None:
        """What lasts for a while is over; what strikes the next pages stays for them."""
        for kind in (Common.SILENT, Common.SLOW, Common.GARBAGE):
            self._make(kind, 0)


class Silent(_AtTheTransmitter):
    def begin(self) -> None:
        self._set(silent=True)


class Slow(_AtTheTransmitter):
    def begin(self) -> None:
        self._set(delay_reply_s=self.trouble.much)


class Refusing(_AtTheTransmitter):
    """The next pages, whichever they are: for good, for now, for want of such a pager."""

    def begin(self) -> None:
        self._set(refuse=[513, 512, 511][: int(self.trouble.much)])


class ReplyLost(_AtTheTransmitter):
    def begin(self) -> None:
        self._set(lose_reply=int(self.trouble.much))


class Babbling(_AtTheTransmitter):
    def begin(self) -> None:
        self._make(Common.GARBAGE, 1)


class Damaged(_AtTheTransmitter):
    """It finds the next blocks broken, and says so."""

    def begin(self) -> None:
        self._make(Common.CHECKSUM, int(self.trouble.much))


class Reset(_AtTheTransmitter):
    """It hangs up in the middle of the next block."""

    def begin(self) -> None:
        self._make(Common.RESET, int(self.trouble.much))


class Busy(_AtTheTransmitter):
    """Not now, to everybody."""

    def begin(self) -> None:
        self._make(Common.BUSY, 1)

    def end(self) -> None:
        self._make(Common.BUSY, 0)
        super().end()


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


FAULTS: dict[Kind, Callable[[ChaosShop, Trouble], Fault]] = {
    Kind.KILL: Killed,
    Kind.FREEZE: Frozen,
    Kind.CUT: Cut,
    Kind.HALF: HalfCut,
    Kind.DELAY: Delayed,
    Kind.DROP: Dropped,
    Kind.PULL: Pulled,
    Kind.GARBLE: Garbled,
    Kind.SILENT: Silent,
    Kind.SLOW: Slow,
    Kind.REFUSE: Refusing,
    Kind.LOSE_REPLY: ReplyLost,
    Kind.BABBLE: Babbling,
    Kind.DAMAGED: Damaged,
    Kind.RESET: Reset,
    Kind.BUSY: Busy,
    Kind.FULL: FullDisk,
    Kind.FULL_SERVER: FullDatabase,
    Kind.SLOW_DISK: SlowDisk,
    Kind.CLOCK: WrongClock,
}
