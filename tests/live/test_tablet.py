"""The shared tablet in a real Chromium: let in, touched without a keyboard, live, and out at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from server.db.tables import Tablet
from server.requests import Acknowledge, Close, Ending
from server.rules.incidents import Outcome
from server.web.tablet.access import COOKIE
from tests.databases import live_is_off
from tests.live.browser import Late, clean, go, opened_browser
from tests.live.site import Site, Viewer, live, opened_site
from tests.unit.server.web.tablet_stage import PIN, SECRET, enrol, give_pins

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened_site(tmp_path) as opened:
        opened.shop.on_shift(0)
        give_pins(opened.shop)
        yield opened


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Viewer]:
    viewer = Viewer(browser, site)
    yield viewer
    viewer.close()


def touch(page: Page, pin: str) -> None:
    for figure in pin:
        page.locator(f".pad__key[data-figure='{figure}']").click()


def known(page: Page, site: Site) -> None:
    page.context.add_cookies([{"name": COOKIE, "value": SECRET, "url": site.address}])


def on_tablet(look: Viewer, site: Site, width: int = 1024, script: bool = True) -> Page:
    enrol(site.shop.db, site.shop.store, site.shop.accounts["marina"])
    return look(
        "tablet",
        login=None,
        width=width,
        before=lambda page: known(page, site),
        java_script_enabled=script,
    )


def fits(page: Page, width: int) -> None:
    """Nothing to complain of, nothing sideways, and everything to touch is large."""
    clean(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for action in page.query_selector_all("#main .act, #main .person, #main .crumb a"):
        box = action.bounding_box()
        assert box is None or box["height"] >= 60, action.inner_text()


def test_from_the_door_to_a_call_and_out_again(look: Viewer, site: Site) -> None:
    manager = look("setup/tablets", width=1280)
    go(manager, manager.get_by_role("button", name="Add a tablet"))
    tablet = look("tablet", login=None, width=1024, reduced_motion="reduce")
    go(tablet, tablet.get_by_role("button", name="Show the number"))
    number = tablet.locator(".door__number").inner_text()
    manager.get_by_label("Number on the tablet").fill(number)
    manager.get_by_label("Its name").fill("Checkout")
    go(manager, manager.get_by_role("button", name="Let it in"))
    expect(manager.locator(".things").first).to_contain_text("Checkout")
    live(tablet).evaluate("window.stayed = true")  # its screen goes on by itself
    fits(tablet, 1024)
    tablet.click("#i9-acknowledge")
    expect(tablet.get_by_role("heading", name="Who are you?")).to_be_focused()
    fits(tablet, 1024)
    tablet.get_by_role("link", name="Jaan").click()
    expect(tablet.get_by_role("heading", name="Jaan")).to_be_focused()
    fits(tablet, 1024)
    fresh = site.shop.incident(6, 2, pages=False)
    site.ring()
    tablet.wait_for_selector(f"#i{fresh}", state="attached")
    expect(tablet.get_by_role("heading", name="Jaan")).to_be_visible()
    touch(tablet, "482914")
    expect(tablet.locator("#pin-error")).to_contain_text("not right")
    touch(tablet, PIN["jaan"])
    expect(tablet.locator(f"#i{fresh} .card--waiting")).to_be_visible()
    (asked,) = site.desk.asked
    assert isinstance(asked, Acknowledge)
    assert (asked.account, asked.tablet) == (site.shop.accounts["jaan"], "Checkout")
    assert tablet.evaluate("window.stayed") is True
    assert [one["name"] for one in tablet.context.cookies()] == [COOKIE]
    with site.shop.db.reading() as session:
        (row,) = session.exec(select(Tablet)).all()
    assert row.revoked_at is None
    manager.get_by_role("button", name="Take back: Checkout").click()
    expect(tablet.get_by_text("This tablet was taken back")).to_be_visible()
    look.forgive("422", "401")


def test_without_script_a_call_is_closed_as_well(look: Viewer, site: Site) -> None:
    page = on_tablet(look, site, 390, script=False)
    for width in (320, 390, 768):
        page.set_viewport_size({"width": width, "height": 1024})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    go(page, page.locator("#i6").get_by_role("link", name="Close the call"))
    page.get_by_text("Put right", exact=True).click()
    go(page, page.get_by_role("button", name="Go on"))
    go(page, page.get_by_role("link", name="Olga"))
    page.get_by_label("Your PIN").fill(PIN["olga"])
    go(page, page.get_by_role("button", name="Close the call"))
    assert page.url.endswith("/tablet")
    (asked,) = site.desk.asked
    assert isinstance(asked, Close)
    assert (asked.account, asked.ending) == (site.shop.accounts["olga"], Ending(Outcome.RECOVERED))


@pytest.mark.parametrize(("typed", "touched"), [(3, 3), (6, 0)])
def test_a_pin_that_was_begun_before_the_script_is_there_is_not_lost(
    look: Viewer, site: Site, typed: int, touched: int
) -> None:
    plain = on_tablet(look, site, script=False)
    go(plain, "#i9-acknowledge")
    where = str(plain.get_by_role("link", name="Jaan").get_attribute("href"))
    script, pin = Late("tablet"), PIN["jaan"]

    def slow(page: Page) -> None:
        known(page, site)
        script.to(page)

    page = look(where.lstrip("/"), login=None, before=slow, until="commit")
    page.get_by_label("Your PIN").fill(pin[:typed])
    script.comes(page)
    if touched:
        expect(page.locator(".pad__dots .is-typed")).to_have_count(typed)
        touch(page, pin[typed:])
    expect(page.locator("#i9")).to_be_visible()
    (asked,) = site.desk.asked
    assert isinstance(asked, Acknowledge)
    assert asked.account == site.shop.accounts["jaan"]


def test_nothing_went_through_is_said_and_a_tablet_left_alone_goes_home(look: Viewer, site: Site) -> None:
    page = live(on_tablet(look, site))
    page.clock.install()
    page.click("#i9-acknowledge")
    page.get_by_role("link", name="Jaan").click()
    expect(page.locator(".pad__keys")).to_be_visible()
    page.context.set_offline(True)
    touch(page, PIN["jaan"])
    expect(page.locator("#offline")).to_be_visible()
    assert site.desk.asked == []
    expect(page.locator("#pin")).to_have_value("")
    page.context.set_offline(False)
    touch(page, "12")
    page.clock.fast_forward(61_000)
    expect(page.locator("#i9 .card--late")).to_be_visible()
    expect(page.locator("#offline")).to_be_hidden()
    look.forgive("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "network error")
