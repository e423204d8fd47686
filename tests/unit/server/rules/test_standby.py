"""Which transmitter may stand by for which."""

from __future__ import annotations

from server.rules.standby import standby_trouble


def test_one_hop_and_each_for_the_other() -> None:
    assert standby_trouble({"a": "b", "b": None}) is None
    assert standby_trouble({"a": "b", "b": "a"}) is None
    assert standby_trouble({"a": "b", "b": "c", "c": None}) is None
    assert standby_trouble({"a": "b", "c": "b", "b": "a"}) is None


def test_never_for_itself_nor_in_a_ring() -> None:
    assert standby_trouble({"a": "a"}) == ("a", "a")
    assert standby_trouble({"a": "b", "b": "c", "c": "a"}) == ("a", "b", "c", "a")
    assert standby_trouble({"x": "a", "a": "b", "b": "c", "c": "a"}) is not None
