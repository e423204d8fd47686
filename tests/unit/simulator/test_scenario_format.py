"""The file of a scenario: what may stand in it, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker_config.errors import SetupError
from simulator.scenarios.format import offset
from simulator.scenarios.shelf import ORDER, find, shipped
from simulator.scenarios.times import seconds, spoken, start_of
from simulator.scenarios.words import LANGUAGES, catalogue, key, sentences

GOOD = """
[scenario]
id = "mine"
starts = "mon 11:55"
lasts = "10m"
title = { en = "a", ru = "b", et = "c" }
summary = { en = "a", ru = "b", et = "c" }

[[at]]
at = "12:00"
do = "press"
button = "any"

[[expect]]
that = "answered"
within = "5s"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return path


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SetupError) as caught:
        find(write(tmp_path, text))
    return [line.removeprefix(str(tmp_path)) for line in str(caught.value).splitlines()]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    scenario = find(write(tmp_path, GOOD))
    assert (scenario.id, scenario.whole.lasts, scenario.short) == ("mine", 600.0, None)
    assert offset(scenario.steps[0].at, None, scenario.whole.begins) == 300.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('at = "12:00"', 'at = "12:00"\nafter = "1m"', 'say either at = "12:00" or after = "5m"'),
        ('button = "any"', "", "press needs button"),
        ('button = "any"', 'button = "any"\npart = "server"', "press has no part"),
        (
            'do = "press"\nbutton = "any"',
            'do = "power"\npart = "server"\nverb = "hit"',
            "power knows kill, stop",
        ),
        ('at = "12:00"', 'at = "25:00"', "written like 12:00"),
        ('at = "12:00"', 'at = "12:06"', "this is after the end"),
        ('lasts = "10m"', 'lasts = "soon"', "written like 90s, 5m or 1h30m"),
        ('starts = "mon 11:55"', 'starts = "noon"', "written like: mon 11:55"),
        ('within = "5s"', "", "answered needs within"),
        ('within = "5s"', 'within = "5s"\nat_most = 3', "answered has no at_most"),
        ('button = "any"', 'button = "any"\ncount = 3', "several times"),
        ('[[expect]]\nthat = "answered"\nwithin = "5s"', "", "say what must have happened"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_write(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert GOOD.count(old) == 1
    assert any(said in line for line in problems(tmp_path, GOOD.replace(old, new)))


def test_every_mistake_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    text = GOOD.replace('do = "press"', 'do = "sing"').replace('within = "5s"', "")
    found = problems(tmp_path, text.replace('id = "mine"', 'id = "Mine!"'))
    assert sorted(line.partition(": ")[0] for line in found) == [
        "/mine.toml:11",
        "/mine.toml:14",
        "/mine.toml:3",
    ]


def test_a_name_that_nobody_shipped_is_said_so() -> None:
    with pytest.raises(SetupError, match="quiet_day, saturday_rush"):
        find("loud_day")


def test_spans_are_read_and_spoken() -> None:
    assert [seconds(one) for one in ("90s", "1h30m", "0.5s", 7)] == [90.0, 5400.0, 0.5, 7.0]
    assert [spoken(one) for one in (5.0, 90.0, 120.0, 5400.0)] == ["5 s", "90 s", "2 min", "1:30 h"]
    assert start_of("Sat 10:00") == (5, 36_000.0)


def test_six_are_shipped_and_each_can_be_played_in_the_running_shop() -> None:
    found = shipped()
    assert [one.id for one in found] == list(ORDER)
    assert all(one.short is not None and one.short.lasts <= 120 for one in found)
    for one in found:
        for words in (one.scenario.title, one.scenario.summary):
            assert len({words.en, words.ru, words.et}) == 3


def test_every_expectation_has_its_sentence_in_every_language() -> None:
    words = [set(catalogue(language)) for language in LANGUAGES]
    assert words[0] == words[1] == words[2]
    for scenario in shipped():
        for timeline in (scenario.whole, scenario.short):
            assert timeline is not None
            keys = [key(one) for one in timeline.expect]
            assert len(keys) == len(set(keys))
            for expect in timeline.expect:
                said = sentences(expect)
                assert len(set(said.values())) == 3
                assert not any("{" in text for text in said.values())
