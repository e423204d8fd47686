"""A process that waits hears SIGTERM, whichever thread of it the kernel gives the signal to."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import SimpleQueue

import pytest

from broker_config.ending import LATE, Ending

ROOT = Path(__file__).parents[3]
PRODUCT = ("broker_config", "firmware_bridge", "pager_gateway", "server", "simulator")
PATIENCE_S = 30.0

WAITS_FOR_A_LOCK = """
import signal, sys, threading
from queue import SimpleQueue
from broker_config.ending import Ending

ends = SimpleQueue()
Ending(ends.put).open()
taken = threading.Event()

def take_it():
    taken.wait()
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)  # so the main thread's wait is not interrupted

threading.Thread(target=take_it, daemon=True).start()
taken.set()
sys.exit(ends.get())
"""


def test_a_signal_that_another_thread_took_ends_a_wait_without_deadline() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WAITS_FOR_A_LOCK], cwd=ROOT, timeout=PATIENCE_S, check=False
    )
    assert ended.returncode == signal.SIGTERM


HANGS = """
import os, signal, sys, threading
from broker_config.ending import Ending

Ending(lambda number: None, late_s=0.2).open()
if sys.argv[1] == "thread":
    threading.Thread(target=threading.Event().wait, name="a handler").start()
os.kill(os.getpid(), signal.SIGTERM)
if sys.argv[1] == "main":
    threading.Event().wait()
"""


def hung(where: str) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, "-c", HANGS, where],
        cwd=ROOT,
        timeout=PATIENCE_S,
        check=False,
        capture_output=True,
        text=True,
    )
    return ended.returncode, ended.stderr


def test_a_main_thread_that_hangs_on_its_way_out_is_named_and_ended() -> None:
    code, said = hung("main")
    assert code == LATE
    assert "told to end, and still here" in said
    assert "threading.py" in said


def test_a_thread_that_the_interpreter_would_wait_for_is_named_and_ended() -> None:
    code, said = hung("thread")
    assert code == LATE
    assert "not ended: a handler" in said


def test_each_signal_is_told_in_order_and_what_was_before_comes_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    told: SimpleQueue[signal.Signals] = SimpleQueue()
    with Ending(told.put):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
            assert told.get(timeout=PATIENCE_S) is number
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_what_is_told_may_take_a_lock_that_the_main_thread_holds() -> None:
    lock, told = threading.Lock(), threading.Event()

    def tell(_: signal.Signals) -> None:
        with lock:
            told.set()

    with Ending(tell):
        with lock:
            signal.raise_signal(signal.SIGTERM)
            assert not told.is_set()
        assert told.wait(PATIENCE_S)


@pytest.mark.parametrize("package", PRODUCT)
def test_nobody_else_handles_signals(package: str) -> None:
    own = ROOT / "broker_config" / "ending.py"
    handles = [path for path in (ROOT / package).rglob("*.py") if "signal.signal(" in path.read_text()]
    assert [path for path in handles if path != own] == []
