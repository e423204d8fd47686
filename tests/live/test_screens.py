"""The screens in a real Chromium against a real uvicorn: strict CSP, live board, accessibility, small phones."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlmodel import SQLModel

from server.db import sign_ins
from server.db.connect import Database
from server.rules.incidents import State
from server.web.app import create_app
from server.web.frame.access import COOKIE, LIMITS
from server.web.frame.bell import Bell
from server.web.frame.screens import Screens
from server.web.frame.words import Words
from tests.databases import live_is_off
from tests.unit.server.web.factory import NOW, FakeDesk, Shop, busy_day, closed_history, services

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--autoplay-policy=no-user-gesture-required",
]
SCREENS = ("board", "board?wall=1", "history", "incidents/9", "refused")


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
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._socket.close()


@dataclass
class Site:
    """The web of a shop on a port of its own, without an engine: rows are written, the bell is rung by hand."""

    shop: Shop
    bell: Bell
    desk: FakeDesk
    address: str = ""
    later: timedelta = timedelta(0)
    stop: bool = False
    running: Running | None = None
    tokens: dict[str, str] = field(default_factory=dict)

    def now(self) -> datetime:
        return NOW + self.later

    def ring(self) -> None:
        self.bell.ring(self.shop.store, self.shop.journal_id)

    def start(self, screens: Screens | None = None, port: int = 0) -> None:
        given = services(self.shop.db, self.desk, bell=self.bell, clock=self.now, stopping=lambda: self.stop)
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


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    db = Database(f"sqlite:///{tmp_path}/shop.db")
    SQLModel.metadata.create_all(db.write_engine)
    shop = busy_day(Shop(db).build())
    closed_history(shop, 60)
    made = Site(shop, Bell(), FakeDesk())
    made.start()
    for login, account in shop.accounts.items():
        made.tokens[login] = sign_ins.new_token()
        with db.transaction() as session:
            sign_ins.add(session, made.tokens[login], account, NOW, LIMITS)
    yield made
    made.halt()
    db.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def said() -> list[str]:
    """What the browser's console said; empty at the end of every test."""
    return []


@pytest.fixture
def look(browser: Browser, site: Site, said: list[str]) -> Iterator[Any]:
    """`look("board", login=..., width=..., dark=...)`: a signed-in page that shows this screen."""
    contexts: list[BrowserContext] = []

    def show(
        screen: str,
        *,
        login: str | None = "marina",
        width: int = 1280,
        dark: bool = False,
        before: Callable[[Page], None] = lambda _: None,
        **more: Any,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if login is not None:
            context.add_cookies([{"name": COOKIE, "value": site.tokens[login], "url": site.address}])
        page = context.new_page()
        before(page)
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.goto(
            f"{site.address}/{screen}" if login is None else f"{site.address}/s/{site.shop.store}/{screen}"
        )
        return page

    yield show
    for context in contexts:
        context.close()
    assert said == []


def live(page: Page) -> Page:
    page.wait_for_selector("#link[data-state=live]")
    return page


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(look: Any, screen: str, dark: bool) -> None:
    page = look(screen, dark=dark, reduced_motion="reduce")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_at_the_door(look: Any, site: Site) -> None:
    page = look("sign-in", login=None)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_phone_never_scrolls_sideways(look: Any, screen: str) -> None:
    page = look(screen, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_targets_on_a_phone_are_large(look: Any) -> None:
    page = look("board", width=390)
    for action in page.query_selector_all(".act, .nav a, summary"):
        box = action.bounding_box()
        if box is not None:
            assert box["height"] >= 44, action.inner_text()


def test_the_board_follows_the_bell_within_three_tenths(look: Any, site: Site) -> None:
    page = live(look("board"))
    page.evaluate(
        """() => new MutationObserver(() => {
             if (!window.seenAt && document.querySelector('#i72')) window.seenAt = Date.now();
           }).observe(document.body, {subtree: true, childList: true})"""
    )
    site.shop.incident(6, 2)
    assert site.shop.numbers == 72
    rung = page.evaluate("Date.now()")
    site.ring()
    page.wait_for_selector("#i72.card--waiting")
    assert page.evaluate("window.seenAt") - rung < 300
    assert page.inner_text("#t-waiting b") == "4"


def test_the_page_counts_by_itself(look: Any, site: Site) -> None:
    page = live(look("board"))
    expect(page.locator("#i11 .card__time [data-since]")).to_have_text(re.compile("0:1[4-9]"))


def test_a_call_goes_deep_red_when_the_exit_clock_runs_out(look: Any, site: Site) -> None:
    number = site.shop.incident(6, 88.5)
    page = live(look("board"))
    page.wait_for_selector(f"#i{number}.card--late .when-over:not([hidden])")


def test_a_new_call_sounds_once_switched_on(look: Any, site: Site) -> None:
    page = live(look("board"))
    page.click("#bell")
    expect(page.locator("html")).to_have_attribute("data-chimes", "1")
    site.shop.incident(6, 1)
    site.ring()
    expect(page.locator("html")).to_have_attribute("data-chimes", "2")


def test_focus_and_an_open_choice_survive_updates(look: Any, site: Site) -> None:
    page = live(look("board"))
    page.click("#i10-close > summary")
    page.focus("#i10-not_recovered")
    for number in range(5):
        numbers = site.shop.incident(number, 1)
        site.ring()
        page.wait_for_selector(f"#i{numbers}")
    assert page.evaluate("document.activeElement.id") == "i10-not_recovered"
    assert page.is_visible("#i10-recovered")


class WithField(Screens):
    """No field stands on the board yet; this one stands in for the first that will."""

    def render(self, template: str, words: Words, **view: Any) -> str:
        html = super().render(template, words, **view)
        return html.replace('<dl class="tiles">', '<input id="note" aria-label="note"><dl class="tiles">')


def test_typing_survives_updates(look: Any, site: Site) -> None:
    site.restart(screens=WithField())
    page = live(look("board"))
    page.focus("#note")
    for place, letter in enumerate("abcdef"):
        page.keyboard.type(letter)
        number = site.shop.incident(place, 1)
        site.ring()
        page.wait_for_selector(f"#i{number}")
    assert page.input_value("#note") == "abcdef"
    assert page.evaluate("document.activeElement.id") == "note"


def test_going_by_one_click_updates_without_leaving(look: Any, site: Site) -> None:
    page = live(look("board", login="olga"))
    page.evaluate("window.stayed = true")
    with page.expect_response("**/board"):
        page.click("#i10-acknowledge")
    assert [type(request).__name__ for request in site.desk.asked] == ["Acknowledge"]
    page.wait_for_selector("#i10")
    assert page.evaluate("window.stayed") is True
    assert page.get_attribute("#link", "data-state") == "live"


def test_a_refusal_is_said_in_place(look: Any, site: Site, said: list[str]) -> None:
    from uuid import uuid4

    from server.requests import Refusal, RefusalReason

    page = live(look("board", login="olga"))
    site.desk.answers = [
        Refusal(uuid4(), RefusalReason.TOO_LATE, State.ACKNOWLEDGED, site.shop.accounts["jaan"])
    ]
    page.click("#i10-acknowledge")
    page.wait_for_selector(".notice")
    assert "Jaan Tamm was faster" in page.inner_text(".notice")
    said[:] = [
        line for line in said if "409" not in line
    ]  # the browser notes the status of every such answer


def test_everything_works_without_scripts(look: Any, site: Site) -> None:
    page = look("board", login="olga", java_script_enabled=False)
    page.click("#i10-close > summary")
    page.click("#i10-recovered")
    page.wait_for_url("**/board")
    assert [type(request).__name__ for request in site.desk.asked] == ["Close"]
    page.click("nav >> text=History")
    page.fill("[name=q]", "wine")
    page.click("text=Show")
    assert "Wine" in page.inner_text("table")


def test_the_switch_of_colours_beats_the_machine(look: Any) -> None:
    page = look("history", dark=False)
    page.click("#menu > summary")
    page.click("button[value=dark]")
    page.wait_for_selector("html[data-theme=dark]")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 17, 23)"


def test_silence_is_said_in_words_and_ends(look: Any, site: Site, said: list[str]) -> None:
    page = live(look("board", before=lambda page: page.clock.install(time=NOW)))
    page.context.set_offline(True)
    page.clock.fast_forward(45_000)
    link = page.locator("#link")
    expect(link).to_have_attribute("data-state", "lost")
    expect(link).to_have_text("Connection lost since 14:07")
    expect(page.locator("html")).to_have_class("is-lost")
    page.context.set_offline(False)
    page.clock.fast_forward(5_000)
    live(page)
    expect(page.locator("html")).not_to_have_class("is-lost")
    said[:] = [line for line in said if "ERR_INTERNET_DISCONNECTED" not in line]


def test_a_restart_of_the_server_ends_in_a_full_board(look: Any, site: Site, said: list[str]) -> None:
    page = live(look("board"))
    site.restart(before=lambda: site.shop.incident(6, 1))
    page.wait_for_selector(f"#i{site.shop.numbers}")
    live(page)
    said[:] = [line for line in said if "ERR_CONNECTION_REFUSED" not in line]


def test_a_sign_out_elsewhere_shows_the_door(look: Any, site: Site, said: list[str]) -> None:
    page = live(look("board"))

    def forget() -> None:
        with site.shop.db.transaction() as session:
            sign_ins.revoke(session, site.tokens["marina"])

    site.restart(before=forget)
    page.wait_for_url(re.compile("/sign-in"))
    said[:] = [line for line in said if "ERR_CONNECTION_REFUSED" not in line and "401" not in line]


@pytest.mark.parametrize("width", [390, 1920])
def test_the_fonts_are_ours(look: Any, width: int) -> None:
    page = look("board", width=width)
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px Inter', 'Šaž')")


def test_the_menu_closes_by_escape_and_by_a_click_beside_it(look: Any) -> None:
    page = look("history")
    summary, sheet = page.locator("#menu > summary"), page.locator(".menu__sheet")
    summary.click()
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.locator("h1").click()
    expect(sheet).to_be_hidden()
