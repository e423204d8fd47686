"""The whole ceremony on two pages: two button units and a gateway out of their boxes, then a call from a new button.

By clicking, copying and pasting alone: all that is typed is what people call a device and where it hangs."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from simulator.config import Language
from tests.databases import live_is_off
from tests.live.browser import opened_browser
from tests.live.new_user import DESK, PHONE, Floor, Told, User
from tests.live.up_process import Up

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]

MOST_S = 180.0
"""In which a new user is to be done."""
MOST_CLICKS = 36
ZONE = "Wine"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    made = Up(tmp_path / "data")
    yield made
    made.close()


class Clicks:
    """Counts what a hand does."""

    def __init__(self) -> None:
        self.made = 0
        self.typed: list[str] = []

    def click(self, what: Locator) -> None:
        self.made += 1
        what.click()


class Manager(User):
    """Lets devices in."""

    clicks: Clicks

    def open_claim(self, kind: str, name: str) -> str:
        """Returns the join string, as it stands on the screen."""
        self.go("Devices", "Who may come in", "Add a button unit" if kind == "button" else "Add a gateway")
        self.fill("What people call it", name)
        self.clicks.typed.append(name)
        if kind == "button":
            where = self.main.locator(".hangs").first
            self.pick("Zone", ZONE, within=where)
            self.fill("Label", name, within=where)
            self.clicks.typed.append(name)
        self.look(f"enrol-new-{kind}")
        self.submit("Open for 15 minutes")
        self.clicks.made += 8 if kind == "button" else 5  # three links, the fields, the submit
        words = self.main.locator(".join__words")
        expect(words).to_be_visible()
        self.look("enrol-join")
        self.clicks.made += 1  # to mark and copy it
        return words.inner_text().strip()

    def confirm(self, figures: str = "") -> None:
        button = self.main.locator("#confirm")
        expect(button).to_be_visible()
        if figures:
            expect(self.main.locator(".figures__six")).to_have_text(figures)
        self.look("enrol-confirm")
        with self.page.expect_navigation():
            self.clicks.click(button)

    def is_in(self) -> None:
        self.see("It is connected")
        self.look("enrol-done")


class Boxes(Floor):
    clicks: Clicks

    def box(self, name: str) -> Locator:
        return self.page.locator(f'[data-box="{name}"]')

    def at(self, name: str, stage: str) -> None:
        expect(self.box(name)).to_have_attribute("data-stage", stage)

    def unpack(self, name: str) -> None:
        self.clicks.click(self.box(name).locator("[data-unpack]"))
        self.at(name, "no_join")

    def paste(self, name: str, text: str) -> None:
        """Into the field that has the focus already, from the clipboard: a whole string needs no click after it."""
        field = self.box(name).locator("input")
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.clicks.click(field)
        self.page.keyboard.press("Control+V")

    def figures(self, name: str) -> str:
        shown = self.box(name).locator(".figures b")
        expect(shown).to_be_visible()
        return shown.inner_text()

    def fingerprint(self, name: str) -> str:
        shown = self.box(name).locator(".print code")
        expect(shown).to_be_visible()
        return re.sub(r"\s", "", shown.inner_text())


@pytest.mark.parametrize(
    "language", [pytest.param(one, marks=pytest.mark.long) for one in ("en", "ru", "et")]
)
def test_two_buttons_and_a_gateway_out_of_their_boxes(up: Up, browser: Browser, language: Language) -> None:
    ceremony(browser, language, up.open(), Told([]))


def ceremony(browser: Browser, language: Language, words: dict[str, str], told: Told) -> tuple[float, int]:
    """Returns seconds and clicks."""
    clicks = Clicks()
    with ExitStack() as stack:
        manager = stack.enter_context(closing(Manager(browser, language, DESK, told)))
        floor = stack.enter_context(closing(Boxes(browser, language, DESK, told)))
        manager.clicks = floor.clicks = clicks
        manager.sign_in(words["board"], "manager", words["manager"])
        floor.open(words["floor"])
        floor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        began = time.monotonic()

        prints = set()
        for number in (1, 2):
            name = f"new-{number}"
            join = manager.open_claim("button", f"New {number}")
            floor.unpack(name)
            floor.paste(name, join)
            floor.at(name, "press")
            expect(floor.page.locator(f'[data-button="{name}.1"]')).to_have_attribute(
                "data-shown", "identify"
            )
            floor.look("box-press")
            clicks.click(floor.box(name).locator("[data-push]"))
            floor.at(name, "confirm")
            manager.confirm()
            floor.at(name, "granted")
            prints.add(floor.fingerprint(name))
            manager.is_in()
            assert join.split("/")[1] not in floor.page.content()
        join = manager.open_claim("gateway", "New gateway")
        floor.unpack("new-gw")
        floor.paste("new-gw", join)
        floor.at("new-gw", "confirm")
        floor.look("box-figures")
        manager.confirm(floor.figures("new-gw"))
        floor.at("new-gw", "granted")
        prints.add(floor.fingerprint("new-gw"))
        manager.is_in()

        seconds = time.monotonic() - began
        assert len(prints) == 3
        assert seconds < MOST_S
        assert clicks.made <= MOST_CLICKS
        assert set(clicks.typed) == {"New 1", "New 2", "New gateway"}

        button = floor.page.locator('[data-button="new-1.1"]')
        expect(button).to_have_attribute("data-up", "yes")
        expect(button).to_have_attribute("data-shown", "idle")
        button.locator(".push").click()
        expect(floor.page.locator("[data-pager] .lcd-text", has_text=ZONE.upper()[:4]).first).to_be_visible()
        expect(button).to_have_attribute("data-shown", "called")
        floor.look("box-called")
        manager.go("Live board")
        expect(manager.main).to_contain_text("New 1")
        phone = stack.enter_context(closing(Floor(browser, language, PHONE, told)))
        phone.open(words["floor"])
        phone.look("boxes-phone")
        assert told.lines == []
    return seconds, clicks.made
