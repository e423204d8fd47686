"""A Chromium for tests, and what `expect` alone cannot wait for: another screen, a late script, what lasts a moment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--autoplay-policy=no-user-gesture-required",
]
PATIENCE_MS = 30_000
"""Of every look and every step in a browser. It costs nothing while things go well."""


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Patient. `SLOW_BROWSER=6`: its pages have a sixth of the processor (tests/README.md)."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        make, slower = browser.new_context, float(os.environ.get("SLOW_BROWSER", "1"))

        def new_context(**wanted: Any) -> BrowserContext:
            context = make(**wanted)
            context.set_default_timeout(PATIENCE_MS)
            if slower > 1:
                context.on("page", lambda page: slow_down(page, slower))
            return context

        browser.new_context = new_context  # type: ignore[method-assign]
        yield browser
        browser.close()


def slow_down(page: Page, rate: float) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})


def clean(page: Page, part: str | None = None) -> None:
    """axe finds nothing on the screen, once all of it is there."""
    page.wait_for_load_state()
    found = Axe().run(page, context=part)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def go(page: Page, what: Locator | str) -> None:
    """Click what leads to another screen, or to the same one anew, and wait until all of that is there."""
    with page.expect_navigation():
        (page.locator(what) if isinstance(what, str) else what).click()


class Late:
    """A script that is long on its way to a page (`to`), until it `comes`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._held: list[Route] = []
        self._waits = True

    def to(self, page: Page) -> None:
        page.route(f"**/static/**/{self._name}.*.js", self._asked_for)

    def comes(self, page: Page) -> None:
        self._waits = False
        for route in self._held:
            route.continue_()
        page.wait_for_load_state()

    def _asked_for(self, route: Route) -> None:
        if self._waits:
            self._held.append(route)
        else:
            route.continue_()


class Changes:
    """All values that an attribute takes from now on, also those that are gone before anybody looks again."""

    def __init__(self, where: Locator, name: str) -> None:
        self._page = where.page
        self._seen = where.evaluate_handle(
            """(one, name) => {
                 const seen = [one.getAttribute(name)];
                 const look = new MutationObserver(() => seen.push(one.getAttribute(name)));
                 look.observe(one, { attributes: true, attributeFilter: [name] });
                 return seen;
               }""",
            name,
        )

    @property
    def seen(self) -> list[str | None]:
        found: list[str | None] = self._seen.json_value()
        return found

    def go(self, *values: str) -> None:
        """Until it has been each of these, in this order, whatever was between them."""
        self._page.wait_for_function(
            "([seen, wanted]) => seen.reduce((at, one) => at + (one === wanted[at] ? 1 : 0), 0) === wanted.length",
            arg=[self._seen, list(values)],
        )
