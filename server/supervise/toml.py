"""Writes a TOML file from plain values; reading is in the standard library, writing is not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | Path | None
Row: TypeAlias = "Mapping[str, Scalar | Sequence[Scalar] | Sequence[Row] | Row]"


def dump(table: Row, heading: str = "") -> str:
    """`heading` becomes a comment. A value of None is left out; an empty list of rows as well."""
    lines = [f"# {line}" for line in heading.splitlines()] + _body(table, "")
    return "\n".join(lines) + "\n"


def _body(table: Row, prefix: str) -> list[str]:
    """Plain values first, as TOML wants it, then the tables in order."""
    lines: list[str] = []
    tables: list[str] = []
    for key, value in table.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            tables += ["", f"[{path}]", *_body(value, f"{path}.")]
        elif isinstance(value, Sequence) and not isinstance(value, str) and _are_rows(value):
            for row in value:
                assert isinstance(row, Mapping)
                tables += ["", f"[[{path}]]", *_body(row, f"{path}.")]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            lines.append(f"{key} = [{', '.join(_scalar(one) for one in value)}]")
        elif value is not None:
            lines.append(f"{key} = {_scalar(value)}")
    return lines + tables


def _are_rows(values: Sequence[object]) -> bool:
    return bool(values) and all(isinstance(value, Mapping) for value in values)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    # A JSON string is a TOML string, but for the one sign that JSON leaves alone.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
