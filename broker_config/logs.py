"""Logging of every process: short sentences with ids, as lines for people or as JSON for machines."""

from __future__ import annotations

import json as json_words
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

FIELDS = ("action", "press_id", "incident_id", "page_id", "device")
"""What `extra` may carry; one id must let a person follow one press through three processes."""


def configure(*, json: bool = False, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Replace whatever the root logger had."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if json else Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def clean(text: str, most: int = 2_000) -> str:
    """One line of printable text: what came from outside must not be able to forge a second line."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:most])


def _ids(record: logging.LogRecord) -> dict[str, str]:
    found = ((name, getattr(record, name, None)) for name in FIELDS)
    return {name: clean(str(value), 100) for name, value in found if value is not None}


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class Lines(logging.Formatter):
    """`2026-03-02T12:00:00.000+00:00 INFO server.intake stored 3 presses action=intake.stored device=b7`"""

    def format(self, record: logging.LogRecord) -> str:
        words = [_time(record), record.levelname, record.name, clean(record.getMessage())]
        words += [f"{name}={value}" for name, value in _ids(record).items()]
        line = " ".join(words)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """One object per line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "text": clean(record.getMessage()),
            **_ids(record),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json_words.dumps(entry, ensure_ascii=False)
