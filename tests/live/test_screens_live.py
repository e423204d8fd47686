"""The live board in a real Chromium: it follows the bell, keeps focus, survives restarts, and says when it is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from server.db import sign_ins
from server.requests import Refusal, RefusalReason
from server.rules.incidents import State
from server.web.frame.screens import Screens
from server.web.frame.words import Words
from tests.databases import live_is_off
from tests.live.browser import go, opened_browser
from tests.live.site import Site, Viewer, is_live, live, opened_site
from tests.unit.server.web.factory import NOW

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened_site(tmp_path) as opened:
        yield opened


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Viewer]:
    viewer = Viewer(browser, site)
    yield viewer
    viewer.close()


def test_the_board_follows_the_bell(look: Viewer, site: Site) -> None:
    """How soon is measured by the bench (part `people`); here it is long before the look at every 30 s."""
    page = live(look("board"))
    for place in range(5):
        number = site.shop.incident(place, 2)
        site.ring()
        page.wait_for_selector(f"#i{number}.card--waiting", timeout=15_000)
    expect(page.locator("#t-waiting b")).to_have_text("8")


def test_the_page_counts_by_itself(look: Viewer, site: Site) -> None:
    page = live(look("board"))
    expect(page.locator("#i11 .card__time [data-since]")).to_have_text(re.compile("0:1[4-9]"))


def test_a_call_goes_deep_red_when_the_exit_clock_runs_out(look: Viewer, site: Site) -> None:
    number = site.shop.incident(6, 88.5)
    page = live(look("board"))
    page.wait_for_selector(f"#i{number}.card--late .when-over:not([hidden])")


def test_a_new_call_sounds_once_switched_on(look: Viewer, site: Site) -> None:
    page = live(look("board"))
    page.click("#bell")
    expect(page.locator("html")).to_have_attribute("data-chimes", "1")
    site.shop.incident(6, 1)
    site.ring()
    expect(page.locator("html")).to_have_attribute("data-chimes", "2")


def test_focus_and_an_open_choice_survive_updates(look: Viewer, site: Site) -> None:
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


def test_typing_survives_updates(look: Viewer, site: Site) -> None:
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


def test_going_by_one_click_updates_without_leaving(look: Viewer, site: Site) -> None:
    page = live(look("board", login="olga"))
    page.evaluate("window.stayed = true")
    with page.expect_response("**/board"):
        page.click("#i10-acknowledge")
    assert [type(request).__name__ for request in site.desk.asked] == ["Acknowledge"]
    expect(page.locator("#i10")).to_be_visible()
    is_live(page)
    assert page.evaluate("window.stayed") is True


def test_a_refusal_is_said_in_place(look: Viewer, site: Site) -> None:
    page = live(look("board", login="olga"))
    site.desk.answers = [
        Refusal(uuid4(), RefusalReason.TOO_LATE, State.ACKNOWLEDGED, site.shop.accounts["jaan"])
    ]
    page.click("#i10-acknowledge")
    expect(page.locator(".notice")).to_contain_text("Jaan Tamm was faster")
    look.forgive("409")  # the browser notes the status of every such answer


def test_everything_works_without_scripts(look: Viewer, site: Site) -> None:
    page = look("board", java_script_enabled=False)
    page.click("#i10-close > summary")
    go(page, "#i10-recovered")
    assert page.url.endswith("/board")
    assert [type(request).__name__ for request in site.desk.asked] == ["Close"]
    go(page, "nav >> text=History")
    page.fill("[name=q]", "wine")
    go(page, "text=Show")
    assert "q=wine" in page.url
    assert "Wine" in page.inner_text("table")


def test_silence_is_said_in_words_and_ends(look: Viewer, site: Site) -> None:
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
    look.forgive("ERR_INTERNET_DISCONNECTED")


def test_a_restart_of_the_server_ends_in_a_full_board(look: Viewer, site: Site) -> None:
    page = live(look("board"))
    site.restart(before=lambda: site.shop.incident(6, 1))
    page.wait_for_selector(f"#i{site.shop.numbers}")
    live(page)
    look.forgive_restart()


def test_a_sign_out_elsewhere_shows_the_door(look: Viewer, site: Site) -> None:
    page = live(look("board"))

    def forget() -> None:
        with site.shop.db.transaction() as session:
            sign_ins.revoke(session, site.tokens["marina"])

    site.restart(before=forget)
    page.wait_for_url(re.compile("/sign-in"))
    look.forgive_restart()
    look.forgive("401")
