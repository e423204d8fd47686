"""Where scenarios lie: the shipped ones by their id, others by their path."""

from __future__ import annotations

from pathlib import Path

from broker_config.config import load
from broker_config.errors import SetupError
from simulator.scenarios.format import Scenario

FOLDER = Path(__file__).parent / "files"
ORDER = (
    "quiet_day",
    "saturday_rush",
    "server_dies_at_noon",
    "transmitter_cable_out",
    "prankster",
    "night_without_internet",
)


def shipped() -> list[Scenario]:
    return [find(one) for one in ORDER]


def find(name: str | Path) -> Scenario:
    """Raises SetupError with everything that is wrong with it, a line each."""
    if str(name) in ORDER:
        return load(Scenario, FOLDER / f"{name}.toml")
    path = Path(name)
    if not path.exists() and path.suffix != ".toml":
        raise SetupError(f"there is no scenario {name}: a file, or one of {', '.join(ORDER)}")
    return load(Scenario, path)
