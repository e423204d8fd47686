"""`redbutton setup`: five answers become a shop that can be started."""

from __future__ import annotations

import stat
import subprocess
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from broker_config.errors import SetupError
from server.begin import answers, ask, files
from server.begin.answers import Answers, Unfit
from server.command import setup
from server.shop_file import parse_shop
from server.supervise.read_shop import read_shop

ALL = Answers("Kesklinna Toidupood", "et", "Europe/Tallinn", "/dev/ttyUSB0", "Anna Kask")


def asking(*typed: str) -> tuple[list[str], ask.Ask]:
    """Questions that were asked, and who answers them in this order; an empty answer takes the proposal."""
    questions, left = [], list(typed)

    def answer(question: str, proposal: str) -> str:
        questions.append(question)
        return left.pop(0) or proposal

    return questions, answer


def test_five_questions_are_asked_and_proposals_taken() -> None:
    questions, answer = asking("Pood", "", "", "", "", "Anna Kask")
    made = ask.ask_all({}, answer, lambda words: None, ["/dev/serial/by-id/usb-tap"])
    assert len(questions) == 6, "the fourth has two halves: where the transmitter is, and what it speaks"
    assert (made.name, made.owner, made.line) == ("Pood", "Anna Kask", "/dev/serial/by-id/usb-tap")
    assert made.driver == "tap"


def test_a_transmitter_of_another_kind_stands_in_the_file() -> None:
    _, answer = asking("Pood", "", "", "/dev/ttyACM0", "an MMDVM!", "pocsag-mmdvm", "Anna Kask")
    said: list[str] = []
    made = ask.ask_all({}, answer, said.append, [])
    assert "tap, espa444" in said[0]
    (line,) = parse_shop(tomllib.loads(files.shop_text(made))).transmitters
    assert (line.driver, line.url) == ("pocsag-mmdvm", "/dev/ttyACM0")


def test_a_bad_answer_is_asked_again_with_a_reason() -> None:
    said: list[str] = []
    _, answer = asking("  ", "Pood", "fi", "et", "Tallinn", "Europe/Tallinn", "COM3", "-", "Anna")
    made = ask.ask_all({}, answer, said.append, [])
    assert made == Answers("Pood", "et", "Europe/Tallinn", None, "Anna")
    assert len(said) == 4
    assert "time zone" in said[2]


def test_nobody_is_asked_for_ever() -> None:
    _, answer = asking(*[" "] * ask.TRIES)
    with pytest.raises(SetupError, match="nothing was written"):
        ask.ask_all({}, answer, lambda words: None, [])


def test_what_came_with_the_command_is_not_asked_and_not_forgiven() -> None:
    questions, answer = asking("Anna")
    given = {"name": "Pood", "language": "et", "timezone": "Europe/Tallinn", "line": "-"}
    assert ask.ask_all(given, answer, lambda words: None, []).owner == "Anna"
    assert len(questions) == 1
    with pytest.raises(SetupError, match="--language"):
        ask.ask_all({**given, "language": "fi"}, answer, lambda words: None, [])


@pytest.mark.parametrize(
    ("name", "store"),
    [
        ("Kadriorg Food Market", "kadriorg-food-market"),
        ("Щука & Ёж №7", "shchuka-ezh-no7"),
        ("Õllepood Ülemiste", "ollepood-ulemiste"),
        ("北京", "shop"),
    ],
)
def test_the_store_gets_an_id_of_plain_letters(name: str, store: str) -> None:
    assert Answers(name, "en", "Europe/Tallinn", None, "Anna").store == store


@given(
    name=st.text(min_size=1, max_size=80),
    owner=st.text(min_size=1, max_size=60),
    language=st.sampled_from(sorted(answers.LANGUAGES)),
    line=st.sampled_from([None, "/dev/ttyUSB0", "socket://10.0.0.7:2000"]),
)
def test_whatever_is_taken_as_an_answer_makes_a_shop_file(
    name: str, owner: str, language: str, line: str | None
) -> None:
    try:
        made = Answers(answers.read_name(name), language, "Europe/Tallinn", line, answers.read_owner(owner))
    except Unfit:
        return
    file = parse_shop(tomllib.loads(files.shop_text(made)))
    assert file.store.name == made.name
    assert file.keeper() == (None if line is None else files.GATEWAY)


def test_the_folder_is_the_owners_alone_and_a_second_setup_changes_nothing(tmp_path: Path) -> None:
    data = tmp_path / "shop"
    files.write(ALL, data, "anna")
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert read_shop(data / files.SHOP).name == ALL.name
    before = (data / files.SHOP).read_bytes()
    with pytest.raises(SetupError, match="there already"):
        files.write(ALL, data, "anna")
    assert (data / files.SHOP).read_bytes() == before


def test_the_command_says_what_comes_next(tmp_path: Path) -> None:
    data = tmp_path / "shop"
    result = CliRunner().invoke(
        setup, ["--data", str(data)], input="Pood\net\nEurope/Tallinn\n-\nAnna Kask\n"
    )
    assert result.exit_code == 0, result.output
    assert "redbutton up --data" in result.output
    assert "nobody can be paged" in result.output
    assert "password" not in (data / files.SHOP).read_text()


@pytest.mark.live
def test_the_service_is_one_that_systemd_takes(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    files.write(ALL, folder, "root")
    unit = tmp_path / files.SERVICE
    text = (folder / files.SERVICE).read_text()
    assert f"up {folder / files.SHOP} --data {folder} " in text
    assert f"ReadWritePaths={folder}" in text
    unit.write_text("\n".join(line for line in text.splitlines() if not line.startswith("Documentation=")))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
