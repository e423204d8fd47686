"""`python -m tests.chaos --minutes 10 --seed 7 --kills 40 --presses 4000`: trouble, and an exact account of it."""

from __future__ import annotations

import argparse
import signal
import sys
from types import FrameType

from tests.chaos.kinds import chosen
from tests.chaos.plan import POSTGRESQL, SQLITE, Wanted
from tests.chaos.trial import try_out


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--presses", type=int, default=4000)
    parser.add_argument("--transmitters", default="tap", help="KIND[,KIND], or any: the seed chooses")
    parser.add_argument("--database", choices=(SQLITE, POSTGRESQL), default=SQLITE)
    given = parser.parse_args(arguments)
    try:
        kinds = chosen(given.transmitters, given.seed)
    except ValueError as error:
        parser.error(str(error))
    wanted = Wanted(given.seed, given.minutes, given.kills, given.presses, kinds, given.database)
    signal.signal(signal.SIGTERM, _end)
    try:
        result = try_out(wanted, _say)
    except KeyboardInterrupt:
        print("ended before its time; nothing is left running", file=sys.stderr)
        return 130
    return 1 if result.complaints else 0


def _end(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
