"""Fixtures of the live tests. A missing Mosquitto fails them: only LIVE=off skips (tests/conftest.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker_config.broker.run import Broker
from tests.live.brokers import users


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker of this test's own on a free port: it may be killed, frozen and restarted."""
    made = Broker(tmp_path / "broker", users().values())
    made.start()
    yield made
    made.thaw()
    made.stop()


@pytest.fixture(scope="module")
def shared_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One for a whole file, where nobody harms it."""
    made = Broker(tmp_path_factory.mktemp("broker"), users().values())
    made.start()
    yield made
    made.stop()
