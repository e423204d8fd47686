"""The teaching screen of watches in a real Chromium: by keyboard alone, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from server.db.tables import DeviceCommand, Pager, Transmitter
from server.db.watch_codes import provide
from server.requests import SendCode
from server.rules.watch_codes import CodeReason
from server.web.frame.language import COOKIE as LANGUAGE
from tests.databases import live_is_off
from tests.live.browser import clean, opened_browser
from tests.live.site import Site, Viewer, opened_site
from tests.unit.server.web.factory import NOW

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("watches")) as opened:
        with opened.shop.db.transaction() as session:
            store = opened.shop.store
            line = session.get_one(Transmitter, 1)
            line.driver, line.name = "rf-bridge", "wrists"
            for number, label in ((80, "Waiters"), (81, "Guards")):
                pager: dict[str, Any] = {
                    "store_id": store,
                    "transmitter_id": 1,
                    "address": str(number),
                    "format": "code",
                }
                session.add(Pager(id=number, label=label, **pager))
            session.flush()
            provide(session, store, lambda _: 0x12345)
        yield opened


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Viewer]:
    viewer = Viewer(browser, site)
    yield viewer
    viewer.close()


def _hears(site: Site, *codes: str) -> None:
    with site.shop.db.transaction() as session:
        line = session.get_one(Transmitter, 1)
        line.heard = [{"code": code, "te_us": 341} for code in codes]
        line.heard_at = NOW - timedelta(seconds=3)


def _tab_to(page: Page, id_: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == id_:
            return
    raise AssertionError(f"the keyboard does not come to {id_}")


@pytest.mark.parametrize(("width", "language"), [(390, "et"), (1280, "ru")])
def test_a_watch_is_taught_by_keyboard_alone(look: Viewer, site: Site, width: int, language: str) -> None:
    _hears(site)
    page = look("setup", width=width)
    page.context.add_cookies([{"name": LANGUAGE, "value": language, "url": site.address}])
    page.goto(page.url + "/watches?at=hall-1")
    site.desk.asked.clear()
    _tab_to(page, "send-hall-1-again")
    page.keyboard.press("Enter")
    page.wait_for_url("**#hall-1")
    account = site.shop.accounts["marina"]
    assert site.desk.asked == [SendCode(site.shop.store, account, 81, "hall", 1, CodeReason.AGAIN)]
    args = {"code": "123462", "place": "hall/1", "reason": "again", "pager": "Guards"}
    with site.shop.db.transaction() as session:
        row: dict[str, Any] = {"store_id": site.shop.store, "device": "gw", "asked_at": NOW, "state": "done"}
        session.add(DeviceCommand(id=uuid4(), name="watch_code", args=args, text="on_air", **row))
    _hears(site, "A1B2C8")
    expect(page.locator("#watch-sent")).to_contain_text("14:07:31")
    expect(page.locator("#watch-sent")).to_be_visible()
    expect(page.locator("#hall-1")).to_have_attribute("open", "")
    page.locator("#heard a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**take=A1B2C8#take")
    page.select_option("#f-where", "hall-2")
    _clean(page, "dark")
    page.locator("#take button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#hall-2")
    expect(page.locator("#row-hall-2-call")).to_contain_text("A1B2C8")
    _clean(page, "light")
    page.locator("#hall-2 .switch button").click()
    expect(page.locator("#row-hall-2-call")).to_contain_text("123471")


def _clean(page: Page, scheme: Literal["dark", "light"]) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    clean(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"), page.url
