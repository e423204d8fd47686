"""The person with the screwdriver, as the self-test sees them; on a terminal, or not there at all."""

from __future__ import annotations

from typing import Protocol

from rich.console import Console
from rich.markup import escape

from firmware_bridge.self_test.findings import Finding, Level

LOOK = {Level.FINE: "[green]✓[/]", Level.NOTE: "[yellow]![/]", Level.WRONG: "[red]✗[/]"}


class Installer(Protocol):
    has_hands: bool
    """Without, nobody pushes and nobody is asked."""

    def show(self, finding: Finding) -> None: ...

    def please(self, request: str) -> None:
        """Say what to do now, and do not wait for an answer."""

    def ask(self, question: str) -> bool: ...


class AtTerminal:
    """One line per check, with what to do behind an arrow."""

    def __init__(self, console: Console, has_hands: bool) -> None:
        self.has_hands = has_hands
        self._console = console

    def show(self, finding: Finding) -> None:
        what = f" [bold]→ {escape(finding.do)}[/]" if finding.do else ""
        self._say(f"{LOOK[finding.level]} {escape(finding.name)}: {escape(finding.saw)}{what}")

    def please(self, request: str) -> None:
        self._say(f"[cyan]…[/] {escape(request)}")

    def ask(self, question: str) -> bool:
        while True:
            try:
                answer = self._console.input(f"[cyan]?[/] {escape(question)} [y/n] ").strip().lower()
            except EOFError:
                return False
            if answer in ("y", "yes", "n", "no"):
                return answer.startswith("y")

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)
