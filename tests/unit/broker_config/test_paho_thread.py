"""When a link's thread counts as going round: also with no broker, and while a resolver holds it, up to a limit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from broker_config.link import LinkSetup
from broker_config.paho_link import PahoLink
from broker_config.paho_thread import CONNECTING_S


class Rounds(PahoLink):
    """Goes one round in the test's own thread."""

    def __init__(self) -> None:
        self.at = 0.0
        super().__init__(LinkSetup("s1.b1", "s1.b1", "word"), boot_clock=lambda: self.at)

    def round(self) -> None:
        self._live()


@pytest.fixture
def link() -> Iterator[Rounds]:
    made = Rounds()
    yield made
    made.close()


def test_a_thread_that_never_ran_has_no_tick(link: Rounds) -> None:
    assert link.ticked_at is None


def test_a_resolver_may_hold_it_for_a_while_and_not_for_ever(
    link: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float | None] = []

    def slow() -> None:
        for link.at in (10.0, 100.0, CONNECTING_S + 500.0):
            seen.append(link.ticked_at)
        raise OSError("no such host")

    monkeypatch.setattr(link._client, "reconnect", slow)
    link.round()
    assert seen == [10.0, 100.0, CONNECTING_S]
    assert link.ticked_at == CONNECTING_S + 500.0
    assert link.complaint == "cannot reach the broker: no such host"
