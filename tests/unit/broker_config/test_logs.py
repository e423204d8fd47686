"""Log lines: ids on every one, and nothing from outside can forge a line."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from broker_config.logs import clean, configure


@pytest.fixture(autouse=True)
def _root_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_json_lines_carry_the_ids() -> None:
    out = io.StringIO()
    configure(json=True, level="debug", stream=out)
    logging.getLogger("server.intake").debug(
        "stored %d", 3, extra={"action": "intake.stored", "device": "b7"}
    )
    entry = json.loads(out.getvalue())
    assert (entry["text"], entry["level"], entry["action"], entry["device"]) == (
        "stored 3",
        "DEBUG",
        "intake.stored",
        "b7",
    )
    assert "press_id" not in entry


def test_lines_for_people() -> None:
    out = io.StringIO()
    configure(stream=out)
    logging.getLogger("bridge").info("pressed", extra={"press_id": "p1"})
    logging.getLogger("bridge").debug("not shown")
    assert out.getvalue().split(" ", 1)[1] == "INFO bridge pressed press_id=p1\n"


def test_an_exception_is_shown_in_both() -> None:
    for as_json in (True, False):
        out = io.StringIO()
        configure(json=as_json, stream=out)
        try:
            raise KeyError("x")
        except KeyError:
            logging.getLogger("bridge").exception("broken")
        assert "KeyError" in out.getvalue()


def test_nothing_from_outside_makes_a_second_line() -> None:
    out = io.StringIO()
    configure(stream=out)
    logging.getLogger("bridge").warning("topic %s", "a\nERROR forged\x1b[2J", extra={"device": "b\n7"})
    assert out.getvalue().count("\n") == 1
    assert "\x1b" not in out.getvalue()
    assert len(clean("x" * 5_000)) == 2_000
