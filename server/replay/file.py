"""A record as a file of JSON lines: written as it comes, read line by line, everything odd told in one line each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from broker_config.errors import SetupError
from server.replay.lines import VERSION, CallLine, End, Head, Line, PressLine, PressPart

LONGEST_LINE = 4_000_000
MOST_ERRORS = 20
SLACK = timedelta(days=1)
"""Clocks are put right now and then; no record is refused for that."""
_ADAPTER: TypeAdapter[CallLine | PressLine | End] = TypeAdapter(
    Annotated[CallLine | PressLine | End, Field(discriminator="what")]
)


def write(path: Path, head: Head, lines: Iterable[Line]) -> End:
    """A new file, or none at all. Gives what it ended with. Raises SetupError."""
    try:
        with path.open("x", encoding="utf-8") as file:
            try:
                counts = {"call": 0, "press": 0}
                file.write(head.model_dump_json(exclude_defaults=False) + "\n")
                for line in lines:
                    counts[line.what] += 1
                    file.write(_text(line))
                end = End(calls=counts["call"], presses=counts["press"])
                file.write(_text(end))
            except BaseException:
                path.unlink()
                raise
    except OSError as error:
        raise SetupError(f"cannot write {path}: {error.strerror}") from error
    return end


def _text(line: Line | End) -> str:
    """Without what is not said, but always with the word by which its reader knows it."""
    words = line.model_dump(mode="json", exclude_defaults=True)
    return json.dumps({"what": line.what, **words}, separators=(",", ":"), ensure_ascii=False) + "\n"


class RecordFile:
    """A record on disk. `lines()` may be asked for several times and holds one line in memory at a time."""

    def __init__(self, path: Path) -> None:
        """Reads the head alone. Raises SetupError."""
        self.path = path
        first = next(iter(self._raw()), b"")
        self.head = _head(path, first)

    def check(self) -> End:
        """Read it from end to end. Raises SetupError with one line per mistake, at most twenty."""
        mistakes: list[str] = []
        end = None
        for found in self._read():
            if isinstance(found, str):
                mistakes.append(found)
            elif isinstance(found, End):
                end = found
            if len(mistakes) > MOST_ERRORS:
                mistakes[-1] = "there is more wrong than that: record it again"
                break
        if mistakes:
            raise SetupError("\n".join([f"{self.path}:", *(f"  {one}" for one in mistakes)]))
        assert end is not None
        return end

    def lines(self) -> Iterator[Line]:
        """The calls and presses in their order; what `check` would complain of is left out."""
        for found in self._read():
            if isinstance(found, (CallLine, PressLine)):
                yield found

    def _is_possible(self, line: Line) -> bool:
        head = self.head
        moments = [one.received_at for one in _presses(line)]
        if isinstance(line, CallLine):
            moments += [
                line.exit_at - SLACK,
                *(one.at for one in line.pages),
                *(one.at for one in line.deeds),
            ]
        inside = head.begins_at <= line.moment < head.ends_at
        return inside and all(one <= head.recorded_at + SLACK for one in moments)

    def _raw(self) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as file:
                while line := file.readline(LONGEST_LINE):
                    yield line
        except OSError as error:
            raise SetupError(f"cannot read the record {self.path}: {error.strerror}") from error

    def _read(self) -> Iterator[Line | End | str]:
        """Every line after the head, or one sentence about it."""
        counts = {"call": 0, "press": 0}
        last: datetime | None = None
        end: End | None = None
        number = 1
        for number, raw in enumerate(islice(self._raw(), 1, None), start=2):
            if end is not None:
                yield f"line {number}: something stands after the end of the record"
                return
            try:
                found = _ADAPTER.validate_json(raw)
            except ValidationError as error:
                yield f"line {number}: {_why(error, raw)}"
                continue
            if isinstance(found, End):
                end = found
                continue
            counts[found.what] += 1
            first = min(one.received_at for one in _presses(found))
            if last is not None and found.moment < last:
                yield f"line {number}: it stands after a line that is later: the record was changed by hand"
            elif first < found.moment:
                yield f"line {number}: a press came in before it was made"
            elif not self._is_possible(found):
                yield f"line {number}: something in it lies outside the period, or after it was recorded"
            else:
                last = found.moment
                yield found
        if end is None:
            yield f"the record is cut after line {number}: the end is missing. Record it again, or copy it again"
        elif (end.calls, end.presses) != (counts["call"], counts["press"]):
            yield (
                f"line {number}: {end.calls} calls and {end.presses} presses should stand above, "
                f"there are {counts['call']} and {counts['press']}"
            )
        if end is not None:
            yield end


def _presses(line: Line) -> tuple[PressPart, ...]:
    return line.presses if isinstance(line, CallLine) else (line.press,)


def _head(path: Path, raw: bytes) -> Head:
    try:
        table = json.loads(raw)
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict) or table.get("what") != "head":
        raise SetupError(
            f"{path} is not a record: its first line is no head. `redbutton replay record` makes records"
        )
    if table.get("version") != VERSION:
        raise SetupError(
            f"{path} is a record of version {table.get('version')!r}, this program reads version {VERSION}: "
            "record the period again with this program"
        )
    try:
        return Head.model_validate_json(raw)
    except ValidationError as error:
        raise SetupError(f"{path}: line 1: {_why(error, raw)}") from None


def _why(error: ValidationError, raw: bytes) -> str:
    if len(raw) >= LONGEST_LINE:
        return f"longer than {LONGEST_LINE} bytes"
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return "this is not JSON" if raw.endswith(b"\n") else "cut in the middle"
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
