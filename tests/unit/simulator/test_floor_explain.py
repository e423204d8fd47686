"""The serial line explained: readable bytes, and every sentence of the simulated transmitter in the page's words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.floor.events import Meaning
from simulator.floor.explain import IDLE_TALK, PATTERNS, UNKNOWN, as_hex, is_known, key, meaning, readable
from simulator.floor.words import TALK, catalogue
from simulator.transmitters import kinds

SPEAKERS = {
    "understood",
    "_understood",
    "Understood",
    "say",
    "_say",
    "Say",
    "_tell",
    "_talk",
    "_bye",
    "_unplug",
}
"""Calls by which simulated boxes and lines say what bytes mean; each hands the sentence over as a string."""
DIRECTIONS = {"in", "out", "air", "line", "antenna"}
PUT_TOGETHER = ("not_ready_", "protocol_", "no_", "command_")
"""How sentences begin that a box puts together of pieces."""
BOXES = Path(kinds.__file__).parent


def sentences(source: str) -> set[str]:
    """The explaining arguments of each call, with figures in their gaps."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in SPEAKERS:
                found |= {text for one in node.args for text in texts(one)}
    return {one for one in found - DIRECTIONS if "501" not in one or not key(one).startswith(PUT_TOGETHER)}


def texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        return ["".join(one.value if isinstance(one, ast.Constant) else "501" for one in node.values)]  # type: ignore[misc]
    return []


@pytest.mark.parametrize("module", sorted(file.name for file in BOXES.glob("*.py")))
def test_every_sentence_of_every_box_is_translated(module: str) -> None:
    """Sentences that are put together while it runs are looked at by the conformance suite, which hears them all."""
    said = sentences((BOXES / module).read_text(encoding="utf-8"))
    assert {one for one in said if meaning(one).key == UNKNOWN} == set()
    for one in said:
        assert is_known(meaning(one).key), one


def test_the_boxes_do_say_something() -> None:
    said = {
        module: sentences((BOXES / module).read_text(encoding="utf-8")) for module in ("tap.py", "on_pty.py")
    }
    assert len(said["tap.py"]) > 25
    assert "the cable was pulled" in said["on_pty.py"]


def test_no_translation_is_left_over() -> None:
    """Whatever stands in the catalogue is said by a box, or is made by a pattern."""
    source = "\n".join(file.read_text(encoding="utf-8") for file in BOXES.glob("*.py"))
    plain = key(source)
    made = {named for _, named in PATTERNS} | {UNKNOWN, "on_air"}
    talk = {one.removeprefix(TALK) for one in catalogue("en") if one.startswith(TALK)}
    assert talk >= IDLE_TALK
    assert {one for one in talk - made if one not in plain and not one.startswith(PUT_TOGETHER)} == set()


def test_values_are_carried_over() -> None:
    assert meaning("page for 1001: Dairy: 2\nnow") == Meaning(
        "page", (("address", "1001"), ("text", "Dairy: 2\nnow"))
    )
    assert meaning("refused (511)") == Meaning("refused", (("code", "511"),))


def test_bytes_of_a_binary_line_are_shown_as_figures() -> None:
    assert as_hex(b"\xe0\x04\x01\x00") == "E0 04 01 00"
    assert as_hex(bytes(300)).endswith(" …")


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
