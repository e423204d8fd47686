"""Which passwords are taken."""

from __future__ import annotations

import sys

import pytest

from server.db.setup_password import new_password
from server.rules.passwords import LONGEST, SHORTEST, Weakness, common, weakness


@pytest.mark.parametrize(
    "password",
    [
        "four plain words here",
        "            ",
        "\u043e\u0434\u0438\u043d \u0434\u0432\u0430 \u0442\u0440\u0438",
        "\U0001f514" * SHORTEST,
        "x" * LONGEST,
        "tab\tand\nline\x00",
        "aaaaaaaaaaab",
        new_password(),
    ],
)
def test_everything_may_stand_in_one(password: str) -> None:
    assert weakness(password, ("anna", "Anna Kask", "Kadriorg Food Market")) is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", Weakness.TOO_SHORT),
        ("x" * (SHORTEST - 1), Weakness.TOO_SHORT),
        ("x" * (LONGEST + 1), Weakness.TOO_LONG),
        ("1qaz2wsx3edc", Weakness.COMMON),
        ("QWERTY123456", Weakness.COMMON),
        (" qwerty123456 ", Weakness.COMMON),
        ("Kadriorg food market", Weakness.NAME),
        ("kadriorgfoodmarket", Weakness.NAME),
        ("ANNA-MARIA KASK", Weakness.NAME),
        ("\uff21nna-Maria Kask", Weakness.NAME),
        ("Red - . - Button", Weakness.NAME),
        ("\ud800" * SHORTEST, Weakness.NOT_TEXT),
    ],
)
def test_why_one_is_not_taken(password: str, why: Weakness) -> None:
    assert weakness(password, ("anna", "Anna-Maria Kask", "Kadriorg Food Market")) is why


def test_the_list_is_whole_and_leaves_the_rest_of_it_unloaded() -> None:
    """Of the 30 000 commonest those that are long enough; the shorter ones are refused for their length."""
    assert len(common()) > 200
    assert all(len(word) >= SHORTEST for word in common())
    assert "zxcvbn" not in sys.modules
