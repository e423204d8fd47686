"""A data folder of the version before: its rows are brought to today's shape, and every screen opens on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import text

from server.db.connect import Database
from server.db.shape import current
from server.db.tables import PolicyStep, Shift
from server.db.upgrade import downgrade, upgrade
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.stage import busy_day

SCREENS = (
    *("board", "board?wall=1", "me", "history", "history?outside=1", "roster", "roster?day=2026-11-20"),
    *("roster/shifts", "roster/rotations", "roster/exceptions", "readiness", "refused", "quiet", "setup"),
    *(f"setup/{part}" for part in ("zones", "buttons", "people", "pagers", "causes", "channels", "hours")),
    *("setup/policies", "setup/policies/1", "setup/try", "setup/people/1", "setup/pagers/1", "setup/zones/1"),
    *("incidents/1", "incidents/6", "incidents/6/close?back=incident", "incidents/9/pass"),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'server.db'}")
    upgrade(made)
    yield made
    made.close()


@pytest.fixture(params=["0001", "0002"])
def shop(database: Database, request: pytest.FixtureRequest) -> Shop:
    """Rows as the tables of an older version could hold them, with everything newer gone."""
    old: str = request.param
    made = busy_day(Shop(database).build())
    with database.transaction() as session:
        session.add(PolicyStep(policy_id=1, position=1, target="zone"))
        session.add(
            Shift(
                store_id=made.store,
                carrier_id=made.carriers[0],
                zone_id=made.zones[0],
                weekday=5,
                starts=time(9),
                ends=time(18),
            )
        )
    downgrade(database, old)
    with database.reading() as session:
        assert current(database) == old
        assert session.execute(text("SELECT count(*) FROM incident")).scalar_one() == made.numbers
    upgrade(database)
    return made


def test_every_screen_opens_on_rows_of_the_version_before(client_for: ClientFor, shop: Shop) -> None:
    client = client_for("marina")
    answers = {screen: client.get(f"/s/{shop.store}/{screen}").status_code for screen in SCREENS}
    assert {screen: status for screen, status in answers.items() if status != 200} == {}
    assert "Jaan Tamm" in client.get(f"/s/{shop.store}/roster").text
