"""The threads of a gateway process: one for the core, one per sender, one per port. If one dies, all end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broker_config.link import Connected, Link
from broker_config.loop import Loop
from pager_gateway.gateway import Gateway, GatewayEvent
from pager_gateway.ledger import Ledger
from pager_gateway.port import PortEvent, PortSettings, SerialPort
from pager_gateway.sender import Leave, Sender, SenderInput, SenderReport
from pager_gateway.transmitter import Transmitter

log = logging.getLogger(__name__)

LEAVE_S = 0.3
LAST_S = 5.0
"""So long a thread may take to deal with what it has begun."""


class SenderShell:
    """One transmitter's thread and its port."""

    def __init__(
        self,
        name: str,
        driver: Transmitter,
        line: PortSettings,
        report: Callable[[SenderReport], None],
        clock: Callable[[], float],
    ) -> None:
        self.name = name
        self.driver = driver
        self.port = SerialPort(line, self._from_port, clock)
        self.loop: Loop[SenderInput] = Loop(Sender(name, driver, self.port, report, clock), clock)

    def _from_port(self, event: PortEvent) -> None:
        self.loop.put(event)


@dataclass(slots=True)
class GatewayShell:
    """Runs until `stop`, or until a thread dies; `run` returns the exit code."""

    core: Gateway
    loop: Loop[GatewayEvent]
    link: Link
    ledger: Ledger
    senders: Sequence[SenderShell]
    clock: Callable[[], float]
    ready_file: Path | None = None
    _ended: threading.Event = field(default_factory=threading.Event)
    _code: int = 0

    def run(self) -> int:
        self.core.start(self.clock())
        threads = [self._thread("gateway", self.loop)]
        threads += [self._thread(f"sender {one.name}", one.loop) for one in self.senders]
        for sender in self.senders:
            sender.port.start()
        self.link.open(self._from_link)
        self._ended.wait()
        for sender in self.senders:
            sender.loop.put(Leave())
        threading.Event().wait(LEAVE_S if self._code == 0 else 0)
        self.link.close()
        self.loop.stop()
        for sender in self.senders:
            sender.port.close()
            sender.loop.stop()
        for thread in threads:
            thread.join(LAST_S)
        if not threads[0].is_alive():  # SQLite does not survive to be closed under its owner
            self.ledger.close()
        return self._code

    def stop(self) -> None:
        """From any thread."""
        self._ended.set()

    def died(self, error: BaseException) -> None:
        """A part of the process is dead: end all of it, with an exit code that starts it again."""
        log.critical("a thread died: %s", error, extra={"action": "thread.dead"}, exc_info=error)
        self._code = 70
        self.stop()

    def _thread(self, name: str, loop: Loop[GatewayEvent] | Loop[SenderInput]) -> threading.Thread:
        thread = threading.Thread(target=self._guard, args=(loop,), name=name, daemon=True)
        thread.start()
        return thread

    def _guard(self, loop: Loop[GatewayEvent] | Loop[SenderInput]) -> None:
        try:
            loop.run()
        except BaseException as error:  # noqa: BLE001
            self.died(error)

    def _from_link(self, event: GatewayEvent) -> None:
        self.loop.put(event)
        if isinstance(event, Connected) and self.ready_file is not None:
            self.ready_file.write_text("ready\n")
