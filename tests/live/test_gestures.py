"""Every gesture, done with a mouse and a keyboard on the floor page, goes its whole way to the server's record."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from firmware_bridge.light import Shown
from tests.databases import live_is_off
from tests.live.browser import Changes, opened_browser
from tests.live.processes import wait_until
from tests.live.up_process import Up

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]

FIRST, SECOND, THIRD = ("b1", 1), ("b1", 2), ("b1", 3)


class Record:
    """What the server has written down. Read from the file, since screens show no key."""

    def __init__(self, data: Path) -> None:
        self._path = data / "redbutton.db"

    def presses(self, button: tuple[str, int]) -> list[tuple[Any, ...]]:
        """In order: kind, purpose, whether by a key, state. Without canaries."""
        return self._rows(
            "SELECT kind, purpose, via_input IS NOT NULL, state FROM press "
            "WHERE device = ? AND input = ? AND purpose != 'canary' ORDER BY seq",
            button,
        )

    def incidents(self, button: tuple[str, int]) -> list[tuple[Any, ...]]:
        return self._rows(
            "SELECT DISTINCT i.state, coalesce(i.outcome, ''), coalesce(i.attended_how, ''), i.quiet "
            "FROM incident i JOIN press p ON p.incident_id = i.id WHERE p.device = ? AND p.input = ? "
            "ORDER BY i.number",
            button,
        )

    def _rows(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as db:
            return list(db.execute(query, values))


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    made = Up(tmp_path / "data")
    yield made
    made.close()


@pytest.mark.long
def test_every_gesture_can_be_done_by_hand(up: Up) -> None:
    words = up.open()
    record = Record(up.data)
    with opened_browser() as browser:
        context = browser.new_context(locale="en", viewport={"width": 1280, "height": 900})
        page, said = context.new_page(), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(words["floor"])
        for button in (FIRST, SECOND, THIRD):
            expect(at(page, button)).to_have_attribute("data-up", "yes")
        take_back(page, record)
        arrive(page, record)
        call_quietly(page, record)
        drill(page, record)
        every_light(page)
        assert said == []


def at(page: Page, button: tuple[str, int]) -> Locator:
    return page.locator(f'[data-button="{button[0]}.{button[1]}"]')


def take_back(page: Page, record: Record) -> None:
    unit = at(page, FIRST)
    unit.locator(".push").click()
    pushed, shown = Changes(unit, "data-held"), Changes(unit, "data-shown")
    unit.get_by_role("button", name="Take back").click()
    pushed.go("yes")
    shown.go("counting")
    expect(page.locator("#story")).to_contain_text("the light says “Taken back”")
    expect(unit).to_have_attribute("data-shown", "idle")
    wait_until(lambda: len(record.presses(FIRST)) == 2, "the undo is stored")
    assert [(one[0], one[3]) for one in record.presses(FIRST)] == [("press", "undone"), ("undo", "stored")]
    assert [one[:2] for one in record.incidents(FIRST)] == [("closed", "false_press")]


def arrive(page: Page, record: Record) -> None:
    unit = at(page, SECOND)
    unit.locator(".push").click()
    wait_until(lambda: bool(record.incidents(SECOND)), "the press became an incident")
    unit.locator(".push").hover()
    unit.locator(".key").click()
    wait_until(lambda: len(record.presses(SECOND)) == 2, "the arrival is stored")
    assert record.presses(SECOND)[1][:3] == ("arrive", "call", True)
    assert [one[2] for one in record.incidents(SECOND)] == ["key"]


def call_quietly(page: Page, record: Record) -> None:
    """The key held by the mouse until the server has the call; no light, no sound."""
    unit = at(page, THIRD)
    unit.locator(".push").hover()
    unit.locator(".key").hover()
    page.mouse.down()
    expect(unit).to_have_attribute("data-key-held", "yes")
    wait_until(lambda: bool(record.presses(THIRD)), "the quiet call is stored")
    page.mouse.up()
    expect(unit).to_have_attribute("data-key-held", "no")
    assert [one[:3] for one in record.presses(THIRD)] == [("quiet", "call", True)]
    expect(unit).to_have_attribute("data-shown", "idle")


def drill(page: Page, record: Record) -> None:
    """Both hands on the keyboard: K is the key of the button that has the focus."""
    unit = at(page, FIRST)
    unit.locator(".push").focus()
    page.keyboard.down("k")
    expect(unit).to_have_attribute("data-key-held", "yes")
    page.keyboard.down("Space")
    expect(unit).to_have_attribute("data-held", "yes")
    wait_until(lambda: len(record.presses(FIRST)) == 3, "the drill is stored")
    page.keyboard.up("Space")
    page.keyboard.up("k")
    assert record.presses(FIRST)[2][:3] == ("press", "drill", True)


def every_light(page: Page) -> None:
    """All of them side by side, and each but the two that never change goes on and off."""
    for shown in Shown:
        lamp = page.locator(f'[data-legend="{shown.value}"]')
        lit = Changes(lamp, "data-lit")
        if shown is not Shown.IDLE:
            lit.go("yes")
        if shown is not Shown.COMING:
            lit.go("no")
