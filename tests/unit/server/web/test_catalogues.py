"""No language has a missing, fuzzy, stale or differently-placeholdered sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir

import server.web
from server.web.frame.words import LANGUAGES, read_catalogue

SOURCE = Path(server.web.__file__).parent
PLACE = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def said() -> set[str | tuple[str, ...]]:
    """Everything that code and templates say."""
    found = extract_from_dir(
        str(SOURCE),
        method_map=[("**.py", "python"), ("**.html", "jinja2")],
        options_map={"**.html": {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}},
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    )
    return {message for _, _, message, _, _ in found}


def catalogue(language: str) -> Catalog:
    return read_catalogue(language)


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_the_search_finds_words(said: set[str | tuple[str, ...]]) -> None:
    assert "Nobody is waiting" in said
    assert ("%(n)s call", "%(n)s calls") in said
    assert len(said) > 150


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_everything_is_translated(language: str, said: set[str | tuple[str, ...]]) -> None:
    found = {message.id: message for message in catalogue(language) if message.id}
    assert said - set(found) == set()
    assert set(found) - said == set(), "said nowhere any more"
    assert [message.id for message in found.values() if message.fuzzy] == []
    assert [message.id for message in found.values() if not all(forms(message))] == []


@pytest.mark.parametrize(("language", "plurals"), [("ru", 3), ("et", 2)])
def test_placeholders_and_plurals_agree(language: str, plurals: int) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[-1]
        for form in forms(message):
            assert set(PLACE.findall(form)) == set(PLACE.findall(source)), message.id
            assert re.sub(PLACE, "", form).count("%") == 0, message.id
        assert len(forms(message)) == (1 if isinstance(message.id, str) else plurals), message.id
