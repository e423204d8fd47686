"""An expectation as a sentence, in every language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import get_args

from simulator.config import Language
from simulator.scenarios.expectations import Expect

LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    text = files("simulator.scenarios").joinpath("locale", f"{language}.json").read_text(encoding="utf-8")
    words: Mapping[str, str] = json.loads(text)
    return words


def sentence(expect: Expect, language: Language) -> str:
    """A code that has no word of its own is said as it is."""
    words = catalogue(language)
    values = expect.values()
    for field in ("kind", "outcome", "cause"):
        if field in values:
            values[field] = words.get(f"{field}.{values[field]}", values[field])
    return words[expect.that].format(**values)


def sentences(expect: Expect) -> dict[str, str]:
    return {language: sentence(expect, language) for language in LANGUAGES}


def key(expect: Expect) -> str:
    """Tells it from the others of its scenario."""
    figures = [str(value) for value in expect.values().values()]
    return " ".join([expect.that, *figures])
