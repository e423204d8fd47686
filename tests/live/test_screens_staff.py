"""The phone in a real Chromium: one thumb, live, and a form that loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from server.requests import Close, Ending, PassOn, Refusal, RefusalReason
from server.rules.incidents import Outcome, State
from server.rules.remedies import Remedy
from tests.databases import live_is_off
from tests.live.browser import go, opened_browser
from tests.live.site import Site, Viewer, is_live, live, opened_site

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]

PHONE = 390


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened_site(tmp_path) as opened:
        opened.shop.on_shift(0)
        opened.shop.on_shift(1)
        yield opened


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Viewer]:
    viewer = Viewer(browser, site)
    yield viewer
    viewer.close()


def test_a_new_call_comes_by_itself_and_sounds(look: Viewer, site: Site) -> None:
    page = live(look("me", login="olga", width=PHONE))
    page.click("#bell")
    expect(page.locator("html")).to_have_attribute("data-chimes", "1")
    number = site.shop.incident(6, 2, pages=False)
    site.shop.page(number, 1, 1)
    site.ring()
    page.wait_for_selector(f"#i{number} .card--waiting")
    expect(page.locator("html")).to_have_attribute("data-chimes", "2")
    foreign = site.shop.incident(5, 2, pages=False)
    site.ring()
    page.wait_for_selector(f"#o{foreign}")
    expect(page.locator("html")).to_have_attribute("data-chimes", "2")


def test_going_is_one_tap_and_stays_on_the_phone(look: Viewer, site: Site) -> None:
    page = live(look("me", login="olga", width=PHONE))
    page.evaluate("window.stayed = true")
    with page.expect_response("**/me"):
        page.click("#i9-acknowledge")
    assert [type(request).__name__ for request in site.desk.asked] == ["Acknowledge"]
    is_live(page)
    assert page.evaluate("window.stayed") is True


def test_who_was_faster_is_said_on_the_phone(look: Viewer, site: Site) -> None:
    page = live(look("me", login="olga", width=PHONE))
    site.desk.answers = [
        Refusal(uuid4(), RefusalReason.TOO_LATE, State.ACKNOWLEDGED, site.shop.accounts["jaan"])
    ]
    page.click("#i9-acknowledge")
    expect(page.locator(".notice")).to_contain_text("Jaan Tamm was faster")
    look.forgive("409")


def test_the_thumb_finds_large_targets(look: Viewer) -> None:
    page = live(look("me", login="olga", width=PHONE))
    for action in page.query_selector_all(".mine__acts .act, .strip, .phone__others a"):
        box = action.bounding_box()
        assert box is not None
        assert box["height"] >= 60, action.inner_text()
    big = page.query_selector(".mine__big")
    assert big is not None
    box = big.bounding_box()
    assert box is not None
    assert box["width"] >= PHONE - 40


def test_what_was_typed_survives_an_error(look: Viewer, site: Site) -> None:
    site.shop.cause("service")
    own = site.shop.cause(name="Kassa järjekord")
    page = live(look("me", login="olga", width=PHONE))
    go(page, "#i6-close")
    page.get_by_text("Put right", exact=True).click()
    page.get_by_text("Kassa järjekord").click()
    page.get_by_text("Yes", exact=True).click()
    page.get_by_text("Coupon").click()
    page.fill("[name=cost]", "4,5x")
    page.click("text=Close the call")
    expect(page.locator("#cost-error")).to_contain_text("Write euros and cents")
    look.forgive("422")
    assert site.desk.asked == []
    page.fill("[name=cost]", "4,50")
    go(page, "text=Close the call")
    assert page.url.endswith("/me")
    (asked,) = site.desk.asked
    assert isinstance(asked, Close)
    assert asked.ending == Ending(Outcome.RECOVERED, own, True, Remedy.COUPON, 450)


@pytest.mark.parametrize("scripts", [True, False])
def test_passing_on_by_name(look: Viewer, site: Site, scripts: bool) -> None:
    page = look("me", login="olga", width=PHONE, java_script_enabled=scripts)
    go(page, "#i10-pass")
    go(page, "text=Jaan Tamm")
    assert page.url.endswith("/me")
    (asked,) = site.desk.asked
    assert isinstance(asked, PassOn)
    assert asked.to == site.shop.carriers[0]


def test_focus_survives_what_others_do(look: Viewer, site: Site) -> None:
    page = live(look("me", login="olga", width=PHONE))
    page.focus("#i9-acknowledge")
    for place in range(3):
        number = site.shop.incident(place, 1, pages=False)
        site.ring()
        page.wait_for_selector(f"#o{number}")
    assert page.evaluate("document.activeElement.id") == "i9-acknowledge"


def test_the_keyboard_chooses_how_it_ended(look: Viewer, site: Site) -> None:
    page = look("incidents/6/close?back=me", login="olga", width=PHONE)
    page.focus("[name=outcome]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    go(page, "text=Close the call")
    assert page.url.endswith("/me")
    (asked,) = site.desk.asked
    assert isinstance(asked, Close)
    assert asked.ending.outcome is Outcome.NOT_RECOVERED
