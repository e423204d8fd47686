"""Pure: the buttons of the floor out of the settings, each with its names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.config import Colour, SimulateSettings


@dataclass(frozen=True, slots=True)
class FloorButton:
    key: str
    """`device.input`, as in every event."""
    device: str
    input: int
    colour: Colour
    label: str
    zone: str
    staff_key: str | None = None
    """The same of its staff key, where one is wired."""
    named: bool = True
    """Whether the shop calls it by these names, too; one that was unpacked here got its names on the board."""

    @property
    def places(self) -> tuple[str, ...]:
        """Words by which a pager's text may name it."""
        return (self.label, self.zone) if self.named else ()


def contact(device: str, number: int) -> str:
    """The name of one input: of a button, or of a staff key."""
    return f"{device}.{number}"


def buttons_of(settings: SimulateSettings) -> tuple[FloorButton, ...]:
    return tuple(
        FloorButton(
            contact(unit.device, one.n),
            unit.device,
            one.n,
            one.colour,
            one.label,
            one.zone,
            next((contact(unit.device, key.n) for key in unit.keys if key.key_for == one.n), None),
        )
        for unit in settings.units
        for one in unit.inputs
    )


def boxed_buttons(settings: SimulateSettings, words: Mapping[str, str]) -> tuple[FloorButton, ...]:
    """Those of units that are still in their boxes, or were unpacked here: one red button each, in a place of their
    own, since the shop's plan knows nothing of them."""
    return tuple(
        FloorButton(
            contact(box.name, 1),
            box.name,
            1,
            "red",
            words["boxed_button"].format(number=number),
            words["boxed_place"],
            named=False,
        )
        for number, box in enumerate((one for one in settings.boxes if one.kind == "button"), 1)
    )


def homes_of(settings: SimulateSettings) -> dict[str, str]:
    """Login -> the zone where this person stands while nobody calls: of the own zones the one with the fewest."""
    zones = dict.fromkeys(one.zone for unit in settings.units for one in unit.inputs)
    crowd = dict.fromkeys(zones, 0)
    found = {}
    for person in settings.people:
        own = [zone for zone in person.zones if zone in crowd] or list(zones)
        if own:
            home = min(own, key=lambda zone: crowd[zone])
            crowd[home] += 1
            found[person.login] = home
    return found
