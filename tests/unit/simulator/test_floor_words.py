"""Three languages, the same words in each, nothing forgotten, and the right one for every visitor."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from broker_config.enrol import words as enrol_words
from broker_config.enrol.core import Stage
from broker_config.messages.page import PageFormat, PageState, Proof
from simulator.config import Language
from simulator.contacts import PROFILES
from simulator.floor import box_items
from simulator.floor.bench_items import WAITING
from simulator.floor.box_items import CLOSED
from simulator.floor.events import Deed, PartState, Play, Way
from simulator.floor.hops import Hop
from simulator.floor.lights import light_sets
from simulator.floor.words import LANGUAGES, catalogue, choose
from simulator.habits import OUTCOMES
from simulator.scenarios.item import State
from simulator.staff import Doing
from simulator.stage import Power
from simulator.transmitters.base import Trouble
from simulator.transmitters.kinds import KINDS

SAME_ON_PURPOSE = {"js.seconds", "js.milliseconds", "js.means_other", "js.air_on", "js.times"}
"""Words that are the same in two languages because they have no letters of their own."""
ESTONIAN_TOO = {"node_server", "js.part_server", "js.hop_server"}
"""Words that English and Estonian share."""


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
    left = {key for key in english if words[key] == english[key]} - SAME_ON_PURPOSE - ESTONIAN_TOO
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
    made: tuple[str, ...] = (
        "button_",
        "pager_",
        "trouble_",
        "how_",
        "format_",
        "js.result_",
        "js.proof_",
        "js.bench_",
        "kind_",
        "js.light_",
        "js.story_",
        "js.doing_",
        "js.means_",
        "js.to_",
    )
    made += ("legend_", "light_set_", "switch_", "trick_", "js.refused_", "js.fault_")
    made += (
        "node_",
        "drawer_",
        "power_",
        "play_",
        "js.hop_",
        "js.state_",
        "js.is_",
        "js.scenario_",
        "js.part_",
    )
    made += ("bench_wearer", "box_", "boxed_", "js.box_", "js.boxed_", "js.trouble_")
    for key in catalogue("en"):
        if not key.startswith(made):
            assert re.search(rf"\b{re.escape(key.removeprefix('js.'))}\b", text), key


def test_every_state_has_its_word() -> None:
    english = catalogue("en")
    from firmware_bridge.light import Shown

    wanted = [f"js.light_{shown}" for shown in Shown]
    wanted += [f"legend_{shown}" for shown in Shown]
    wanted += [f"light_set_{name}" for name in light_sets()]
    wanted += [f"switch_{name}" for name in PROFILES]
    wanted += [f"js.story_did_{deed}" for deed in Deed]
    for fault in ("stuck", "chatter", "flood"):
        wanted += [f"js.fault_{fault}", f"js.story_fault_{fault}"]
    wanted += [f"js.doing_{doing}" for doing in Doing]
    for trouble in Trouble:
        wanted += [f"trouble_{trouble}", f"js.story_trouble_{trouble}", f"js.is_trouble_{trouble}"]
    wanted += [f"{word}_{driver.replace('-', '_')}" for driver in KINDS for word in ("kind", "how")]
    wanted += [
        f"js.result_{state}" for state in (WAITING, *PageState) if state not in ("queued", "ordered", "held")
    ]
    wanted += [f"js.proof_{proof}" for proof in Proof] + [f"format_{one}" for one in PageFormat]
    wanted += [f"js.bench_{state}" for state in ("off", "unknown", "ready", "dead")]
    wanted += [f"js.to_{way}" for way in Way]
    wanted += [f"js.hop_{hop}" for hop in Hop]
    wanted += [f"js.state_{state}" for state in PartState]
    wanted += [f"js.is_{state}" for state in PartState if state != PartState.RUNNING]
    wanted += [f"power_{verb}" for verb in Power] + [f"play_{play}" for play in Play]
    wanted += [f"js.scenario_{state}" for state in State]
    wanted += [f"js.story_closed_{outcome}" for _, outcome in OUTCOMES]
    wanted += [f"js.box_{stage}" for stage in (CLOSED, *Stage)] + [
        f"js.trouble_{one}" for one in enrol_words.Trouble
    ]
    wanted += [f"js.story_box_{stage}" for stage in box_items.TOLD]
    told = set(PartState) - {PartState.STARTING}
    wanted += [f"js.story_part_{state}" for state in told]
    wanted += [f"js.story_event_{play}" for play in Play] + [f"js.story_event_over_{play}" for play in Play]
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
