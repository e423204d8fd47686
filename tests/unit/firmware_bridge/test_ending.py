"""Restart and rotate: answered first, ended once, and not at all when nothing could start again."""

from __future__ import annotations

import logging
from pathlib import Path
from uuid import uuid4

import pytest

from broker_config.channels import COMMAND
from broker_config.config import load
from broker_config.messages import Command, CommandName
from broker_config.messages.device import NightSettings
from firmware_bridge.config import ButtonUnitSettings
from firmware_bridge.ending import ANSWER_S
from firmware_bridge.fresh_start import objection
from firmware_bridge.light import Shown
from firmware_bridge.ports import KeptInMemory
from firmware_bridge.spool import Spool
from tests.unit.firmware_bridge.desk import Desk


def ready(**more: object) -> Desk:
    desk = Desk(objection=lambda _: None, **more)  # type: ignore[arg-type]
    desk.connect()
    return desk


def command(name: CommandName = CommandName.RESTART) -> Command:
    return Command(id=uuid4(), name=name)


@pytest.mark.parametrize("name", [CommandName.RESTART, CommandName.ROTATE])
def test_the_process_ends_when_the_broker_has_the_answer(name: CommandName) -> None:
    desk = ready()
    desk.deliver(COMMAND, command(name))
    (answer,) = desk.sent("cmd/answer")
    assert answer["ok"] is True
    assert desk.ends == 0
    desk.advance(0.3)
    assert desk.ends == 0
    desk.answer()
    assert desk.ends == 1
    desk.advance(5)
    assert desk.ends == 1


def test_a_broker_that_says_nothing_is_waited_for_one_second() -> None:
    desk = ready()
    desk.deliver(COMMAND, command())
    desk.advance(ANSWER_S - 0.1)
    assert desk.ends == 0
    desk.advance(0.2)
    assert desk.ends == 1


def test_a_press_in_the_last_second_is_kept_and_shown() -> None:
    desk = ready()
    desk.deliver(COMMAND, command())
    desk.edge(True)
    desk.advance(0.1)
    assert desk.shown() is Shown.SENDING
    assert len(desk.spool) == 1
    desk.advance(1)
    assert desk.ends == 1


def test_a_command_that_comes_twice_is_done_once_also_by_the_next_process() -> None:
    kept, spool, twice = KeptInMemory(), Spool(":memory:"), command()
    desk = ready(kept=kept, spool=spool)
    desk.deliver(COMMAND, twice)
    desk.deliver(COMMAND, twice)
    desk.advance(3)
    assert desk.ends == 1
    assert [body["ok"] for body in desk.sent("cmd/answer")] == [True, True]
    after = ready(kept=kept, spool=spool)
    after.deliver(COMMAND, twice)
    after.advance(3)
    assert after.ends == 0
    (answer,) = after.sent("cmd/answer")
    assert (answer["ok"], "started anew" in answer["text"]) == (True, True)
    after.deliver(COMMAND, command())
    after.advance(3)
    assert after.ends == 1


def test_a_disk_that_is_full_does_not_keep_a_unit_from_ending(caplog: pytest.LogCaptureFixture) -> None:
    class Full(KeptInMemory):
        def keep_end(self, command: object) -> None:
            raise OSError(28, "No space left on device")

    desk = ready(kept=Full())
    desk.deliver(COMMAND, command())
    desk.advance(2)
    assert desk.ends == 1
    assert "done again" in caplog.text


def test_a_refused_end_is_said_and_nothing_ends() -> None:
    desk = Desk(objection=lambda name: f"not by {name.value}")
    desk.connect()
    desk.deliver(COMMAND, command(CommandName.ROTATE))
    desk.advance(5)
    (answer,) = desk.sent("cmd/answer")
    assert (answer["ok"], answer["text"], desk.ends) == (False, "not by rotate", 0)


def test_identify_finds_one_button_and_is_heard_at_night_as_by_day() -> None:
    night = NightSettings(starts="11:00", ends="13:00", volume=1)
    desk = Desk(volume=6, night=night, timezone="UTC")
    desk.connect()
    assert desk.patterns[1].volume == 1
    desk.deliver(COMMAND, Command(id=uuid4(), name=CommandName.IDENTIFY, args={"input": 1}))
    assert (desk.shown(1), desk.patterns[1].volume) == (Shown.IDENTIFY, 6)
    assert (desk.shown(2), desk.patterns[2].volume) == (Shown.IDLE, 1)
    desk.advance(6)
    assert (desk.shown(1), desk.patterns[1].volume) == (Shown.IDLE, 1)
    desk.deliver(COMMAND, command(CommandName.IDENTIFY))
    assert {desk.shown(1), desk.shown(2)} == {Shown.IDENTIFY}


# -- the unit's file, read anew

TOML = """
store = "s1"
device = "b7"
data = "data"
password_file = "secret"
[[inputs]]
n = 1
pin = 17
"""


class Folder:
    def __init__(self, path: Path) -> None:
        self.config, self.secret = path / "unit.toml", path / "secret"
        self.config.write_text(TOML)
        self.write("first-word")
        self.objection = objection(self.config, load(ButtonUnitSettings, self.config))

    def write(self, secret: str, mode: int = 0o600) -> None:
        self.secret.write_text(secret)
        self.secret.chmod(mode)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_new_password_is_taken_and_the_one_in_use_is_not(folder: Folder) -> None:
    said = folder.objection(CommandName.ROTATE)
    assert said is not None and "no new password" in said
    assert folder.objection(CommandName.RESTART) is None
    folder.write("second-word")
    assert folder.objection(CommandName.ROTATE) is None


@pytest.mark.parametrize(
    ("secret", "mode", "says"),
    [
        ("", 0o600, "is empty"),
        (" \n", 0o600, "is empty"),
        ("second-word", 0o644, "chmod 600"),
        (None, 0, "cannot be read"),
    ],
)
def test_a_password_that_cannot_be_taken_is_refused_in_words(
    folder: Folder, secret: str | None, mode: int, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if secret is None:
        folder.secret.unlink()
    else:
        folder.write(secret, mode)
    said = folder.objection(CommandName.ROTATE)
    assert said is not None and says in said
    assert "-word" not in said
    assert "-word" not in caplog.text
    assert folder.objection(CommandName.RESTART) == said


def test_a_unit_whose_file_is_broken_by_now_does_not_go_down(folder: Folder) -> None:
    folder.config.write_text(TOML.replace("pin = 17", "pin = 99"))
    said = folder.objection(CommandName.RESTART)
    assert said is not None and "could not start again" in said
