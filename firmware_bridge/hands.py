"""All that hands do to a unit: edges and levels of its contacts in, what was meant and every figure of it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from broker_config.messages import DeviceFault, InputHealth
from firmware_bridge.contact import Contact
from firmware_bridge.debounce import Change, Edge, Rules
from firmware_bridge.gestures import Gestures
from firmware_bridge.intents import Intent
from firmware_bridge.pulse import LOOK_S


class Hands:
    """`closed` reads a contact's level now."""

    def __init__(
        self,
        inputs: Mapping[int, Rules],
        keys: Mapping[int, int],
        closed: Callable[[int], bool],
        now: float,
        look_s: float = LOOK_S,
    ) -> None:
        self._closed = closed
        self._contacts = {
            number: Contact(number, rules, closed(number), now) for number, rules in inputs.items()
        }
        self._gestures = Gestures(keys)
        self._keys = dict(keys)
        self._look_s = look_s
        self.looked_at = now
        """When all contacts were read last."""

    def take(self, edges: Sequence[Edge], now: float) -> list[Intent]:
        """What happened at the contacts, then a look at those that are due."""
        changes: list[Change] = []
        for edge in edges:
            if edge.input in self._contacts:
                changes += self._contacts[edge.input].feed(edge.closed, edge.at)
        everything = now >= self.looked_at + self._look_s
        for number, contact in self._contacts.items():
            due = contact.due()
            if everything or (due is not None and due <= now):
                changes += contact.feed(self._closed(number), now)
        if everything:
            self.looked_at = now
        meaning = self._gestures.take(sorted(changes, key=_moment), now)
        for number in meaning.hidden:
            self._contacts[number].hidden(now)
        return meaning.intents

    def counting(self, button: int, now: float) -> bool:
        """Whether a second push is held, so that the button's press is about to be taken back."""
        return self._gestures.counting(button, now)

    def due(self) -> float:
        moments = [self._gestures.due(), *(contact.due() for contact in self._contacts.values())]
        return min([moment for moment in moments if moment is not None] + [self.looked_at + self._look_s])

    def set_plan(self, inputs: Mapping[int, Rules], keys: Mapping[int, int]) -> None:
        """Other figures and roles from now on, for the same contacts. What is held makes no press by it."""
        for number, rules in inputs.items():
            self._contacts[number].set_rules(rules)
        self._gestures.set_keys(keys)
        self._keys = dict(keys)

    def faults(self, now: float) -> list[DeviceFault]:
        return [fault for contact in self._contacts.values() for fault in contact.faults(now)]

    def health(self, now: float) -> list[InputHealth]:
        """Of every input, since the process started."""
        return [contact.health(now, self._keys.get(number)) for number, contact in self._contacts.items()]


def _moment(change: Change) -> float:
    return change.at
