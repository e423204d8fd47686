"""A scenario in the terminal: what happens, by the shop's own clock, and at the end what was expected."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from simulator.pager import ReceivedPage
from simulator.scenarios.format import Scenario
from simulator.scenarios.player import Told
from simulator.scenarios.times import spoken
from simulator.scenarios.words import sentence
from simulator.world.pacing import run_at
from simulator.world.scene import WorldScene
from simulator.world.shop import EXAMPLE

SAID = {
    "press": "{} is pressed",
    "undo": "{}: the customer takes it back",
    "hammer": "{} is hammered",
    "kill": "[bold red]{} is killed[/]",
    "stop": "[bold red]{} is stopped[/]",
    "start": "[green]{} is started[/]",
    "freeze": "[bold red]{} stands still[/]",
    "thaw": "[green]{} goes on[/]",
    "cut": "[bold red]the network of {} is cut[/]",
    "mend": "[green]the network of {} is mended[/]",
    "pull": "[bold red]the cable of {} is pulled[/]",
    "plug": "[green]the cable of {} is plugged in[/]",
    "garble": "[bold red]the line of {} is garbled[/]",
    "clean": "[green]the line of {} is clean[/]",
    "staff_on": "staff act by themselves",
    "staff_off": "[bold red]nobody of the staff does anything[/]",
    "away": "[bold red]{} takes the pager off[/]",
    "back": "[green]{} is back[/]",
}


class Teller:
    """Prints what happens as it happens."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.scene: WorldScene | None = None

    def told(self, told: Told) -> None:
        self._line(SAID[told.what].format(f"[b]{escape(told.about)}[/b]"))

    def rang(self, page: ReceivedPage) -> None:
        assert self.scene is not None
        who = self.scene.cast.wrists.get(page.address, page.address)
        self._line(f"  [yellow]wrist of {escape(who)}:[/] {escape(page.text)}")

    def _line(self, text: str) -> None:
        assert self.scene is not None
        self._console.print(
            f"[dim]{_clock(self.scene):%a %H:%M:%S}[/] {text}", highlight=False, soft_wrap=True
        )


def play_in_terminal(
    scenario: Scenario,
    shop_file: Path | None,
    seed: int | None,
    speed: float,
    *,
    console: Console | None = None,
    wait: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> bool:
    """Whether everything happened that was expected. Raises SetupError for a shop in which it cannot be played."""
    logging.disable(logging.ERROR)  # trouble is what was asked for
    console = console or Console()
    teller = Teller(console)
    scene = teller.scene = WorldScene(scenario, shop_file or EXAMPLE, seed=seed, told=teller.told)
    began = monotonic()
    try:
        console.print(
            f"[bold]{escape(scenario.scenario.title.en)}[/] · {escape(scenario.scenario.summary.en)}"
        )
        scene.open()
        scene.shop.air.listen(teller.rang)
        run_at(scene, speed, wait, monotonic)
    finally:
        scene.close()
        logging.disable(logging.NOTSET)
    took = monotonic() - began
    console.print()
    for expect, verdict in zip(scenario.whole.expect, scene.verdicts, strict=False):
        mark = "[bold green]✓[/]" if verdict.ok else "[bold red]✗[/]"
        console.print(
            f" {mark} {escape(sentence(expect, 'en'))} [dim]{escape(verdict.found)}[/]",
            highlight=False,
            soft_wrap=True,
        )
    console.print(
        f"\n{spoken(scenario.scenario.lasts)} of a shop in {took:.1f} s, seed {scene.seed}", highlight=False
    )
    return scene.passed


def _clock(scene: WorldScene) -> datetime:
    return scene.shop.clock.now().astimezone(scene.zone)
