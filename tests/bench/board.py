"""Goal 5: the board with fifty rows, and what people who reload it cost a press.

The people are processes of their own; each waits for its answer before it asks again."""

from __future__ import annotations

import multiprocessing
import time
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench import system
from tests.bench.clock import ms, now, percentile
from tests.bench.people import token_of
from tests.bench.results import Figure, least, most
from tests.bench.way import Way

ROWS = 50
PEOPLE = 16
ASKS_S = 5.0
RELOADS_EVERY_S = 1.0
PRESSES, RATE = 300, 50.0


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    presses, seconds = (20, 1.0) if quick else (PRESSES, ASKS_S)
    broker = system.make_broker(folder)
    broker.start()
    try:
        url = f"sqlite:///{folder / 'server.sqlite'}"
        pipeline = system.product(folder, Way.to(broker), url)
        try:
            token = token_of(url)
            pipeline.burst(50, 50.0)
            alone = percentile(pipeline.burst(presses, RATE), 0.5)
            address = urlsplit((folder / "server.ready").read_text().strip()).netloc
            with People(address, token, PEOPLE, RELOADS_EVERY_S):
                among = percentile(pipeline.burst(presses, RATE), 0.5)
            pipeline.sender.ask(do="burst", first=0, count=ROWS, rate=RATE)
            system.wait_until(lambda: _rows(address, token) >= ROWS, 10.0)
            with People(address, token, 2, 0.0) as people:
                time.sleep(seconds)
                answers = people.answers() / seconds
            pipeline.sender.ask(do="undo")
        finally:
            pipeline.stop()
    finally:
        broker.stop()
    words = f"{ms(alone):.2f} ms alone, {ms(among):.2f} ms among them"
    return [
        least(
            "5", f"board with {ROWS} rows, answers", answers, 1_000, "/s", "and pushed to whoever has it open"
        ),
        most("5", f"p50 of a press while {PEOPLE} people reload", among / alone, 1.5, "x", words),
    ]


def _board(client: HTTPConnection, token: str) -> bytes:
    client.request("GET", f"/s/{system.STORE}/board", headers={"Authorization": f"Bearer {token}"})
    answer = client.getresponse()
    body = answer.read()
    assert answer.status == 200, answer.status
    return body


def _rows(address: str, token: str) -> int:
    client = HTTPConnection(address, timeout=10)
    found = _board(client, token).count(b'id="i')
    client.close()
    return found


class People:
    """So many browsers, in two processes."""

    def __init__(self, address: str, token: str, count: int, every_s: float) -> None:
        fork = multiprocessing.get_context("fork")
        self._pipes, self._processes = [], []
        for _ in range(2):
            ours, theirs = fork.Pipe()
            self._pipes.append(ours)
            self._processes.append(
                fork.Process(target=_reload, args=(theirs, address, token, count // 2, every_s), daemon=True)
            )

    def __enter__(self) -> People:
        for process in self._processes:
            process.start()
        for pipe in self._pipes:
            pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
            process.join(5)

    def answers(self) -> int:
        for pipe in self._pipes:
            pipe.send("how many")
        return sum(pipe.recv() for pipe in self._pipes)


def _reload(told: Connection, address: str, token: str, count: int, every_s: float) -> None:
    clients = [HTTPConnection(address, timeout=10) for _ in range(count)]
    for client in clients:
        _board(client, token)
    told.send("here")
    answers, begins = 0, now()
    while True:
        for client in clients:
            if every_s:
                time.sleep(max(0.0, begins + every_s * (answers / count) - now()))
            _board(client, token)
            answers += 1
            if told.poll():
                told.recv()
                told.send(answers)
