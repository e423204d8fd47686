"""Tables as CSV: the one way out of the house, so that no cell acts in a spreadsheet.

A spreadsheet runs what begins like a formula, whoever wrote it: a name, a label, a customer. Such a cell gets an
apostrophe in front, which a spreadsheet takes for "this is text". Everything is quoted, so that no separator inside a
cell makes another one of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

BEGINS = "=+-@\t\r\n\x0b\x0c|%" + "＝＋－＠"
"""The wide ones are formulas to a spreadsheet of a Japanese or Chinese machine."""
MARK = "\ufeff"
"""Tells a spreadsheet that this is UTF-8."""
AT_ONCE = 200
"""Lines per piece of an answer."""

Cell = str | int | float | bool | None


def defused(cell: Cell) -> str:
    """Numbers stay numbers: they are ours, and -3 is no formula."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return str(cell)
    text = cell.replace("\x00", "")
    return f"'{text}" if text.lstrip(" \u00a0\ufeff\u200b'\"").startswith(tuple(BEGINS)) else text


def csv_text(header: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """In pieces, so that a long table is never in memory whole."""
    yield MARK
    piece: list[Sequence[Cell]] = [header]
    for row in rows:
        piece.append(row)
        if len(piece) >= AT_ONCE:
            yield _written(piece)
            piece = []
    yield _written(piece)


def _written(rows: Sequence[Sequence[Cell]]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [map(defused, row) for row in rows]
    )
    return out.getvalue()
