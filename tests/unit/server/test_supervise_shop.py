"""From a shop file to what `up` starts and says."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from server.rules.pins import is_pin, too_easy
from server.rules.rights import Role
from server.shop_file import read_shop as read_file
from server.supervise import parts
from server.supervise.folder import Folder
from server.supervise.prepare import EXAMPLE
from server.supervise.read_shop import distinct_logins, read_shop
from server.supervise.render import Place
from server.supervise.welcome import welcome


def test_the_example_shop_is_whole() -> None:
    shop, file = read_shop(EXAMPLE), read_file(EXAMPLE)
    assert shop.server == file.store.server
    assert sum(len(unit.inputs) for unit in shop.units) == len(file.buttons)
    assert {pager.address for pager in shop.pagers} == {part.address for part in file.pagers}
    assert len(shop.people) == len(file.carriers) + len(file.accounts)
    assert {one.role for one in shop.people} | {"owner"} == set(Role)
    assert all(person.pager for person in shop.people if person.pager is not None)
    assert any(person.pager for person in shop.people)
    assert {line.name for line in shop.lines} >= {pager.transmitter for pager in shop.pagers}


@pytest.mark.parametrize(
    ("names", "logins"),
    [
        (["Anna Ilves", "Boris Petrov"], ["anna", "boris"]),
        (["Anna Ilves", "Anna Kask", "anna"], ["anna", "anna2", "anna3"]),
        (["Õie Mägi", "Žanna"], ["oie", "zanna"]),
        (["Manager"], ["manager2"]),
        (["Иван Петров"], ["иван"]),
        (["./../x"], ["x"]),
        (["..."], ["staff"]),
    ],
)
def test_logins_can_be_typed_and_differ(names: list[str], logins: list[str]) -> None:
    assert distinct_logins(names) == logins


def test_the_order_of_a_start(tmp_path: Path) -> None:
    shop = read_shop(EXAMPLE)
    with_floor = parts.groups(shop, tmp_path, ("127.0.0.1", 1), simulate=True)
    names = [[part.name for part in group] for group in with_floor]
    assert names == [["broker", "network"], ["simulate", "server"], list(shop.gateways)]
    real = parts.groups(shop, tmp_path, ("127.0.0.1", 1), simulate=False)
    assert [[part.name for part in group] for group in real] == [["broker"], ["server"], list(shop.gateways)]


def test_passwords_are_shown_for_a_simulated_shop_only(tmp_path: Path) -> None:
    picks = itertools.count(5, 3)
    folder = Folder(tmp_path, lambda letters: letters[next(picks) ** 2 % len(letters)])
    (tmp_path / "secrets").mkdir()
    where = Place(
        tmp_path,
        tmp_path,
        "0.0.0.0",
        {"board": 80, "https": 443, "floor": 81, "broker": 82},
        folder.password_file,
        folder.ready_file,
    )
    shop = read_shop(EXAMPLE)
    secret, person = folder.password("login-manager"), shop.people[0].login
    demo = welcome(shop, where, folder, simulate=True, seconds=1.23)
    real = welcome(shop, where, folder, simulate=False, seconds=1.23)
    pin = folder.pin(f"pin-{person}")
    assert is_pin(pin)
    assert not too_easy(pin)
    assert secret in demo
    assert f"PIN of {person}: {pin}" in demo
    assert "PIN" not in real
    assert "http://127.0.0.1:80 " in demo
    assert ".local:443\n" in demo
    assert ".local:443\n" in real
    assert secret not in real
    assert str(tmp_path / "secrets" / "login-manager") in real
