"""What every screen of the floor is made with: templates, and the data that its script reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from simulator.config import Language
from simulator.floor.words import catalogue

FOR_SCRIPT = "js."
"""Words whose key begins like this are handed to the script."""


def environment() -> Environment:
    return Environment(
        loader=PackageLoader("simulator.floor"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def script_words(language: Language) -> dict[str, str]:
    return {
        key.removeprefix(FOR_SCRIPT): text
        for key, text in catalogue(language).items()
        if key.startswith(FOR_SCRIPT)
    }


def as_data(named: Mapping[str, Any]) -> str:
    """JSON inside a script element that is data only; `<` is escaped, so that no text can end it."""
    return json.dumps(named, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
