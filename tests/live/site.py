"""The web of a shop on a port of its own, and whoever looks at it; the bell is rung by hand."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import SQLModel

from server.db import sign_ins
from server.db.connect import Database
from server.web.app import create_app
from server.web.frame.access import COOKIE, LIMITS
from server.web.frame.bell import Bell
from server.web.frame.screens import Screens
from tests.live.browser import PATIENCE_MS
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.stage import FakeDesk, busy_day, closed_history, services


class Running:
    """uvicorn in a thread; `stop` lets streams end first, as the real process does."""

    def __init__(self, app: Any, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=3, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE_MS / 1_000)
        assert not self._thread.is_alive()
        self._socket.close()


@dataclass
class Site:
    shop: Shop
    bell: Bell
    desk: FakeDesk
    address: str = ""
    stop: bool = False
    running: Running | None = None
    tokens: dict[str, str] = field(default_factory=dict)

    def ring(self) -> None:
        self.bell.ring(self.shop.store, self.shop.journal_id)

    def start(self, screens: Screens | None = None, port: int = 0) -> None:
        given = services(self.shop.db, self.desk, bell=self.bell, stopping=lambda: self.stop)
        self.running = Running(create_app(given, screens), port)
        self.address = f"http://127.0.0.1:{self.running.port}"

    def halt(self) -> int:
        """Ends within the graceful limit although streams are open; the port, to start again on it."""
        assert self.running is not None
        self.stop = True
        self.bell.wake_all()
        self.running.stop()
        self.stop = False
        return self.running.port

    def restart(self, screens: Screens | None = None, before: Callable[[], object] = lambda: None) -> None:
        port = self.halt()
        before()
        self.start(screens, port)


@contextmanager
def opened_site(folder: Path) -> Iterator[Site]:
    """A busy day in a shop; everybody in it is signed in."""
    db = Database(f"sqlite:///{folder}/shop.db")
    SQLModel.metadata.create_all(db.write_engine)
    shop = busy_day(Shop(db).build())
    closed_history(shop, 12)
    made = Site(shop, Bell(), FakeDesk())
    made.start()
    with db.transaction() as session:
        for login, account in shop.accounts.items():
            made.tokens[login] = sign_ins.new_token()
            sign_ins.add(session, made.tokens[login], account, NOW, LIMITS)
    try:
        yield made
    finally:
        made.halt()
        db.close()


class Viewer:
    """`viewer("board", login=..., width=..., dark=...)` is a page of its own that shows this screen."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser = browser
        self._site = site
        self._contexts: list[BrowserContext] = []
        self.said: list[str] = []
        """What the browser's console said; nothing that is not forgiven, at the end of every test."""
        self._forgiven: list[str] = []

    def __call__(
        self,
        screen: str,
        *,
        login: str | None = "marina",
        width: int = 1280,
        dark: bool = False,
        before: Callable[[Page], None] = lambda _: None,
        until: Literal["load", "commit"] = "load",
        **more: Any,
    ) -> Page:
        context = self._browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            **more,
        )
        self._contexts.append(context)
        site = self._site
        if login is not None:
            context.add_cookies([{"name": COOKIE, "value": site.tokens[login], "url": site.address}])
        page = context.new_page()
        before(page)
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        where = screen if login is None else f"s/{site.shop.store}/{screen}"
        page.goto(f"{site.address}/{where}", wait_until=until)
        return page

    def forgive(self, *words: str) -> None:
        """These the browser notes by itself about answers that the test wanted; maybe a moment later."""
        self._forgiven += words

    def forgive_restart(self) -> None:
        """A browser notes a stream that broke, or could not be opened anew, in one of several words: by its moment."""
        self.forgive("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_INCOMPLETE_CHUNKED_ENCODING")
        self.forgive("ERR_EMPTY_RESPONSE", "Failed to fetch", "network error")

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        left = [line for line in self.said if not any(word in line for word in self._forgiven)]
        assert left == [], left


def live(page: Page) -> Page:
    page.wait_for_selector("#link[data-state=live]")
    return page


def is_live(page: Page) -> None:
    expect(page.locator("#link")).to_have_attribute("data-state", "live")
