"""HylaFAX's `pagesend`, a TAP client of other people's, pages our simulated terminal through a simulated modem.

It runs from its unpacked package on a spool folder of its own: no daemon, nothing of the machine is touched."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.pager import Air
from simulator.transmitters.base import Box, BoxOutput, Say, Seen
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.tap import TapFaults, TapHabits, TapTerminal

pytestmark = pytest.mark.live
PACKAGES = Path(os.environ.get("HYLAFAX", Path(sys.prefix) / "debian" / "hylafax"))
PATIENCE_S = 120
FOLDERS = ("etc", "sendq", "docq", "log", "status", "info", "tmp")
DONE, FAILED = 2, 1
QUIET = (
    "ModemNoFlowCmd ModemSetupDTRCmd ModemSetupDCDCmd ModemSoftResetCmd ModemResultCodesCmd ModemPauseTimeCmd "
    "ModemWaitTimeCmd ModemVerboseCmd"
)
CONFIG = "".join(f'{word}: ""\n' for word in QUIET.split()) + (
    "ModemType: Class1\nModemRate: 9600\nModemFlowControl: none\nModemReadyDelay: 0\nModemResetDelay: 0\n"
    "ModemDTRDropDelay: 0\nModemSoftResetCmdDelay: 0\nSessionTracing: 0xFFF\nUUCPLockType: none\n"
    "PagerMaxMsgLength: 240\nPagerTTYParity: none\n"
)
"""A pty carries no parity. `SessionTracing` makes a log that a failing test shows."""
JOB = (
    "tts:0 killtime:{until} state:6 maxdials:1 maxtries:1 external:5550100 number:5550100 mailaddr:nobody sender:us "
    "jobid:1 owner:nobody client:here modem:{modem} jobtype:pager "
    "notify:none"
)
ANSWERS = {b"AT+FCLASS=?": b"0,1", b"AT+FTM=?": b"96", b"AT+FRM=?": b"96"}


class Modem:
    """Takes AT commands; after ATD everything is for the box behind it, until ATH."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._typed = b""
        self._connected = False
        self._out: list[BoxOutput] = []

    def received(self, data: bytes, now: float) -> None:
        if self._connected and not data.startswith(b"ATH"):
            self._box.received(data, now)
            return
        self._connected = False
        *lines, self._typed = (self._typed + data).split(b"\r")
        for line in filter(None, (line.strip() for line in lines)):
            self._connected = line.startswith(b"ATD")
            words = ANSWERS.get(line)
            answer = b"CONNECT 9600" if self._connected else b"OK" if words is None else words + b"\r\n\r\nOK"
            self._out.append(Say(b"\r\n" + answer + b"\r\n", "modem"))

    def hung_up(self, now: float) -> None:
        self._connected = False
        self._box.hung_up(now)

    def tick(self, now: float) -> None:
        self._box.tick(now)

    def due(self) -> float | None:
        return self._box.due()

    def outputs(self) -> list[BoxOutput]:
        out, self._out = self._out, []
        return [*out, *self._box.outputs()]


@dataclass
class Bench:
    """A terminal behind a modem on a pty, and a spool folder."""

    folder: Path
    terminal: TapTerminal
    air: Air
    line: PtyTransmitter
    seen: list[Seen]

    def page(self, *pages: tuple[str, str]) -> tuple[int, str]:
        """Exit code of `pagesend` for one job of several pages, and its log."""
        device = self.line.path.resolve()
        name = str(device.relative_to("/dev")).replace("/", "_")
        for folder in FOLDERS:
            (self.folder / folder).mkdir(exist_ok=True)
        (self.folder / "etc" / f"config.{name}").write_text(CONFIG)
        (self.folder / "log" / "seqf").write_text("1")
        job = [line.format(until=int(time.time()) + 3_600, modem=name) for line in JOB.split()]
        job += [*(f"page:0::{address}" for address, _ in pages)]
        for number, text in enumerate(dict.fromkeys(text for _, text in pages)):
            (self.folder / "docq" / f"text.{number}").write_text(text)
            job.append(f"data:0::docq/text.{number}")
        (self.folder / "sendq" / "q1").write_text("\n".join(job) + "\n")
        user = pwd.getpwnam("uucp")
        for path in (self.folder, *self.folder.rglob("*")):
            subprocess.run([*as_root(), "chown", f"{user.pw_uid}:{user.pw_gid}", path], check=True)
        library = PACKAGES / "usr/lib/hylafax"
        done = subprocess.run(
            [
                *as_root(),
                "env",
                f"LD_LIBRARY_PATH={library}",
                library / "bin/pagesend",
                "-m",
                name,
                "sendq/q1",
            ],
            cwd=self.folder,
            timeout=PATIENCE_S,
            check=False,
        )
        log = subprocess.run(
            [*as_root(), "sh", "-c", "cat log/c*"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, log.stdout

    def said(self, why: str) -> int:
        return sum(one.why.startswith(why) for one in self.seen)


def as_root() -> list[str]:
    """`pagesend` changes to the user uucp, so only root can run it."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], check=False).returncode == 0:
        return ["sudo", "-n"]
    pytest.skip("pagesend changes its user: it needs root, or sudo without a password")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    # pagesend looks for ID= at the start of a line, and waits for the end of that line
    terminal, air, seen = TapTerminal(TapHabits(prompt=b"ID=\r"), TapFaults()), Air(), list[Seen]()
    line = PtyTransmitter(tmp_path / "line" / "modem", Modem(terminal), air, time.monotonic)
    line.observe(seen.append)
    line.start()
    (tmp_path / "spool").mkdir()
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    yield Bench(tmp_path / "spool", terminal, air, line, seen)
    line.stop()


def test_hylafax_pages_through_our_terminal_under_trouble(bench: Bench) -> None:
    """A block that was found broken is said again; two pages go in one session."""
    bench.terminal.faults.nak_block = 1
    bench.terminal.faults.note = 213
    code, log = bench.page(("1234001", "FITTING ROOMS 2"), ("1234002", "FITTING ROOMS 2"))
    assert code == DONE, log
    assert [one.text for one in bench.air.pager("1234001").history] == ["FITTING ROOMS 2"]
    assert [one.text for one in bench.air.pager("1234002").history] == ["FITTING ROOMS 2"]
    assert (bench.said("logged on"), bench.said("a broken block"), bench.said("goodbye")) == (1, 1, 2)
    assert "RECV EOT (disconnect)" in log


@pytest.mark.long
def test_hylafax_takes_our_no_for_a_no(bench: Bench) -> None:
    bench.terminal.faults.refuse = [511]
    code, log = bench.page(("1234001", "NOBODY"))
    assert code == FAILED, log
    assert bench.air.pager("1234001").history == []
    assert bench.said("refused (511)") == 1
