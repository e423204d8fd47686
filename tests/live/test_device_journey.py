"""A technician's way through the screens of devices, with the real shop behind them: a unit that hangs is told, one
that is asked shows itself, other settings come in force."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from server.db import accounts, sign_ins
from server.db.tables import Account
from server.web.frame.access import COOKIE, LIMITS
from tests.databases import live_is_off
from tests.live.brokers import STORE
from tests.live.browser import go, opened_browser
from tests.live.processes import wait_until
from tests.live.whole_shop import WholeShop

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]

WITHIN_S = 30.0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


MANAGER = accounts.NewAccount(
    login="marina", name="M. Kask", password="five-words-for-her", role="manager", store_id=STORE
)


@pytest.fixture(scope="module")
def shop() -> Iterator[WholeShop]:
    made = WholeShop({"b1": 2, "b2": 1})
    accounts.create(made.db, MANAGER)
    with made:
        yield made


@pytest.fixture
def page(browser: Browser, shop: WholeShop) -> Iterator[Page]:
    """Somebody who manages the store, at their desk."""
    token = sign_ins.new_token()
    with shop.db.transaction() as session:
        account = session.exec(select(Account.id).where(Account.login == MANAGER.login)).one()
        assert account is not None
        sign_ins.add(session, token, account, datetime.now(UTC), LIMITS)
    address = shop.server.ready.read_text().strip()
    context = browser.new_context(locale="en-GB", base_url=address)
    context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    opened = context.new_page()
    yield opened
    context.close()


def test_a_unit_that_is_asked_shows_itself(page: Page, shop: WholeShop) -> None:
    page.goto(f"/s/{STORE}/devices")
    go(page, "#device-b1 a")
    page.evaluate("window.stayed = true")
    page.click("#do-identify")
    wait_until(lambda: shop.units["b1"].light(1) == "identify", "its lamp blinks")
    assert shop.units["b2"].light(1) == "idle"
    expect(page.locator("#ask-identify")).to_contain_text("done at")
    page.click("#do-probe")
    expect(page.locator("#ask-probe")).to_contain_text("done at")
    assert page.evaluate("window.stayed") is True


def test_a_drill_is_asked_first_and_rings_a_pager(page: Page, shop: WholeShop) -> None:
    page.goto(f"/s/{STORE}/devices/b2")
    page.click("#first-drill > summary")
    page.click("#do-drill1")
    expect(page.locator("#ask-drill")).to_contain_text("done at")
    wait_until(lambda: any("DRILL" in text for _, text in shop.felt()), "a pager is told that it is a drill")


def test_other_settings_come_in_force_on_the_unit(page: Page, shop: WholeShop) -> None:
    page.goto(f"/s/{STORE}/devices/b1/settings")
    page.select_option("[name=volume]", "3")
    page.select_option("[name=lights]", "slow")
    go(page, "text=Send to the device")
    expect(page.locator("#state")).to_contain_text("In force")
    wait_until(lambda: shop.units["b1"].volume(1) == 3, "the unit is as loud as was wanted")
    page.fill("[name=resend]", "5, 5, 5")
    page.select_option("[name=role_1]", "key-2")
    page.select_option("[name=role_2]", "")
    go(page, "text=Send to the device")
    expect(page.locator("#state")).to_contain_text("In force")
    go(page, "text=Back to the device")
    page.click("#first-drill > summary")
    expect(page.locator("#do-drill2")).to_be_visible()
    expect(page.locator("#do-drill1")).to_have_count(0)  # a staff key makes no press of its own


def test_a_frozen_unit_is_told_without_a_reload(page: Page, shop: WholeShop) -> None:
    page.goto(f"/s/{STORE}/devices")
    page.evaluate("window.stayed = true")
    expect(page.locator("#device-b2")).to_contain_text("Here since")
    unit = shop.units["b2"]
    unit.freeze()
    frozen = time.monotonic()
    line = page.locator("#device-b2.dev--bad")
    expect(line).to_contain_text("Away since", timeout=(WITHIN_S + 5) * 1_000)
    assert time.monotonic() - frozen < WITHIN_S
    unit.thaw()
    expect(page.locator("#device-b2")).to_contain_text("Here since")
    assert page.evaluate("window.stayed") is True
    # its own watch may say once, when it goes on, that nothing was heard of its parts meanwhile; nobody else may
    told = shop.troubles()
    assert [line for line in told if not (line.startswith("b2:") and "unit.silent" in line)] == []
    assert len(told) <= 1
