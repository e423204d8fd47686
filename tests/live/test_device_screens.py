"""The screens of devices in a real Chromium: they follow by themselves, answers appear, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import col, update

from server.db.tables import DeviceCommand, DeviceSettings
from server.requests import ChangeSettings, CommandDevice, CommandSent
from tests.databases import live_is_off
from tests.live.browser import clean, go, opened_browser
from tests.live.site import Site, Viewer, opened_site
from tests.unit.server.web.device_rows import ailing, command, device, fault, wanted
from tests.unit.server.web.factory import NOW

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened_site(tmp_path) as opened:
        device(opened.shop, state="online", changed_at=NOW - timedelta(hours=2))
        yield opened


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Viewer]:
    viewer = Viewer(browser, site)
    yield viewer
    viewer.close()


def test_the_list_follows_without_a_reload(look: Viewer, site: Site) -> None:
    page = look("devices")
    page.evaluate("window.stayed = true")
    expect(page.locator(".answer__big")).to_have_text("Every device is in order")
    device(site.shop, state="offline", changed_at=NOW)
    fault(site.shop, "stuck", 14, input=2, of="gw")
    expect(page.locator("#device-hall.dev--bad")).to_contain_text("Away since 14:07")
    expect(page.locator("#device-gw.dev--bad")).to_contain_text("closed for 14\u00a0min")
    expect(page.locator(".answer__big")).to_have_text("2 things need a hand")
    assert page.evaluate("window.stayed") is True


def test_an_answer_appears_where_it_was_asked(look: Viewer, site: Site) -> None:
    page = look("devices/hall")
    page.evaluate("window.stayed = true")
    page.click("#first-drill > summary")
    expect(page.locator("#ask-drill")).to_contain_text("goes to whoever is on duty")
    key = uuid4()
    command(site.shop, "drill", 0, "asked", id=key, args={"input": 3})
    site.desk.answers = [CommandSent(site.shop.store, "hall", key)]
    page.click("#do-drill3")
    expect(page.locator("#ask-drill")).to_contain_text("no answer yet")
    expect(page.locator("#do-drill3")).to_have_count(0)
    with site.shop.db.transaction() as session:
        session.execute(
            update(DeviceCommand)
            .where(col(DeviceCommand.id) == key)
            .values(state="refused", text="input 3 is a key", answered_at=NOW)
        )
    expect(page.locator("#ask-drill")).to_contain_text("refused at 14:07:31 input 3 is a key")
    expect(page.locator("#do-drill3")).to_be_visible()  # the sheet is still open
    assert [one.args for one in site.desk.asked if isinstance(one, CommandDevice)] == [{"input": 3}]
    assert page.evaluate("window.stayed") is True


def test_settings_say_what_became_of_them_while_somebody_types(look: Viewer, site: Site) -> None:
    wanted(site.shop, 3, {"volume": 4})
    page = look("devices/hall/settings")
    expect(page.locator("#state")).to_contain_text("Waiting for the device")
    page.fill("[name=resend]", "1, 2,")
    with site.shop.db.transaction() as session:
        session.execute(
            update(DeviceSettings).values(
                answer_rev=3, answer_ok=False, answer_errors={"volume": "no buzzer here"}, answered_at=NOW
            )
        )
    expect(page.locator("#state")).to_contain_text("Refused by the device")
    expect(page.locator("#state")).to_contain_text("no buzzer here")
    assert page.input_value("[name=resend]") == "1, 2,"
    page.fill("[name=resend]", "1, 2, 5")
    go(page, "text=Send to the device")
    assert page.url.endswith("/settings")
    expect(page.locator("#error-volume")).to_contain_text("no buzzer here")
    asked = [one for one in site.desk.asked if isinstance(one, ChangeSettings)]
    assert [(one.of_rev, one.values) for one in asked] == [(3, {"resend_s": [1, 2, 5], "volume": 4})]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("screen", ["devices/hall", "devices/hall/settings"])
def test_axe_finds_nothing_in_what_is_folded(look: Viewer, site: Site, screen: str, width: int) -> None:
    ailing(site.shop)
    page = look(screen, width=width, reduced_motion="reduce")
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    clean(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_on_a_phone_are_large(look: Viewer, site: Site) -> None:
    ailing(site.shop)
    for screen in ("devices", "devices/hall", "devices/hall/settings"):
        page = look(screen, width=390)
        page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        for action in page.query_selector_all(
            "main .act, main summary, .dev__title a, main input, main select"
        ):
            box = action.bounding_box()
            if box is not None:
                assert box["height"] >= 44, (screen, action.inner_html())


def test_it_works_without_scripts(look: Viewer, site: Site) -> None:
    page = look("devices", java_script_enabled=False)
    go(page, "#device-hall a")
    go(page, "#do-probe")
    assert "/devices/hall" in page.url
    go(page, "text=Open its settings")
    page.select_option("[name=volume]", "3")
    go(page, "text=Send to the device")
    assert page.url.endswith("/settings")
    assert [type(one).__name__ for one in site.desk.asked] == ["CommandDevice", "ChangeSettings"]
