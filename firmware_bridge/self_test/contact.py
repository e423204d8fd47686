"""Pure: the verdict on one contact, out of its level at rest and the edges of one push."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from firmware_bridge.config import InputPins
from firmware_bridge.debounce import Debounce, Edge, Push, Rules
from firmware_bridge.self_test.findings import Finding, fine, note, wrong

WORN_S = 0.15
"""A new tactile button bounces for 14 ms at most; what bounces longer is a mushroom, or worn, or dirty."""
AFTER_S = 1.0
"""Debounce goes on deciding for so long after the last edge."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What one push looked like. Seconds."""

    edges: int
    bounce_s: float
    held_s: float
    presses: int


def contact(pins: InputPins, rules: Rules, closed_at_rest: bool, edges: Sequence[Edge]) -> Finding:
    """`edges`: of this input, from before the push to well after it, in order."""
    name = f"{'key' if pins.key_for else 'button'} {pins.n} (pin {pins.pin})"
    if closed_at_rest:
        return _closed_at_rest(name, pins, edges)
    if not edges:
        return wrong(
            name, "nothing seen", f"check the wires from pin {pins.pin} and from ground to the contact"
        )
    if edges[-1].closed:
        return wrong(
            name, "pushed, and not let go", "is it stuck, or does it latch? A latching button does not do"
        )
    trace = measure(rules, edges)
    saw = (
        f"{trace.edges} edges, bounce {_ms(trace.bounce_s)}, held {_ms(trace.held_s)}, "
        f"{trace.presses} press{'' if trace.presses == 1 else 'es'}"
    )
    if trace.presses == 0:
        return wrong(name, saw, "too short for a finger: push it again; if it stays so, the contact is bad")
    if trace.presses > 1:
        return wrong(name, saw, "one push must be one press: renew the button, or raise its lockout_ms")
    if trace.bounce_s > WORN_S:
        return note(name, saw, "usual for a big mushroom; of any other button: worn or dirty, renew it soon")
    return fine(name, saw)


def resting(pins: InputPins, closed: bool) -> Finding:
    """Without hands: only the level at rest can be judged."""
    name = f"{'key' if pins.key_for else 'button'} {pins.n} (pin {pins.pin})"
    return _closed_at_rest(name, pins, ()) if closed else note(name, "open at rest, not pushed")


def measure(rules: Rules, edges: Sequence[Edge]) -> Trace:
    """The longest time that it stayed closed is the finger; what is before and behind it is bounce."""
    first, last = edges[0].at, edges[-1].at
    closed = [(one.at, two.at) for one, two in pairwise(edges) if one.closed]
    start, end = max(closed, key=lambda span: span[1] - span[0], default=(first, first))
    return Trace(len(edges), max(start - first, last - end), last - first, _presses(rules, edges))


def _presses(rules: Rules, edges: Sequence[Edge]) -> int:
    """What the unit itself would make of it."""
    judge = Debounce(edges[0].input, rules, False, edges[0].at - AFTER_S)
    changes = [change for edge in edges for change in judge.feed(edge.closed, edge.at)]
    changes += judge.advance(edges[-1].at + AFTER_S)
    return sum(isinstance(change, Push) and not change.locked for change in changes)


def _closed_at_rest(name: str, pins: InputPins, edges: Sequence[Edge]) -> Finding:
    if any(not edge.closed for edge in edges):
        if pins.normally_closed:
            return wrong(
                name,
                "wired as normally open",
                "it closes when it is pushed: take normally_closed out of the file",
            )
        return wrong(
            name,
            "wired as normally closed",
            "it opens when it is pushed: take the other pair of the button, or set normally_closed = true",
        )
    if pins.normally_closed:
        return wrong(
            name, "open at rest, as if it were pushed", "is a wire cut, or is the pair a normally open one?"
        )
    return wrong(name, "closed without a finger", "stuck, a short circuit, or a normally closed pair")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"
