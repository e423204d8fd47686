"""A first password: easy to read aloud and to type on a phone, hard to guess."""

from __future__ import annotations

import secrets
from collections.abc import Callable

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another."""


def new_password(choice: Callable[[str], str] = secrets.choice) -> str:
    """Three groups of four, as k7mp-x3qa-9tzf: 59 bits. `choice` must be unguessable."""
    return "-".join("".join(choice(LETTERS) for _ in range(4)) for _ in range(3))
