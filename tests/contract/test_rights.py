"""The ACL against the channel table: what every role may do, said a second time by hand."""

from __future__ import annotations

import pytest

from broker_config import topics
from broker_config.broker import render
from broker_config.channels import CHANNELS, KIND_OF, Role
from broker_config.rights import User, may_read, may_write, subscriptions

USERS = {
    "b7": User("s1", "b7", Role.BUTTON, "x"),
    "g1": User("s1", "g1", Role.KEEPER, "x"),
    "g2": User("s1", "g2", Role.GATEWAY, "x"),
    "srv": User("s1", "srv", Role.SERVER, "x"),
    "jan": User("s1", "jan", Role.JANITOR, "x"),
}
# channel -> kind -> (who writes on the topic of THE device, who reads it); the device is b7, g1 or srv.
TABLE = {
    "press": {"b": ("b7", "srv g1")},
    "receipt": {"b": ("srv", "b7 g1")},
    "light": {"b": ("srv", "b7")},
    "stand-in": {"b": ("g1", "b7 srv")},
    "status": {"b": ("b7 jan", "srv"), "g": ("g1 jan", "srv"), "s": ("srv jan", "srv b7 g1 g2")},
    "telemetry": {"b": ("b7", "srv"), "g": ("g1", "srv")},
    "settings": {"b": ("srv jan", "b7"), "g": ("srv jan", "g1")},
    "settings answer": {"b": ("b7 jan", "srv"), "g": ("g1 jan", "srv")},
    "command": {"b": ("srv", "b7"), "g": ("srv", "g1")},
    "command answer": {"b": ("b7", "srv"), "g": ("g1", "srv")},
    "order": {"g": ("srv", "g1")},
    "cancel": {"g": ("srv", "g1")},
    "result": {"g": ("g1", "srv")},
    "abilities": {"g": ("g1 jan", "srv")},
    "plan": {"g": ("srv jan", "g1")},
    "plan report": {"g": ("g1", "srv")},
    "plan report receipt": {"g": ("srv", "g1")},
    "identity": {"b": ("srv", "b7"), "g": ("srv", "g1")},
    "identity request": {"b": ("b7", "srv"), "g": ("g1", "srv")},
    "probe": {"s": ("srv", "srv")},
}
DEVICE = {"b": "b7", "g": "g1", "s": "srv"}
PLACES = [(channel, kind) for channel in CHANNELS for kind in channel.kinds]


def allowed(acl: str, user: str, verb: str, topic: str) -> bool:
    """What the rendered text says, read without our own functions."""
    inside = False
    for line in acl.splitlines():
        words = line.split()
        if words[:1] == ["user"]:
            inside = words[1] == user
        elif inside and words[:2] == ["topic", verb]:
            pattern, have = words[2].split("/"), topic.split("/")
            if pattern[-1] == "#" and have[: len(pattern) - 1] == pattern[:-1]:
                return True
            if len(pattern) == len(have) and all(p in ("+", h) for p, h in zip(pattern, have, strict=True)):
                return True
    return False


@pytest.mark.parametrize(("channel", "kind"), PLACES, ids=lambda each: getattr(each, "name", each))
def test_the_acl_says_what_the_table_says(channel, kind) -> None:  # type: ignore[no-untyped-def]
    acl = render.acl(USERS.values())
    writers, readers = (set(each.split()) for each in TABLE[channel.name][kind])
    topic = topics.build("s1", kind, DEVICE[kind], channel.tail)
    for name, user in USERS.items():
        assert allowed(acl, user.name, "write", topic) == may_write(user, topic) == (name in writers), name
        assert allowed(acl, user.name, "read", topic) == may_read(user, topic) == (name in readers), name


@pytest.mark.parametrize(("channel", "kind"), PLACES, ids=lambda each: getattr(each, "name", each))
def test_no_device_touches_a_siblings_topics_or_another_store(channel, kind) -> None:  # type: ignore[no-untyped-def]
    sibling = topics.build("s1", kind, "other", channel.tail)
    for name in ("b7", "g1", "g2"):
        wide = channel.name in ("press", "receipt", "stand-in") and name == "g1"
        if not wide:
            assert not may_write(USERS[name], sibling)
        if not wide and not (channel.name == "status" and kind == "s"):
            assert not may_read(USERS[name], sibling)
    elsewhere = topics.build("s2", kind, DEVICE[kind], channel.tail)
    assert not any(may_write(user, elsewhere) or may_read(user, elsewhere) for user in USERS.values())


def test_a_button_with_the_id_of_a_gateway_still_is_no_gateway() -> None:
    impostor = User("s1", "g1", Role.BUTTON, "x")
    assert not may_write(impostor, topics.build("s1", "g", "g1", "result"))


def test_the_broker_own_figures_are_for_the_server_alone() -> None:
    assert [name for name, user in USERS.items() if may_read(user, "$SYS/broker/uptime")] == ["srv"]
    assert not any(may_write(user, "$SYS/broker/uptime") for user in USERS.values())


@pytest.mark.parametrize("role", list(KIND_OF))
def test_whoever_subscribes_may_read_it_and_asks_for_no_retained_press(role: Role) -> None:
    user = User("s1", "d1", role, "x")
    wanted = subscriptions(role, "s1", "d1")
    assert wanted
    for each in wanted:
        assert each.retain_as_published
        assert may_read(user, each.topic_filter.replace("+", "d1"))
        assert each.retain_handling == (2 if each.topic_filter.endswith("/press") else 0)


def test_no_secret_stands_in_the_rendered_files() -> None:
    users = [User("s1", "b7", Role.BUTTON, "swordfish")]
    assert "swordfish" not in render.acl(users) + render.passwords(users) + repr(users)
