"""The floor in a real Chromium, with real button units on mock pins and a transmitter on a real pty."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from broker_config.messages.page import PageFormat
from simulator.floor.lights import light_sets
from simulator.transmitters.kinds import KINDS
from tests.live.browser import Changes, clean, opened_browser

pytestmark = pytest.mark.live

PATIENCE_S = 30.0
INPUTS = {
    "b1": [("red", "Dairy", "Dairy"), ("green", "Dairy, thanks", "Dairy")],
    "b2": [("red", "Wine", "Wine")],
}
KEYS = {"b2": 9}
"""A staff key at the first button of this unit."""


def wait_for(what: Callable[[], bool], seconds: float = PATIENCE_S) -> bool:
    """Polls the world outside this process, which offers nothing better to wait on."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        select.select([], [], [], 0.05)
    return what()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Floor:
    """The simulator as a process, as `redbutton up` runs it. There is no broker: the units keep knocking."""

    folder: Path
    process: subprocess.Popen[bytes]
    address: str = ""
    said: list[str] = field(default_factory=list)

    def units(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for found in children for pid in found.read_text().split()]

    def log(self) -> str:
        return (self.folder / "log").read_text()

    @property
    def tty(self) -> Path:
        return self.folder / "t1.tty"


def write_files(folder: Path) -> None:
    secret = folder / "anna.password"
    secret.write_text("three-words-here\n")
    secret.chmod(0o600)
    lines = [
        'store = "s1"\nstore_name = "Ülemiste grocery"\nfloor_port = 0',
        f'ready_file = "{folder}/floor.url"',
        'api_url = "http://127.0.0.1:9"\nboard_url = "http://127.0.0.1:9/s/s1/board"',
    ]
    for device, inputs in INPUTS.items():
        pins = [
            f"[[inputs]]\nn = {n}\npin = {n}\nlight_pin = {n + 8}\nbuzzer_pin = {n + 16}"
            for n in range(1, len(inputs) + 1)
        ]
        key = KEYS.get(device)
        if key is not None:
            pins.append(f'[[inputs]]\nn = {key}\npin = 25\nrole = "key"\nfor = 1')
        head = f'store = "s1"\ndevice = "{device}"\nport = 9\npassword = "x"\npin_factory = "mock"'
        (folder / f"{device}.toml").write_text("\n".join([head, f'data = "{folder}/{device}"', *pins]))
        lines.append(
            f'[[units]]\ndevice = "{device}"\nconfig = "{folder}/{device}.toml"\ncontrol = "{folder}/{device}.sock"'
        )
        for n, (colour, label, zone) in enumerate(inputs, 1):
            lines.append(
                f'[[units.inputs]]\nn = {n}\ncolour = "{colour}"\nlabel = "{label}"\nzone = "{zone}"'
            )
        if key is not None:
            lines.append(f"[[units.keys]]\nn = {key}\nfor = 1")
    lines.append(f'[[transmitters]]\ngateway = "g1"\nname = "t1"\ndriver = "tap"\nlink = "{folder}/t1.tty"')
    pager = '[[pagers]]\ntransmitter = "t1"\n'
    lines += [
        f'{pager}address = "1001"\nlabel = "Pager 1"\nholder = "Anna T."\ninitials = "AT"\nlongest = 16',
        f'{pager}address = "1002"\nlabel = "Pager 2"\nformat = "numeric"\nlongest = 8',
        f'{pager}address = "1003"\nlabel = "Pager 3"\nformat = "tone"',
        '[[people]]\nlogin = "anna"\nname = "Anna"\npassword_file = "anna.password"\npager = "1001"',
    ]
    (folder / "simulate.toml").write_text("\n".join(lines))


def start(folder: Path) -> Floor:
    write_files(folder)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator", str(folder / "simulate.toml")], stderr=log, stdout=log
        )
    floor = Floor(folder, process)
    ready = folder / "floor.url"
    assert wait_for(lambda: ready.exists() or process.poll() is not None), "the floor did not come up"
    assert process.poll() is None, floor.log()
    floor.address = ready.read_text().strip()
    return floor


@pytest.fixture(scope="module")
def floor() -> Iterator[Floor]:
    """One for all who do it no harm."""
    yield from run_floor()


@pytest.fixture
def own_floor() -> Iterator[Floor]:
    """To be killed."""
    yield from run_floor()


def run_floor() -> Iterator[Floor]:
    """In a folder with a short name, since socket files need one."""
    with tempfile.TemporaryDirectory(prefix="floor") as name:
        made = start(Path(name))
        yield made
        if made.process.poll() is None:
            made.process.send_signal(signal.SIGCONT)
            made.process.terminate()
            made.process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en")
    yield made
    made.close()


def visit(context: BrowserContext, floor: Floor, path: str = "") -> Page:
    """Waits until every unit is up. What the console says is kept: it must stay empty."""
    page = context.new_page()
    floor.said.clear()
    page.on("console", lambda message: floor.said.append(message.text))
    page.on("pageerror", lambda error: floor.said.append(str(error)))
    page.goto(floor.address + path)
    for key in ("b1.1", "b1.2", "b2.1"):
        expect(page.locator(f'[data-button="{key}"]')).to_have_attribute("data-up", "yes")
    return page


class Gateway:
    """Just enough of a gateway to put a page on the line, written from the protocol's description."""

    def __init__(self, tty: Path) -> None:
        self._line = os.open(tty, os.O_RDWR | os.O_NOCTTY)

    def close(self) -> None:
        os.close(self._line)

    def page(self, address: str, text: str) -> None:
        self._offer(address, text, b"\x06\r")

    def damaged(self, address: str, text: str) -> None:
        """The terminal does not like what it got."""
        self._offer(address, text, b"\x15\r")

    def _offer(self, address: str, text: str, answer: bytes) -> None:
        self._say(b"\r", b"ID=")
        self._say(b"\x1bPG1\r", b"\x1b[p\r")
        block = b"\x02" + f"{address}\r{text}\r".encode("ascii") + b"\x03"
        total = sum(block) % 4096
        sums = bytes(0x30 + (total >> shift & 15) for shift in (8, 4, 0))
        self._say(block + sums + b"\r", answer)
        self._say(b"\x04\r", b"\x1b\x04\r")

    def _say(self, data: bytes, until: bytes) -> None:
        os.write(self._line, data)
        heard = b""
        while until not in heard:
            ready, _, _ = select.select([self._line], [], [], PATIENCE_S)
            assert ready, f"the transmitter said only {heard!r}"
            heard += os.read(self._line, 1000)


def near(page: Page, key: str) -> Locator:
    """A button with the hand over it: what can be done there comes up."""
    unit = page.locator(f'[data-button="{key}"]')
    unit.locator(".push").hover()
    return unit


def test_a_mouse_press_reaches_the_pin_and_a_page_the_wrist(floor: Floor, context: BrowserContext) -> None:
    page = visit(context, floor)
    unit, wine = page.locator('[data-button="b1.1"]'), page.locator('[data-button="b2.1"]')
    lamp = Changes(unit, "data-lit")
    unit.locator(".push").click()
    expect(unit.locator(".says")).to_have_text("Sending")
    lamp.go("yes", "no")
    expect(page.locator('.customer[data-mood="waiting"]')).to_have_count(1)
    expect(page.locator('[data-node="unit"] .stamp')).to_contain_text(" s")
    expect(wine.locator(".says")).to_have_text("Ready")

    pager = page.locator('[data-pager="1001"]')
    buzz, other = Changes(pager, "data-buzz"), Changes(page.locator('[data-pager="1002"]'), "data-buzz")
    gateway = Gateway(floor.tty)
    gateway.page("1001", "DAIRY 1 somebody waits")
    gateway.page("1003", "")
    gateway.close()
    buzz.go("yes")
    expect(pager.locator(".lcd-text")).to_have_text("DAIRY 1 somebody")
    expect(pager.locator(".after")).to_contain_text("after the press")
    expect(page.locator('[data-pager="1003"] .lcd-text')).to_contain_text("Tone 1")
    assert "yes" not in other.seen
    expect(page.locator("#arrived")).to_contain_text("vibrates")
    expect(page.locator(".bytes")).to_contain_text("A page for 1001: DAIRY 1 somebody waits")
    expect(page.locator(".bytes .ctl").first).to_be_visible()
    expect(page.locator("#story")).to_contain_text("Dairy: the button is pressed")
    expect(page.locator("#way-says")).to_contain_text("from the finger to the wrist of Anna T.")
    expect(page.locator('[data-node="wrist"]')).to_have_attribute("data-passed", "yes")
    buzz.go("yes", "no")
    expect(unit.locator(".says")).to_have_text("Nobody could be called")
    assert floor.said == []


def test_the_staff_key_is_turned_by_itself_and_by_whole_gestures_and_lights_nothing(
    floor: Floor, context: BrowserContext
) -> None:
    page = visit(context, floor)
    unit = near(page, "b2.1")
    expect(unit.locator(".says")).to_have_text("Ready")
    key = unit.get_by_role("button", name="Staff key at Wine")
    key.hover()
    page.mouse.down()
    expect(unit).to_have_attribute("data-key-held", "yes")
    page.mouse.up()
    expect(unit).to_have_attribute("data-key-held", "no")
    expect(page.locator("#story")).to_contain_text("Wine: the staff key is turned")
    summary = unit.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(unit.locator("details")).not_to_have_attribute("open", "")
    summary.click()
    turned = Changes(unit, "data-key-held")
    unit.get_by_role("button", name="I am here").click()
    turned.go("yes", "no")
    expect(page.locator("#story")).to_contain_text("Wine: a short turn of the staff key")
    summary.click()
    held = Changes(unit, "data-key-held")
    unit.get_by_role("button", name="Quiet call").click()
    expect(page.locator("#story")).to_contain_text("the staff key is held, a quiet call")
    expect(unit.locator("details")).not_to_have_attribute("open", "")
    held.go("yes", "no")
    expect(unit.locator(".says")).to_have_text("Ready")
    expect(page.locator('[data-button="b1.2"] [data-deed="arrive"]')).to_have_count(0)
    assert floor.said == []


def test_a_drill_is_pressed_and_taken_back_by_a_second_push(floor: Floor, context: BrowserContext) -> None:
    page = visit(context, floor)
    unit = near(page, "b2.1")
    back = unit.get_by_role("button", name="Take back the press at Wine")
    expect(back).to_be_hidden()
    unit.locator("summary").click()
    unit.get_by_role("button", name="Drill").click()
    expect(unit.locator(".says")).to_have_text("Sending")
    pushed, says = Changes(unit, "data-held"), Changes(unit, "data-shown")
    back.click()
    pushed.go("yes")
    says.go("counting", "idle")
    expect(page.locator("#story")).to_contain_text("the light says “Taken back”")
    expect(unit.locator(".says")).to_have_text("Ready")
    expect(back).to_be_hidden()
    assert floor.said == []


def test_trouble_of_a_contact_is_made_and_what_the_unit_makes_of_it_is_told(
    floor: Floor, context: BrowserContext
) -> None:
    page = visit(context, floor)
    unit = near(page, "b1.2")
    unit.locator("summary").click()
    unit.get_by_role("button", name="Trouble with this contact").click()
    expect(page.locator("#contact-of")).to_have_value("b1.2")
    expect(page.locator("#contact-of")).to_be_focused()
    page.get_by_role("button", name="Brush").click()
    expect(page.locator("#made-refused")).to_contain_text("too short: 1")
    page.get_by_label("Built in").select_option("tactile")
    expect(page.locator("#story")).to_contain_text("Dairy, thanks: a sleeve")
    page.get_by_role("button", name="Hammer").click()
    expect(page.locator("#made-pushes")).not_to_have_text("0")
    expect(page.locator("#made-refused")).to_contain_text("soon after another one")
    expect(page.locator("#made-faults")).to_have_text("hammering")
    expect(page.locator("#made-bounce")).to_contain_text("ms")
    expect(page.locator("#contact-switch")).to_have_value("tactile")
    stuck = page.get_by_role("switch", name="Stuck")
    stuck.click()
    expect(unit).to_have_attribute("data-stuck", "yes")
    expect(stuck).to_have_attribute("aria-checked", "true")
    stuck.click()
    expect(unit).to_have_attribute("data-stuck", "no")
    assert floor.said == []


def test_the_lights_can_be_seen_without_colour_and_heard(floor: Floor, context: BrowserContext) -> None:
    page = visit(context, floor)
    grey = page.get_by_role("switch", name="Without colour")
    grey.click()
    lamp = page.locator('[data-legend="coming"] .lamp')
    assert "grayscale" in lamp.evaluate("one => getComputedStyle(one).filter")
    for name in light_sets():
        strip = page.locator(f'[data-strip="{name}"]')
        if page.locator('[name="light-set"]').count():
            page.locator(f'[name="light-set"][value="{name}"]').check()
        expect(strip.first).to_be_visible()
        Changes(page.locator('[data-legend="sending"]'), "data-lit").go("no", "yes")
    hear = page.get_by_role("button", name="Hear it: Sorry for the wait")
    plays = Changes(hear, "data-playing")
    hear.click()
    plays.go("yes", "no")
    expect(page.locator('[data-legend="idle"] button')).to_have_count(0)
    assert floor.said == []


def test_pages_that_came_shortly_after_each_other_are_all_readable(
    floor: Floor, context: BrowserContext
) -> None:
    page = visit(context, floor)
    gateway = Gateway(floor.tty)
    for text in ("WINE 3 first", "DAIRY 1 then", "WINE 2 last"):
        gateway.page("1001", text)
    gateway.close()
    pager = page.locator('[data-pager="1001"]')
    expect(pager.locator(".lcd-text")).to_have_text("WINE 2 last")
    expect(pager.locator(".lcd-more > span")).to_have_count(2)
    expect(pager.locator(".lcd-more > span").first).to_contain_text("DAIRY 1 then")
    expect(page.locator('[data-pager="1002"] .wearer')).to_contain_text("Spare")
    pager.get_by_role("button").press("Enter")
    large = page.get_by_role("dialog", name="Anna T.")
    expect(large.locator(".lcd-text")).to_have_text("WINE 2 last")
    expect(large.locator("#large-history li").first).to_contain_text("DAIRY 1 then")
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(pager.get_by_role("button")).to_be_focused()
    assert floor.said == []


def test_the_keyboard_presses_and_holds_too(floor: Floor, context: BrowserContext) -> None:
    page = visit(context, floor)
    unit = page.locator('[data-button="b2.1"]')
    unit.locator(".push").focus()
    page.keyboard.down("Space")
    expect(unit).to_have_attribute("data-held", "yes")
    expect(unit.locator(".says")).to_have_text("Sending")
    page.keyboard.up("Space")
    expect(unit).to_have_attribute("data-held", "no")
    assert floor.said == []


def test_a_tap_of_assistive_technology_is_a_press(floor: Floor, context: BrowserContext) -> None:
    page = visit(context, floor)
    page.locator('[data-button="b1.2"] .push').evaluate("push => push.click()")
    expect(page.locator('[data-button="b1.2"] .says')).to_have_text("Sending")


def test_the_cable_can_be_pulled_and_trouble_is_chosen_told_counted_and_ended(
    floor: Floor, context: BrowserContext
) -> None:
    page, other = visit(context, floor), visit(context, floor)
    for one in (page, other):
        one.get_by_role("button", name="Transmitter", exact=True).click()
    cable = page.locator('#drawer-transmitter [data-line="t1"] .cable')
    cable.click()
    expect(cable).to_have_attribute("aria-checked", "false")
    expect(other.locator('.serial [data-line="t1"] .cable')).to_have_attribute("aria-checked", "false")
    expect(page.locator('[data-node="transmitter"] .node-state')).to_have_text("cable out")
    assert wait_for(lambda: not floor.tty.is_symlink())
    cable.click()
    expect(cable).to_have_attribute("aria-checked", "true")
    assert wait_for(floor.tty.exists)
    page.get_by_role("button", name="Trouble and talk of t1").click()
    panel = page.locator("#serial-t1")
    expect(panel).to_contain_text("A paging terminal")
    silent = panel.get_by_role("switch", name="Silent: no power")
    silent.click()
    expect(other.locator('.serial [data-line="t1"] .chips')).to_have_text("silent")
    expect(page.locator("#story")).to_contain_text("Transmitter t1 has no power")
    line = os.open(floor.tty, os.O_RDWR | os.O_NOCTTY)
    os.write(line, b"\r")
    expect(page.locator(".bytes")).to_contain_text("Nobody listens")
    os.close(line)
    silent.click()
    panel.get_by_label("How much: Finds the next frames damaged").fill("2")
    panel.get_by_role("button", name="Make it: Finds the next frames damaged").click()
    expect(panel.locator(".chips")).to_have_text("finds 2 more frames damaged")
    gateway = Gateway(floor.tty)
    gateway.damaged("1001", "DAIRY 9")
    gateway.close()
    expect(panel.locator(".chips")).to_have_text("finds 1 more frames damaged")
    expect(panel.locator(".bytes")).to_contain_text("Say that again (514)")
    panel.get_by_role("button", name="All as it should be").click()
    expect(panel.locator(".chips li")).to_have_count(0)
    expect(page.locator("#story")).to_contain_text("that trouble is over: Finds the next frames damaged")
    assert floor.said == []


def test_the_bench_pages_through_every_kind_that_carries_text(floor: Floor, context: BrowserContext) -> None:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(floor.address)
    page.get_by_role("link", name="Try every kind of transmitter").click()
    expect(page.locator('[data-kind="tap"]')).to_have_attribute("data-state", "ready")  # the link named it
    kinds = [name for name, kind in KINDS.items() if PageFormat.TEXT in kind.formats]
    for count, name in enumerate(kinds, 1):
        page.locator(f'[name="kind"][value="{name}"]').check(force=True)
        expect(page.locator(f'[data-kind="{name}"]')).to_have_attribute("data-state", "ready")
        work = page.locator(f'section[data-try="{name}"]')
        work.get_by_label("Text").fill(f"DAIRY {count}")
        work.get_by_label("Text").press("Enter")
        came = work.locator(".sent li")
        expect(came).to_contain_text(f"Pager 1: DAIRY {count}")
        expect(came).to_contain_text("transmitted, ")
        expect(page.locator(f'[data-bytes="{name}"] li').first).to_be_visible()
        if count == 1:
            expect(page.locator('[data-pager="1"] .lcd-text')).to_have_text("DAIRY 1")
    clean(page)
    assert said == []


def test_staff_can_be_switched_on_and_say_that_the_server_is_away(
    floor: Floor, context: BrowserContext
) -> None:
    page = visit(context, floor)
    page.locator("#staff").click()
    expect(page.locator("#staff")).to_have_attribute("aria-checked", "true")
    expect(page.locator('[data-person="anna"] .doing')).to_have_text("free")
    page.locator("#staff").click()
    expect(page.locator('[data-person="anna"] .doing')).to_have_text("")


def test_a_unit_that_is_killed_comes_back_and_the_end_is_clean_with_a_page_open(
    own_floor: Floor, context: BrowserContext
) -> None:
    page = visit(context, own_floor)
    for pid in own_floor.units():
        os.kill(pid, signal.SIGKILL)
    expect(page.locator("#story")).to_contain_text("Button unit b1 stopped")
    expect(page.locator('[data-button="b1.1"]')).to_have_attribute("data-up", "yes")
    page.locator('[data-button="b1.1"] .push').click()
    expect(page.locator('[data-button="b1.1"] .says')).to_have_text("Sending")
    assert "started again" in own_floor.log()
    assert wait_for(lambda: len(own_floor.units()) == 2)
    units = own_floor.units()
    own_floor.process.terminate()
    assert own_floor.process.wait(PATIENCE_S) == 0
    assert [pid for pid in units if is_alive(pid)] == []
    assert not own_floor.tty.is_symlink()
    assert not (own_floor.folder / "floor.url").exists()
    expect(page.locator("#live")).to_contain_text("Connection lost since")


def test_no_orphan_survives_a_kill(own_floor: Floor) -> None:
    assert wait_for(lambda: len(own_floor.units()) == 2)
    assert wait_for(lambda: all((own_floor.folder / f"{device}.sock").exists() for device in INPUTS))
    units = own_floor.units()
    os.kill(units[0], signal.SIGSTOP)
    own_floor.process.kill()
    own_floor.process.wait()
    assert wait_for(lambda: not any(is_alive(pid) for pid in units))


def test_a_taken_port_is_named(floor: Floor) -> None:
    port = floor.address.rstrip("/").rpartition(":")[2]
    text = (floor.folder / "simulate.toml").read_text().replace("floor_port = 0", f"floor_port = {port}")
    (floor.folder / "second.toml").write_text(text)
    second = subprocess.run(
        [sys.executable, "-m", "simulator", str(floor.folder / "second.toml")],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=False,
    )
    assert second.returncode == 2
    assert port in second.stderr
    assert floor.tty.exists()


@pytest.fixture(scope="module")
def pages(floor: Floor) -> None:
    """Something to read on every screen."""
    gateway = Gateway(floor.tty)
    for text in ("DAIRY 1", "DAIRY 1 again"):
        gateway.page("1001", text)
    gateway.close()


LONG = pytest.mark.long
"""Where words are too long they are so on a phone first."""


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    ("width", "language"),
    [
        (390, "en"),
        (390, "ru"),
        (390, "et"),
        (1280, "ru"),
        (1920, "et"),
        *(
            pytest.param(width, language, marks=LONG)
            for width, language in ((1280, "en"), (1280, "et"), (1920, "en"), (1920, "ru"))
        ),
    ],
)
def test_for_everybody_on_every_screen(floor: Floor, browser: Browser, width: int, language: str) -> None:
    """Dark on the middle one, light on the others. axe looks once on each: contrast and structure do not depend on
    words."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if width == 1280 else "light"
    )
    page = visit(context, floor, f"?lang={language}")
    page.locator('[aria-controls="drawer-transmitter"]').click()
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main select, main summary")]
            .filter(one => one.checkVisibility() && Math.min(one.offsetWidth, one.offsetHeight) < 44)
            .map(one => one.outerHTML.slice(0, 80))"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if (width, language) in ((390, "en"), (1280, "ru"), (1920, "et")):
        clean(page)
        page.locator('[data-pager="1001"] button').click()
        expect(page.get_by_role("dialog")).to_be_visible()
        clean(page, "dialog")
    assert floor.said == []
    context.close()


def test_reduced_motion_shakes_nothing(floor: Floor, browser: Browser) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = visit(context, floor)
    shown = page.locator('[data-pager="1001"][data-buzz="yes"] .buzz')
    gateway = Gateway(floor.tty)
    gateway.page("1001", "DAIRY 1")
    gateway.close()
    shown.wait_for()
    assert (
        page.locator('[data-pager="1001"] .case').evaluate("one => getComputedStyle(one).animationName")
        == "none"
    )
    context.close()
