"""Who is here, and policies, in a real Chromium: accessible, strict CSP, phones, three languages, without script."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import SQLModel, select

from server.db import sign_ins
from server.db.connect import Database
from server.db.tables import PolicyStep
from server.requests import SetDuty, StoreDone
from server.rules.facts import DutyKind
from server.web.frame.access import LIMITS
from server.web.frame.bell import Bell
from server.web.frame.words import LANGUAGES
from tests.databases import live_is_off
from tests.live.browser import clean, go, opened_browser
from tests.live.site import Site, Viewer
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.roster_stage import staffed
from tests.unit.server.web.stage import FakeDesk, busy_day

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]

SCREENS = (
    "roster",
    "roster?day=2027-03-28",
    "roster/shifts",
    "roster/rotations/1",
    "roster/exceptions",
    "setup/policies",
    "setup/policies/2",
    "setup/try?button=hall/7&day=2026-11-21&time=18:30",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('roster')}/shop.db")
    SQLModel.metadata.create_all(db.write_engine)
    made = Site(staffed(busy_day(Shop(db).build())), Bell(), FakeDesk())
    made.start()
    with db.transaction() as session:
        for login, account in made.shop.accounts.items():
            made.tokens[login] = sign_ins.new_token()
            sign_ins.add(session, made.tokens[login], account, NOW, LIMITS)
    yield made
    made.halt()
    db.close()


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Viewer]:
    viewer = Viewer(browser, site)
    yield viewer
    viewer.close()


def speaks(site: Site, language: str) -> Callable[[Page], None]:
    def choose(page: Page) -> None:
        page.context.add_cookies([{"name": "language", "value": language, "url": site.address}])

    return choose


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(look: Viewer, screen: str) -> None:
    page = look(screen, reduced_motion="reduce")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        clean(page)


LONGEST_WORDS = "ru"


@pytest.mark.parametrize(
    "language",
    [one if one == LONGEST_WORDS else pytest.param(one, marks=pytest.mark.long) for one in LANGUAGES],
)
@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_scrolls_sideways(look: Viewer, site: Site, screen: str, language: str) -> None:
    page = look(screen, width=390, before=speaks(site, language))
    assert page.evaluate("document.documentElement.lang") == language
    for width in (320, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_on_a_phone_are_large(look: Viewer) -> None:
    for screen in ("roster", "setup/policies/2", "roster/shifts"):
        page = look(screen, width=390)
        for action in page.query_selector_all(".act, .chip, .tick, .strip a, .week a, summary"):
            box = action.bounding_box()
            if box is not None and box["width"] > 1:
                assert box["height"] >= 44, action.inner_text()


@pytest.mark.parametrize("script", [True, False])
def test_a_break_by_one_touch(look: Viewer, site: Site, script: bool) -> None:
    site.desk.asked.clear()
    site.desk.answers = [StoreDone(site.shop.store, 2)]
    page = look("roster", login="jaan", width=390, java_script_enabled=script)
    with page.expect_response(lambda answer: "/roster/duty" in answer.url):
        page.get_by_role("button", name="15 minutes").first.click()
    expect(page.get_by_role("heading", name="Who is here")).to_be_visible()
    (asked,) = site.desk.asked
    assert isinstance(asked, SetDuty)
    assert asked.kind is DutyKind.BREAK


@pytest.mark.parametrize("script", [True, False])
def test_steps_are_moved_tried_and_saved(look: Viewer, site: Site, script: bool) -> None:
    page = look("setup/policies/2", java_script_enabled=script)
    page.get_by_label("Name of the policy").fill("Evening crew")
    page.get_by_role("button", name="Add a step").click()
    expect(page.locator(".step")).to_have_count(4)
    expect(page.get_by_label("Name of the policy")).to_have_value("Evening crew")
    page.locator(".step").nth(3).get_by_label("Whom").select_option(label="Security")
    page.locator(".step").nth(3).get_by_role("button", name="Up").click()
    expect(page.locator(".step").nth(2)).to_contain_text("everybody here with this role: Security")
    page.locator("#try select[name=button]").select_option("hall/7")
    page.locator("#try input[name=time]").fill("18:30")
    page.get_by_role("button", name="What would happen?").click()
    expect(page.locator(".forecast")).to_contain_text("Tanel Rebane (Pager 7)")
    page.locator(".step").nth(2).get_by_role("button", name="Remove").click()
    expect(page.locator(".step")).to_have_count(3)
    go(page, page.locator(".sheet__acts--end").get_by_role("button", name="Save"))
    expect(page.get_by_role("heading", name="Evening crew")).to_be_visible()
    with site.shop.db.reading() as session:
        steps = session.exec(select(PolicyStep).where(PolicyStep.policy_id == 2)).all()
    assert len(steps) == 3


def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(look: Viewer) -> None:
    page = look("setup/policies/new")
    page.get_by_label("Name of the policy").fill("Night")
    page.get_by_label("Repeats", exact=False).last.fill("99")
    go(page, page.locator(".sheet__acts--end").get_by_role("button", name="Save"))
    wrong = page.locator("[aria-invalid=true]")
    expect(wrong).to_have_attribute("name", "repeats")
    expect(page.locator("#error-repeats")).to_contain_text("from 0 to 50")
    expect(page.get_by_label("Name of the policy")).to_have_value("Night")
    look.forgive("422")
