"""`redbutton account`, from its words to its exit codes; `account add` beside it is in test_command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from uuid import uuid4

import pytest

from broker_config.command import GROUP, run
from server.db.connect import Database
from server.db.tables import Device, PressRow
from tests import small_shop
from tests.databases import upgraded
from tests.small_shop import STORE

CONFIG = (
    'database = "sqlite:///{folder}/redbutton.db"\n[[stores]]\nid = "s1"\npassword_file = "{folder}/srv"\n'
)
AT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
"""The third of March in Tallinn."""


def main(*words: str) -> int:
    return run(["account", *words], [EntryPoint("account", "server.command:account", GROUP)])


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/redbutton.db")
    upgraded(made)
    with made.transaction() as session:
        small_shop.fill(session)
    yield made
    made.close()


@pytest.fixture
def config(db: Database, tmp_path: Path) -> str:
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "server.toml"
    file.write_text(CONFIG.format(folder=tmp_path))
    return str(file)


def press(db: Database, *numbers: int) -> None:
    with db.transaction() as session:
        for seq in numbers:
            at = AT + timedelta(seconds=seq)
            session.add(
                PressRow(
                    id=uuid4(),
                    store_id=STORE,
                    device="b1",
                    input=1,
                    run="r",
                    boot="b",
                    seq=seq,
                    kind="press",
                    purpose="call",
                    state="late",
                    pressed_at=at,
                    received_at=at,
                    age_ms=0,
                    age_known=True,
                    tries=1,
                )
            )


def test_everything_is_explained(db: Database, config: str, capsys: pytest.CaptureFixture[str]) -> None:
    press(db, 1, 2, 3)
    assert main("--config", config) == 0
    said = capsys.readouterr().out
    assert "Store s1" in said
    assert "Everything is explained." in said
    assert "GAP" not in said


def test_a_gap_is_a_line_with_what_to_do(
    db: Database, config: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    press(db, 1, 3)
    monkeypatch.chdir(Path(config).parents[1])
    assert main() == 1  # the data folder of `redbutton up` is here
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("GAP")]
    assert line.startswith("GAP  2026-03-03 00:30:01  b1 press 2: the unit gave this number")
    assert "→ look at the unit's faults" in line


def test_for_a_script_and_a_period(db: Database, config: str, capsys: pytest.CaptureFixture[str]) -> None:
    press(db, 1, 3)
    assert main("--config", config, "--json", "--from", "2026-03-03", "--to", "2026-03-03") == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["store"], told["explained"]) == ("s1", False)
    assert (told["from"], told["before"]) == ("2026-03-02T22:00:00+00:00", "2026-03-03T22:00:00+00:00")
    assert (told["totals"]["made"], told["totals"]["lost"]) == (3, 1)
    (gap,) = told["gaps"]
    assert (gap["kind"], gap["device"], gap["what"], gap["count"]) == ("lost", "b1", "press 2", 1)
    assert main("--config", config, "--json", "--to", "2026-03-02") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["totals"]["made"] == 0


def test_what_is_on_its_way_belongs_to_now(
    db: Database, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    press(db, 1, 2)
    with db.transaction() as session:
        unit = session.get_one(Device, 3)
        assert unit.device == "b1"
        unit.seq_known, unit.telemetry, unit.telemetry_at = 2, {"seq": 4, "spool": 2}, AT
    assert main("--config", config, "--json") == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert told["totals"]["waiting"] == 2
    assert [gap["kind"] for gap in told["gaps"]] == ["away"]
    assert main("--config", config, "--to", "2026-03-03") == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "2026-03-03", "--to", "2026-03-01"], "turn them round"),
        (["--from", "yesterday"], "yesterday"),
        (["--store", "elsewhere"], "there are s1"),
        (["remove", "x"], "remove"),
    ],
)
def test_bad_usage(config: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("--config", config, *words) == 2
    assert said in capsys.readouterr().err


def test_a_missing_file_is_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("--config", str(tmp_path / "none.toml")) == 2
    assert "cannot" in (said := capsys.readouterr().err) or "no such file" in said
