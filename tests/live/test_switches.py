"""The switches of the floor page on a real shop: every kind of part is frozen, killed, stopped and cut off, and comes
back; the board follows; and Ctrl-C ends everything, frozen parts too."""

from __future__ import annotations

import json
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.live.processes import wait_until
from tests.live.up_process import Up, gone

pytestmark = pytest.mark.live
PATIENCE_S = 90.0


class Floor:
    """A browser on the floor page: posts, and holds every item as it is now."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._changed = threading.Condition()
        self.items: dict[str, dict[str, Any]] = {}
        self._answer = urllib.request.urlopen(f"{address}/live", timeout=PATIENCE_S)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with suppress(OSError, ValueError, AttributeError):
            for line in self._answer:
                if line.startswith(b"data: "):
                    with self._changed:
                        self.items.update(json.loads(line[6:]))
                        self._changed.notify_all()

    def close(self) -> None:
        self._thread.join(PATIENCE_S)
        self._answer.close()

    def post(self, path: str, body: object) -> None:
        headers = {"content-type": "application/json", "origin": self._address}
        request = urllib.request.Request(self._address + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            assert answer.status == 204

    def power(self, verb: str, *parts: str) -> None:
        for part in parts:
            self.post(f"/parts/{part}/power", {"verb": verb})

    def network(self, verb: str, *parts: str) -> None:
        for part in parts:
            self.post(f"/parts/{part}/network", {"verb": verb})

    def until(self, true: Callable[[], bool], what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(true, PATIENCE_S):
                parts = {key: item for key, item in self.items.items() if key.startswith("part:")}
                pytest.fail(f"never {what}: {parts}")

    def becomes(self, state: str, *parts: str, network: str = "ok") -> None:
        for part in parts:
            wanted = (state, None if part == "broker" else network)
            self.until(lambda: self._part(part) == wanted, f"{part} {wanted}")  # noqa: B023

    def _part(self, name: str) -> tuple[str, str | None] | None:
        item = self.items.get(f"part:{name}")
        return None if item is None else (item["state"], item["network"])

    def pages(self) -> int:
        return sum(item["count"] for key, item in self.items.items() if key.startswith("pager:"))


class Board:
    def __init__(self, address: str, password: str) -> None:
        self._api = f"{address}/api/v1"
        credentials = {"login": "manager", "password": password}
        self._token = self._ask("/sign-in", credentials)["token"]

    def _ask(self, path: str, body: object = None) -> Any:
        headers = {"content-type": "application/json"}
        if body is None:
            headers["authorization"] = f"Bearer {self._token}"
        content = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(
            urllib.request.Request(self._api + path, content, headers), timeout=PATIENCE_S
        ) as answer:
            return json.load(answer)

    def until(self, device: str, presence: str) -> None:
        wait_until(
            lambda: self._presence(device) == presence, f"{device} is {presence} on the board", PATIENCE_S
        )

    def _presence(self, device: str) -> str | None:
        """None: the server is just starting."""
        try:
            items = self._ask("/stores/kadriorg/devices")["items"]
        except ConnectionError:
            return None
        except urllib.error.URLError as error:
            if isinstance(error.reason, ConnectionError):
                return None
            raise
        return next(str(one["presence"]) for one in items if one["device"] == device)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    made = Up(tmp_path / "data")
    yield made
    made.close()


def test_every_switch_and_the_way_back(up: Up) -> None:
    words = up.open()
    floor = Floor(words["floor"])
    board = Board(words["board"], words["manager"])
    parts = ("broker", "server", "g1", "b1", "b2")
    floor.becomes("running", *parts)
    board.until("b1", "online")

    floor.power("freeze", "broker", "b2")
    floor.becomes("frozen", "broker", "b2")
    floor.power("thaw", "broker", "b2")
    floor.becomes("running", "broker", "b2")

    floor.power("kill", "b1")
    floor.network("cut", "b2")
    floor.becomes("dead", "b1")
    floor.becomes("running", "b2", network="cut")
    board.until("b1", "offline")
    floor.power("stop", "g1")
    floor.power("kill", "server")
    floor.becomes("stopped", "g1")
    floor.becomes("dead", "server")

    floor.network("mend", "b2")
    floor.power("start", "b1", "g1", "server")
    floor.becomes("running", *parts)
    for device in ("b1", "b2", "g1"):
        board.until(device, "online")
    before = floor.pages()
    floor.post("/contacts/b1.1/press", {"ms": 300})
    floor.until(lambda: floor.pages() > before, "felt on a wrist")
    air = floor.items["air:t1"]
    assert 0.7 < (air["until"] - air["since"]) / 1000 < 4.0, "a page has no air time"
    for garbled in (True, False):
        floor.post("/transmitters/t1", {"garbled": garbled})
        floor.until(lambda: bool(floor.items["line:t1"]["garbled"]) is garbled, "garbled")  # noqa: B023

    floor.power("freeze", *parts)
    floor.becomes("frozen", *parts)
    children = up.children()
    assert up.end(signal.SIGINT) == 130
    floor.close()
    gone(children)
