"""The door's own visits to the broker: taking a name over, so that whoever has it is thrown out; clearing what the
broker keeps of a device, as janitor."""

from __future__ import annotations

import queue
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from broker_config import topics
from broker_config.channels import CHANNELS, STATUS, Role
from broker_config.files import write_private
from broker_config.link import Connected, Link, LinkEvent, LinkSetup, Publication, Published, Tls
from broker_config.paho_link import PahoLink
from server.door.broker_files import JANITOR
from server.door.signing import Signer

NOT_ALLOWED = "Not authorized"
PATIENCE_S = 2.0
"""For one answer of a broker on this machine or in this shop."""


class Unreachable(Exception):
    """The broker does not answer: to be tried again."""


def paho(setup: LinkSetup) -> Link:
    """A link that nobody's process ends with."""
    return PahoLink(setup, on_death=lambda error: None)


@dataclass(frozen=True)
class Visits:
    signer: Signer
    host: str
    port: int
    open_link: Callable[[LinkSetup], Link] = paho

    def throw_out(self, store: str, device: str, now: datetime) -> None:
        """The broker lets one client have a name at a time: the newest. Its session goes too. Raises Unreachable."""
        with self._visit(store, device, now):
            pass

    def clear(self, store: str, device: str, topics_: Iterable[str], now: datetime) -> None:
        """Raises Unreachable."""
        with self._visit(store, JANITOR, now) as (link, heard):
            for topic in topics_:
                handle = link.publish(Publication(topic, b"", 1, retain=True))
                if handle is None:
                    raise Unreachable(f"the broker went away while {device} was cleared")
                answer = _wait(heard, lambda event, handle=handle: _answers(event, handle))  # type: ignore[misc]
                if isinstance(answer, Published) and answer.reason == NOT_ALLOWED:
                    raise Unreachable(f"the broker does not let the janitor clear {topic}")

    @contextmanager
    def _visit(
        self, store: str, device: str, now: datetime
    ) -> Iterator[tuple[Link, queue.SimpleQueue[LinkEvent]]]:
        name = topics.client_id(store, device)
        heard: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
        key, certificate = self.signer.for_a_moment(store, device, now)
        with tempfile.TemporaryDirectory(prefix="rb-door-") as folder:
            files = Tls(*(Path(folder) / one for one in ("ca.crt", "device.crt", "device.key")))
            written = ((files.ca_file, self.signer.authority.certificate), (files.cert_file, certificate))
            for path, text in (*written, (files.key_file, key)):
                assert path is not None
                write_private(path, text)
            setup = LinkSetup(name, name, "", self.host, self.port, tls=files)
            link = self.open_link(setup)
            try:
                link.open(heard.put)
                _wait(heard, lambda event: isinstance(event, Connected))
                yield link, heard
            finally:
                link.close()


def kept_topics(store: str, kind: str, device: str, *, servers_too: bool) -> list[str]:
    """What the broker may keep about a device. `servers_too`: also what this server told it, by which a new device of
    the same name would go."""
    return [
        topics.build(store, kind, device, channel.tail)
        for channel in CHANNELS
        if channel.retain
        and kind in channel.kinds
        and (servers_too or channel is STATUS or Role.SERVER not in channel.writers)
    ]


def _answers(event: LinkEvent, handle: int) -> bool:
    return isinstance(event, Published) and event.handle == handle


def _wait(heard: queue.SimpleQueue[LinkEvent], wanted: Callable[[LinkEvent], bool]) -> LinkEvent:
    """Not more than a few other events can come first."""
    for _ in range(20):
        try:
            event = heard.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise Unreachable(f"no answer within {PATIENCE_S:g} s") from None
        if wanted(event):
            return event
    raise Unreachable("other answers than the one that was waited for")
