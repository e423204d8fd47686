"""Somebody who reads nothing but screens: finds everything by the words of the catalogues, in one language."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, expect

from server.web.frame.words import Words, read_catalogues
from simulator.config import Language
from simulator.floor.words import catalogue

SHOP_ZONE = "Europe/Tallinn"
PHONE, DESK = 390, 1280
LOCALES = {"en": "en-GB", "ru": "ru-RU", "et": "et-EE"}


def no_look(page: Page, name: str) -> None:
    """What a test does at every screen beside measuring it; whoever wants pictures hands in something else."""


@dataclass
class Told:
    """What all pages of one journey said in the console; empty at its end."""

    lines: list[str]
    look: Callable[[Page, str], None] = no_look


class User:
    """One person at one screen. `see` waits for words, the other verbs do what a hand does."""

    def __init__(self, browser: Browser, language: Language, width: int, told: Told) -> None:
        self.t = Words(language, read_catalogues(), SHOP_ZONE)
        self.language: Language = language
        self._told = told
        self._context = browser.new_context(
            viewport={"width": width, "height": 844}, locale=LOCALES[language], reduced_motion="reduce"
        )
        self.page = self._context.new_page()
        self.page.on("console", lambda message: told.lines.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: told.lines.append(f"error: {error}"))

    def close(self) -> None:
        self._context.close()

    def sign_in(self, board: str, login: str, password: str) -> None:
        self.page.goto(board)
        self.fill("Name", login)
        self.fill("Password", password)
        self.submit("Sign in")
        expect(self.page.locator("input[name=password]")).to_have_count(0)

    @property
    def main(self) -> Locator:
        return self.page.locator("#main")

    def choose_password(self, given: str, own: str) -> None:
        """What somebody else gave opens nothing else."""
        self.see("Choose your own password")
        self.look("password")
        for label, value in (
            ("Password until now", given),
            ("New password", own),
            ("New password once more", own),
        ):
            self.fill(label, value)
        self.submit("Change my password")

    def go(self, *words: str) -> None:
        """Follow links, each by what it begins with; of two that say the same the first one."""
        for word in words:
            starts = re.compile("^" + re.escape(self.t.gettext(word)))
            with self.page.expect_navigation():
                self.page.get_by_role("link", name=starts).first.click()

    def submit(self, word: str) -> None:
        """Push what answers with another screen, and wait for it as a person would."""
        with self.page.expect_navigation():
            self.push(word)

    def push(self, word: str, within: Locator | None = None) -> None:
        starts = re.compile("^" + re.escape(self.t.gettext(word)))
        (within or self.main).get_by_role("button", name=starts).last.click()

    def fill(self, label: str, value: str, within: Locator | None = None) -> None:
        (within or self.main).get_by_label(self.t.gettext(label), exact=True).fill(value)

    def pick(self, label: str, option: str, within: Locator | None = None) -> None:
        """Choose in a list what ends with this."""
        chooser = (within or self.main).get_by_role("combobox", name=self.t.gettext(label), exact=True)
        found = [text for text in chooser.locator("option").all_inner_texts() if option in text]
        assert found, f"{option!r} is not offered under {self.t.gettext(label)!r}"
        chooser.select_option(label=found[-1].strip())

    def tick(self, label: str) -> None:
        self.main.get_by_label(label, exact=True).check()

    def see(self, word: str) -> None:
        expect(self.main).to_contain_text(self.t.gettext(word))

    def look(self, name: str) -> None:
        """Every screen fits its width and is in the language that was asked for."""
        page = self.page
        page.wait_for_load_state()
        expect(page.locator("html")).to_have_attribute("lang", self.language)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{name}: scrolls sideways"
        )
        self._told.look(page, name)


class Floor(User):
    """The customer, and whoever looks at the pagers: the second address."""

    def open(self, address: str) -> None:
        self.words = catalogue(self.language)
        self.page.goto(address)
        expect(self.page.locator("#live")).to_have_text(self.words["js.live"])

    def press(self, place: str) -> None:
        self.page.get_by_role("button", name=self.words["button_red"].format(place=place)).click()

    def light(self, key: str, word: str) -> None:
        """`key`: of the button, as b5.4."""
        says = self.page.locator(f'[data-button="{key}"] .says')
        expect(says).to_have_text(self.words[f"js.light_{word}"])

    def wrist(self, address: str, *texts: str) -> None:
        """The display breaks lines anywhere, so blanks are not compared."""
        display = self.page.locator(f'[data-pager="{address}"] .lcd-text')
        pattern = ".*".join(
            r"\s*".join(re.escape(sign) for sign in re.sub(r"\s", "", text)) for text in texts
        )
        expect(display).to_have_text(re.compile(pattern, re.DOTALL))
