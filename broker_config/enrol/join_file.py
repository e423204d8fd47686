"""A join string in a file: how a device without screen and keyboard is handed one.

A file `redbutton.join` beside the device's own TOML file, or on the boot partition, which any laptop can write."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from broker_config.enrolment import Join, read_join

NAME = "redbutton.join"
BOOT = (Path("/boot/firmware"), Path("/boot"))
MOST_BYTES = 1_000


class JoinFiles:
    """`used`: whether a string has had its turn; a boot partition that cannot be written keeps its file for ever."""

    def __init__(self, folders: Sequence[Path], used: Callable[[Join], bool]) -> None:
        self._paths = [folder / NAME for folder in folders]
        self._used = used

    def next(self) -> Join | None:
        """One that has not had its turn. Raises ValueError with a sentence when all that is there is no join string."""
        bad: ValueError | None = None
        for path in self._paths:
            try:
                with path.open("rb") as file:
                    join = read_join(file.read(MOST_BYTES).decode("utf-8-sig"))
            except OSError:
                continue
            except ValueError as error:
                bad = error
                continue
            if not self._used(join):
                return join
        if bad is not None:
            raise bad
        return None

    def remove(self) -> None:
        """Where that is allowed. The code in it was spent."""
        for path in self._paths:
            with contextlib.suppress(OSError):
                path.unlink()


def folders_of(config: Path) -> tuple[Path, ...]:
    return (config.absolute().parent, *BOOT)
