"""Pure: the verdicts on clock, power, radio and the folder in which presses are kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from firmware_bridge.health import Readings
from firmware_bridge.self_test.findings import Finding, fine, note, wrong

SLOW_S = 0.1
"""A press may be on the socket 15 ms after its acceptance on a good disk; the customer feels a tenth of a second."""
LEAST_FREE_MB = 20
HOT_C = 75.0
WEAK_DBM = -72
IN_MEMORY = frozenset({"tmpfs", "ramfs", "overlay", "rootfs"})


def clock(synced: bool) -> Finding:
    if synced:
        return fine("clock", "synchronised")
    return note(
        "clock",
        "nobody vouches for the time",
        "is a time server reachable (timedatectl)? Until then the age of a press is unknown after a reboot",
    )


def folder(
    path: Path, kind: str | None, commits_s: Sequence[float], error: str, readings: Readings
) -> Finding:
    """`kind` of the file system; `commits_s` of durable commits, or else the `error` of the first."""
    name, free = f"data folder {path}", readings.disk_free_mb
    if readings.disk_ro:
        return wrong(name, "read-only", "mount the data partition for writing; is it damaged (dmesg)?")
    if error:
        return wrong(name, error, "may the user of the service write here, and is there room?")
    saw = f"{median(commits_s) * 1000:.1f} ms for a press to be on the disk"
    if free is not None:
        saw += f", {free} MB free"
    if kind in IN_MEMORY:
        return wrong(
            name,
            f"{kind}: it lies in memory",
            "a power cut takes waiting presses: mount a partition here",
        )
    if free is not None and free < LEAST_FREE_MB:
        return wrong(name, saw, f"make room: at least {LEAST_FREE_MB} MB")
    if median(commits_s) > SLOW_S:
        return note(name, saw, "a slow or worn card: take one of class A1 or better")
    return fine(name, saw)


def power(readings: Readings) -> Finding:
    if readings.undervolt is None and readings.throttled is None and readings.temp_c is None:
        return note("power", "this machine does not tell")
    saw = "" if readings.temp_c is None else f"{readings.temp_c:.0f} °C"
    if readings.undervolt:
        return wrong("power", "too little voltage", "take the Pi's own power supply and a short, thick cable")
    if readings.throttled:
        return wrong("power", f"slowed down {saw}".strip(), "let air in, or take a better power supply")
    if readings.temp_c is not None and readings.temp_c > HOT_C:
        return note("power", saw, "hot: let air into the case")
    return fine("power", f"enough voltage, {saw}".rstrip(", "))


def radio(readings: Readings) -> Finding | None:
    """None: there is none, or it has no network."""
    if readings.rssi_dbm is None:
        return None
    saw = f"{readings.rssi_dbm} dBm"
    if readings.rssi_dbm < WEAK_DBM:
        return note("Wi-Fi", saw, "weak: move the unit or the access point, or lay a cable")
    return fine("Wi-Fi", saw)


def file_system(mounts: str, path: Path) -> str | None:
    """Type of the file system under a path, out of /proc/self/mountinfo; the last and longest mount point wins."""
    best, found = -1, None
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split()
        if len(fields) < 5 or not right:
            continue
        point = Path(fields[4].replace("\\040", " "))
        if (point == path or point in path.parents) and len(point.parts) >= best:
            best, found = len(point.parts), right.split()[0]
    return found
