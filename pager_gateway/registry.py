"""Which driver a name means. Ours stand in a dict, so a checkout works uninstalled; others come by entry point."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any, TypeAlias, cast

from pager_gateway.errors import ConfigError
from pager_gateway.transmitter import Transmitter

GROUP = "redbutton.transmitters"
Factory: TypeAlias = Callable[[Mapping[str, Any], int], Transmitter]
"""(the driver's own settings, baud rate of the port) -> Transmitter."""

BUILT_IN: dict[str, str] = {
    "comp2": "pager_gateway.drivers.comp2.driver:create",
    "espa444": "pager_gateway.drivers.espa444.driver:create",
    "pocsag-mmdvm": "pager_gateway.drivers.pocsag_mmdvm.driver:create",
    "pocsag-raw": "pager_gateway.drivers.pocsag_raw.driver:create",
    "rf-bridge": "pager_gateway.drivers.rf_bridge.driver:create",
    "scope": "pager_gateway.drivers.scope.driver:create",
    "snpp": "pager_gateway.drivers.snpp.driver:create",
    "tap": "pager_gateway.drivers.tap.driver:create",
    "waveware": "pager_gateway.drivers.waveware.driver:create",
}


def names() -> list[str]:
    return sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))})


def find(name: str) -> Factory:
    """The factory of a driver, imported only now. Raises ConfigError for a name nobody answers to."""
    place = BUILT_IN.get(name)
    if place is not None:
        module, _, attribute = place.partition(":")
        return cast(Factory, getattr(importlib.import_module(module), attribute))
    for point in entry_points(group=GROUP, name=name):
        return cast(Factory, point.load())
    raise ConfigError(f"no driver called {name!r}; there are: {', '.join(names())}")


def describe(name: str) -> str:
    """The first line that the driver's own module says of itself; why not, if it cannot be loaded."""
    try:
        module = importlib.import_module(find(name).__module__)
    except (ConfigError, ImportError, AttributeError) as error:
        return f"cannot be loaded: {error}"
    return (module.__doc__ or "says nothing of itself").strip().splitlines()[0]
