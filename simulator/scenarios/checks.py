"""Pure: each expectation against an ending. A check that had nothing to look at does not pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from simulator.scenarios.ending import Ending, Press, Push, Ring
from simulator.scenarios.expectations import Expect, That

NOTICED_S = 2.0
"""A page may leave its antenna so long before or after the moment that the shop wrote down for it."""
ON_AIR_S = 20.0
"""A transmitter that took a page may have others before it on the air."""
SAYS_SO = ("nobody", "sorry")
"""Lights that tell a customer that nobody has come."""
RECOVERED = ("recovered", "recovered_by_customer")


@dataclass(frozen=True, slots=True)
class Verdict:
    ok: bool
    found: str = ""
    """In figures, which need no translation."""


def judge(expect: Expect, ending: Ending) -> Verdict:
    return CHECKS[expect.that](expect, ending)


def _share(good: Iterable[bool]) -> Verdict:
    found = list(good)
    return Verdict(bool(found) and all(found), f"{sum(found)} / {len(found)}")


def _at_least(expect: Expect, count: int) -> Verdict:
    return Verdict(count >= (expect.at_least or 1), str(count))


def _at_most(expect: Expect, count: int) -> Verdict:
    return Verdict(count <= (expect.at_most or 0), str(count))


def _pressed(expect: Expect, ending: Ending) -> Verdict:
    return _at_least(expect, len(ending.calling()))


def _answered(expect: Expect, ending: Ending) -> Verdict:
    pairs = ending.of_push()
    return _in_time(expect, ending, [(push, pairs.get(index)) for index, push in ending.calling()])


def _in_time(expect: Expect, ending: Ending, pushes: list[tuple[Push, Press | None]]) -> Verdict:
    took = [_took(ending, push, press) for push, press in pushes]
    good = [one is not None and one <= (expect.within or 0.0) for one in took]
    slowest = max((one for one in took if one is not None), default=0.0)
    return Verdict(bool(good) and all(good), f"{sum(good)} / {len(good)}, {slowest:.1f} s")


def _took(ending: Ending, push: Push, press: Press | None) -> float | None:
    """Seconds to the first wrist; nothing when it joined a call that had rung before."""
    rang = ending.first_ring(push, press)
    return None if rang is None else max(0.0, rang - push.at)


def _nobody_lost(expect: Expect, ending: Ending) -> Verdict:
    pairs = ending.of_push()
    return _share(_has_end(ending, push, pairs.get(index)) for index, push in ending.calling())


def _has_end(ending: Ending, push: Push, press: Press | None) -> bool:
    if ending.first_ring(push, press) is not None:
        return press is not None
    told = any(
        one.button == push.spot.key and one.shown in SAYS_SO and one.at >= push.at for one in ending.lights
    )
    return told or (press is not None and press.state == "undone")


def _nothing_stale(expect: Expect, ending: Ending) -> Verdict:
    """A wrist rings for a page of the books that is young enough, or for a finger that is: the stand-in's pages are
    in no book of the server's. A press that came late calls nobody, unless the stand-in had called in time."""
    pages = [page for call in ending.books.calls for page in call.pages]
    good = []
    for ring in ending.rings:
        booked = any(
            page.body == ring.text and -NOTICED_S <= ring.at - page.at <= ending.ttl_s + NOTICED_S
            for page in pages
        )
        good.append(booked or _fresh(ending, ring))
    late = {
        index: press
        for index, press in ending.of_push().items()
        if press.state == "late" and press.call is not None
    }
    stood_in = [
        any(
            ending.pushes[index].spot.named_in(ring.text) and 0.0 <= ring.at - press.at <= ending.ttl_s
            for ring in ending.rings
        )
        for index, press in late.items()
    ]
    return _share([*good, *(one for one in stood_in if not one)])


def _fresh(ending: Ending, ring: Ring) -> bool:
    return any(
        push.spot.named_in(ring.text) and 0.0 <= ring.at - push.at <= ending.ttl_s for push in ending.pushes
    )


def _honest_light(expect: Expect, ending: Ending) -> Verdict:
    """Since the button's light was last dark, a wrist rang for it."""
    spots = {push.spot.key: push.spot for push in ending.pushes}
    dark: dict[str, float] = {}
    good = []
    for light in ending.lights:
        spot = spots.get(light.button)
        if light.shown == "idle":
            dark[light.button] = light.at
        elif light.shown == "called" and spot is not None:
            since = dark.get(light.button, 0.0)
            good.append(
                any(
                    spot.named_in(ring.text) and since <= ring.at <= light.at + ON_AIR_S
                    for ring in ending.rings
                )
            )
    return _share(good)


def _taken_back(expect: Expect, ending: Ending) -> Verdict:
    pairs = ending.of_push()
    undone = [index for index, push in enumerate(ending.pushes) if push.undone]
    count = sum(1 for index in undone if index in pairs and pairs[index].state == "undone")
    return _at_least(expect, count)


def _pressed_in(ending: Ending) -> list[tuple[int, Push]]:
    return [
        (index, push)
        for index, push in ending.calling()
        if any(one.covers(push.at) for one in ending.troubles)
    ]


def _stood_in(expect: Expect, ending: Ending) -> Verdict:
    away = [one for one in ending.troubles if one.what == "server"]
    return _at_least(expect, sum(any(one.covers(ring.at) for one in away) for ring in ending.rings))


def _one_each(expect: Expect, ending: Ending) -> Verdict:
    pairs = ending.of_push()
    pushes = _pressed_in(ending)
    once = [index in pairs and pairs[index].call is not None for index, _ in pushes]
    spots = {push.spot.key for _, push in pushes}
    known = {(one.button, one.at) for one in pairs.values()}
    doubled = [
        one
        for one in ending.books.presses
        if one.button in spots
        and one.purpose == "call"
        and (one.button, one.at) not in known
        and any(trouble.covers(one.at) for trouble in ending.troubles)
    ]
    return _share([*once, *(False for _ in doubled)])


def _told_nobody(expect: Expect, ending: Ending) -> Verdict:
    within = expect.within or 0.0
    return _share(
        any(
            one.button == push.spot.key and one.shown in SAYS_SO and 0.0 <= one.at - push.at <= within
            for one in ending.lights
        )
        for _, push in _pressed_in(ending)
    )


def _back_within(expect: Expect, ending: Ending) -> Verdict:
    """After the last trouble."""
    ends = [one.ends for one in ending.troubles]
    if not ends or None in ends:
        return Verdict(False, "0 / 0")
    last, pairs = max(one for one in ends if one is not None), ending.of_push()
    after = [(push, pairs.get(index)) for index, push in ending.calling() if push.at >= last]
    return _in_time(expect, ending, after[:1])


def _fault(expect: Expect, ending: Ending) -> Verdict:
    count = sum(one.kind == expect.kind for one in ending.books.faults)
    return Verdict(count > 0, str(count))


def _hammered(ending: Ending) -> set[str]:
    return {push.spot.key for push in ending.pushes if push.hammered}


def _one_call(expect: Expect, ending: Ending) -> Verdict:
    spots = _hammered(ending)
    calls = {one.call for one in ending.books.presses if one.button in spots and one.call is not None}
    return Verdict(bool(spots) and 0 < len(calls) <= (expect.at_most or 0), str(len(calls)))


def _few_rings(expect: Expect, ending: Ending) -> Verdict:
    """Before anybody answered, which is when a wrist would be worn out."""
    hammered = [push for push in ending.pushes if push.hammered]
    rang = {
        (ring.address, ring.at)
        for ring in ending.rings
        for push in hammered
        if push.spot.named_in(ring.text) and 0.0 <= ring.at - push.at <= ending.ttl_s
    }
    return Verdict(bool(hammered) and len(rang) <= (expect.at_most or 0), str(len(rang)))


def _outcome(expect: Expect, ending: Ending) -> Verdict:
    closed = [one.outcome for one in ending.books.calls if one.outcome is not None]
    wanted = RECOVERED if expect.outcome == "recovered" else (expect.outcome,)
    count = sum(one in wanted for one in closed)
    return Verdict(bool(closed) and count >= (expect.share or 0.0) * len(closed), f"{count} / {len(closed)}")


def _closed(expect: Expect, ending: Ending) -> Verdict:
    return _share(one.state == "closed" and one.outcome is not None for one in ending.books.calls)


def _not_ready(expect: Expect, ending: Ending) -> Verdict:
    """Within the time after some trouble began."""
    within = expect.within or 0.0
    said = [one.at for one in ending.looks if not one.covered and expect.cause in one.causes]
    took = [
        at - trouble.begins
        for trouble in ending.troubles
        for at in said
        if 0.0 <= at - trouble.begins <= within
    ]
    return Verdict(bool(took), f"{min(took):.0f} s" if took else "")


def _ready(expect: Expect, ending: Ending) -> Verdict:
    last = max(ending.looks, key=lambda one: one.at, default=None)
    return Verdict(last is not None and last.covered, ", ".join(sorted(last.causes)) if last else "")


def _counted(expect: Expect, ending: Ending) -> Verdict:
    """A green press soon after a contact belongs to its call, and rings nobody all the same."""
    faces = [push for push in ending.pushes if push.spot.colour != "red"]
    spots = {push.spot for push in faces}
    keys = {spot.key for spot in spots}
    rows = [one for one in ending.books.presses if one.button in keys and one.purpose == "call"]
    rang = any(spot.labelled_in(ring.text) for spot in spots for ring in ending.rings)
    good = len(rows) == len(faces) >= (expect.at_least or 1) and not rang
    return Verdict(good, f"{len(rows)} / {len(faces)}")


def _letters_stuck(expect: Expect, ending: Ending) -> Verdict:
    letters = [state for call in ending.books.calls for state in call.letters]
    failed = letters.count("failed")
    return Verdict(failed >= (expect.at_least or 1) and "sent" not in letters, f"{failed} / {len(letters)}")


CHECKS: Mapping[That, Callable[[Expect, Ending], Verdict]] = {
    That.PRESSED: _pressed,
    That.ANSWERED: _answered,
    That.NOBODY_LOST: _nobody_lost,
    That.NOTHING_STALE: _nothing_stale,
    That.HONEST_LIGHT: _honest_light,
    That.TAKEN_BACK: _taken_back,
    That.STOOD_IN: _stood_in,
    That.ONE_EACH: _one_each,
    That.TOLD_NOBODY: _told_nobody,
    That.BACK_WITHIN: _back_within,
    That.FAULT: _fault,
    That.ONE_CALL: _one_call,
    That.FEW_RINGS: _few_rings,
    That.OUTCOME: _outcome,
    That.CLOSED: _closed,
    That.NOT_READY: _not_ready,
    That.READY: _ready,
    That.COUNTED: _counted,
    That.LETTERS_STUCK: _letters_stuck,
}
