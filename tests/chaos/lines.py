"""The transmitters of a shop in trouble, each with its box in software, a line that can go bad, and air of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from broker_config.lines import TCP
from broker_config.machine import boot_clock
from simulator.pager import Air
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.on_tcp import TcpTransmitter
from simulator.transmitters.tap import TapTerminal
from tests.chaos.kinds import COMMON, promise_of, rig_of
from tests.chaos.noise import NoisyLine
from tests.chaos.plan import LINES, Kind

WAYS_TO_REFUSE = (513, 512, 511)
"""A TAP terminal has several words for no: for good, for now, for want of such a pager."""


class Line:
    """`name` is the transmitter's, as the gateway knows it."""

    def __init__(self, name: str, kind: str, folder: Path, seed: int) -> None:
        self.name, self.kind = name, kind
        self.air = Air()
        self._rig = rig_of(kind)
        self._box = self._rig.box(self.air)
        self._noise: NoisyLine | None = None
        self._transmitter: PtyTransmitter | TcpTransmitter
        if kind in TCP:
            self._transmitter = TcpTransmitter(self._box, self.air, boot_clock)
        else:
            self._noise = NoisyLine(self._box, Random(f"{seed} {'line' if name == LINES[0] else name}"))
            self._transmitter = PtyTransmitter(folder / name, self._noise, self.air, boot_clock)
        self.promise = promise_of(kind)
        self._port = self._transmitter.start()

    def stop(self) -> None:
        self._transmitter.stop()

    def settings(self) -> str:
        """What stands in the gateway's file."""
        own = "".join(f"{name} = {_word(value)}\n" for name, value in self._rig.settings.items())
        return (
            f'[[transmitters]]\nname = "{self.name}"\ndriver = "{self.kind}"\nport = "{self._port}"\n'
            f"baudrate = {self._rig.baudrate}\n[transmitters.settings]\n{own}"
        )

    def pull(self) -> None:
        self._transmitter.unplug()

    def plug(self) -> None:
        self._transmitter.plug()

    def be_noisy(self, noisy: bool) -> None:
        assert self._noise is not None
        self._noise.noisy = noisy

    def trouble(self, kind: Kind, amount: int) -> None:
        """Its box is told in its own thread. What it cannot have is left out."""
        if COMMON[kind] not in self._box.troubles:
            return

        def make() -> None:
            if kind is Kind.REFUSE and isinstance(self._box, TapTerminal):
                self._box.faults.refuse = list(WAYS_TO_REFUSE[:amount])
            else:
                self._box.trouble(COMMON[kind], amount, boot_clock())

        self._transmitter.do(make)


def plug_in(kinds: Sequence[str], folder: Path, seed: int) -> dict[str, Line]:
    return {name: Line(name, kind, folder, seed) for name, kind in zip(LINES, kinds, strict=False)}


def _word(value: object) -> str:
    """Of TOML."""
    return str(value).lower() if isinstance(value, bool) else repr(value)
