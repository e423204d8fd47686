"""The data folder, its passwords, the ports and the texts of the config files."""

from __future__ import annotations

import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.channels import Role
from broker_config.config import load
from firmware_bridge.config import ButtonUnitSettings
from pager_gateway.config import GatewaySettings
from server.config import ServerSettings
from server.supervise import ports, prepare, render, toml
from server.supervise.errors import Refused
from server.supervise.folder import Folder
from server.supervise.render import Place
from server.supervise.shop import Input, Line, Pager, Person, Shop, Unit
from simulator.config import SimulateSettings

SHOP = Shop(
    store="kesklinn",
    name='Süda "Keskus" \\ 1',
    language="et",
    units=(
        Unit("btn-1", (Input(1, "red", "Counter", "Food"), Input(2, "green", "Counter", "Food"))),
        Unit("btn-2", (Input(1, "red", "Fitting rooms", "Clothes"),)),
    ),
    lines=(
        Line("gw-1", "tx-1", "tap", "/dev/ttyUSB0"),
        Line("gw-2", "tx-2", "tap", "socket://127.0.0.1:4001"),
    ),
    pagers=(Pager("tx-1", "1234001", "Pager 1", "Anna Ilves", "AI"), Pager("tx-2", "1234002", "Spare")),
    people=(Person("anna", "Anna Ilves", True, "1234001"), Person("boris", "Boris")),
    keeper="gw-2",
)


def no_wait(_seconds: float) -> bool:
    return False


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    found = Folder(tmp_path / "shop", lambda letters: letters[0])
    found.open(no_wait)
    yield found
    found.close()


@pytest.fixture
def place(folder: Folder) -> Place:
    numbers = {"board": 18080, "floor": 18081, "broker": 11883}
    return Place(folder.path, Path("/run/rb"), "127.0.0.1", numbers, folder.password_file, folder.ready_file)


def test_folder_and_passwords_are_for_their_owner_only(folder: Folder) -> None:
    secret = folder.password_file("srv")
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700
    assert secret.stat().st_mode & 0o777 == 0o600
    assert len(folder.password("srv")) >= 20


def test_a_password_is_made_once(tmp_path: Path) -> None:
    first = Folder(tmp_path, lambda letters: letters[0])
    first.open(no_wait)
    made = first.password("srv")
    first.close()
    second = Folder(tmp_path, lambda letters: letters[-1])
    second.open(no_wait)
    assert second.password("srv") == made
    assert second.password("gw-1") != made
    second.close()


def test_a_folder_in_use_is_said_plainly(folder: Folder) -> None:
    with pytest.raises(Refused, match=r"in use by another `redbutton up` \(process \d+\).*--data"):
        Folder(folder.path, lambda letters: letters[0]).open(no_wait)


def test_a_folder_that_was_left_may_be_taken(folder: Folder) -> None:
    folder.close()
    again = Folder(folder.path, lambda letters: letters[0])
    again.open(no_wait)
    again.close()


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Refused, match="choose another with --data"):
        Folder(tmp_path / "data", lambda letters: letters[0]).open(no_wait)


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=rf"port {port} \(board\) is taken.*PORT=N"):
            ports.settle("127.0.0.1", {"board": port}, no_wait)


def test_a_port_that_becomes_free_meanwhile_is_taken() -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]

    def wait(_seconds: float) -> bool:
        taken.close()
        return False

    assert ports.settle("127.0.0.1", {"board": port}, wait) == {"board": port}


def test_an_address_that_this_machine_does_not_have_is_not_called_taken() -> None:
    with pytest.raises(Refused, match=r"cannot listen on 192\.0\.2\.1.*--host"):
        ports.settle("192.0.2.1", {"board": 18_080}, no_wait)


def test_zero_finds_ports_that_differ() -> None:
    found = ports.settle("127.0.0.1", {"board": 0, "floor": 0, "broker": 0}, no_wait)
    assert len(set(found.values())) == 3
    assert all(ports.is_free("127.0.0.1", port) for port in found.values())


def test_the_broker_keeps_its_port(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        folder = Folder(tmp_path, lambda letters: letters[0])
        folder.open(no_wait)
        where = prepare.place(prepare.Wish(tmp_path, port=0, simulate=True), folder, no_wait)
        where.sockets.rmdir()
        seen.append(where.ports["broker"])
        folder.close()
    assert seen[0] == seen[1]


def test_the_socket_folder_is_short(folder: Folder) -> None:
    where = prepare.place(prepare.Wish(folder.path, port=0), folder, no_wait)
    where.sockets.rmdir()
    assert len(str(where.sockets / ("x" * 32))) < 100


def test_every_process_accepts_its_file(folder: Folder, place: Place) -> None:
    prepare.write_files(SHOP, place, folder, simulate=True)

    server = load(ServerSettings, folder / "server.toml")
    assert (server.port, server.stores[0].broker_port, server.stores[0].id) == (18080, 11883, "kesklinn")
    gateway = load(GatewaySettings, folder / "gw-1.toml")
    assert [str(one.port) for one in gateway.transmitters] == [str(folder / "lines" / "gw-1-tx-1")]
    unit = load(ButtonUnitSettings, folder / "btn-1.toml")
    assert [one.n for one in unit.inputs] == [1, 2]
    world = load(SimulateSettings, folder / "simulate.toml")
    assert world.store_name == SHOP.name
    assert [one.login for one in world.people] == ["anna"]  # who wears no pager is not simulated
    for name in ("server.toml", "gw-1.toml", "btn-1.toml", "simulate.toml", "accounts.toml"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
        assert folder.password("srv") not in (folder / name).read_text()


def test_a_real_gateway_gets_the_ports_of_the_shop_file(folder: Folder, place: Place) -> None:
    text = render.gateway(SHOP, "gw-2", place, simulate=False)
    assert [one["port"] for one in tomllib.loads(text)["transmitters"]] == ["socket://127.0.0.1:4001"]
    assert render.without_port((*SHOP.lines, Line("gw-1", "tx-3", "tap"))) == ["tx-3"]


def test_every_device_is_a_user_of_the_broker(folder: Folder, place: Place) -> None:
    prepare.write_files(SHOP, place, folder, simulate=True)
    names = [line.split(":")[0] for line in (folder / "broker" / "passwords").read_text().splitlines()]
    assert names == [f"kesklinn.{name}" for name in ("srv", "gw-1", "gw-2", "btn-1", "btn-2")]
    assert folder.password("srv") not in (folder / "broker" / "passwords").read_text()


def test_the_keeper_that_the_shop_chose_is_the_keeper_at_the_broker(folder: Folder) -> None:
    roles = {user.device: user.role for user in prepare.users(SHOP, folder)}
    assert (roles["gw-1"], roles["gw-2"]) == (Role.GATEWAY, Role.KEEPER)


def test_the_keeper_is_told_so_in_its_own_file(folder: Folder, place: Place) -> None:
    prepare.write_files(SHOP, place, folder, simulate=True)
    told = [load(GatewaySettings, folder / f"{name}.toml").keeper for name in ("gw-1", "gw-2")]
    assert told == [False, True]


@pytest.mark.parametrize("count", [1, 2, 9, 10, 14, 15, 16])
def test_mock_pins_never_collide(count: int) -> None:
    pins = [
        pin
        for one in render.mock_pins(tuple(Input(n, "red", "a", "b") for n in range(count)))
        for pin in one.values()
    ]
    assert len(pins) == len(set(pins))
    assert all(0 <= pin < render.PINS for pin in pins)


def test_setup_is_repeated_only_when_something_changed(folder: Folder, place: Place) -> None:
    prepare.write_files(SHOP, place, folder, simulate=True)
    (folder / "shop.toml").write_text("one")
    assert not prepare.is_set_up(folder)
    (folder / "redbutton.db").touch()
    prepare.keep(folder, set_up=prepare.setup_mark(folder))
    assert prepare.is_set_up(folder)
    (folder / "shop.toml").write_text("two")
    assert not prepare.is_set_up(folder)


def test_a_spoiled_note_of_an_earlier_start_is_no_reason_to_stop(folder: Folder) -> None:
    (folder / prepare.KEPT).write_text("{half")
    assert prepare.read_kept(folder) == {}
    prepare.keep(folder, broker_port=5)
    assert prepare.read_kept(folder) == {"broker_port": 5}


def test_the_first_start_of_a_real_shop_needs_its_file(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"redbutton up SHOP\.toml"):
        prepare.shop_file(prepare.Wish(folder.path), folder)


def test_a_named_shop_file_is_kept_for_later_starts(folder: Folder, tmp_path: Path) -> None:
    assert prepare.shop_file(prepare.Wish(folder.path, simulate=True), folder) == prepare.EXAMPLE
    mine = tmp_path / "mine.toml"
    mine.write_text("x = 1\n")
    source = prepare.shop_file(prepare.Wish(folder.path, mine), folder)
    assert source == mine
    folder.keep(source, "shop.toml")
    kept = prepare.shop_file(prepare.Wish(folder.path, simulate=True), folder)
    assert kept.read_text() == "x = 1\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert folder.keep(kept, "shop.toml") == kept


SCALARS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**53), 2**53), st.booleans()
)


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), SCALARS))
def test_what_is_written_is_read_back(table: dict[str, str | int | bool]) -> None:
    text = toml.dump({**table, "row": [table, {}], "deep": {"list": list(table.values())}}, "a heading")
    assert tomllib.loads(text) == {**table, "row": [table, {}], "deep": {"list": list(table.values())}}
