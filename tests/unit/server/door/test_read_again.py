"""Whom the door sends a signal: its own broker once that deals with signals, and nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.door.broker_files import BrokerFiles

HANDLES = "signal.signal(signal.SIGHUP, lambda *_: (os.write(1, b'read\\n'), os._exit(0)));"
"""Without `print`, which may be in the middle of saying that it is ready."""


@contextmanager
def process(name: str, folder: Path, code: str) -> Iterator[subprocess.Popen[str]]:
    """Something that calls itself `name`, about this folder."""
    text = f"import os, signal; {code} print('ready', flush=True); signal.pause()"
    made = subprocess.Popen(
        [name, "-c", text, str(folder / "mosquitto.conf")],
        executable=sys.executable,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert made.stdout is not None
    try:
        assert made.stdout.readline() == "ready\n"
        (folder / "mosquitto.pid").write_text(f"{made.pid}\n")
        yield made
    finally:
        made.kill()
        made.wait()
        made.stdout.close()


def test_our_broker_reads_its_files_again(tmp_path: Path) -> None:
    with process("mosquitto", tmp_path, HANDLES) as broker:
        assert BrokerFiles(tmp_path).read_again()
        assert broker.stdout is not None
        assert broker.stdout.readline() == "read\n"


def test_one_that_would_end_by_it_is_left_alone(tmp_path: Path) -> None:
    """It has only just started: it reads its files by itself."""
    with process("mosquitto", tmp_path, "") as broker:
        assert not BrokerFiles(tmp_path).read_again()
        assert broker.poll() is None


def test_a_stranger_who_has_the_number_now_is_left_alone(tmp_path: Path) -> None:
    with process("sleep", tmp_path, HANDLES) as stranger:
        assert not BrokerFiles(tmp_path).read_again()
        assert stranger.poll() is None
    other = tmp_path / "other"
    other.mkdir()
    with process("mosquitto", other, HANDLES) as stranger:
        (tmp_path / "shop").mkdir()
        (tmp_path / "shop" / "mosquitto.pid").write_text(str(stranger.pid))
        assert not BrokerFiles(tmp_path / "shop").read_again()
        assert stranger.poll() is None


def test_a_broker_that_is_not_there_is_asked_nothing(tmp_path: Path) -> None:
    for text in ("", "soon", "-1", "0", "99999999"):
        (tmp_path / "mosquitto.pid").write_text(text)
        assert not BrokerFiles(tmp_path).read_again()
    os.remove(tmp_path / "mosquitto.pid")
    assert not BrokerFiles(tmp_path).read_again()
    assert not BrokerFiles(tmp_path, tmp_path / "elsewhere.pid").read_again()
