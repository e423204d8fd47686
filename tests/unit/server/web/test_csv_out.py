"""No cell of a table that leaves the house acts in a spreadsheet, whatever people wrote into it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.frame.csv_out import AT_ONCE, BEGINS, MARK, csv_text, defused

NASTY = st.text(
    alphabet=st.sampled_from([*BEGINS, " ", "'", '"', ";", ",", "a", "1", "\u00a0", "\ufeff", "ш"])
)
CELLS = st.one_of(st.text(), NASTY, st.integers(), st.booleans(), st.none())


def read(text: str) -> list[list[str]]:
    assert text.startswith(MARK)
    return list(csv.reader(io.StringIO(text[1:], newline="")))


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8))
def test_no_text_begins_like_a_formula_and_every_cell_comes_back(
    rows: list[list[str | int | bool | None]],
) -> None:
    back = read("".join(csv_text(["a", "=b"], rows)))
    assert back[0] == ["a", "'=b"]
    for row, found in zip(rows, back[1:], strict=True):
        for cell, text in zip(row, found, strict=True):
            if isinstance(cell, str):
                assert not text.lstrip(" \u00a0\ufeff\u200b").startswith(tuple(BEGINS))
                assert text in (cell.replace("\x00", ""), "'" + cell.replace("\x00", ""))
            else:
                assert text == ("" if cell is None else str(cell))


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "|calc", "'=1", '"=1', "\u200b=1"]
)
def test_these_are_text(cell: str) -> None:
    assert defused(cell).startswith("'")


def test_what_is_ours_stays_as_it_is() -> None:
    assert [defused(one) for one in ("Wine, red; dry", -3, 2.5, True, None, "a=b")] == [
        *("Wine, red; dry", "-3", "2.5", "True", "", "a=b"),
    ]


def test_a_long_table_comes_in_pieces() -> None:
    pieces = list(csv_text(["n"], ([number] for number in range(5 * AT_ONCE))))
    assert len(pieces) == 7
    assert len(read("".join(pieces))) == 5 * AT_ONCE + 1
