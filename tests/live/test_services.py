"""Every systemd unit that we ship, judged by systemd itself. None of this needs a running systemd."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.manager import FakeManager

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
UNITS = sorted(path for kind in ("service", "mount") for path in ROOT.glob(f"*/service/*.{kind}"))
BUTTON = ROOT / "firmware_bridge/service/redbutton-button.service"
EXPOSURE = {
    "redbutton-button.service": 2.5,
    "redbutton-gateway.service": 7.0,
    "redbutton-server.service": 2.0,
    "redbutton-up.service": 4.5,
}
"""Most that `systemd-analyze security` may say, 0 to 10. Lower them when a service is hardened further."""
USED = """
access arch_prctl bind brk clock_adjtime clone3 close connect epoll_create1 eventfd2 execve exit
exit_group fcntl fdatasync flock fsync ftruncate futex getcwd getdents64 geteuid getpid
getrandom getsockname getsockopt gettid ioctl lseek madvise mkdir mmap mprotect mremap munmap
newfstatat openat poll pread64 prlimit64 pwrite64 read readlink recvfrom recvmsg rename
restart_syscall rseq rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity sendmmsg sendto
set_robust_list set_tid_address setsockopt shutdown socket statfs statx sysinfo uname unlink
write
"""
"""System calls of the unit, by strace on x86-64 with mock pins and a broker, and a resolver's recvmsg and sendmmsg.
lgpio adds to what ioctl, poll and read do; fchown is SQLite's, which asks for it only as root."""
REFUSE_TO_GAIN_EXEC = "ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)"
"""prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN); Linux 6.3 and newer."""


def rendered(folder: Path, unit: Path) -> Path:
    """The unit with paths of this checkout instead of an installed one."""
    text = unit.read_text(encoding="utf-8").replace("/opt/redbutton/bin/", f"{Path(sys.executable).parent}/")
    text = text.replace("/opt/redbutton/", f"{ROOT}/")
    path = folder / unit.name
    path.write_text(text, encoding="utf-8")
    return path


def verify(*units: Path) -> tuple[int, str]:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_there_are_units_of_every_service() -> None:
    assert {path.name for path in UNITS} == {
        *EXPOSURE,
        "var-lib-redbutton.mount",
        "var-lib-systemd-timesync.mount",
    }


def test_systemd_finds_nothing_wrong_with_any_unit(tmp_path: Path) -> None:
    assert verify(*(rendered(tmp_path, unit) for unit in UNITS)) == (0, "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Type=notify", "Type=notfy"),
        ("WatchdogSec=30", "WatchdogSecs=30"),
        ("SystemCallFilter=@system-service", "SystemCallFilter=@sytem-service"),
        ("/opt/redbutton/bin/python -m", "/opt/redbutton/no/python -m"),
    ],
)
def test_a_planted_mistake_is_found(tmp_path: Path, before: str, after: str) -> None:
    text = BUTTON.read_text(encoding="utf-8")
    assert before in text
    wrong = tmp_path / "wrong" / BUTTON.name
    wrong.parent.mkdir()
    wrong.write_text(text.replace(before, after), encoding="utf-8")
    _, said = verify(rendered(tmp_path, wrong))
    assert BUTTON.name in said


@pytest.mark.parametrize(
    "unit", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name
)
def test_a_service_is_exposed_no_further_than_agreed(tmp_path: Path, unit: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(rendered(tmp_path, unit))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    found = re.search(r"exposure level for \S+: (\d+\.\d+)", done.stdout)
    assert found, done.stderr
    assert float(found[1]) <= EXPOSURE[unit.name]


def test_the_button_unit_is_watched_and_always_started_again() -> None:
    text = BUTTON.read_text(encoding="utf-8")
    for line in (
        "Type=notify",
        "NotifyAccess=main",
        "WatchdogSec=30",
        "Restart=always",
        "RestartSec=2",
        "StartLimitIntervalSec=0",
    ):
        assert f"\n{line}\n" in text


def allowed_calls(unit: Path) -> set[str]:
    """What the unit's SystemCallFilter lines let through, group by group as systemd spells them out."""
    found: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE):
        names = set().union(*(calls_of(name) for name in line.removeprefix("~").split()))
        found = found - names if line.startswith("~") else found | names
    return found


def calls_of(name: str) -> set[str]:
    if not name.startswith("@"):
        return {name}
    listing = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager", name], capture_output=True, text=True, check=True
    ).stdout
    lines = [line.strip() for line in listing.splitlines()[1:]]
    return set().union(*(calls_of(line) for line in lines if line and not line.startswith("#")))


def test_the_filter_lets_through_what_the_unit_calls() -> None:
    """Not a matter of course: to read whether the clock is synchronised counts as setting it."""
    assert "clock_adjtime" not in calls_of("@system-service")
    assert set(USED.split()) <= allowed_calls(BUTTON)


def test_the_unit_runs_where_no_memory_is_both_written_and_executed(tmp_path: Path) -> None:
    """MemoryDenyWriteExecute: ctypes and cffi have needed such memory in the past."""
    config = tmp_path / "unit.toml"
    config.write_text(
        f'store = "s1"\ndevice = "b1"\nport = 1\npassword = "word"\ndata = "{tmp_path / "data"}"\n'
        "[[inputs]]\nn = 1\npin = 17\n"
    )
    manager = FakeManager()
    code = (
        f"import ctypes, runpy, sys; refused = {REFUSE_TO_GAIN_EXEC};"
        "sys.argv = ['firmware_bridge', sys.argv[1]];"
        "refused and print('an old kernel: tried without', file=sys.stderr);"
        "runpy.run_module('firmware_bridge', run_name='__main__')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(config)],
        env=os.environ | {"NOTIFY_SOCKET": manager.address, "GPIOZERO_PIN_FACTORY": "mock"},
    )
    try:
        manager.wait_for("READY=1", 60.0)
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        manager.close()


KNOWN = {
    "system.conf.d": {"Manager": {"RuntimeWatchdogSec"}},
    "journald.conf.d": {"Journal": {"Storage", "RuntimeMaxUse"}},
    "timesyncd.conf.d": {"Time": {"NTP", "FallbackNTP", "SaveIntervalSec"}},
}


@pytest.mark.parametrize("folder", KNOWN)
def test_drop_ins_say_only_what_systemd_knows(folder: str) -> None:
    """systemd only warns about these in its own log, so the words were looked up by hand."""
    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / "firmware_bridge/service" / folder / "redbutton.conf")
    assert {name: set(parser[name]) for name in parser.sections()} == KNOWN[folder]
