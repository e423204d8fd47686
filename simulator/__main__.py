"""The simulated devices of a shop as a service: `python -m simulator SIMULATE.toml`."""

from __future__ import annotations

import sys
from pathlib import Path

from broker_config.config import load
from broker_config.errors import SetupError
from simulator.config import SimulateSettings

USAGE = "usage: python -m simulator SIMULATE.toml"


def main(arguments: list[str]) -> int:
    """Exit code: 0 after SIGTERM or Ctrl-C, 2 when something must be put right first, 70 when a part died."""
    if len(arguments) != 1:
        print(USAGE, file=sys.stderr)  # noqa: T201
        return 2
    from simulator.host import run

    try:
        return run(load(SimulateSettings, Path(arguments[0])), Path(arguments[0]))
    except SetupError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
