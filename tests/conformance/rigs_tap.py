"""TAP paging terminals of several makers, and the settings that fit each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.pager import Air
from simulator.transmitters.tap import TapFaults, TapHabits, TapTerminal
from tests.conformance.rig import Rig


def _box(**habits: Any) -> Callable[[Air], TapTerminal]:
    return lambda air: TapTerminal(TapHabits(**habits), TapFaults(), knows=air.knows, seed=1)


def _rig(settings: dict[str, Any], *, watches: bool = True, **habits: Any) -> Rig:
    return Rig("tap", settings, _box(**habits), most_copies=4, watches=watches, noise=b"\x00\x7f~ xyz")


RIGS: dict[str, Callable[[], Rig]] = {
    "tap": lambda: _rig({}),
    "tap-warm": lambda: _rig({"stay": True}, t4_s=None),
    "tap-leaves-at-once": lambda: _rig({"idle_s": 0}),
    "tap-implied": lambda: _rig({"implied_login": True}, watches=False, implied_login=True),
    "tap-password": lambda: _rig({"password": "abc123"}, password="abc123"),
    "tap-batch": lambda: _rig({"batch": 8}, verbose=False),
    "tap-zetron": lambda: _rig({}, text_after=True, line_end=b"\n\r", prompt=b"Hello\r\nID=\r"),
    "tap-one-page": lambda: _rig({"pages_per_session": 1}, most_pages=1),
    "tap-unaware-of-limit": lambda: _rig({}, most_pages=2),
    "tap-no-go-ahead": lambda: _rig({"go_ahead": False}, go_ahead=False),
    "tap-parity": lambda: _rig({}, parity=True),
    "tap-waveware": lambda: _rig(
        {"profile": "waveware"},
        implied_login=True,
        product="WaveWare SPS-5",
        forbidden="^~_",
        farewell=b"PAGING EXCHANGE DISCONNECT\r",
    ),
}
