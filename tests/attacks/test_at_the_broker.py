"""Devices that have good credentials and say what is not theirs to say: stopped by a real broker's list of rights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from broker_config.broker import check, render
from broker_config.broker.run import Broker
from broker_config.channels import Role
from broker_config.link import Subscription
from broker_config.rights import User, subscriptions
from tests.attacks.clients import Client
from tests.live.brokers import GATEWAY, SERVER, STORE, users

pytestmark = pytest.mark.live

BUTTON, OTHER, NEIGHBOUR = "b1", "b2", "s2"
LAST = b'"that was all"'
FORGED = b'{"forged": true}'


def open_to_all(everybody: Iterable[User]) -> str:
    """A list of rights as somebody in a hurry writes it."""
    return "\n".join(f"user {user.name}\ntopic readwrite #\n" for user in everybody)


@pytest.fixture(params=[True, False], ids=["guarded", "unguarded"])
def guarded(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def broker(guarded: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """Its rights are the guard; a look at them before the start is another one."""
    if not guarded:
        monkeypatch.setattr(render, "acl", open_to_all)
        monkeypatch.setattr(check, "problems", lambda *_, **__: [])
    foreign = User(NEIGHBOUR, BUTTON, Role.BUTTON, "password of a neighbour")
    made = Broker(tmp_path / "broker", [*users().values(), foreign])
    made.start()
    yield made
    made.stop()


ATTACKS = {
    "a press of another button": (BUTTON, "b/b2/press", SERVER, (OTHER, "b/b2/press")),
    "a death of another button": (BUTTON, "b/b2/status", SERVER, (OTHER, "b/b2/press")),
    "a result of a page": (BUTTON, "g/g1/result", SERVER, (GATEWAY, "g/g1/result")),
    "a press, said by a gateway": (GATEWAY, "b/b1/press", SERVER, (BUTTON, "b/b1/press")),
    "a receipt, said by another button": (OTHER, "b/b1/receipt", BUTTON, (SERVER, "b/b1/receipt")),
    "a receipt, said by a gateway": (GATEWAY, "b/b1/receipt", BUTTON, (SERVER, "b/b1/receipt")),
    "a light, said by another button": (OTHER, "b/b1/light", BUTTON, (SERVER, "b/b1/light")),
    "an order of a page": (BUTTON, "g/g1/order", GATEWAY, (SERVER, "g/g1/order")),
    "settings of another unit": (OTHER, "b/b1/cfg", BUTTON, (SERVER, "b/b1/cfg")),
}
"""Who says what in somebody's name, who would hear it, and by whom and where that one is told the truth after it."""


@pytest.mark.parametrize("attack", ATTACKS)
def test_nobody_speaks_for_another(broker: Broker, guarded: bool, attack: str) -> None:
    thief, forged, victim, (speaker, topic) = ATTACKS[attack]
    known = users()
    wanted = subscriptions(known[victim].role, STORE, victim)
    with (
        Client(known[victim], broker.port, wanted) as ear,
        Client(known[thief], broker.port) as client,
        Client(known[speaker], broker.port) as honest,
    ):
        client.say(f"rb/1/{STORE}/{forged}", FORGED)
        honest.say(f"rb/1/{STORE}/{topic}", LAST)
        assert [one.payload for one in ear.hears(LAST)] == ([] if guarded else [FORGED])


def test_another_store_says_nothing_here(broker: Broker, guarded: bool) -> None:
    known = users()
    foreign = next(user for user in broker.users if user.store == NEIGHBOUR)
    wanted = subscriptions(Role.SERVER, STORE, SERVER)
    with (
        Client(known[SERVER], broker.port, wanted) as server,
        Client(foreign, broker.port) as neighbour,
        Client(known[BUTTON], broker.port) as unit,
    ):
        neighbour.say(f"rb/1/{STORE}/b/{BUTTON}/press", FORGED)
        unit.say(f"rb/1/{STORE}/b/{BUTTON}/press", LAST)
        assert [one.payload for one in server.hears(LAST)] == ([] if guarded else [FORGED])


@pytest.mark.parametrize("thief", [OTHER, NEIGHBOUR], ids=["another unit", "another store"])
def test_nobody_listens_in(broker: Broker, guarded: bool, thief: str) -> None:
    """Everything is asked for; what may be heard is what the list of rights says."""
    known = users()
    user = next(user for user in broker.users if thief in (user.device, user.store))
    own = f"rb/1/{user.store}/b/{user.device}/receipt"
    with (
        Client(user, broker.port, [Subscription("rb/#")]) as ear,
        Client(known[BUTTON], broker.port) as unit,
        Client(known[SERVER], broker.port) as server,
    ):
        unit.say(f"rb/1/{STORE}/b/{BUTTON}/press", FORGED)
        if user.store == STORE:
            server.say(own, LAST)
            assert [one.payload for one in ear.hears(LAST)] == ([] if guarded else [FORGED])
        elif guarded:
            ear.say(f"rb/1/{user.store}/b/{user.device}/press", LAST)
            assert ear.heard == []
        else:
            ear.until(lambda: any(one.payload == FORGED for one in ear.heard))


class TestAClientThatTakesAnothersId:
    """Guard: the broker takes the name as the id, so whoever comes with another's id does not push it out."""

    @pytest.fixture
    def broker(self, guarded: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
        if not guarded:
            config = render.config
            monkeypatch.setattr(check, "problems", lambda *_, **__: [])
            monkeypatch.setattr(
                render,
                "config",
                lambda *given, **more: config(*given, **more).replace("use_username_as_clientid true\n", ""),
            )
        made = Broker(tmp_path / "broker", users().values())
        made.start()
        yield made
        made.stop()

    def test_the_owner_of_the_id_stays(self, broker: Broker, guarded: bool) -> None:
        known = users()
        with Client(known[BUTTON], broker.port) as owner:
            with Client(known[OTHER], broker.port, client_id=known[BUTTON].name) as thief:
                thief.say(f"rb/1/{STORE}/b/{OTHER}/press", FORGED)
                if not guarded:
                    owner.until(lambda: owner.disconnects > 0)
            if guarded:
                owner.say(f"rb/1/{STORE}/b/{BUTTON}/press", LAST)
                assert owner.disconnects == 0
