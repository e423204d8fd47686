"""The legend's strips are the unit's own rhythms."""

from __future__ import annotations

import pytest

from firmware_bridge.light import DARK, STEADY, Rhythm, Shown, level
from simulator.floor.lights import SEEN_S, Span, for_script, legend, light_sets, spans


def test_what_stays_dark_or_lit_is_one_piece() -> None:
    assert spans(DARK) == ()
    assert spans(STEADY) == (Span(0.0, SEEN_S),)


def test_a_rhythm_that_starts_over_is_cut_at_the_end() -> None:
    blink = Rhythm(((0.5, True), (0.5, False)), repeats=True)
    assert spans(blink, 1.25) == (Span(0.0, 0.5), Span(1.0, 0.25))


def test_one_that_ends_is_drawn_once() -> None:
    assert spans(Rhythm(((0.1, True), (0.1, False), (0.2, True), (0.0, False)))) == (
        Span(0.0, 0.1),
        Span(0.2, 0.2),
    )


@pytest.mark.parametrize("name", light_sets())
def test_every_strip_is_what_the_lamp_does(name: str) -> None:
    steps = for_script()["lights"][name]
    for row in legend():
        rhythm = Rhythm(tuple(steps[row.shown]["steps"]), steps[row.shown]["repeats"])
        for centisecond in range(0, round(SEEN_S * 100), 7):
            at = centisecond / 100 + 0.003
            drawn = any(one.start <= at < one.start + one.length for one in row.lights[name])
            assert drawn is level(rhythm, at), (row.shown, at)
    assert [row.shown for row in legend()] == list(Shown)
