"""Which identities the parts of this machine need, whether one is due, and who makes it: a child, since only that loads
`cryptography`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from broker_config import topics
from broker_config.broker.render import Paths
from broker_config.identity.authority import CERTIFICATE
from broker_config.identity.names import ALWAYS, own_names
from broker_config.identity.wanted import Wanted
from server.supervise import toml
from server.supervise.child import Child, Part
from server.supervise.render import HEADING, Place
from server.supervise.shop import Shop

LOOK_S = 6 * 3600.0
"""A certificate lasts a year and is renewed four months before its end."""
BROKER, HTTPS = "broker", "https"


@dataclass(frozen=True)
class Identities:
    """Of one shop on one machine. `parts` are devices; the broker and the board's HTTPS come on top of them."""

    shop: Shop
    place: Place
    parts: tuple[str, ...]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def paths(self) -> Paths:
        return Paths(self.place.folder / "broker")

    @property
    def file(self) -> Path:
        return self.place.folder / "identities.toml"

    @property
    def log(self) -> Path:
        return self.place.folder / "logs" / "identities.log"

    @property
    def authority(self) -> Path:
        return self.place.folder / "ca"

    def wanted(self) -> list[Wanted]:
        devices = [
            Wanted(self.place.identity(part), topics.client_id(self.shop.store, part)) for part in self.parts
        ]
        return [
            Wanted(self.paths.identity.path, BROKER, self._hosts()),
            Wanted(self.place.https_identity, HTTPS, self._hosts(), browsers=True),
            *devices,
        ]

    def are_due(self) -> bool:
        try:
            signer = (self.authority / CERTIFICATE).read_text()
        except OSError:
            return True
        now = self.now()
        return not self.paths.revoked.exists() or any(one.is_due(signer, now) for one in self.wanted())

    def text(self) -> str:
        """What the child reads."""
        return toml.dump(
            {
                "store": self.shop.store,
                "authority": self.authority,
                "broker": self.paths.folder,
                "wanted": [
                    {
                        "folder": one.folder,
                        "name": one.name,
                        "hosts": list(one.hosts),
                        "browsers": one.browsers,
                    }
                    for one in self.wanted()
                ],
            },
            HEADING,
        )

    def part(self) -> Part:
        return Part("identities", [sys.executable, "-m", "server.identities", str(self.file)], self.log)

    def _hosts(self) -> tuple[str, ...]:
        """A broker that only this machine reaches is called by nothing else: so nothing changes with the network."""
        if self.place.host in ALWAYS:
            return ALWAYS
        return tuple(dict.fromkeys([*own_names(), self.place.near]))


@dataclass
class Renewals:
    """While the shop runs: asked again and again, it looks a few times a day and waits for nobody."""

    identities: Identities
    write: Callable[[str, str], object]
    """Name and text of the file that the child reads."""
    say: Callable[[str], None]
    clock: Callable[[], float]
    keep_open: tuple[int, ...] = ()
    _next: float = field(init=False)
    _child: Child | None = None

    def __post_init__(self) -> None:
        self._next = self.clock() + LOOK_S

    def look(self) -> None:
        if self._child is not None:
            self._end(self._child)
        elif self.clock() >= self._next:
            self._next = self.clock() + LOOK_S
            if self.identities.are_due():
                self.write(self.identities.file.name, self.identities.text())
                self._child = Child(self.identities.part(), self.clock, self.keep_open)
                self._child.start()

    def _end(self, child: Child) -> None:
        code = child.exit_code()
        if code is None:
            return
        self._child = None
        if code == 0:
            self.say("certificates were renewed")
            self._have_them_read()
        else:
            self.say(f"certificates could not be renewed; more in {self.identities.log}")

    def _have_them_read(self) -> None:
        """The broker; the server looks at its own files now and then, all others read theirs at the next connect."""
        try:
            pid = int(self.identities.paths.pid.read_text())
            if os.fsencode(self.identities.paths.config) in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGHUP)
        except (OSError, ValueError):
            pass  # it does not run, and reads them when it starts
