"""Wrist pagers hold every story to account."""

from __future__ import annotations

import pytest

from simulator.pager import Air, ReceivedPage


def test_an_expected_page_is_taken_out() -> None:
    air = Air()
    air.transmit("1", "FITTING ROOMS: call", 2, 5.0)
    page = air.pager("1").expects("FITTING ROOMS")
    assert page == ReceivedPage("1", "FITTING ROOMS: call", 2, 5.0)
    air.assert_empty()
    assert air.pager("1").history == [page]


def test_nothing_came() -> None:
    with pytest.raises(AssertionError, match="nothing came"):
        Air().pager("1").expects("x")


def test_another_text_came() -> None:
    air = Air()
    air.transmit("1", "WINE", 1, 0.0)
    with pytest.raises(AssertionError, match="expected 'DAIRY', got 'WINE'"):
        air.pager("1").expects("DAIRY")


def test_leftovers_are_a_finding() -> None:
    air = Air()
    air.transmit("1", "WINE", 1, 0.0)
    with pytest.raises(AssertionError, match="nobody expected 'WINE'"):
        air.assert_empty()


def test_a_known_only_air_knows_its_pagers() -> None:
    air = Air(["1"], known_only=True)
    assert air.knows("1")
    assert not air.knows("2")
    assert Air().knows("2")


def test_listeners_hear_every_page() -> None:
    air = Air()
    heard: list[ReceivedPage] = []
    air.listen(heard.append)
    air.transmit("1", "WINE", 1, 0.0)
    assert [page.text for page in heard] == ["WINE"]
