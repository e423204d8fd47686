"""Three languages, the same words in each, nothing forgotten, and the right one for every visitor."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from simulator.config import Language
from simulator.floor.events import Mood, Way
from simulator.floor.words import LANGUAGES, catalogue, choose
from simulator.staff import Doing

SAME_ON_PURPOSE = {"js.seconds", "js.means_other"}
"""Words that are the same in two languages because they have no letters of their own."""


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_catalogue_has_the_same_keys_and_placeholders(language: Language) -> None:
    english, words = catalogue("en"), catalogue(language)
    assert list(words) == list(english)
    for key, text in words.items():
        assert text.strip() == text != "", key
        assert placeholders(text) == placeholders(english[key]), key


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_nothing_is_left_in_english(language: Language) -> None:
    english, words = catalogue("en"), catalogue(language)
    left = {key for key in english if words[key] == english[key]} - SAME_ON_PURPOSE
    assert left == set()


def test_russian_is_written_in_cyrillic() -> None:
    for key, text in catalogue("ru").items():
        if key not in SAME_ON_PURPOSE:
            assert re.search("[а-яё]", re.sub(r"\{\w+\}", "", text), re.IGNORECASE), key


def sources(*folders: str) -> str:
    root = files("simulator.floor")
    return "\n".join(
        file.read_text(encoding="utf-8")
        for folder in folders
        for file in root.joinpath(folder).iterdir()
        if file.name.endswith((".html", ".js"))
    )


def test_every_word_that_template_and_script_ask_for_is_there() -> None:
    english = catalogue("en")
    template, script = sources("templates"), sources("static")
    asked = set(re.findall(r"\bt\.(\w+)", template)) - {"items"}
    asked |= {f"js.{key}" for key in re.findall(r'\bword\(\s*"(\w+)"', script)}
    assert len(asked) > 30
    assert asked - set(english) == set()


def test_every_word_is_asked_for() -> None:
    """A word that nobody shows is a word that nobody mends."""
    text = sources("templates", "static")
    made = ("button_", "pager_", "mood_", "js.light_", "js.story_", "js.doing_", "js.means_", "js.to_")
    for key in catalogue("en"):
        if not key.startswith(made):
            assert re.search(rf"\b{re.escape(key.removeprefix('js.'))}\b", text), key


def test_every_state_has_its_word() -> None:
    english = catalogue("en")
    from firmware_bridge.light import Shown

    wanted = [f"js.light_{shown}" for shown in Shown]
    wanted += [f"js.doing_{doing}" for doing in Doing]
    wanted += [f"mood_{mood}" for mood in Mood] + [f"js.story_mood_{mood}" for mood in Mood]
    wanted += [f"js.to_{way}" for way in Way]
    assert [key for key in wanted if key not in english] == []


@pytest.mark.parametrize(
    ("asked", "remembered", "accepts", "expected"),
    [
        ("et", "ru", "en", "et"),
        (None, "ru", "en", "ru"),
        (None, None, "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        (None, None, "de, et;q=0.5, en;q=0.4", "et"),
        (None, None, "en;q=0, ru;q=0.1", "ru"),
        ("../../etc", "xx", "", "en"),
        (None, None, ";;q=;,,,", "en"),
    ],
)
def test_which_language(asked: str | None, remembered: str | None, accepts: str, expected: str) -> None:
    assert choose(asked, remembered, accepts, "en") == expected
