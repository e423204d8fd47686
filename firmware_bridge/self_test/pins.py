"""The shell at the pins: every light and buzzer played and asked for, every contact pushed and judged."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping

from firmware_bridge.buttons import GpioInput, PinFactory
from firmware_bridge.config import InputPins
from firmware_bridge.debounce import Edge, Rules
from firmware_bridge.errors import PinError
from firmware_bridge.light import DARK, LOUDEST, Pattern, Rhythm, Shown
from firmware_bridge.outputs import GpioOutputs
from firmware_bridge.self_test import contact
from firmware_bridge.self_test.findings import Finding, fine, note, wrong
from firmware_bridge.self_test.installer import Installer

PATIENCE_S = 20.0
"""An installer who is asked to push does so within this time."""
QUIET_S = 1.0
"""So long after the last edge a push is over, bounce included."""
LOST = 2_000
"""More edges than any button makes in one push: a wire beside mains, or a contact that chatters by itself."""
BLINKING = Rhythm(((0.5, True), (0.5, False)), repeats=True)

NextEdge = Callable[[float], Edge | None]


class Pins:
    """All pins of a unit, as its service would take them. Raises PinError."""

    def __init__(
        self, inputs: tuple[InputPins, ...], factory: PinFactory, clock: Callable[[], float]
    ) -> None:
        self._inputs = inputs
        self._clock = clock
        self._edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
        self._died: list[BaseException] = []
        self._contacts: dict[int, GpioInput] = {}
        try:
            for one in inputs:
                self._contacts[one.n] = GpioInput(one, factory, clock)
            self._outputs = GpioOutputs(inputs, factory, clock, self._died.append)
        except BaseException:
            self._close_contacts()
            raise
        self._outputs.open()
        for found in self._contacts.values():
            found.open(self._edges.put)

    def next_edge(self, seconds: float) -> Edge | None:
        try:
            return self._edges.get(timeout=seconds)
        except queue.Empty:
            return None

    def closed(self, number: int) -> bool:
        return self._contacts[number].closed()

    def play(self, number: int, *, light: bool, sound: bool) -> None:
        rhythm = (BLINKING if light else DARK, BLINKING if sound else DARK)
        self._outputs.show(number, Pattern(Shown.IDENTIFY, self._clock(), *rhythm, LOUDEST))

    def close(self) -> None:
        self._close_contacts()
        self._outputs.close()

    def _close_contacts(self) -> None:
        for found in self._contacts.values():
            found.close()


def check(
    inputs: tuple[InputPins, ...],
    rules: Mapping[int, Rules],
    factory: PinFactory,
    clock: Callable[[], float],
    installer: Installer,
    next_edge: Callable[[Pins], NextEdge] = lambda pins: pins.next_edge,
) -> Iterator[Finding]:
    """One finding after the other. `next_edge` is for tests, which have no time to lose."""
    try:
        pins = Pins(inputs, factory, clock)
    except PinError as error:
        yield wrong("pins", str(error), "is the pin in use by something else, and is the user in group gpio?")
        return
    try:
        yield fine("pins", f"{len(inputs)} input{'' if len(inputs) == 1 else 's'}, all free")
        for one in inputs:
            yield from _outputs(one, pins, installer)
        for one in inputs:
            yield _contact(one, rules[one.n], pins, installer, next_edge(pins))
    finally:
        pins.close()


def _outputs(one: InputPins, pins: Pins, installer: Installer) -> Iterator[Finding]:
    for what, pin, question in (
        ("light", one.light_pin, f"Does the light of button {one.n} blink, one second on and off?"),
        ("buzzer", one.buzzer_pin, f"Does the buzzer of button {one.n} beep once a second?"),
    ):
        if pin is None:
            continue
        name = f"{what} {one.n} (pin {pin})"
        pins.play(one.n, light=what == "light", sound=what == "buzzer")
        if not installer.has_hands:
            yield note(name, "played, nobody was asked")
        elif installer.ask(question):
            yield fine(name, "seen" if what == "light" else "heard")
        else:
            yield wrong(
                name,
                "not seen" if what == "light" else "not heard",
                f"check transistor, polarity and pin {pin}",
            )
        pins.play(one.n, light=False, sound=False)


def _contact(one: InputPins, rules: Rules, pins: Pins, installer: Installer, next_edge: NextEdge) -> Finding:
    while next_edge(0.0) is not None:
        pass  # what moved before we asked
    at_rest = pins.closed(one.n)
    if not installer.has_hands:
        return contact.resting(one, at_rest)
    what = f"staff key {one.n}" if one.key_for else f"button {one.n}"
    installer.please(f"Push {what} once, as a customer would, and let go.")
    edges, strangers = _listen(one.n, next_edge)
    if not edges and strangers and not at_rest:
        others = ", ".join(map(str, sorted(strangers)))
        return wrong(
            f"{what} (pin {one.pin})",
            f"input {others} moved instead",
            "swap the wires, or the pins in the file",
        )
    return contact.contact(one, rules, at_rest, edges)


def _listen(number: int, next_edge: NextEdge) -> tuple[list[Edge], set[int]]:
    """Edges of one push of this input, and the other inputs that moved."""
    edges: list[Edge] = []
    strangers: set[int] = set()
    patience = PATIENCE_S
    while len(edges) < LOST and (edge := next_edge(patience)) is not None:
        if edge.input != number:
            strangers.add(edge.input)
            continue
        edges.append(edge)
        # who still holds it is waited for; the edges of a push that is over are not
        patience = QUIET_S if edge.closed is not edges[0].closed else PATIENCE_S
    return edges, strangers
