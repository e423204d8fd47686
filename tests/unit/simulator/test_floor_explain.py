"""The serial line explained: readable bytes, and every sentence of the simulated transmitter in the page's words."""

from __future__ import annotations

import ast
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.floor.events import Meaning
from simulator.floor.explain import UNKNOWN, meaning, readable
from simulator.floor.words import catalogue
from simulator.transmitters import on_pty, tap


def sentences(module: object) -> list[str]:
    """What the module says to people who watch: the explaining argument of each call, gaps filled in."""
    found: list[str] = []
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    places = {"_understood": 1, "_say": 3, "Understood": 1, "_tell": 3, "_unplug": 0}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            place = places.get(name)
            if place is not None and place < len(node.args):
                found += texts(node.args[place])
    return found


def texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(one.value if isinstance(one, ast.Constant) else "501" for one in node.values)]  # type: ignore[misc]
    return []


def test_every_sentence_of_the_transmitter_is_translated() -> None:
    found = [
        one for one in sentences(tap) + sentences(on_pty) if one != "501: 501"
    ]  # that is a page on the air
    assert len(found) > 25
    assert [one for one in found if meaning(one).key == UNKNOWN] == []
    assert [one for one in found if f"js.means_{meaning(one).key}" not in catalogue("en")] == []


def test_values_are_carried_over() -> None:
    assert meaning("page for 1001: Dairy: 2\nnow") == Meaning(
        "page", (("address", "1001"), ("text", "Dairy: 2\nnow"))
    )
    assert meaning("refused (511)") == Meaning("refused", (("code", "511"),))


def test_a_new_sentence_is_handed_on_as_it_is() -> None:
    assert meaning("the box sings") == Meaning(UNKNOWN, (("text", "the box sings"),))


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"\x021001\rDairy 2\r\x0317;\r", "<STX>1001<CR>Dairy 2<CR><ETX>17;<CR>"),
        (b"\x1b[p\r", "<ESC>[p<CR>"),
        (b"\x86\r", "<ACK><CR>"),
        (b"\x7f", "<DEL>"),
        (b"", ""),
    ],
)
def test_readable(data: bytes, shown: str) -> None:
    assert readable(data) == shown


@given(st.binary(max_size=2000))
def test_any_bytes_become_short_printable_text(data: bytes) -> None:
    assert readable(data).isprintable()
    assert len(readable(data)) <= 1600
