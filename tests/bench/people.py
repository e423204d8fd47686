"""The right person in seconds: due steps, idling, routing, acknowledging.

A due step leaves within 50 ms of its moment with 1 000 calls open; under 1 % of a core when nothing is due; routing
under 2 ms with 200 people and 60 zones; an acknowledgement shows on other screens within 300 ms; of a thousand
acknowledgements at once one wins."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from server.db import sign_ins
from server.db.connect import Database
from server.db.tables import Account
from server.rules.facts import Step
from server.rules.roster import roster
from server.rules.routing import candidates
from server.web.frame.access import LIMITS
from tests.bench import engine, system
from tests.bench.clock import ms, now, percentile
from tests.bench.results import Figure, most, none
from tests.bench.way import Way
from tests.big_shop import BUSY, big_store

CALLS = 1000
IDLE_S = 20.0
SCREENS = 20
RACE = 1000


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    calls, race = (50, 20) if quick else (CALLS, RACE)
    (folder / "due").mkdir()
    late = engine.due_steps(folder / "due", calls, 100.0)
    (folder / "race").mkdir()
    winners, _ = engine.race(folder / "race", race, 50)
    share, screens = in_the_server(folder, 2.0 if quick else IDLE_S, 3 if quick else SCREENS)
    return [
        _worst("routing: roster and one step, 200 people, 60 zones", routing(), 2.0),
        _worst(f"due step after its moment, {calls} calls open", late, 50.0),
        none("", f"winners of {race} acknowledgements at once, beside the one", winners - 1),
        _worst("acknowledged to seen on another screen", screens, 300.0),
        most("", "server when nothing is due, no canaries: of a core", 100 * share, 1.0, "%"),
    ]


def _worst(what: str, took: list[float], limit: float) -> Figure:
    median, p99, worst = (ms(percentile(took, share)) for share in (0.5, 0.99, 1.0))
    return most("", what, p99, limit, "ms p99", f"median {median:.1f}, worst {worst:.1f} ms")


def routing() -> list[float]:
    store, took = big_store(), []
    button = store.button("hall", 5)
    for index in range(200):
        began = time.perf_counter()
        here = roster(store, BUSY.replace(second=index % 60))
        candidates(store, button, Step(1, 0, "zone"), here, {})
        took.append(time.perf_counter() - began)
    return took


def in_the_server(folder: Path, idle_s: float, looks: int) -> tuple[float, list[float]]:
    """CPU of the idle server as a share of one core, and how soon another screen shows an acknowledgement."""
    broker = system.make_broker(folder)
    broker.start()
    try:
        (folder / "product").mkdir()
        url = f"sqlite:///{folder / 'product' / 'server.sqlite'}"
        pipeline = system.product(folder / "product", Way.to(broker), url)
        try:
            server = pipeline.children["server"]
            token = token_of(url)
            pipeline.burst(5, 5.0)
            time.sleep(10.0)  # the plan of the stand-in for a thousand buttons takes some seconds, once
            before = server.cpu_s()
            time.sleep(idle_s)
            share = (server.cpu_s() - before) / idle_s
            address = (folder / "product" / "server.ready").read_text().strip()
            return share, [_seen(pipeline, address, token, number) for number in range(looks)]
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


def token_of(url: str) -> str:
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
