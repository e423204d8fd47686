"""Twenty people take the same call at once, by screen and by API, before the real engine: one wins, the others read
who it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from broker_config.loop import Loop
from server.db import sign_ins
from server.db.connect import Database
from server.db.tables import Account
from server.engine.desk import EngineDesk
from server.engine.events import Event
from server.web.app import create_app
from server.web.frame.access import LIMITS
from server.web.frame.bell import Bell
from server.web.frame.screens import Screens
from server.web.services import Services, WebSettings
from tests import small_shop
from tests.engine_box import EngineBox
from tests.small_shop import STORE
from tests.unit.server.web.stage import HERE

PEOPLE = 20


@pytest.fixture
def box(db: Database) -> Iterator[EngineBox]:
    with db.transaction() as session:
        small_shop.fill(session)
        session.flush()
        for number in range(PEOPLE):
            session.add(
                Account(
                    id=100 + number,
                    login=f"person{number}",
                    name=f"Person {number}",
                    password_hash="!",
                    store_id=STORE,
                )
            )
    made = EngineBox(db)
    made.press()
    yield made
    made.close()


@pytest.fixture
def desk(box: EngineBox) -> Iterator[EngineDesk]:
    """The core in a thread of its own, as in the real process; its clock stands still."""
    loop: Loop[Event] = Loop(box.core, box.time.boot)
    thread = threading.Thread(target=loop.run)
    thread.start()
    yield EngineDesk(loop.put)
    loop.stop()
    thread.join(60)
    assert not thread.is_alive()


def test_one_wins_and_the_others_read_who_it_was(box: EngineBox, desk: EngineDesk, screens: Screens) -> None:
    given = Services(
        db=box.db,
        desk=desk,
        bell=Bell(),
        now=box.time.now,
        stopping=lambda: False,
        settings=WebSettings(allowed_hosts=("testserver",)),
    )
    app = create_app(given, screens)
    tokens = [sign_ins.new_token() for _ in range(PEOPLE)]
    with box.db.transaction() as session:
        for number, token in enumerate(tokens):
            sign_ins.add(session, token, 100 + number, box.time.now(), LIMITS)
    start = threading.Barrier(PEOPLE)

    def go(number: int) -> Response:
        headers = {"Authorization": f"Bearer {tokens[number]}"}
        with TestClient(
            app, base_url="http://testserver", follow_redirects=False, headers=headers, client=HERE
        ) as client:
            start.wait(60)
            if number % 2:
                return client.post(f"/api/v1/stores/{STORE}/incidents/1/acknowledge")
            return client.post(f"/s/{STORE}/incidents/1/acknowledge", data={"back": "me"})

    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(go, range(PEOPLE)))
    won = [number for number, answer in enumerate(answers) if answer.status_code in (200, 303)]
    assert len(won) == 1
    (row,) = box.incidents()
    assert (row.state, row.acknowledged_by_id) == ("acknowledged", 100 + won[0])
    name = f"Person {won[0]}"
    for number, answer in enumerate(answers):
        if number == won[0]:
            continue
        assert answer.status_code == 409
        if number % 2:
            assert answer.json() == {"reason": "too_late", "state": "acknowledged", "by": name}
        else:
            assert f"{name} was faster. The call is now: On the way." in answer.text
    assert box.actions().count("acknowledged") == 1
