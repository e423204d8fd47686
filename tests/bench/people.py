"""The right person in seconds: due steps, idling, routing, acknowledging, in one table.

    python -m tests.bench.people

Goals: a due step leaves within 50 ms of its moment with 1 000 calls open; under 1 % of a core when nothing is due;
routing under 2 ms with 200 people and 60 zones; an acknowledgement shows on other screens within 300 ms; of a
thousand acknowledgements at once one wins."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from server.db import sign_ins
from server.db.connect import Database
from server.db.tables import Account
from server.rules.facts import Step
from server.rules.roster import roster
from server.rules.routing import candidates
from server.web.frame.access import LIMITS
from tests.bench import engine, system
from tests.bench.clock import ms, now, percentile
from tests.big_shop import BUSY, big_store

CALLS = 1000
IDLE_S = 20.0
SCREENS = 20
RACE = 1000


def main() -> int:
    out = Console()
    table = Table(title="the right person in seconds")
    for head, justify in (
        ("what", "left"),
        ("median", "right"),
        ("p99", "right"),
        ("worst", "right"),
        ("goal", "right"),
    ):
        table.add_column(head, justify=justify)  # type: ignore[arg-type]

    def row(what: str, took: list[float], goal: str) -> None:
        figures = (f"{ms(percentile(took, share)):.1f} ms" for share in (0.5, 0.99, 1.0))
        table.add_row(what, *figures, goal)

    with tempfile.TemporaryDirectory(prefix="redbutton-bench-") as name:
        folder = Path(name)
        row("routing: roster and one step, 200 people, 60 zones", routing(), "2 ms")
        (folder / "due").mkdir()
        late = engine.due_steps(folder / "due", CALLS, 100.0)
        row(f"due step after its moment, {CALLS} calls open ({len(late)} steps)", late, "50 ms")
        (folder / "race").mkdir()
        winners, took = engine.race(folder / "race", RACE, 50)
        table.add_row(f"{RACE} acknowledgements at once: winners", str(winners), "", f"{took:.2f} s", "1")
        share, screens = in_the_server(folder)
        row("acknowledged to seen on another screen", screens, "300 ms")
        table.add_row("server when nothing is due: share of a core", f"{100 * share:.2f} %", "", "", "1 %")
    out.print(table)
    return 0


def routing() -> list[float]:
    store, took = big_store(), []
    button = store.button("hall", 5)
    for index in range(200):
        began = time.perf_counter()
        here = roster(store, BUSY.replace(second=index % 60))
        candidates(store, button, Step(1, 0, "zone"), here, {})
        took.append(time.perf_counter() - began)
    return took


def in_the_server(folder: Path) -> tuple[float, list[float]]:
    """CPU of the idle server as a share of one core, and how soon another screen shows an acknowledgement."""
    broker = system.make_broker(folder)
    broker.start()
    try:
        (folder / "product").mkdir()
        url = f"sqlite:///{folder / 'product' / 'server.sqlite'}"
        pipeline = system.product(folder / "product", broker.port, url)
        try:
            server = pipeline.children["server"]
            token = _token(url)
            pipeline.burst(5, 5.0)
            time.sleep(10.0)  # the plan of the stand-in for a thousand buttons takes some seconds, once
            before = server.cpu_s()
            time.sleep(IDLE_S)
            share = (server.cpu_s() - before) / IDLE_S
            address = (folder / "product" / "server.ready").read_text().strip()
            return share, [_seen(pipeline, address, token, number) for number in range(SCREENS)]
        finally:
            pipeline.stop()
    finally:
        broker.stop()


def _seen(pipeline: system.Pipeline, address: str, token: str, number: int) -> float:
    """Seconds from asking to the first event of another screen's stream that shows it."""
    place = urlsplit(address)
    headers = {"Authorization": f"Bearer {token}"}
    accepted = pipeline.sender.ask(do="burst", first=number, count=1, rate=1.0)
    assert accepted["accepted"]
    call = _newest(place.netloc, headers)
    stream = HTTPConnection(place.netloc, timeout=10)
    stream.request("GET", f"/s/{system.STORE}/board/stream", headers=headers)
    answer = stream.getresponse()
    seen = b""
    while f'id="i{call}"'.encode() not in seen:
        seen += answer.readline()
    client = HTTPConnection(place.netloc, timeout=10)
    began = now()
    client.request("POST", f"/api/v1/stores/{system.STORE}/incidents/{call}/acknowledge", headers=headers)
    while b"card--coming" not in answer.readline():
        pass
    took = now() - began
    assert client.getresponse().status == 200
    client.close()
    stream.close()
    pipeline.sender.ask(do="undo")
    return took


def _newest(place: str, headers: dict[str, str]) -> int:
    import json

    deadline = now() + 10.0
    while now() < deadline:
        client = HTTPConnection(place, timeout=10)
        client.request(
            "GET", f"/api/v1/stores/{system.STORE}/incidents?state=triggered&limit=1", headers=headers
        )
        found = json.loads(client.getresponse().read())["items"]
        client.close()
        if found:
            return int(found[0]["number"])
        time.sleep(0.02)
    raise TimeoutError("the press of the bench never opened a call")


def _token(url: str) -> str:
    db = Database(url)
    with db.transaction() as session:
        session.add(
            Account(
                id=1,
                login="bench",
                name="Bench",
                password_hash="!",
                store_id=system.STORE,
                carrier_id=1,
                role="manager",
            )
        )
        session.flush()
        token = sign_ins.new_token()
        sign_ins.add(session, token, 1, datetime.now(UTC), LIMITS, "bench")
        session.execute(__import__("sqlalchemy").text("UPDATE store SET revision = revision + 1"))
    db.close()
    return token


if __name__ == "__main__":
    raise SystemExit(main())
