"""Words that people type for names: signs that nobody sees are refused, all letters of the world are not."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from server.shop_words import Name

NAME: TypeAdapter[str] = TypeAdapter(Name)


@pytest.mark.parametrize(
    "text", ["\u00d5lu & \u017e", "\u0401\u043b\u043a\u0430 \u21165", "a\u00a0b", "\U0001f600", "<b>", "=1+1"]
)
def test_letters_and_signs_are_taken_as_they_are(text: str) -> None:
    assert NAME.validate_python(text) == text


@pytest.mark.parametrize(
    "sign", ["\x00", "\x1b", "\n", "\x7f", "\x85", "\u200b", "\u202e", "\u2066", "\u2028", "\ufeff"]
)
def test_signs_that_steer_or_turn_are_refused(sign: str) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(f"a{sign}b")
