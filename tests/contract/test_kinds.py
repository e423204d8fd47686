"""Each kind of transmitter has one name everywhere: in the gateway, in files, on the floor."""

from broker_config.lines import KINDS
from pager_gateway.registry import BUILT_IN
from simulator.transmitters import kinds


def test_gateway_files_and_simulator_know_the_same_kinds() -> None:
    assert sorted(KINDS) == sorted(BUILT_IN) == sorted(kinds.KINDS)
