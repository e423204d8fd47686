"""Every kind of simulated transmitter: its box can be made, and has the trouble that it names."""

from __future__ import annotations

import pytest

from broker_config import lines
from pager_gateway import registry
from simulator.transmitters.amounts import amounts
from simulator.transmitters.base import Trouble
from simulator.transmitters.kinds import KINDS, speed, troubles

NOW = 100.0


def test_every_driver_of_the_gateway_has_a_simulated_box() -> None:
    assert set(KINDS) == set(registry.BUILT_IN)
    assert lines.SPEEDS.keys() | lines.TCP <= set(KINDS)


@pytest.mark.parametrize("driver", KINDS)
def test_trouble_is_made_read_and_ended(driver: str) -> None:
    for kind in troubles(driver):
        box = KINDS[driver].make(lambda address: True, 1, {})
        assert amounts(driver, box) == {}
        many = 2000 if kind is Trouble.SLOW else 1
        box.trouble(kind, many, NOW)
        assert amounts(driver, box) == {kind: many}
        box.trouble(kind, 0, NOW)
        assert amounts(driver, box) == {}


@pytest.mark.parametrize("driver", KINDS)
def test_trouble_that_it_cannot_have_is_refused(driver: str) -> None:
    box = KINDS[driver].make(lambda address: True, 1, {})
    for kind in set(Trouble) - set(troubles(driver)):
        with pytest.raises(KeyError):
            box.trouble(kind, 1, NOW)


@pytest.mark.parametrize("driver", KINDS)
def test_the_driver_takes_the_settings_of_the_bench(driver: str) -> None:
    made = registry.find(driver)(KINDS[driver].demo, speed(driver))
    formats = set(made.abilities.formats)
    assert set(KINDS[driver].formats) <= formats
