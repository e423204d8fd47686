"""Children that are started in order, kept alive, and never left behind: with real, tiny processes."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.supervise.child import Child, Part, pause_s
from server.supervise.errors import Failed
from server.supervise.family import Family
from server.supervise.logs import LogPump
from tests.live.processes import wait_until

READY = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('x'); "
SLEEP = "import threading; threading.Event().wait(60)"
ROOT = Path(__file__).parents[3]


class Box:
    """A family with a real clock, whose end is asked for by setting `asked`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = threading.Event()
        self.said: list[str] = []
        self.on_look: Callable[[], None] = lambda: None
        self.family = Family(time.monotonic, self.wait, self.said.append)

    def wait(self, seconds: float) -> bool:
        self.on_look()
        return self.asked.wait(min(seconds, 0.02))

    def part(self, name: str, code: str, deadline_s: float = 60.0, grace_s: float = 60.0) -> Part:
        file = self.folder / f"{name}.ready"
        argv = [sys.executable, "-c", code, str(file)]
        return Part(name, argv, self.folder / f"{name}.log", file.exists, file, deadline_s, grace_s)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    found = Box(tmp_path)
    yield found
    found.family.kill()
    found.family.end()


def test_a_start_waits_until_the_part_is_ready(box: Box) -> None:
    assert box.family.start(box.part("one", READY + SLEEP))
    assert (box.folder / "one.ready").exists()


def test_a_part_that_ends_at_its_start_is_named_with_its_last_words(box: Box) -> None:
    with pytest.raises(Failed, match=r"(?s)one ended at its start \(exit code 3\).*no such port") as caught:
        box.family.start(box.part("one", "print('no such port'); raise SystemExit(3)"))
    assert str(box.folder / "one.log") in str(caught.value)


def test_a_part_that_never_becomes_ready_is_given_up(box: Box) -> None:
    with pytest.raises(Failed, match="not ready within 0 s"):
        box.family.start(box.part("one", SLEEP, deadline_s=0.1))


def test_asked_to_end_while_starting(box: Box) -> None:
    box.asked.set()
    assert not box.family.start(box.part("one", SLEEP))


def test_who_dies_is_started_again_and_it_is_said(box: Box) -> None:
    (child,) = started(box, "one", READY + SLEEP)
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    def back() -> None:
        if any("is back" in line for line in box.said):
            box.asked.set()

    box.on_look = back
    box.family.watch()
    assert child.pid != first
    assert box.said[0].startswith("one ended (signal 9); starting it again in 0.5 s")
    assert box.said[1] == "one is back"


def test_the_pause_grows_and_stays_bearable() -> None:
    assert [pause_s(deaths) for deaths in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_the_end_comes_in_reverse_order(box: Box) -> None:
    order = box.folder / "order"
    code = (
        "import pathlib, signal, sys, threading; end = threading.Event()\n"
        "signal.signal(signal.SIGTERM, lambda *_: end.set())\n"
        "pathlib.Path(sys.argv[1]).write_text('x'); end.wait(60)\n"
        f"open({str(order)!r}, 'a').write(pathlib.Path(sys.argv[1]).stem + ' ')"
    )
    for name in ("broker", "server", "gateway"):
        box.family.start(box.part(name, code))
    box.family.end()
    assert order.read_text() == "gateway server broker "
    assert box.said == []


def test_who_does_not_listen_is_killed_with_all_it_started(box: Box) -> None:
    pids = box.folder / "grandchild"
    code = (
        "import pathlib, signal, subprocess, sys, threading\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"kid = subprocess.Popen([sys.executable, '-c', {SLEEP!r}])\n"
        f"pathlib.Path({str(pids)!r}).write_text(str(kid.pid))\n"
        "pathlib.Path(sys.argv[1]).write_text('x'); threading.Event().wait(60)"
    )
    (child,) = started(box, "deaf", code, grace_s=0.2)
    watched = os.pidfd_open(int(pids.read_text()))
    box.family.end()
    assert child.exit_code() == -signal.SIGKILL
    assert box.said == ["deaf did not end within 0.2 s and was killed"]
    assert ended(watched)


def test_no_child_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    code = (
        "import sys, threading, time; from pathlib import Path\n"
        "from server.supervise.child import Child, Part\n"
        f"part = Part('one', [sys.executable, '-c', {SLEEP!r}], Path({str(tmp_path / 'log')!r}))\n"
        "child = Child(part, time.monotonic); child.start(); print(child.pid, flush=True); threading.Event().wait(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    watched = os.pidfd_open(pid)
    wait_for_leash(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert ended(watched)


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    child = Child(Part("one", ["no-such-program"], tmp_path / "log"), time.monotonic)
    child.start()
    assert child.wait(60)
    assert child.last_lines() == ["cannot start no-such-program: No such file or directory"]


def test_a_log_cannot_grow_without_end(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as out:
        pump = LogPump(os.fdopen(reading, "rb"), tmp_path / "one.log", most=1_000)
        pump.start()
        for number in range(100):
            out.write(b"line %05d of this child's talk\n" % number)
    pump.join(60)
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["one.log", "one.log.1"]
    assert sum(file.stat().st_size for file in files) <= 2_000
    assert pump.last_lines()[-1] == "line 00099 of this child's talk"


def started(box: Box, name: str, code: str, grace_s: float = 60.0) -> list[Child]:
    box.family.start(box.part(name, code, grace_s=grace_s))
    return box.family.children


def ended(pidfd: int) -> bool:
    """Whether that process is gone soon."""
    try:
        return bool(select.select([pidfd], [], [], 60.0)[0])
    finally:
        os.close(pidfd)


def wait_for_leash(pid: int) -> None:
    """Until the wrapper has become the child: only then its signal is set."""
    path = Path(f"/proc/{pid}/cmdline")
    wait_until(lambda: b"leash" not in path.read_bytes(), "the wrapper is the child")
