"""PINs that everybody tries first are refused, and no more than that."""

from __future__ import annotations

import pytest

from server.rules.pins import is_pin, too_easy


@pytest.mark.parametrize(
    "pin",
    [
        *("000000", "111111", "123456", "654321", "890123", "135791", "121212", "123123", "123321", "112233"),
        *("199019", "198512", "031985", "200101", "147258", "159753", "565656", "477447", "696969", "010101"),
    ],
)
def test_what_everybody_tries_first(pin: str) -> None:
    assert is_pin(pin)
    assert too_easy(pin)


@pytest.mark.parametrize("pin", ["482913", "705164", "310578", "947206", "090817"])
def test_what_may_be_chosen(pin: str) -> None:
    assert not too_easy(pin)


def test_a_guesser_is_told_little_by_what_is_refused() -> None:
    some = range(0, 10**6, 41)
    easy = sum(too_easy(f"{number:06d}") for number in some)
    assert 0.02 < easy / len(some) < 0.05


@pytest.mark.parametrize(
    "text", ["", "12345", "1234567", "12345a", "１２３４５６", " 48291", "48-913", "²³4567"]
)
def test_six_plain_figures_and_nothing_else(text: str) -> None:
    assert not is_pin(text)
