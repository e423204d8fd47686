"""The floor's one screen as HTML: what stands where. Everything that changes is drawn by the page's script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.config import Language, PagerSettings, SimulateSettings
from simulator.contacts import PROFILES
from simulator.floor.hops import Hop
from simulator.floor.layout import FloorButton, boxed_buttons, buttons_of, homes_of
from simulator.floor.lights import for_script, legend, light_sets
from simulator.floor.line_cards import fault_words, line_card
from simulator.floor.paper import as_data, environment, script_words
from simulator.floor.plan import SHEETS, Plan, plan_of
from simulator.floor.words import LANGUAGES, NAMES, catalogue
from simulator.scenarios.item import Where
from simulator.transmitters.kinds import SLOW_LINE

LCD_WIDTH = 16
"""Signs in a line of a wrist pager's display."""


@dataclass(frozen=True, slots=True)
class PagerCard:
    address: str
    label: str
    holder: str
    initials: str
    format: str
    longest: int
    transmitter: str

    @property
    def columns(self) -> int:
        """Characters of one line of its display."""
        return min(LCD_WIDTH, self.longest)


class Screen:
    def __init__(self, settings: SimulateSettings) -> None:
        self._settings = settings
        self._environment = environment()

    @property
    def default_language(self) -> Language:
        return self._settings.language

    def _buttons_on(self, language: Language, where: Where) -> tuple[FloorButton, ...]:
        """Nobody unpacks anything in fast motion."""
        boxed = boxed_buttons(self._settings, catalogue(language)) if where is Where.LIVE else ()
        return (*buttons_of(self._settings), *boxed)

    def render(self, language: Language, where: Where = Where.LIVE) -> str:
        """In fast motion the same plan shows another stream, and nobody can touch it."""
        words = catalogue(language)
        settings = self._settings
        buttons = self._buttons_on(language, where)
        plans = tuple(plan_of(buttons, sheet) for sheet in SHEETS)
        template = self._environment.get_template("floor.html")
        return template.render(
            t=words,
            language=language,
            languages=[(one, NAMES[one]) for one in LANGUAGES],
            where=where.value,
            store_name=settings.store_name,
            board_url=settings.board_url,
            plans=plans,
            buttons=buttons,
            boxed=frozenset(box.name for box in settings.boxes),
            boxes=_boxes(settings) if where is Where.LIVE else [],
            zones=_zones(buttons),
            gateways=tuple(dict.fromkeys(one.gateway for one in settings.transmitters)),
            devices=tuple(unit.device for unit in settings.units),
            hops=[hop.value for hop in Hop],
            legend=legend(),
            light_sets=light_sets(),
            switches=tuple(PROFILES),
            pagers=[_card(one) for one in settings.pagers],
            lines=[line_card(one.name, one.driver) for one in settings.transmitters],
            slow_line=SLOW_LINE,
            people=settings.people,
            script=_for_script(language, where, plans, buttons, settings),
        )


def _boxes(settings: SimulateSettings) -> list[tuple[str, str, int]]:
    """Name, kind and number of each box, counted by kind."""
    counted: dict[str, int] = {}
    found: list[tuple[str, str, int]] = []
    for box in settings.boxes:
        counted[box.kind] = counted.get(box.kind, 0) + 1
        found.append((box.name, box.kind, counted[box.kind]))
    return found


def _card(one: PagerSettings) -> PagerCard:
    return PagerCard(
        one.address,
        one.label,
        one.holder or "",
        one.initials,
        one.format.value,
        one.longest,
        one.transmitter,
    )


def _for_script(
    language: Language,
    where: Where,
    plans: tuple[Plan, ...],
    buttons: Sequence[FloorButton],
    settings: SimulateSettings,
) -> str:
    """What the page's script must know at its start."""
    named = {
        "language": language,
        "stream": "/live" if where is Where.LIVE else "/motion/live",
        "words": script_words(language),
        "plans": {plan.sheet.name: plan.for_script() for plan in plans},
        "buttons": {
            one.key: {"label": one.label, "zone": one.zone, "device": one.device, "colour": one.colour}
            for one in buttons
        },
        "boxes": {name: number for name, _, number in _boxes(settings)},
        "pagers": {one.address: one.holder or one.label for one in settings.pagers},
        "people": _people(settings),
        "gateways": {one.name: one.gateway for one in settings.transmitters},
        "faults": fault_words(language),
        **for_script(),
    }
    return as_data(named)


def _people(settings: SimulateSettings) -> dict[str, dict[str, str]]:
    initials = {one.address: one.initials for one in settings.pagers}
    homes = homes_of(settings)
    return {
        one.login: {
            "name": one.name,
            "initials": initials[one.pager] or one.name[:2].upper(),
            "pager": one.pager,
            "home": homes.get(one.login, ""),
        }
        for one in settings.people
    }


def _zones(buttons: Sequence[FloorButton]) -> dict[str, list[FloorButton]]:
    zones: dict[str, list[FloorButton]] = {}
    for one in buttons:
        zones.setdefault(one.zone, []).append(one)
    return zones
