"""The watchdog's food: every part must have worked since the last beat, and every thread must be there."""

from __future__ import annotations

from firmware_bridge.pulse import BEAT_S, LOOK_S, Pulse


class Asked:
    """A link's thread, seen from outside."""

    def __init__(self) -> None:
        self.at: float | None = None

    def __call__(self) -> float | None:
        return self.at


def begun() -> tuple[Pulse, Asked]:
    link = Asked()
    pulse = Pulse(("contacts", "spool"), {"link": link}, {"lamps": lambda: True}, 30.0)
    for part in ("contacts", "spool"):
        pulse.tick(part, 100.0)
    link.at = 100.0
    return pulse, link


def test_a_beat_comes_three_times_in_a_watchdog_time_and_looks_are_twice_as_quick() -> None:
    assert Pulse((), watchdog_s=30.0).beat_s == 10.0
    assert Pulse((), watchdog_s=30.0).look_s == LOOK_S
    assert Pulse((), watchdog_s=3.0).look_s == 0.5
    assert Pulse(()).beat_s == BEAT_S


def test_the_unit_has_begun_when_every_part_has_worked_once() -> None:
    link = Asked()
    pulse = Pulse(("contacts", "spool"), {"link": link})
    pulse.tick("contacts", 1.0)
    pulse.tick("spool", 1.0)
    assert not pulse.has_begun()
    link.at = 1.1
    assert pulse.has_begun()


def test_parts_that_work_are_not_silent() -> None:
    pulse, link = begun()
    assert pulse.silent(105.0) == {}
    for now in range(105, 1_000, 5):
        pulse.tick("contacts", float(now))
        pulse.tick("spool", float(now))
        link.at = float(now)
        assert pulse.silent(now + 4.9) == {}


def test_each_part_that_hangs_is_named() -> None:
    for part in ("contacts", "spool", "link"):
        pulse, link = begun()
        for other in {"contacts", "spool"} - {part}:
            pulse.tick(other, 115.0)
        link.at = 100.0 if part == "link" else 115.0
        assert pulse.silent(115.0) == {part: 15.0}


def test_a_part_that_never_worked_is_silent() -> None:
    assert Pulse(("contacts",)).silent(5.0) == {"contacts": None}


def test_a_thread_that_has_ended_is_dead_and_nothing_has_begun() -> None:
    pulse = Pulse((), living={"lamps": lambda: False, "edges": lambda: True})
    assert pulse.dead() == ["lamps"]
    assert not pulse.has_begun()
