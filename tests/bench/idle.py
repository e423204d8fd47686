"""What a shop costs when nothing happens but its canaries: `redbutton up --simulate` as on a laptop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from broker_config.broker.run import free_port
from tests.bench.results import Figure, most
from tests.bench.system import wait_until

SETTLES_S, LOOKS_S = 90.0, 40.0
"""In its first minute every input is tried once."""
STOPS_S = 30.0


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    settles, looks = (3.0, 2.0) if quick else (SETTLES_S, LOOKS_S)
    ports = [free_port() for _ in range(3)]
    names = ("--port", "--floor-port", "--broker-port")
    words = ["up", "--simulate", "--data", str(folder / "data")]
    for name, port in zip(names, ports, strict=True):
        words += [name, str(port)]
    with (folder / "up.log").open("w") as log:
        shop = subprocess.Popen(
            [sys.executable, "-c", "from broker_config.command import main; main()", *words],
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: "server" in parts(shop.pid), 60.0)
        time.sleep(settles)
        before = {name: cpu_s(pid) for name, pid in parts(shop.pid).items()}
        time.sleep(looks)
        after = {name: cpu_s(pid) for name, pid in parts(shop.pid).items()}
    finally:
        shop.send_signal(signal.SIGINT)
        try:
            shop.wait(STOPS_S)
        except subprocess.TimeoutExpired:
            shop.kill()
            shop.wait()
    share = {name: 100 * (after[name] - before[name]) / looks for name in before.keys() & after.keys()}
    rest = ", ".join(f"{name} {value:.1f} %" for name, value in sorted(share.items()) if name != "server")
    what = "server of the demo when nothing is pressed, canaries included: of a core"
    return [most("", what, share.get("server", 0.0), 2.0, "%", rest)]


def parts(parent: int) -> dict[str, int]:
    """Module -> pid of the children that run one of ours."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode().split("\0")
            above = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if above == parent and "-m" in words:
            found[words[words.index("-m") + 1]] = int(entry.name)
    return found


def cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
