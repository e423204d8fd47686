"""Drivers by name: ours, and those that somebody else's package brings by a real entry point."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import pager_gateway
from pager_gateway import registry
from pager_gateway.config import TransmitterSettings
from pager_gateway.errors import ConfigError
from tests.foreign.installed import install


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package from outside, as pip would leave it: one folder on sys.path that is gone afterwards."""
    monkeypatch.setattr(sys, "path", [place for place in sys.path if "redbutton-foreign" not in place])
    monkeypatch.delitem(sys.modules, "redbutton_lrs.driver", raising=False)
    monkeypatch.delitem(sys.modules, "redbutton_lrs", raising=False)
    install(tmp_path)


@pytest.mark.parametrize("name", sorted(registry.BUILT_IN))
def test_every_driver_of_ours_is_there_and_says_its_own_name(name: str) -> None:
    made = registry.find(name)({}, 9600)
    assert made.abilities.driver == name
    assert made.batch >= 1
    assert not made.busy


@pytest.mark.usefixtures("installed")
def test_a_driver_from_outside_is_found_by_its_entry_point() -> None:
    assert "lrs" in registry.names()
    settings = TransmitterSettings.model_validate(
        {"name": "tx-1", "driver": "lrs", "port": "/dev/ttyUSB0", "settings": {"system": 3}}
    )
    assert settings.create().abilities.driver == "lrs"


@pytest.mark.usefixtures("installed")
def test_settings_of_a_driver_from_outside_are_checked_with_the_file() -> None:
    settings = TransmitterSettings.model_validate(
        {"name": "tx-1", "driver": "lrs", "port": "/dev/ttyUSB0", "settings": {"system": 99}}
    )
    with pytest.raises(ConfigError, match=r"transmitter tx-1: settings\.system"):
        settings.create()


def test_the_guide_has_a_row_for_every_driver_of_ours() -> None:
    assert pager_gateway.__file__ is not None
    guide = Path(pager_gateway.__file__).with_name("DRIVERS.md").read_text(encoding="utf-8")
    for name in registry.BUILT_IN:
        assert f"| `{name}` |" in guide


def test_a_name_that_nobody_answers_to_is_refused_with_those_that_are_there() -> None:
    with pytest.raises(ConfigError, match=r"no driver called .morse.; there are: .*tap"):
        registry.find("morse")
