"""The engine alone on a real clock and a file of SQLite: due steps with many open calls, and who wins a race.

The link is a stand-in that says of every order at once that it was transmitted, as an idle transmitter would."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

from sqlmodel import select

from broker_config import channels, machine
from broker_config.codec import decode, publication
from broker_config.link import Connected, Delivery, Publication, Sink
from broker_config.loop import Loop
from broker_config.messages import PageOrder, PageResult, PageState, Press, Proof
from server.app import GROUP, build_core
from server.clock import SteadyClock
from server.db.connect import Database
from server.db.tables import Account, Carrier, Incident, Page, Pager, PolicyStep, Shift
from server.engine.desk import EngineDesk
from server.engine.events import Event, FromLink
from server.requests import Acknowledge, Done
from tests.bench import system
from tests.bench.clock import now, paced

AFTER_S = 12
SECOND = "1002"


class PromptLink:
    """Every order is answered at once; when each one left is kept."""

    connected = True

    def __init__(self) -> None:
        self.put: Callable[[Event], None] = lambda event: None
        self.left: dict[UUID, float] = {}
        self._token, self._seq = count(1), count(1)

    def open(self, sink: Sink) -> None:
        pass

    def publish(self, packet: Publication) -> int | None:
        if packet.topic.endswith("/order"):
            order = decode(PageOrder, packet.payload, channels.ORDER.max_bytes)
            if order.page not in self.left:
                self.left[order.page] = now()
            said = PageResult(
                page=order.page,
                attempt=order.attempt,
                seq=next(self._seq),
                transmitter="t1",
                state=PageState.TRANSMITTED,
                proof=Proof.ACCEPTED,
            )
            self.deliver(publication(channels.RESULT, system.STORE, "g", "g1", said))
        return next(self._token)

    def deliver(self, packet: Publication) -> None:
        delivery = Delivery(
            packet.topic, packet.payload, 1, False, False, packet.expiry_s, 1, next(self._token), now()
        )
        self.put(FromLink(system.STORE, delivery))

    def settle(self, delivery: Delivery) -> None:
        pass

    def reconnect(self, reason: str) -> None:
        pass

    def close(self) -> None:
        pass


class EngineRun:
    """A server's engine in a thread of its own, on a file in `folder`."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'engine.sqlite'}"
        system.fill(url)
        self.db = Database(url)
        _second_step(self.db)
        self.link = PromptLink()
        self.clock = SteadyClock(machine.boot_clock, lambda: datetime.now(UTC))
        core = build_core(
            db=self.db,
            links={system.STORE: self.link},
            own={system.STORE: "srv"},
            run="be0c",
            clock=self.clock,
            entropy=secrets.token_bytes,
            ring=lambda store, journal: None,
        )
        self.loop: Loop[Event] = Loop(core, machine.boot_clock, group=GROUP)
        self.link.put = self.loop.put
        self.desk = EngineDesk(self.loop.put)
        self._thread = threading.Thread(target=self.loop.run, name="engine", daemon=True)
        self._core = core
        self._thread.start()
        self.loop.put(FromLink(system.STORE, Connected(1, False, now())))
        self._seq = count(1)

    def press(self, index: int) -> None:
        device, place = system.DEVICES[index % len(system.DEVICES)], index // len(system.DEVICES) + 1
        press = Press(
            id=uuid4(),
            run="be0c",
            boot="be0c",
            seq=next(self._seq),
            input=place,
            age_ms=1,
            ttl_s=120,
            exp_s=120,
            sw="bench",
        )
        self.link.deliver(publication(channels.PRESS, system.STORE, "b", device, press))

    def stop(self) -> None:
        self.loop.stop()
        self._thread.join(5)
        self._core.close()
        self.db.close()


def due_steps(folder: Path, calls: int, rate: float) -> list[float]:
    """Seconds between the moment at which each second step was due and its order leaving, `calls` calls being open."""
    run = EngineRun(folder)
    try:
        for index in paced(calls, rate):
            run.press(index)
        system.wait_until(lambda: len(run.link.left) >= 2 * calls, AFTER_S + 10.0, must=False)
        with run.db.reading() as session:
            pages = session.exec(select(Page)).all()
        first = {page.incident_id: page.created_at for page in pages if page.step == 1}
        return [
            run.link.left[page.id] - run.clock.boot(first[page.incident_id] + timedelta(seconds=AFTER_S))
            for page in pages
            if page.step == 2 and page.id in run.link.left
        ]
    finally:
        run.stop()


def race(folder: Path, people: int, threads: int) -> tuple[int, float]:
    """How many of `people` acknowledgements of one call won, and how many seconds all of them took."""
    run = EngineRun(folder)
    try:
        run.press(0)
        system.wait_until(lambda: len(run.link.left) == 1, 10.0)
        with run.db.reading() as session:
            incident = session.exec(select(Incident.id)).one()
        began = now()
        with ThreadPoolExecutor(threads) as pool:
            answers = list(pool.map(lambda _: run.desk.ask(Acknowledge(incident, 1)), range(people)))
        return sum(isinstance(answer, Done) for answer in answers), now() - began
    finally:
        run.stop()


def _second_step(db: Database) -> None:
    """A second person, who is called after some seconds: nobody is called twice meanwhile."""
    with db.transaction() as session:
        session.add(Carrier(id=2, store_id=system.STORE, name="Second", initials="SE", role="shift_lead"))
        session.flush()
        session.add(
            Pager(id=2, store_id=system.STORE, label="S", carrier_id=2, transmitter_id=1, address=SECOND)
        )
        first = session.exec(select(Shift)).all()
        for shift in first:
            session.add(
                Shift(
                    store_id=system.STORE,
                    carrier_id=2,
                    weekday=shift.weekday,
                    starts=shift.starts,
                    ends=shift.ends,
                )
            )
        session.get_one(PolicyStep, 1).target = "role"
        session.get_one(PolicyStep, 1).role = "staff"
        session.add(PolicyStep(policy_id=1, position=2, after_s=AFTER_S, target="role", role="shift_lead"))
        session.add(
            Account(id=1, login="bench", name="Bench", password_hash="!", store_id=system.STORE, carrier_id=1)
        )
