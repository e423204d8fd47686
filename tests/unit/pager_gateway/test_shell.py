"""The end of a gateway whose core hangs: it comes, and nothing is taken from under the core."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from broker_config import machine
from broker_config.loop import Loop
from pager_gateway import shell
from pager_gateway.gateway import Gateway
from pager_gateway.ledger import Ledger
from pager_gateway.shell import GatewayShell
from tests.unit.firmware_bridge.desk import RecordingLink


class Core:
    def __init__(self) -> None:
        self.begun, self.free = threading.Event(), threading.Event()

    def start(self, now: float) -> None: ...

    def handle(self, events: Sequence[Any], now: float) -> None:
        if events:
            self.begun.set()
            self.free.wait()

    def due(self) -> float | None:
        return None


class Noted(Ledger):
    closed = False

    def close(self) -> None:
        self.closed = True
        super().close()


@pytest.fixture
def core() -> Iterator[Core]:
    made = Core()
    yield made
    made.free.set()


@pytest.mark.parametrize("hangs", [True, False])
def test_the_ledger_is_closed_when_nobody_writes_to_it(
    core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    monkeypatch.setattr(shell, "LEAVE_S", 0.0)
    monkeypatch.setattr(shell, "LAST_S", 0.05 if hangs else 30.0)
    loop: Loop[Any] = Loop(core, machine.boot_clock)
    ledger = Noted(tmp_path / "ledger.sqlite")
    made = GatewayShell(cast(Gateway, core), loop, RecordingLink(), ledger, [], machine.boot_clock)
    if hangs:
        loop.put("an order")

        def end() -> None:
            core.begun.wait()
            made.stop()

        threading.Thread(target=end).start()
    else:
        made.stop()
    assert made.run() == 0
    assert ledger.closed is not hangs
