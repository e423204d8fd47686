"""Turns a view model into an HTML answer: one template environment, the layout's own facts, the right language."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from server.db.places import StoreFacts
from server.web.frame.access import Visitor
from server.web.frame.assets import Assets
from server.web.frame.language import COOKIE, choose
from server.web.frame.navigation import first_of, open_to
from server.web.frame.words import LANGUAGES, NAMES, Words, read_catalogues

TEMPLATES = Path(__file__).parent.parent
THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Frame:
    """What the layout knows besides the screen itself."""

    language: str
    languages: tuple[tuple[str, str], ...]
    theme: str
    """`auto`: as the machine says."""
    here: str
    """This screen's own path and query, to come back to."""
    store: StoreFacts | None
    visitor: Visitor | None
    active: str
    """Which entry of the navigation is this screen."""
    wall: bool
    notice: str | None
    """One sentence about what just happened, or could not."""
    open: frozenset[str]
    """Screens of this store that the visitor may open."""
    home: str
    """Where the sign of the shop leads."""


class Screens:
    def __init__(
        self,
        assets: Assets | None = None,
        catalogues: Mapping[str, gettext.NullTranslations] | None = None,
    ) -> None:
        self.assets = assets or Assets()
        self._catalogues = catalogues or read_catalogues()
        self._words: dict[tuple[str, str], Words] = {}
        self._templates = environment(self.assets)

    def words(self, language: str, zone: str = "UTC") -> Words:
        key = (language, zone)
        if key not in self._words:
            self._words[key] = Words(language, self._catalogues, zone)
        return self._words[key]

    def render(self, template: str, words: Words, **view: Any) -> str:
        return self._templates.get_template(template).render(
            gettext=words.gettext, ngettext=words.ngettext, _=words.gettext, **view
        )

    def show(
        self,
        request: Request,
        template: str,
        view: object,
        words: Words,
        *,
        visitor: Visitor | None = None,
        store: StoreFacts | None = None,
        active: str = "",
        wall: bool = False,
        notice: str | None = None,
        status: int = 200,
    ) -> HTMLResponse:
        theme = request.cookies.get(THEME_COOKIE, "")
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        frame = Frame(
            language=words.language,
            languages=tuple((language, NAMES[language]) for language in LANGUAGES),
            theme=theme if theme in THEMES else THEMES[0],
            here=here if request.method == "GET" else "/",
            store=store,
            visitor=visitor,
            active=active,
            wall=wall,
            notice=notice,
            open=open_to(visitor, store.id) if visitor and store else frozenset(),
            home=f"/s/{store.id}/{first_of(visitor, store.id)}" if visitor and store else "/",
        )
        return HTMLResponse(self.render(template, words, v=view, frame=frame), status)


def environment(assets: Assets) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.globals["static"] = assets.url
    return made


def language_of(request: Request, visitor: Visitor | None, store: StoreFacts | None) -> str:
    return choose(
        visitor.language if visitor else None,
        request.cookies.get(COOKIE),
        request.headers.get("accept-language", ""),
        store.language if store else None,
    )


def screens_of(request: Request) -> Screens:
    screens: Screens = request.app.state.screens
    return screens
