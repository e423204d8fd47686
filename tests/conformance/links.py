"""One bench over both brokers: the real one is waited for by events with a deadline, the other by virtual time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from broker_config import machine
from broker_config.broker.run import Broker
from broker_config.channels import Role
from broker_config.link import Link, LinkEvent, LinkSetup, Tls
from broker_config.paho_link import PahoLink
from broker_config.presence import link_setup
from broker_config.rights import User
from simulator.broker import MemoryBroker
from simulator.clock import FakeClock
from tests.identities import broker_identity

STORE = "s1"
USERS = {
    device: User(STORE, device, role, f"secret of {device}")
    for device, role in {
        "srv": Role.SERVER,
        "g1": Role.KEEPER,
        "g2": Role.GATEWAY,
        "b1": Role.BUTTON,
        "b2": Role.BUTTON,
        "jan": Role.JANITOR,
    }.items()
}
DEADLINE_S = 40.0

T = TypeVar("T", bound=LinkEvent)


class Client:
    """A link and everything it said, in order."""

    def __init__(self, bench: Bench, link: Link) -> None:
        self._bench = bench
        self.link = link
        self.events: list[LinkEvent] = []
        self._taken = 0

    def take(self, event: LinkEvent) -> None:
        self.events.append(event)
        self._bench.notice()

    def next(self, kind: type[T], fits: Callable[[T], bool] = lambda event: True) -> T:
        """The next event of this kind; those before it are passed over."""
        found: list[T] = []

        def look() -> bool:
            while self._taken < len(self.events) and not found:
                event = self.events[self._taken]
                self._taken += 1
                if isinstance(event, kind) and fits(event):
                    found.append(event)
            return bool(found)

        self._bench.until(look, f"{kind.__name__} after {self.events[-5:]}")
        return found[0]

    def seen(self, kind: type[T]) -> list[T]:
        return [event for event in list(self.events) if isinstance(event, kind)]


class Bench(Protocol):
    """A broker with users, and time."""

    tls: Tls | None

    def make(self, setup: LinkSetup) -> Link: ...
    def notice(self) -> None: ...
    def until(self, done: Callable[[], bool], what: str) -> None: ...
    def pass_time(self, seconds: float) -> None: ...
    def port(self) -> int: ...
    def kill(self) -> None: ...
    def stop(self) -> None: ...
    def start(self) -> None: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...
    def finish(self) -> None: ...


def setup_of(bench: Bench, device: str, **changes: object) -> LinkSetup:
    """What the device would really use, with a `run` of its own."""
    known = USERS.get(device)
    if known is None or known.role is Role.JANITOR:
        user = known or User(STORE, device, Role.BUTTON, "nobody knows")
        plain = LinkSetup(user.name, user.name, user.password, port=bench.port(), tls=bench.tls)
        return replace(plain, **changes)  # type: ignore[arg-type]
    setup = link_setup(known, run="aaaa", boot="bbbb", sw="1", port=bench.port(), tls=bench.tls)
    return replace(setup, **changes)  # type: ignore[arg-type]


class MemoryBench:
    tls: Tls | None = None

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.broker = MemoryBroker(self.clock, USERS.values())

    def make(self, setup: LinkSetup) -> Link:
        return self.broker.link(setup)

    def notice(self) -> None:
        pass

    def until(self, done: Callable[[], bool], what: str) -> None:
        until = self.clock.boot() + DEADLINE_S
        while not done():
            assert self.clock.boot() < until, f"never came: {what}"
            self.clock.advance(0.001)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def port(self) -> int:
        return 1

    def kill(self) -> None:
        self.broker.kill()

    def stop(self) -> None:
        self.broker.stop()

    def start(self) -> None:
        self.broker.start()

    def freeze(self) -> None:
        self.broker.freeze()

    def thaw(self) -> None:
        self.broker.thaw()

    def finish(self) -> None:
        pass


class MosquittoBench:
    def __init__(self, broker: Broker, tls: Tls | None = None) -> None:
        self.broker = broker
        self.tls = tls
        self.deaths: list[BaseException] = []
        self._changed = threading.Condition()
        self._links: list[PahoLink] = []

    @classmethod
    def fresh(cls, folder: Path) -> MosquittoBench:
        """With TLS, as in a shop, and passwords inside it, which can be wrong."""
        paths = broker_identity(folder / "broker")
        broker = Broker(folder / "broker", USERS.values(), tls=True, password_port=0)
        broker.start()
        return cls(broker, Tls(paths.identity.authority))

    def make(self, setup: LinkSetup, boot_clock: Callable[[], float] = machine.boot_clock) -> Link:
        link = PahoLink(setup, boot_clock=boot_clock, delays_s=(0.05, 0.2), on_death=self.deaths.append)
        self._links.append(link)
        return link

    def notice(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def until(self, done: Callable[[], bool], what: str) -> None:
        with self._changed:
            assert self._changed.wait_for(done, DEADLINE_S), f"never came: {what}"

    def until_often(self, done: Callable[[], bool], what: str) -> None:
        """For what brings no event by itself: asks again and again."""
        until = time.monotonic() + DEADLINE_S
        while not done():
            assert time.monotonic() < until, f"never came: {what}"
            with self._changed:
                self._changed.wait(0.02)

    def pass_time(self, seconds: float) -> None:
        """Only where the passing of time itself is what is tried."""
        threading.Event().wait(seconds)

    def port(self) -> int:
        return self.broker.password_port or self.broker.port

    def kill(self) -> None:
        self.broker.kill()

    def stop(self) -> None:
        self.broker.stop()

    def start(self) -> None:
        self.broker.start()

    def freeze(self) -> None:
        self.broker.freeze()

    def thaw(self) -> None:
        self.broker.thaw()

    def part(self) -> None:
        """End the links; the broker is somebody else's."""
        for link in self._links:
            link.close()
        assert not self.deaths

    def finish(self) -> None:
        self.broker.thaw()
        try:
            self.part()
        finally:
            self.broker.stop()
