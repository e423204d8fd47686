"""A new user sets a shop up, tries it out, and a call goes its whole way: by what screens say alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from server.web.frame import names
from simulator.config import Language
from tests.databases import live_is_off
from tests.live.browser import opened_browser
from tests.live.new_user import DESK, PHONE, Floor, Told, User
from tests.live.up_process import Up

pytestmark = [pytest.mark.live, pytest.mark.skipif(live_is_off(), reason="LIVE=off: no Chromium")]

UPPER, LOWER = ("Garden", "AED"), ("Tools", "TOOLS")
EVA, TOM, NORA = "Eva Lill", "Tom Hein", "Nora Sild"
PAGERS = {EVA: ("Spare 1", "1234021"), TOM: ("Spare 2", "1234022"), NORA: ("Spare 3", "1234023")}
BUTTON, PLACE = "b5.4", "Spare button 2"
ROUND_THE_CLOCK = "05:00"
TURN_DAYS = 14


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    made = Up(tmp_path / "data")
    yield made
    made.close()


@pytest.mark.parametrize(
    "language", ["et", pytest.param("en", marks=pytest.mark.long), pytest.param("ru", marks=pytest.mark.long)]
)
def test_a_new_user_needs_nothing_but_the_screens(up: Up, browser: Browser, language: Language) -> None:
    words = up.open()
    journey(browser, language, words, Told([]))


def journey(
    browser: Browser, language: Language, words: dict[str, str], told: Told, desk: int = DESK
) -> None:
    """`words`: of the welcome; `desk`: how wide the manager's screen is."""
    with ExitStack() as stack:
        manager = stack.enter_context(closing(User(browser, language, desk, told)))
        manager.sign_in(words["board"], "manager", words["manager"])
        manager.look("board")
        zones(manager)
        buttons(manager)
        passwords = {name: person(manager, name) for name in PAGERS}
        shifts(manager)
        policy(manager)

        floor = stack.enter_context(closing(Floor(browser, language, desk, told)))
        floor.open(words["floor"])
        floor.look("floor")
        tom = stack.enter_context(closing(User(browser, language, PHONE, told)))
        eva = stack.enter_context(closing(User(browser, language, PHONE, told)))
        for user, name in ((tom, TOM), (eva, EVA)):
            user.sign_in(words["board"], *passwords[name])
            user.choose_password(passwords[name][1], f"{name} and four words")
            user.see("You are here")
        call(floor, tom, eva)
        afterwards(manager)
        assert told.lines == []


def zones(manager: User) -> None:
    manager.go("Setup")
    manager.look("setup")
    manager.go("Zones")
    for name, on_pagers in (UPPER, LOWER):
        manager.go("Add a zone")
        manager.fill("Name of the zone", name)
        manager.fill("Name on pagers", on_pagers)
        if name == LOWER[0]:
            manager.pick("Is a part of", UPPER[0])
            expect(manager.page.locator(".wrist__text").first).to_contain_text(on_pagers)
            manager.look("zone")
        manager.submit("Add the zone")
    expect(manager.page.locator(".thing--1", has_text=LOWER[0])).to_be_visible()
    manager.look("zones")


def buttons(manager: User) -> None:
    manager.go("Setup", "Buttons")
    for spare, zone in (("Spare button 1", UPPER[0]), (PLACE, LOWER[0])):
        with manager.page.expect_navigation():
            manager.page.get_by_role("link", name=spare).click()
        manager.pick("Zone", zone)
        manager.fill("Label", f"Shelf {zone}")
        manager.look("button")
        manager.submit("Save")
    manager.look("buttons")


def person(manager: User, name: str) -> tuple[str, str]:
    """The name to sign in with, and the first password."""
    manager.go("Setup", "People", "Add a person")
    manager.fill("Name", name)
    if name == NORA:
        manager.pick("Role", manager.t.gettext("Shift lead"))
    manager.tick(PAGERS[name][0])
    manager.look("person")
    manager.submit("Add the person")
    manager.look("sign-in")
    manager.submit("Make a first password")
    shown = manager.page.locator(".secret dd")
    expect(shown).to_have_count(2)
    login, password = shown.all_inner_texts()
    manager.look("secret")
    manager.go("I have written it down")
    return login.strip(), password.strip()


def shifts(manager: User) -> None:
    """Eva and Nora at any hour in the upper zone, and Tom, by a rotation, in the lower one."""
    manager.go("Setup", "Working times")
    manager.go("Rotations")
    manager.fill("Name of the rotation", "In turn")
    manager.fill("First day of the first turn", day(manager, -1))
    manager.fill("Days in a turn", str(TURN_DAYS))
    turn = manager.t.gettext("Turn %(number)s")
    for number, name in (("1", TOM), ("2", EVA)):
        manager.pick(turn % {"number": number}, name)
    manager.submit("Show the next turns")
    manager.see("The next turns")
    manager.look("turns")
    manager.submit("Add")
    manager.go("Weekly shifts")
    for who, zone in ((EVA, UPPER[0]), (NORA, UPPER[0]), ("In turn", LOWER[0])):
        manager.pick("Who", who)
        manager.fill("From", ROUND_THE_CLOCK)
        manager.fill("To (before the start: past midnight)", ROUND_THE_CLOCK)
        manager.pick("Zone", zone)
        for tick in manager.main.locator(".ticks input").all():
            tick.check()
        manager.look("shift")
        manager.submit("Add")
    manager.look("shifts")
    manager.go("Who is here")
    for name in PAGERS:
        expect(manager.page.locator(".column, section", has_text=name).first).to_be_visible()
    manager.look("who-is-here")


def policy(manager: User) -> None:
    manager.go("Setup", "Policies")
    manager.look("policies")
    manager.go("New policy")
    manager.fill("Name of the policy", "Garden calls")
    manager.pick("Where", UPPER[0])
    steps = manager.page.locator(".step")
    manager.push("Remove", within=steps.nth(2))
    expect(steps).to_have_count(2)
    manager.fill("Wait, seconds", "120", within=steps.nth(1))
    manager.pick("Whom", NORA, within=steps.nth(1))
    manager.pick("Button", f"Shelf {LOWER[0]}")
    manager.fill("Day", day(manager, TURN_DAYS))
    manager.fill("Time", "18:30")
    manager.push("What would happen?")
    forecast = manager.page.locator(".forecast .event")
    expect(forecast.nth(0)).to_contain_text(EVA)  # whose turn it is by then
    expect(forecast.nth(0)).not_to_contain_text(TOM)
    manager.look("policy")
    manager.submit("Save")
    expect(manager.page.locator(".stack__item", has_text="Garden calls")).to_contain_text(NORA)
    manager.go("Try it out")
    manager.pick("Button", f"Shelf {LOWER[0]}")
    manager.submit("What would happen?")
    expect(manager.page.locator(".forecast")).to_contain_text("Garden calls")
    expect(forecast.nth(0)).to_contain_text(TOM)
    manager.look("try")


def call(floor: Floor, tom: User, eva: User) -> None:
    floor.light(BUTTON, "idle")
    floor.press(PLACE)
    floor.wrist(PAGERS[TOM][1], LOWER[1])
    floor.light(BUTTON, "called")
    expect(tom.page.locator(".card--waiting")).to_contain_text(LOWER[0])
    tom.look("phone-call")
    tom.go("Pass on")
    tom.look("phone-pass")
    with tom.page.expect_navigation():
        tom.main.get_by_role("button", name=EVA).click()
    tom.see("No call for you")
    tom.look("phone-passed")

    floor.wrist(PAGERS[EVA][1], LOWER[1], "PASSED TO YOU")
    expect(eva.page.locator(".card--waiting")).to_contain_text(LOWER[0])
    eva.look("phone-passed-to-me")
    eva.push("I am going")
    floor.light(BUTTON, "coming")
    floor.look("floor-coming")
    eva.push("I am with the customer")
    eva.look("phone-there")
    eva.go("How did it end?")
    eva.look("phone-close")
    for answer in ("Put right", "Goods", "Yes", "Coupon"):
        eva.main.get_by_text(eva.t.gettext(answer), exact=True).first.click()
    eva.fill("What did it cost, in euros?", "4,50")
    eva.submit("Close the call")
    eva.see("No call for you")
    floor.light(BUTTON, "idle")
    floor.look("floor-closed")


def afterwards(manager: User) -> None:
    t = manager.t
    manager.go("Live board")
    expect(manager.main).to_contain_text(LOWER[0])
    manager.look("board-closed")
    manager.go("History")
    manager.look("history")
    with manager.page.expect_navigation():
        manager.main.locator("table a").first.click()
    for label, value in (
        ("Cause", names.cause("goods", "", t)),
        ("Apology made", t.gettext("Yes")),
        ("Remedy given", names.remedy("coupon", t)),
        ("Its cost", "4,50" if t.language != "en" else "4.50"),
        ("Passed on by", TOM),
        ("Going", EVA),
    ):
        line = manager.main.locator(
            "dl div", has=manager.page.locator("dt", has_text=exactly(t.gettext(label)))
        )
        expect(line.locator("dd").first).to_contain_text(value)
    called = manager.main.locator(".asked > ul > li")
    expect(called).to_have_count(2)
    expect(called.nth(0)).to_contain_text(TOM)
    expect(called.nth(1)).to_contain_text(EVA)
    manager.look("incident")
    manager.go("Readiness")
    manager.look("readiness")


def day(manager: User, after: int) -> str:
    """So many days from today, as a date field wants it."""
    return (datetime.now(manager.t.zone).date() + timedelta(days=after)).isoformat()


def exactly(text: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(text)}\s*$")
