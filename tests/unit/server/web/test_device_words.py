"""Faults, commands and lights of devices in words and drawings: nothing is left without them in any language."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from broker_config.messages import CommandName
from broker_config.messages.device import FaultKind
from firmware_bridge import light
from server.db.devices import CommandLine, InForce, InputLine
from server.db.faults import Fault
from server.rules.faults import OwnFault
from server.rules.presence import Presence
from server.web.devices import faults, lights, words
from server.web.frame.screens import Screens
from server.web.frame.words import LANGUAGES, Words
from tests.unit.server.web.factory import NOW

KINDS = sorted({*FaultKind, *OwnFault}, key=str)
INPUTS = (InputLine(2, "Button 02", "Wine", "red"),)


@pytest.fixture
def t(screens: Screens) -> Words:
    return screens.words("en", "Europe/Tallinn")


def fault(kind: str, minutes: float = 14, count: int = 0, text: str = "", number: int | None = None) -> Fault:
    since = NOW - timedelta(minutes=minutes)
    return Fault(1, "hall", number, kind, since, since, None, count, text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_says_what_is_wrong_and_what_to_do(kind: str, language: str, screens: Screens) -> None:
    t = screens.words(language, "Europe/Tallinn")
    for count in (0, 1, 2, 5):
        what = faults.what(fault(kind, count=count), NOW, t)
        assert what.endswith(".")
        assert "%" not in what
    assert faults.advice(kind, t)
    assert faults.name(kind, t) != kind
    if language != "en":
        english = screens.words("en", "Europe/Tallinn")
        assert faults.advice(kind, t) != faults.advice(kind, english)
        assert faults.name(kind, t) != faults.name(kind, english)


def test_the_sentence_of_a_stuck_contact(t: Words) -> None:
    line = faults.fault_line(fault("stuck", number=2, text="closed for 840 s"), INPUTS, NOW, t)
    assert (line.where, line.mood) == ("Button 02 (input 2)", "bad")
    assert line.what.replace("\u00a0", " ") == "The contact has been closed for 14 min."
    assert line.advice == "Look whether something leans on the button, then whether its cable is wet."
    assert line.said == ""  # the same in English


def test_what_only_a_newer_device_knows_is_told_in_its_own_words(t: Words) -> None:
    line = faults.fault_line(fault("quantum_drift", text="\x1b[31mtoo\nfar " + "x" * 300), (), NOW, t)
    assert "quantum_drift" in line.what
    assert line.advice
    assert line.said.startswith("[31mtoo far xxx")
    assert len(line.said) == words.LONGEST
    assert line.said.endswith("\u2026")
    assert faults.name("quantum_drift", t) == "quantum_drift"


def test_an_input_without_a_label(t: Words) -> None:
    assert words.input_name(2, INPUTS, t) == "Button 02 (input 2)"
    assert words.input_name(7, INPUTS, t) == "Input 7"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (59, "59 s"),
        (840, "14 min"),
        (3_600, "1 h"),
        (5_700, "1 h 35 min"),
        (172_700, "47 h 58 min"),
        (172_800, "2 days"),
    ],
)
def test_how_long(seconds: float, said: str, t: Words) -> None:
    assert words.lasting(timedelta(seconds=seconds), t).replace("\u00a0", " ") == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_presence_settings_and_commands_have_words(language: str, screens: Screens) -> None:
    t = screens.words(language, "Europe/Tallinn")
    for found in Presence:
        assert words.presence(found, NOW, NOW, t)
        assert words.presence(found, None, NOW, t)
        assert bool(words.presence_advice(found, t)) == (found is not Presence.ONLINE)
    for state in InForce:
        assert words.settings(state, t)
    for name in CommandName:
        assert words.command(name.value, t) != name.value
    for word in words.ANSWER_MOODS:
        line = CommandLine(UUID(int=1), "probe", {}, None, NOW, word, "", None)
        assert "14:07" in words.answer(line, NOW, t)
    assert words.kind("b", t) != "b"
    assert words.refused("short", t) != "short"
    assert words.refused("cosmic", t) == "cosmic"


@pytest.mark.parametrize("name", lights.STD)
def test_the_drawn_lights_are_those_of_the_unit(name: str, t: Words) -> None:
    """They live on another machine, so they are written down twice."""
    assert light.LIGHT_SETS.keys() == lights.SETS.keys()
    for which, shown in light.LIGHT_SETS.items():
        rhythm = shown[light.Shown(name)]
        steps = tuple(seconds for seconds, _ in rhythm.steps) if rhythm.repeats else ()
        assert lights.SETS[which][name] == steps
    row = lights.rows(t)[list(lights.STD).index(name)]
    for flashes in (row.std, row.slow):
        assert flashes
        assert all(0 <= one.x < 1000 and one.x + one.width <= 1000.1 for one in flashes)


def test_a_staff_key_is_called_by_its_button(t: Words) -> None:
    inputs = (*INPUTS, InputLine(14, None, None, None, key_of=2), InputLine(15, None, None, None, key_of=9))
    assert words.input_name(14, inputs, t) == "Staff key of Button 02 (input 14)"
    assert words.input_name(15, inputs, t) == "Input 15"
