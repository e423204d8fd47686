"""A past is lived through by the real engine: consistent, repeatable, and the units count on from where it ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, func, select
from typer.testing import CliRunner

from broker_config.errors import SetupError
from broker_config.messages import PageState
from server import in_world
from server.db.tables import Device, DeviceSample, Fault, Incident, Journal, Page, PressRow
from server.in_world import Database
from server.rules.journal import Action
from simulator import history
from simulator.command import app
from simulator.history import Order
from simulator.world.shop import EXAMPLE, WorldShop
from simulator.world.stage import WorldStage

SUNDAY = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)
STORE = "kadriorg"


def config(folder: Path) -> Path:
    """What `up` writes for the server, with the shop in its database."""
    url = f"sqlite:///{folder / 'shop.db'}"
    in_world.shop_database(EXAMPLE, url).close()
    (folder / "password").write_text("pw")
    (folder / "password").chmod(0o600)
    path = folder / "server.toml"
    store = (
        f'[[stores]]\nid = "{STORE}"\ndevice = "srv"\nbroker_port = 1\npassword_file = "{folder}/password"\n'
    )
    path.write_text(f'database = "{url}"\n{store}')
    return path


def simulated(folder: Path) -> Path:
    """What `up` writes for the simulator, as far as the units' own files matter."""
    units = []
    for unit in in_world.shop_plan(EXAMPLE).units:
        own = folder / f"{unit.device}.toml"
        inputs = "".join(f"[[inputs]]\nn = {one.n}\npin = {one.n}\n" for one in unit.inputs)
        own.write_text(
            f'store = "{STORE}"\ndevice = "{unit.device}"\nhost = "127.0.0.1"\n'
            f'password_file = "{folder}/password"\ndata = "{folder / unit.device}"\n{inputs}'
        )
        shown = "".join(
            f'[[units.inputs]]\nn = {one.n}\nlabel = "{one.label}"\nzone = "{one.zone}"\n'
            for one in unit.inputs
        )
        control = folder / f"{unit.device}.sock"
        units.append(f'[[units]]\ndevice = "{unit.device}"\nconfig = "{own}"\ncontrol = "{control}"\n{shown}')
    path = folder / "simulate.toml"
    urls = "".join(f'{name} = "http://127.0.0.1:1"\n' for name in ("api_url", "board_url"))
    head = f'store = "{STORE}"\nstore_name = "Shop"\n{urls}seed = 5\n'
    path.write_text(head + "".join(units))
    return path


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Database, list[str]]]:
    """Three days of one shop."""
    folder = tmp_path_factory.mktemp("lived")
    said: list[str] = []
    history.make(Order(config(folder), EXAMPLE, simulated(folder), days=3, until=SUNDAY), said.append)
    db = Database(f"sqlite:///{folder / 'shop.db'}")
    yield folder, db, said
    db.close()


def test_three_days_are_whole(lived: tuple[Path, Database, list[str]]) -> None:
    _, db, said = lived
    with db.reading() as session:
        incidents = session.exec(select(Incident).order_by(col(Incident.number))).all()
        presses = session.exec(select(PressRow)).all()
        opened = session.exec(select(func.count()).where(Journal.action == Action.OPENED)).one()
        pages = session.exec(select(Page.state).distinct()).all()
        devices = {one.device: one for one in session.exec(select(Device))}
        samples = session.exec(select(func.count()).where(DeviceSample.device == "b1")).one()
    assert "3 days" in said[-1]
    assert 40 <= len(incidents) <= 160
    assert [one.number for one in incidents] == list(range(1, len(incidents) + 1))
    assert all(one.closed_at is not None and one.outcome for one in incidents)
    assert {one.outcome for one in incidents} >= {"recovered", "not_recovered", "left_before_contact"}
    assert opened == len(incidents)  # nothing came into being behind the engine's back
    assert all(PageState(state).is_final for state in pages)
    for device in ("b1", "b2", "b3", "b4", "b5"):
        numbers = sorted(one.seq for one in presses if one.device == device)
        assert numbers == list(range(1, len(numbers) + 1))
        assert devices[device].seq_known == len(numbers)
    assert samples > 250  # the last day in steps of five minutes


def test_the_units_count_on_and_nothing_is_missed(lived: tuple[Path, Database, list[str]]) -> None:
    folder, db, _ = lived
    with db.reading() as session:
        before = session.exec(select(func.max(PressRow.seq)).where(PressRow.device == "b1")).one()
        faults = session.exec(select(func.count()).select_from(Fault)).one()
    shop = WorldShop(seed=9, start=SUNDAY + timedelta(minutes=1), db=db, folder=folder, watch=True)
    shop.open()
    WorldStage(shop).hand("b1.1", "press")
    shop.advance(300)
    assert shop.units["b1"].last_seq > before
    shop.close()
    with db.reading() as session:
        assert session.exec(select(func.count()).select_from(Fault)).one() == faults
        numbers = session.exec(select(PressRow.seq).where(PressRow.device == "b1")).all()
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_a_shop_that_has_lived_is_left_alone(lived: tuple[Path, Database, list[str]]) -> None:
    folder, _, _ = lived
    with pytest.raises(SetupError, match="presses already"):
        history.make(Order(folder / "server.toml", EXAMPLE, days=1), lambda words: None)
    words = ["history", "--config", str(folder / "server.toml"), "--shop", str(EXAMPLE)]
    assert CliRunner().invoke(app, words).exit_code == 2
    assert not list(folder.glob("*.making*"))


def test_a_unit_that_has_pressed_is_left_alone(tmp_path: Path) -> None:
    order = Order(config(tmp_path), EXAMPLE, simulated(tmp_path), days=1)
    (tmp_path / "b3").mkdir()
    (tmp_path / "b3" / "spool.sqlite").touch()
    with pytest.raises(SetupError, match="b3 has pressed already"):
        history.make(order, lambda words: None)


def test_one_seed_one_past(tmp_path: Path) -> None:
    def rows(name: str, seed: int) -> list[tuple[object, ...]]:
        folder = tmp_path / name
        folder.mkdir()
        history.make(Order(config(folder), EXAMPLE, days=1, seed=seed, until=SUNDAY), lambda words: None)
        db = Database(f"sqlite:///{folder / 'shop.db'}")
        with db.reading() as session:
            found = session.exec(select(Incident).order_by(col(Incident.number))).all()
        db.close()
        return [(one.id, one.opened_at, one.closed_at, one.outcome, one.cost_cents) for one in found]

    assert rows("a", 1) == rows("b", 1) != rows("c", 2)


@pytest.mark.long
def test_a_chain_of_fifty_stores_lives_through_a_week(tmp_path: Path) -> None:
    said: list[str] = []
    history.make(Order(config(tmp_path), EXAMPLE, days=7, stores=50, until=SUNDAY), said.append)
    db = Database(f"sqlite:///{tmp_path / 'shop.db'}")
    with db.reading() as session:
        stores = session.exec(select(Incident.store_id).distinct()).all()
        still_open = session.exec(select(func.count()).where(col(Incident.closed_at).is_(None))).one()
    db.close()
    assert len(stores) == 50
    assert still_open == 0
