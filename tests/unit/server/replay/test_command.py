"""`redbutton replay`, from its words to its exit codes."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from broker_config.command import GROUP, run
from server.db.connect import Database
from server.replay.file import write
from server.supervise.toml import dump
from tests import small_shop
from tests.databases import upgraded
from tests.unit.server.replay.month import head, lines, policy, shop

CONFIG = (
    'database = "sqlite:///{folder}/redbutton.db"\n[[stores]]\nid = "s1"\npassword_file = "{folder}/srv"\n'
)


def main(*words: str) -> int:
    return run(["replay", *words], [EntryPoint("replay", "server.replay.command:replay", GROUP)])


@pytest.fixture
def record(tmp_path: Path) -> str:
    write(tmp_path / "record.jsonl", head(), lines(120))
    return str(tmp_path / "record.jsonl")


@pytest.fixture
def other(tmp_path: Path) -> str:
    file = tmp_path / "other.toml"
    file.write_text(dump(shop(policies=[policy({"target": "everybody"})])))
    return str(file)


@pytest.fixture
def config(tmp_path: Path) -> str:
    db = Database(f"sqlite:///{tmp_path}/redbutton.db")
    upgraded(db)
    with db.transaction() as session:
        small_shop.fill(session)
    db.close()
    file = tmp_path / "server.toml"
    file.write_text(CONFIG.format(folder=tmp_path))
    return str(file)


def test_a_file_alone(record: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(record) == 0
    said = capsys.readouterr().out
    assert said.startswith("Store s1, 2026-10-01 to 2026-10-31 (Europe/Tallinn): 120 calls, ")
    assert "in truth" in said
    assert "same shop" in said
    assert "a model" in said


def test_two_other_shops_side_by_side(record: str, other: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(record, "--shop", other, "--shop2", other) == 0
    lines_ = capsys.readouterr().out.splitlines()
    assert lines_[2].split("  ")[-1].strip() == other  # two of one name are told apart by their folders
    assert len(next(line for line in lines_ if line.startswith("pages per call")).split()) == 7
    assert "The calls that differ most from the same shop:" in lines_


def test_json_and_details_in_any_order(record: str, other: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("--json", record, "--shop", other) == 0
    said = json.loads(capsys.readouterr().out)
    assert [column["name"] for column in said["columns"]] == ["in truth", "same shop", "other.toml"]
    assert 0 < len(said["differ_most"]) <= 10
    assert main(record, "--details", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert len(said["every_call"]) == 120
    assert said["every_call"][0]["ways"][0]["name"] == "in truth"
    assert sum(said["columns"][1]["per_person"].values()) == said["columns"][1]["pages"]


def test_every_call_in_words(record: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(record, "--details") == 0
    said = capsys.readouterr().out
    assert said.count("\n  same shop") == 120
    assert "0:00 step 1: P" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("garbage\n", "is not a record"),
        ('{"what":"head","version":9}\n', "record of version 9"),
        (None, "cannot read the record"),
    ],
)
def test_bad_files(tmp_path: Path, text: str | None, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "file"
    if text is not None:
        path.write_text(text)
    assert main(str(path)) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""
    assert all(line.startswith("redbutton: ") for line in said.err.splitlines())


def test_a_cut_file_and_a_foreign_shop(
    record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = tmp_path / "foreign.toml"
    foreign.write_text(dump(shop(store={"id": "s9", "name": "Elsewhere"})))
    assert main(record, "--shop", str(foreign)) == 2
    assert "is the shop 's9', the record is of 's1'" in capsys.readouterr().err
    assert main(record, "--shop", str(tmp_path / "none.toml")) == 2
    assert "cannot read the shop file" in capsys.readouterr().err
    path = Path(record)
    path.write_bytes(path.read_bytes()[:-90])
    assert main(record) == 2
    assert "cut" in capsys.readouterr().err


def test_record_and_replay(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out.jsonl")
    words = ["record", "--config", config, "--from", "2026-10-01", "--to", "2026-10-31", out]
    assert main(*words) == 0
    assert capsys.readouterr().out == f"0 calls and 0 other presses are in {out}\n"
    assert main(*words) == 2
    assert "File exists" in capsys.readouterr().err
    assert main(out, "--json") == 0
    assert json.loads(capsys.readouterr().out)["columns"][0]["calls"] == 0
    assert main(out) == 0


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "9999-12-31"])
def test_days_that_are_none(config: str, tmp_path: Path, day: str) -> None:
    words = ["record", "--config", config, "--from", "2026-10-01", "--to", day, str(tmp_path / "out.jsonl")]
    assert main(*words) == 2
    assert not (tmp_path / "out.jsonl").exists()


def test_help_names_both_ways(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("--help") == 0
    said = capsys.readouterr().out
    assert "record" in said
    assert "FILE" in said
    assert main("file", "--help") == 0
    assert "--shop2" in capsys.readouterr().out
