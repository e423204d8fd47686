"""The screens in a real Chromium: strict CSP, accessibility, small phones, our own fonts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.databases import live_is_off
from tests.live.browser import clean, opened_browser
from tests.live.site import Site, Viewer, opened_site
from tests.unit.server.web.device_rows import ailing

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]

SCREENS = (
    "board",
    "board?wall=1",
    "devices",
    "devices/hall",
    "devices/hall/settings",
    "history",
    "history?outside=1",
    "incidents/9",
    "incidents/9/close",
    "incidents/9/pass",
    "me",
    "quiet",
    "refused",
)

PHONES = (
    "board",
    "devices",
    "devices/hall",
    "devices/hall/settings",
    "me",
    "incidents/9",
    "incidents/9/close",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("site")) as opened:
        ailing(opened.shop)
        yield opened


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Viewer]:
    viewer = Viewer(browser, site)
    yield viewer
    viewer.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_a_phone_never_scrolls_sideways(look: Viewer, screen: str) -> None:
    """Light and dark; on a phone, what is too wide is hidden from the eye, not from the ear."""
    page = look(screen, reduced_motion="reduce")
    clean(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    clean(page)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if screen in PHONES:
        clean(page)


def test_axe_finds_nothing_at_the_door(look: Viewer, site: Site) -> None:
    clean(look("sign-in", login=None))


def test_targets_on_a_phone_are_large(look: Viewer) -> None:
    page = look("board", width=390)
    for action in page.query_selector_all(".act, .nav a, summary"):
        box = action.bounding_box()
        if box is not None:
            assert box["height"] >= 44, action.inner_text()


def test_the_switch_of_colours_beats_the_machine(look: Viewer) -> None:
    page = look("history", dark=False)
    page.click("#menu > summary")
    page.click("button[value=dark]")
    expect(page.locator("html[data-theme=dark] body")).to_have_css("background-color", "rgb(13, 17, 23)")


@pytest.mark.parametrize("width", [390, 1920])
def test_the_fonts_are_ours(look: Viewer, width: int) -> None:
    page = look("board", width=width)
    faces = page.evaluate(
        "document.fonts.load('16px Inter', 'Šaž').then(found => found.map(face => [face.family, face.status]))"
    )
    assert [(family.strip('"'), status) for family, status in faces] == [("Inter", "loaded")] * 2


def test_the_menu_closes_by_escape_and_by_a_click_beside_it(look: Viewer) -> None:
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
