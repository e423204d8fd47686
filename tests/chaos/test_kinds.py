"""Every kind of transmitter can be in the shop, with the promises of its rig."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from broker_config.lines import KINDS
from pager_gateway.config import TransmitterSettings
from tests.chaos.kinds import ANY, CODES, chosen, promise_of, promises
from tests.chaos.lines import plug_in
from tests.chaos.plan import LINES, Kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_plugs_in_and_its_gateway_knows_it(kind: str, tmp_path: Path) -> None:
    lines = plug_in((kind, kind), tmp_path, 1)
    try:
        assert list(lines) == list(LINES)
        for name, line in lines.items():
            [told] = tomllib.loads(line.settings())["transmitters"]
            settings = TransmitterSettings(**told)
            assert (settings.name, settings.driver) == (name, kind)
            assert settings.create().batch == line.promise.batch
    finally:
        for line in lines.values():
            line.stop()


def test_what_kinds_promise() -> None:
    unproven = {kind for kind in KINDS if not promise_of(kind).proves}
    assert unproven == {"pocsag-raw", "comp2"}
    assert {kind for kind in KINDS if promise_of(kind).codes} == CODES
    assert {kind for kind in KINDS if promise_of(kind).batch > 1} == {"pocsag-raw", "pocsag-mmdvm"}
    for kind in KINDS:
        promise = promise_of(kind)
        assert Kind.PULL in promise.can
        assert (Kind.GARBLE in promise.can) == (kind != "snpp")  # TCP has sums of its own
        assert promise.air_s > 0 or kind not in {"pocsag-raw", "pocsag-mmdvm", "rf-bridge"}
    assert list(promises(("tap", "snpp"))) == list(LINES)


def test_any_is_a_choice_of_the_seed_and_seeds_meet_every_kind_and_no_pager_hears_half() -> None:
    shops = [chosen(ANY, seed) for seed in range(60)]
    assert shops == [chosen(ANY, seed) for seed in range(60)]
    assert {kind for kinds in shops for kind in kinds} == set(KINDS)
    assert {len(kinds) for kinds in shops} == {1, 2}
    assert {kinds[1] for kinds in shops if len(kinds) == 2} == set(KINDS)
    assert all(len({kind in CODES for kind in kinds}) == 1 for kinds in shops)


def test_kinds_are_named() -> None:
    assert chosen("tap", 1) == ("tap",)
    assert chosen("rf-bridge,rf-bridge", 1) == ("rf-bridge", "rf-bridge")
    for words, why in {
        "tap,morse": "no such kind of transmitter: morse",
        "tap,tap,tap": "at most 2",
        "tap,rf-bridge": "no pager hears both",
    }.items():
        with pytest.raises(ValueError, match=why):
            chosen(words, 1)
