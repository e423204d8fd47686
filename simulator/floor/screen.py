"""The floor's one screen as HTML: what stands where. Everything that changes is drawn by the page's script."""

from __future__ import annotations

import json
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from simulator.config import Language, PagerSettings, SimulateSettings
from simulator.floor.layout import Room, buttons_of, rooms_of
from simulator.floor.words import LANGUAGES, NAMES, catalogue

FOR_SCRIPT = "js."
"""Words whose key begins like this are handed to the script."""
LCD_WIDTH = 20


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
        self._buttons = buttons_of(settings)
        self._rooms = rooms_of(self._buttons)
        self._environment = Environment(
            loader=PackageLoader("simulator.floor"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    @property
    def default_language(self) -> Language:
        return self._settings.language

    def render(self, language: Language) -> str:
        words = catalogue(language)
        settings = self._settings
        template = self._environment.get_template("floor.html")
        return template.render(
            t=words,
            language=language,
            languages=[(one, NAMES[one]) for one in LANGUAGES],
            store_name=settings.store_name,
            board_url=settings.board_url,
            rooms=self._rooms,
            pagers=[_card(one) for one in settings.pagers],
            transmitters=settings.transmitters,
            people=settings.people,
            script=_for_script(language, self._rooms, settings),
        )


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


def _for_script(language: Language, rooms: tuple[Room, ...], settings: SimulateSettings) -> str:
    """JSON inside a script element that is data only; `<` is escaped, so that no text can end it."""
    words = {
        key.removeprefix(FOR_SCRIPT): text
        for key, text in catalogue(language).items()
        if key.startswith(FOR_SCRIPT)
    }
    named = {
        "language": language,
        "words": words,
        "buttons": {
            button.key: {"label": button.label, "zone": button.zone}
            for room in rooms
            for button in room.buttons
        },
        "pagers": {one.address: one.holder or one.label for one in settings.pagers},
        "people": {one.login: one.name for one in settings.people},
    }
    return json.dumps(named, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
