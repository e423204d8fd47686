"""The setup screens in a real Chromium: a shop is set up from nothing, in Estonian, by what the screens say alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.db.shop import load_shop
from server.db.tables import PressRow
from server.shop_file import read_shop
from server.web.frame.language import COOKIE as LANGUAGE
from tests.databases import live_is_off
from tests.live.browser import Late, clean, go, opened_browser
from tests.live.site import Site, Viewer, opened_site
from tests.unit.server.test_shop_file import EXAMPLE
from tests.unit.server.web.factory import NOW

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]

SCREENS = (
    "setup",
    "setup/zones",
    "setup/zones/new",
    "setup/buttons",
    "setup/buttons/new",
    "setup/people",
    "setup/people/new",
    "setup/pagers",
    "setup/pagers/new",
    "setup/pagers/card",
    "setup/causes",
    "setup/causes/new",
    "setup/channels",
    "setup/channels/new",
    "setup/hours?split=1",
)
"""Of every kind; the forms of things that are there have addresses of their own."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The shop of the demo, beside the one of rows."""
    with opened_site(tmp_path_factory.mktemp("setup")) as opened:
        with opened.shop.db.transaction() as session:
            load_shop(session, read_shop(EXAMPLE))
        opened.shop.store = "kadriorg"
        yield opened


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Viewer]:
    viewer = Viewer(browser, site)
    yield viewer
    viewer.close()


def test_axe_finds_nothing_and_no_screen_scrolls_sideways(look: Viewer) -> None:
    page = look("setup", width=390, reduced_motion="reduce")
    forms = []
    for screen in SCREENS:
        _goto(page, screen)
        _clean_in_light_and_dark(page)
        first = page.locator("a.thing__link").first
        if first.count():
            forms.append(str(first.get_attribute("href")))
    assert len(forms) >= 4
    for form in [*forms, f"{next(one for one in forms if '/people/' in one)}/sign-in"]:
        page.goto(page.url.split("/s/")[0] + form)
        _clean_in_light_and_dark(page)


@pytest.mark.parametrize("screen", ["setup/zones/new", "setup/pagers/new"])
def test_a_pager_shows_while_one_types_what_it_would_show(look: Viewer, screen: str) -> None:
    page = look(screen)
    wrist = page.locator(".wrist__text").first
    if "zones" in screen:
        page.fill("[name=pager_name]", "Õlu")
        expect(wrist).to_have_text("OLU CALL")
        page.fill("[name=pager_name]", "Õlu ja vein")
        expect(wrist).to_have_text("OLU JA VEIN CALL")
    else:
        page.select_option("select#f-language", "et")
        expect(wrist).to_contain_text("KUTSE")
        page.fill("[name=longest]", "8")
        expect(wrist).to_have_text("ENTRANCE")
        page.select_option("select#f-format", "numeric")
        expect(wrist).to_have_text("1-1")
        expect(page.get_by_label("Letters it knows")).to_be_hidden()
        page.select_option("select#f-format", "tone")
        expect(wrist).to_have_text("Pattern 1")
        expect(page.get_by_label("Signs on its display")).to_be_hidden()
        _clean(page)


@pytest.mark.parametrize(
    ("screen", "field", "typed", "shown"),
    [
        ("setup/zones/new", "[name=pager_name]", "Õlu", "OLU CALL"),
        ("setup/pagers/new", "[name=longest]", "8", "ENTRANCE"),
    ],
)
def test_what_is_typed_before_the_script_is_there_is_shown_as_well(
    look: Viewer, screen: str, field: str, typed: str, shown: str
) -> None:
    script = Late("htmx.min")
    page = look(screen, before=script.to, until="commit")
    page.fill(field, typed)
    script.comes(page)
    expect(page.locator(".wrist__text").first).to_have_text(shown)


def test_a_list_that_was_chosen_from_before_the_script_is_there_is_shown_as_well(look: Viewer) -> None:
    script = Late("htmx.min")
    page = look("setup/pagers/new", before=script.to, until="commit")
    page.select_option("select#f-format", "numeric")
    script.comes(page)
    expect(page.locator(".wrist__text").first).to_have_text("1-1")


def test_a_form_that_nobody_touched_asks_for_nothing_when_its_script_is_there(look: Viewer) -> None:
    page = look("setup/pagers/new")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.fill("[name=longest]", "8")
    expect(page.locator(".wrist__text").first).to_have_text("ENTRANCE")
    assert len([url for url in asked if "/preview/" in url]) == 1


def test_a_form_with_a_mistake_keeps_what_was_typed_and_says_it_at_the_field(look: Viewer) -> None:
    page = look("setup/zones/new")
    page.fill("[name=name]", "dairy")
    page.fill("[name=pager_name]", "MILK")
    go(page, "form.thing-form .act--main")
    expect(page.locator("#error-name")).to_be_visible()
    assert page.locator("[name=name]").get_attribute("aria-describedby") == "error-name help-name"
    assert page.input_value("[name=pager_name]") == "MILK"
    _clean(page)
    look.forgive("422")


def test_zones_then_people_then_a_pager_in_estonian(look: Viewer, site: Site) -> None:
    """What a new manager does first: every step is found by its words."""
    page = look("setup", login="marina")
    page.context.add_cookies([{"name": LANGUAGE, "value": "et", "url": site.address}])
    _goto(page, "setup")
    _zone(page)
    go(page, page.get_by_role("link", name="Seadistus").first)
    go(page, page.get_by_role("link", name="Inimesed"))
    go(page, page.get_by_role("link", name="Lisa inimene"))
    page.get_by_label("Nimi", exact=True).fill("Õnne Pärn")
    page.get_by_label("Vene").check()
    page.get_by_label("Tunneb").fill("Vein")
    page.get_by_label("Spare 1").check()
    go(page, page.get_by_role("button", name="Lisa inimene"))
    expect(page.get_by_label("Nimi sisselogimiseks")).to_have_value("onne")
    go(page, page.get_by_role("button", name="Loo esimene parool"))
    expect(page.locator(".secret__word")).to_contain_text("-")
    assert len(page.locator(".secret__word").inner_text()) == 14
    _clean(page)
    go(page, page.get_by_role("link", name="Kirjutasin üles"))
    row = page.locator(".thing", has_text="Õnne Pärn")
    expect(row).to_contain_text("ÕP, Spare 1")
    expect(row).to_contain_text("Vein")
    expect(row).not_to_contain_text("sisselogimist pole")
    go(page, page.get_by_role("link", name="Seadistus").first)
    go(page, page.get_by_role("link", name="Piiparid", exact=False).last)
    go(page, page.get_by_role("link", name="Lisa piipar"))
    page.get_by_label("Silt").fill("P77")
    page.get_by_label("Kapkood").fill("0777001")
    page.get_by_label("Kes kannab").select_option(label="Õnne Pärn")
    go(page, page.get_by_role("button", name="Lisa piipar"))
    expect(page.locator(".thing", has_text="P77")).to_contain_text("Õnne Pärn, 0777001")


def _zone(page: Page) -> None:
    go(page, page.get_by_role("link", name="Tsoonid"))
    go(page, page.get_by_role("link", name="Lisa tsoon"))
    page.get_by_label("Tsooni nimi").fill("Juust")
    page.get_by_label("Nimi piiparitel").fill("JUUST")
    page.get_by_label("Kuulub").select_option(label="Fresh")
    expect(page.locator(".wrist__text").first).to_contain_text("JUUST")
    go(page, page.get_by_role("button", name="Lisa tsoon"))
    expect(page.locator(".thing--1", has_text="Juust")).to_be_visible()
    go(page, page.get_by_role("button", name="Juust üles"))
    expect(page.locator(".thing--1", has_text="Juust")).to_be_visible()


def test_a_press_that_nobody_set_up_is_offered_and_set_up_with_two_clicks(look: Viewer, site: Site) -> None:
    from uuid import uuid4

    with site.shop.db.transaction() as session:
        session.add(
            PressRow(
                id=uuid4(),
                store_id="kadriorg",
                device="b3",
                input=7,
                run="r",
                boot="b",
                seq=1,
                kind="press",
                purpose="call",
                state="stored",
                pressed_at=NOW,
                received_at=NOW,
                age_ms=0,
                age_known=True,
                tries=1,
            )
        )
    page = look("setup")
    go(page, page.get_by_role("link", name="Set it up"))
    go(page, page.get_by_role("link", name="Set it up"))
    expect(page.get_by_label("Input")).to_have_value("b3/7")
    page.get_by_label("Zone", exact=True).select_option(label="Household")
    page.get_by_label("Label").fill("Aisle 9")
    go(page, page.get_by_role("button", name="Set up the button"))
    expect(page.locator(".thing", has_text="Aisle 9")).to_contain_text("Aisles, input 7")
    expect(page.locator(".offer")).to_have_count(0)


def _goto(page: Page, screen: str) -> None:
    page.goto(page.url.split("/setup")[0] + "/" + screen)


def _clean_in_light_and_dark(page: Page) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    _clean(page)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    _clean(page)


def _clean(page: Page) -> None:
    clean(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"), page.url
