"""What a page says of a transmitter that never changes: its kind, and the trouble that it can be made to have."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.config import Language
from simulator.floor.words import catalogue
from simulator.transmitters import kinds
from simulator.transmitters.base import Trouble
from simulator.transmitters.kinds import KINDS


@dataclass(frozen=True, slots=True)
class Fault:
    """Trouble that a box can have. `most` 0: it is on or off."""

    kind: str
    usual: int
    most: int


AMOUNTS = {
    Trouble.REFUSE: (3, 9),
    Trouble.CHECKSUM: (3, 9),
    Trouble.LOSE_REPLY: (1, 9),
    Trouble.RESET: (1, 9),
    Trouble.SLOW: (2, 9),
}
"""What stands in the field at first, and the most that it takes; of SLOW seconds."""


@dataclass(frozen=True, slots=True)
class LineCard:
    """A transmitter on the page."""

    name: str
    driver: str
    title: str
    faults: tuple[Fault, ...]

    @property
    def kind(self) -> str:
        """As in the keys of the page's words."""
        return self.driver.replace("-", "_")


def line_card(name: str, driver: str) -> LineCard:
    faults = tuple(Fault(one.value, *AMOUNTS.get(one, (0, 0))) for one in kinds.troubles(driver))
    return LineCard(name, driver, KINDS[driver].title, faults)


def fault_words(language: Language) -> dict[str, str]:
    return {kind.value: catalogue(language)[f"trouble_{kind}"] for kind in Trouble}
