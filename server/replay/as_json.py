"""A comparison for a script: one JSON document, seconds since the press, initials for people."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from server.replay.compare import Column, Comparison, Row
from server.replay.figures import per_person
from server.replay.went import Went


def as_json(found: Comparison, *, details: bool = False) -> dict[str, Any]:
    """`details`: every call, not only those that differ most."""
    head, known, rows = found.head, found.habits, found.rows()
    names = [column.name for column in found.columns]
    return {
        "store": head.store,
        "timezone": head.timezone,
        "first_day": head.first_day.isoformat(),
        "last_day": head.last_day.isoformat(),
        "model": {
            "answers": known.answers,
            "reaction_s": _seconds(known.reaction),
            "patience_s": _seconds(known.patience),
            "unanswered": known.unanswered,
        },
        "alike": found.alike(rows),
        "columns": [_column(column) for column in found.columns],
        "every_call" if details else "differ_most": [
            _row(row, names) for row in (rows if details else found.differing(rows))
        ],
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        **asdict(column.figures),
        "per_person": per_person(column.went),
        "unknown_buttons": list(column.unknown),
    }


def _row(row: Row, names: list[str]) -> dict[str, Any]:
    one = row.any
    number = next((went.number for went in row.went if went is not None and went.number), None)
    return {
        "press": str(row.id),
        "number": number,
        "at": one.opened_at.isoformat(),
        "device": one.place[0],
        "input": one.place[1],
        "ways": [{"name": name, **_went(went)} for name, went in zip(names, row.went, strict=True)],
    }


def _went(went: Went | None) -> dict[str, Any]:
    if went is None:
        return {"call": False}
    return {
        "call": True,
        "answered_s": _seconds(went.answered_after),
        "answered_by": went.answered_by,
        "undone": went.undone,
        "nobody": went.nobody,
        "pages": [
            {
                "s": _seconds(page.after),
                "who": page.key,
                "pager": page.pager,
                "reason": page.reason,
                "step": page.step,
            }
            for page in went.pages
        ],
    }


def _seconds(value: timedelta | None) -> float | None:
    return None if value is None else value.total_seconds()
