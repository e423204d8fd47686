"""Stands in for `simulator.world.motion`: tells a few items, and then ends well, goes on, or dies."""

from __future__ import annotations

import json
import signal
import sys


def main(arguments: list[str]) -> int:
    _, name, _, _ = arguments
    shown = {"id": name, "where": "motion", "trouble": ""}
    print(json.dumps({"scenario": {**shown, "state": "playing"}, "pager:1001": {"count": 1}}), flush=True)
    if name == "quiet_day":
        signal.pause()
    if name == "saturday_rush":
        print('{"scenario": {"sta', end="", flush=True)
        return 3
    print(json.dumps({"scenario": {**shown, "state": "passed"}}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
