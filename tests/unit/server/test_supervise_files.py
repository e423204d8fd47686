"""The data folder, its passwords, the ports and the texts of the config files."""

from __future__ import annotations

import socket
import time
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.channels import Role
from broker_config.config import load
from broker_config.errors import SetupError
from broker_config.identity import authority
from broker_config.identity.certificate import LEAF_LIFE, LONGEST_FOR_BROWSERS, facts
from broker_config.identity.folder import IdentityFolder
from broker_config.identity.names import ALWAYS
from firmware_bridge.config import ButtonUnitSettings
from pager_gateway.config import GatewaySettings
from server.config import ServerSettings
from server.identities import make
from server.supervise import ports, prepare, render, toml
from server.supervise.errors import Refused
from server.supervise.family import Family
from server.supervise.folder import Folder
from server.supervise.identities import LOOK_S, Identities, Renewals
from server.supervise.render import Place
from server.supervise.shop import Input, Line, Pager, Person, Shop, Unit
from server.supervise.up import switchboards
from simulator.config import SimulateSettings

NOW = datetime.now(UTC).replace(microsecond=0)
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
    people=(Person("anna", "Anna Ilves", "manager", "1234001"), Person("boris", "Boris")),
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
    numbers = {"board": 18080, "https": 18443, "floor": 18081, "broker": 11883}
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


def test_a_port_that_is_held_is_nobody_elses_and_still_its_childs() -> None:
    port = ports.free_port("127.0.0.1")
    (held,) = ports.hold("127.0.0.1", [port])
    with held:
        with socket.socket() as stranger, pytest.raises(OSError):
            stranger.bind(("127.0.0.1", port))
        for _ in range(2):  # and once more, when it is started again
            with socket.create_server(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)):
                pass


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


def identified(folder: Folder, place: Place) -> Identities:
    """As `up` does it by a child: everybody's certificate is there."""
    made = Identities(SHOP, place, prepare.parts_here(SHOP, simulate=True), lambda: NOW)
    make(tomllib.loads(made.text()), NOW)
    return made


def test_every_process_accepts_its_file(folder: Folder, place: Place) -> None:
    identified(folder, place)
    prepare.write_files(SHOP, place, folder, simulate=True)

    server = load(ServerSettings, folder / "server.toml")
    assert (server.port, server.stores[0].broker_port, server.stores[0].id) == (18080, 11883, "kesklinn")
    gateway = load(GatewaySettings, folder / "gw-1.toml")
    assert [str(one.port) for one in gateway.transmitters] == [str(folder / "lines" / "gw-1-tx-1")]
    unit = load(ButtonUnitSettings, folder / "btn-1.toml")
    assert [one.n for one in unit.inputs if one.key_for is None] == [1, 2]
    world = load(SimulateSettings, folder / "simulate.toml")
    assert world.store_name == SHOP.name
    assert [one.login for one in world.people] == ["anna"]  # who wears no pager is not simulated
    for name in ("server.toml", "gw-1.toml", "btn-1.toml", "simulate.toml", "accounts.toml"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert server.stores[0].credentials().tls == IdentityFolder(place.identity("srv")).tls


def test_everybody_in_a_simulated_shop_has_a_way_to_the_broker_of_its_own(folder: Folder) -> None:
    wish, names = prepare.Wish(folder.path, port=0, simulate=True), prepare.parts_with_network(SHOP)
    where = prepare.place(wish, folder, no_wait, names)
    where.sockets.rmdir()
    identified(folder, where)
    prepare.write_files(SHOP, where, folder, simulate=True)

    network = tomllib.loads((folder / "network.toml").read_text())
    ways = network["ways"]
    assert network["broker"] == ["127.0.0.1", where.ports["broker"]]
    assert list(ways) == ["server", "gw-1", "gw-2", "btn-1", "btn-2"]
    assert load(ServerSettings, folder / "server.toml").stores[0].broker_port == ways["server"]
    assert load(GatewaySettings, folder / "gw-2.toml").port == ways["gw-2"]
    assert load(ButtonUnitSettings, folder / "btn-1.toml").port == ways["btn-1"]
    assert load(SimulateSettings, folder / "simulate.toml").network == Path(network["control"])


def test_a_real_shop_has_neither_a_simulated_network_nor_a_socket_for_switches(folder: Folder) -> None:
    wish = prepare.Wish(folder.path, port=0)
    where = prepare.place(wish, folder, no_wait)
    prepare.write_files(SHOP, where, folder, simulate=False)
    family = Family(time.monotonic, no_wait, lambda _: None)

    assert switchboards(wish, where, family) == []
    assert list(where.sockets.iterdir()) == []
    where.sockets.rmdir()
    assert not (folder / "network.toml").exists()
    assert load(ServerSettings, folder / "server.toml").stores[0].broker_port == where.ports["broker"]


def test_a_real_gateway_gets_the_ports_of_the_shop_file(folder: Folder, place: Place) -> None:
    text = render.gateway(SHOP, "gw-2", place, simulate=False)
    assert [one["port"] for one in tomllib.loads(text)["transmitters"]] == ["socket://127.0.0.1:4001"]
    assert render.without_port((*SHOP.lines, Line("gw-1", "tx-3", "tap"))) == ["tx-3"]


def test_a_line_of_any_kind_has_its_speed_and_the_settings_of_its_driver(place: Place) -> None:
    stick = Line(
        "gw-1", "tx-3", "pocsag-raw", "/dev/ttyACM0", settings={"baud": 512, "functions": {"text": [3]}}
    )
    shop = replace(SHOP, lines=(replace(SHOP.lines[0], baudrate=1200), stick))
    written = tomllib.loads(render.gateway(shop, "gw-1", place, simulate=False))["transmitters"]
    assert [one["baudrate"] for one in written] == [1200, 38400]
    assert "settings" not in written[0]
    assert written[1]["settings"] == {"baud": 512, "functions": {"text": [3]}}
    world = SimulateSettings.model_validate(
        tomllib.loads(render.simulate(replace(shop, pagers=(), people=()), place, 1))
    )
    assert [(one.driver, one.baudrate) for one in world.transmitters] == [("tap", 1200), ("pocsag-raw", None)]
    assert world.transmitters[1].settings["baud"] == 512


def test_a_simulated_box_in_the_network_has_a_port_that_its_gateway_knows(folder: Folder) -> None:
    shop = replace(
        SHOP, lines=(Line("gw-1", "tx-1", "tap"), Line("gw-1", "tx-9", "snpp")), pagers=(), people=()
    )
    boxes = prepare.boxes_in_network(shop)
    where = prepare.place(prepare.Wish(folder.path, port=0, simulate=True), folder, no_wait, (), boxes)
    where.sockets.rmdir()
    port = where.boxes["gw-1/tx-9"]
    written = tomllib.loads(render.gateway(shop, "gw-1", where, simulate=True))["transmitters"]
    assert [one["port"] for one in written] == [str(where.line(shop.lines[0])), f"socket://127.0.0.1:{port}"]
    world = SimulateSettings.model_validate(tomllib.loads(render.simulate(shop, where, 1)))
    assert [one.where for one in world.transmitters] == [where.line(shop.lines[0]), port]


def test_every_device_is_a_user_of_the_broker_and_comes_by_tls_only(folder: Folder, place: Place) -> None:
    identified(folder, place)
    prepare.write_broker(SHOP, place, folder)
    acl = (folder / "broker" / "acl").read_text().splitlines()
    names = [line.removeprefix("user ") for line in acl if line.startswith("user ")]
    assert names == [f"kesklinn.{name}" for name in ("btn-1", "btn-2", "gw-1", "gw-2", "srv")]
    assert (folder / "broker" / "passwords").read_text() == ""
    config = (folder / "broker" / "mosquitto.conf").read_text()
    assert config.count("listener ") == config.count("require_certificate true") == 1
    assert (folder / "broker").stat().st_mode & 0o777 == 0o700


def test_a_broker_without_an_identity_is_not_started(folder: Folder, place: Place) -> None:
    with pytest.raises(SetupError, match="not started"):
        prepare.write_broker(SHOP, place, folder)


def test_passwords_of_devices_from_earlier_times_are_forgotten(folder: Folder, place: Place) -> None:
    for name in ("srv", "gw-1", "btn-2", "login-manager"):
        folder.password(name)
    prepare.write_files(SHOP, place, folder, simulate=True)
    left = {each.name for each in (folder / "secrets").iterdir()}
    assert not left & {"srv", "gw-1", "btn-2"}
    assert "login-manager" in left


def test_identities_are_made_once_and_renewed_after_two_thirds_of_their_life(
    folder: Folder, place: Place
) -> None:
    first = Identities(SHOP, place, prepare.parts_here(SHOP, simulate=True), lambda: NOW)
    assert first.are_due()
    table = tomllib.loads(first.text())
    assert make(table, NOW) == ["broker", "https", *(f"kesklinn.{one}" for one in first.parts)]
    assert not first.are_due()
    assert make(table, NOW) == []
    later = replace(first, now=lambda: NOW + timedelta(days=244))
    assert later.are_due()
    assert len(make(table, later.now())) == 7
    assert not later.are_due()


def test_the_certificate_that_browsers_see_counts_no_longer_than_they_believe(
    folder: Folder, place: Place
) -> None:
    identified(folder, place)
    seen = facts((place.https_identity / "device.crt").read_text())
    assert seen.not_after - seen.not_before <= LONGEST_FOR_BROWSERS
    assert seen.renew_at == seen.not_after - LEAF_LIFE / 3
    assert set(ALWAYS) <= set(seen.hosts)


def test_https_has_its_port_beside_the_boards(folder: Folder) -> None:
    assert prepare.https_beside(8080) == 8443
    assert prepare.https_beside(0) == 0
    assert prepare.https_beside(65_500) == 0


def test_an_authority_that_cannot_be_read_is_never_replaced(folder: Folder, place: Place) -> None:
    made = identified(folder, place)
    (made.authority / "ca.key").unlink()
    with pytest.raises(SetupError, match="authority cannot be read"):
        make(tomllib.loads(made.text()), NOW)


def test_another_authority_or_another_name_makes_everything_due(folder: Folder, place: Place) -> None:
    made = identified(folder, place)
    wide = replace(made, place=replace(place, host="0.0.0.0"))
    assert wide.are_due()
    make(tomllib.loads(wide.text()), NOW)
    assert not wide.are_due()
    authority.make("kesklinn", now=NOW, serial=1).write(made.authority)
    assert made.are_due()


def test_a_running_shop_looks_after_its_certificates(folder: Folder, place: Place) -> None:
    made = identified(folder, place)
    said: list[str] = []
    at = [0.0]
    renewals = Renewals(
        replace(made, now=lambda: NOW + timedelta(days=300)), folder.config, said.append, lambda: at[0]
    )
    renewals.look()
    assert not made.file.exists()  # at its start everything was new
    at[0] = LOOK_S
    renewals.look()
    assert tomllib.loads(made.file.read_text())["store"] == "kesklinn"
    assert renewals._child is not None
    assert renewals._child.wait(60.0)
    renewals.look()
    assert said == ["certificates were renewed"]
    renewals.look()
    assert renewals._child is None


def test_only_in_simulation_are_button_units_parts_of_this_machine() -> None:
    assert prepare.parts_here(SHOP, simulate=False) == ("srv", "gw-1", "gw-2")


def test_the_keeper_that_the_shop_chose_is_the_keeper_at_the_broker() -> None:
    roles = {user.device: user.role for user in prepare.users(SHOP)}
    assert (roles["gw-1"], roles["gw-2"]) == (Role.GATEWAY, Role.KEEPER)


def test_the_keeper_is_told_so_in_its_own_file(folder: Folder, place: Place) -> None:
    identified(folder, place)
    prepare.write_files(SHOP, place, folder, simulate=True)
    told = [load(GatewaySettings, folder / f"{name}.toml").keeper for name in ("gw-1", "gw-2")]
    assert told == [False, True]


@pytest.mark.parametrize(
    ("count", "keys"), [(1, 1), (2, 2), (7, 7), (8, 4), (9, 1), (10, 6), (14, 0), (16, 0)]
)
def test_mock_pins_never_collide_and_keys_take_what_is_left(count: int, keys: int) -> None:
    inputs = tuple(Input(n, "red", "a", "b") for n in range(1, count + 1))
    found = render.staff_keys(inputs)
    assert list(found.values()) == list(range(1, keys + 1))
    rows = render.mock_pins(inputs, found)
    assert set(rows) == {*range(1, count + 1), *found}
    pins = [pin for row in rows.values() for pin in row.values()]
    assert len(pins) == len(set(pins))
    assert all(0 <= pin < render.PINS for pin in pins)
    assert all(set(rows[n]) == {"pin"} for n in found)


def test_only_buttons_that_call_somebody_get_a_staff_key() -> None:
    colours = ("yellow", "red", "green", "red")
    inputs = tuple(Input(n, colour, "a", "b") for n, colour in enumerate(colours, 1))
    assert render.staff_keys(inputs) == {16: 2, 15: 4}


def test_unit_and_floor_hear_of_the_same_keys(folder: Folder, place: Place) -> None:
    identified(folder, place)
    prepare.write_files(SHOP, place, folder, simulate=True)
    unit = load(ButtonUnitSettings, folder / "btn-1.toml")
    world = load(SimulateSettings, folder / "simulate.toml")
    keys = {one.n: one.key_for for one in unit.inputs if one.key_for is not None}
    assert keys == {16: 1}
    assert {one.n: one.key_for for one in world.units[0].keys} == keys
    assert "staff key" not in (folder / "btn-1.toml").read_text()


def test_a_full_header_says_which_buttons_have_no_key(place: Place) -> None:
    full = Unit("btn-9", tuple(Input(n, "red", "a", "b") for n in range(1, 9)))
    assert "# No pin or input is left for a staff key of 5, 6, 7, 8." in render.unit(SHOP, full, place)


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
