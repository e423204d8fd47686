"""The floor page's words in three languages: flat JSON catalogues with the same keys; what simulated boxes say on their
lines stands in one of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import get_args

from simulator.config import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
TALK = "js.means_"
"""What bytes mean."""
NAMES = {"en": "English", "ru": "Русский", "et": "Eesti"}


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    talk = {f"{TALK}{key}": text for key, text in _read(f"talk.{language}.json").items()}
    return {**_read(f"{language}.json"), **talk}


def _read(name: str) -> dict[str, str]:
    text = files("simulator.floor").joinpath("locale", name).read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)
    return words


def choose(asked: str | None, remembered: str | None, accepts: str, default: Language) -> Language:
    """The language of one request: asked for in the address, else the cookie's, else the browser's own."""
    for wish in (asked, remembered, *_accepted(accepts)):
        for language in LANGUAGES:
            if wish == language:
                return language
    return default


def _accepted(header: str) -> list[str]:
    """`ru-RU,ru;q=0.9,en;q=0.8` -> ru, en; strange headers are nobody's wish."""
    wishes: list[tuple[float, str]] = []
    for part in header[:200].split(","):
        found = re.fullmatch(
            r"\s*([a-z]{2})(?:-\w+)*\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*", part, re.IGNORECASE
        )
        if found:
            wishes.append((-float(found[2] or 1), found[1].lower()))
    return [language for quality, language in sorted(wishes, key=lambda one: one[0]) if quality < 0]
