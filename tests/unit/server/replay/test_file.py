"""Records on disk: written whole or not at all; everything odd is told in one line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broker_config.errors import SetupError
from server.replay.file import MOST_ERRORS, RecordFile, write
from server.replay.lines import CallLine, Line
from tests.unit.server.replay.month import BEGINS, call, head, lines


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "record.jsonl"
    write(path, head(), lines(60))
    return path


def mistakes(path: Path) -> list[str]:
    with pytest.raises(SetupError) as caught:
        RecordFile(path).check()
    first, *rest = str(caught.value).splitlines()
    return rest or [first]


def changed(path: Path, change: Callable[[list[str]], list[str]]) -> Path:
    path.write_text("".join(change(path.read_text().splitlines(keepends=True))))
    return path


def test_what_was_written_is_read(record: Path) -> None:
    file = RecordFile(record)
    end = file.check()
    assert (end.calls, end.presses) == (60, 1)
    assert list(file.lines()) == list(lines(60))
    assert list(file.lines()) == list(lines(60))  # a second time as well
    assert file.head == head()


def test_no_file_is_written_over_and_none_is_left_half_done(tmp_path: Path, record: Path) -> None:
    before = record.read_bytes()
    with pytest.raises(SetupError, match="File exists"):
        write(record, head(), [])
    assert record.read_bytes() == before

    def broken() -> Iterator[Line]:
        yield call(1, BEGINS)
        raise OSError(28, "No space left on device")

    with pytest.raises(SetupError, match="No space left"):
        write(tmp_path / "new.jsonl", head(), broken())
    assert not (tmp_path / "new.jsonl").exists()


def test_another_version(record: Path) -> None:
    def newer(rows: list[str]) -> list[str]:
        return [json.dumps({**json.loads(rows[0]), "version": 2}) + "\n", *rows[1:]]

    with pytest.raises(SetupError, match="of version 2, this program reads version 1"):
        RecordFile(changed(record, newer))


@pytest.mark.parametrize(
    "text",
    ["", "\n", "not a record\n", "[1]\n", '{"what":"call"}\n', "\x00\xff", '{"what":"head"', "[" * 100_000],
)
def test_something_else_is_no_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other"
    path.write_text(text)
    with pytest.raises(SetupError, match="is not a record"):
        RecordFile(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot read the record"):
        RecordFile(tmp_path / "none")
    with pytest.raises(SetupError, match="cannot read the record"):
        RecordFile(tmp_path)


def test_a_head_with_mistakes(record: Path) -> None:
    def worse(rows: list[str]) -> list[str]:
        return [json.dumps({**json.loads(rows[0]), "begins_at": "yesterday"}) + "\n", *rows[1:]]

    with pytest.raises(SetupError, match="line 1: begins_at"):
        RecordFile(changed(record, worse))


def test_cut_between_two_lines(record: Path) -> None:
    assert mistakes(changed(record, lambda rows: rows[:40])) == [
        "  the record is cut after line 40: the end is missing. Record it again, or copy it again"
    ]


def test_cut_in_the_middle_of_a_line(record: Path) -> None:
    raw = record.read_bytes()
    for cut in range(2, 400, 7):  # without its very last sign it is whole
        record.write_bytes(raw[:-cut])
        told = mistakes(record)
        assert told[-1].startswith("  the record is cut after line ")
        assert all(one.endswith("cut in the middle") for one in told[:-1])


def test_a_line_is_missing_or_stands_twice(record: Path) -> None:
    raw = record.read_text()
    assert "60 calls and 1 presses should stand above, there are 59 and 1" in "".join(
        mistakes(changed(record, lambda rows: rows[:9] + rows[10:]))
    )
    record.write_text(raw)
    assert "61 and 1" in "".join(mistakes(changed(record, lambda rows: rows[:9] + rows[8:])))


def test_garbage_is_told_line_by_line(record: Path) -> None:
    def worse(rows: list[str]) -> list[str]:
        rows[3] = "garbage\n"
        rows[5] = '{"what":"call","number":"x"}\n'
        rows[7] = '{"what":"tea"}\n'
        rows[9] = rows[9].replace('"device"', '"name"')
        return rows

    told = mistakes(changed(record, worse))
    assert told[0] == "  line 4: this is not JSON"
    assert told[1].startswith("  line 6: call.number: ")
    assert told[2].startswith("  line 8: ")
    assert told[3].startswith("  line 10: call.device: ")
    assert len(told) == 5  # and that four calls are missing


def test_a_file_of_garbage_ends_the_list(record: Path) -> None:
    told = mistakes(changed(record, lambda rows: rows[:1] + ["garbage\n"] * 5_000))
    assert len(told) == MOST_ERRORS + 1
    assert told[-1] == "  there is more wrong than that: record it again"


def test_order_and_time(record: Path) -> None:
    assert "later" in mistakes(changed(record, lambda rows: [rows[0], rows[2], rows[1], *rows[3:]]))[0]
    early = call(1, BEGINS)
    press = early.presses[0].model_copy(update={"received_at": BEGINS - timedelta(seconds=1)})
    record.unlink()
    write(record, head(), [CallLine(**{**dict(early), "presses": (press,)})])
    assert "a press came in before it was made" in mistakes(record)[0]


def test_moments_that_cannot_be(record: Path) -> None:
    one = call(1, BEGINS + timedelta(days=3), answer=(5, "P1"))
    far = one.deeds[0].model_copy(update={"at": one.opened_at.replace(year=9999)})
    for impossible in (
        call(2, BEGINS - timedelta(seconds=1)),
        call(3, BEGINS + timedelta(days=40)),
        one.model_copy(update={"deeds": (far,)}),
        one.model_copy(update={"exit_at": one.opened_at.replace(year=9999)}),
        one.model_copy(update={"exit_at": datetime(1, 1, 1, tzinfo=UTC)}),
    ):
        record.unlink()
        write(record, head(), [impossible])
        assert "outside the period" in mistakes(record)[0]


@pytest.mark.parametrize(
    "fields",
    [
        {"timezone": "Mars/Base"},
        {"first_day": "1999-01-01"},
        {"last_day": "2026-09-01"},
        {"ends_at": "2026-09-01T00:00:00Z"},
    ],
)
def test_a_head_that_cannot_be(record: Path, fields: dict[str, str]) -> None:
    def worse(rows: list[str]) -> list[str]:
        return [json.dumps({**json.loads(rows[0]), **fields}) + "\n", *rows[1:]]

    with pytest.raises(SetupError, match="line 1: "):
        RecordFile(changed(record, worse))


def test_something_after_the_end(record: Path) -> None:
    assert "after the end" in mistakes(changed(record, lambda rows: [*rows, rows[1]]))[0]


def test_an_endless_line_does_not_fill_the_memory(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.replay.file.LONGEST_LINE", 20_000)
    told = mistakes(changed(record, lambda rows: [*rows[:-1], "x" * 50_000 + "\n", rows[-1]]))
    assert told[0] == "  line 63: longer than 20000 bytes"
