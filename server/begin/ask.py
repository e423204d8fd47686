"""Asks the five questions on a terminal, each with a proposal, until the answer can be used."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from broker_config.errors import SetupError
from broker_config.lines import KINDS
from server.begin import answers
from server.begin.answers import NONE_YET, Answers, Unfit

T = TypeVar("T")
TRIES = 5
BY_ID = Path("/dev/serial/by-id")
ZONE = Path("/etc/timezone")

Ask = Callable[[str, str], str]
"""(question, proposal) -> what was typed, or the proposal."""


def ask_all(
    given: Mapping[str, str | None], ask: Ask, say: Callable[[str], None], lines: list[str]
) -> Answers:
    """`given` came with the command: those are not asked. Raises SetupError when one of them cannot be used, or when
    five tries were not enough."""

    def one(name: str, question: str, proposal: str, read: Callable[[str], T]) -> T:
        if (typed := given.get(name)) is not None:
            try:
                return read(typed)
            except Unfit as error:
                raise SetupError(f"--{name}: {error}") from None
        for _ in range(TRIES):
            try:
                return read(ask(question, proposal))
            except Unfit as error:
                say(f"  {error}")
        raise SetupError("no answer that can be used; nothing was written")

    name = one("name", "1 of 5  What is the shop called?", "", answers.read_name)
    choice = ", ".join(f"{code} {word}" for code, word in answers.LANGUAGES.items())
    language = one("language", f"2 of 5  Its language ({choice})", _language(), answers.read_language)
    timezone = one("timezone", "3 of 5  Its time zone", _timezone(), answers.read_timezone)
    if given.get("line") is None:
        for number, path in enumerate(lines, 1):
            say(f"          {number}  {path}")
    line = one(
        "line",
        f"4 of 5  Where is the paging transmitter? A device, a URL, or {NONE_YET} for none yet",
        "1" if lines else NONE_YET,
        lambda typed: answers.read_line(typed, lines),
    )
    driver = "tap"
    if line is not None:
        question = f"        What does it speak ({', '.join(KINDS)})"
        driver = one("driver", question, driver, answers.read_driver)
    owner = one("owner", "5 of 5  Your name", "", answers.read_owner)
    return Answers(name, language, timezone, line, owner, driver)


def serial_lines(folder: Path = BY_ID) -> list[str]:
    """What is plugged in now, by names that stay the same."""
    try:
        return sorted(str(path) for path in folder.iterdir())[:9]
    except OSError:
        return []


def user() -> str:
    """Who the service should run as: whoever sets the shop up, unless that is root."""
    return getpass.getuser() if os.geteuid() else "redbutton"


def _language() -> str:
    code = os.environ.get("LANG", "")[:2].lower()
    return code if code in answers.LANGUAGES else "en"


def _timezone() -> str:
    try:
        return answers.read_timezone(ZONE.read_text(encoding="utf-8"))
    except (OSError, Unfit):
        return "Europe/Tallinn"
