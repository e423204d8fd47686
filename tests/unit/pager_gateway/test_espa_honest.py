"""A page is said to be transmitted only if the paging system took it, whatever is lost, late, refused or torn."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.messages import PageState
from simulator.transmitters.espa444 import EspaFaults, EspaHabits
from tests.unit.pager_gateway.espa_rig import EspaLine

PREFIX = st.sampled_from(["", "1", "2", "3"])
FAULTS = st.fixed_dictionaries(
    {},
    optional={
        "late_ack_s": st.lists(st.floats(0, 7), max_size=4),
        "nak_select": st.lists(PREFIX, max_size=2),
        "nak_block": st.lists(PREFIX, max_size=3),
        "ignore_select": st.integers(0, 3),
        "eat_block": st.integers(0, 3),
        "lose_reply": st.integers(0, 3),
        "eot_for_ack": st.integers(0, 2),
        "delay_reply_s": st.sampled_from([0.0, 0.3, 0.95, 1.05, 1.7]),
        "fates": st.lists(st.sampled_from("3458"), max_size=3),
        "spoil_status": st.integers(0, 3),
        "freeze_status": st.integers(0, 1),
        "stranger": st.booleans(),
        "hang_up_in_block": st.integers(0, 1),
        "failure": st.integers(0, 1),
    },
)
SETTINGS = st.fixed_dictionaries(
    {
        "supervise": st.sampled_from(["poll", "select", "off"]),
        "status": st.sampled_from(["automatic", "never"]),
        "role": st.sampled_from(["control", "control", "polled"]),
        "batch": st.sampled_from([1, 4]),
    }
)


@settings(max_examples=100, deadline=None)
@given(st.lists(FAULTS, min_size=4, max_size=4), SETTINGS, st.floats(0.01, 8))
def test_what_is_said_of_a_page_is_true(
    faults: list[dict[str, Any]], espa: dict[str, Any], pause_s: float
) -> None:
    polled = espa["role"] == "polled"
    line = EspaLine(None, EspaHabits(polls_every_s=0.5 if polled else None, status=espa["status"]), **espa)
    pages = {}
    for number, found in enumerate(faults):
        for name, value in found.items():
            setattr(line.faults, name, deepcopy(value))
        if not line.driver.busy:
            pages[line.give(f"N {number}", 0.0)] = f"N {number}"
        line.clock.advance(pause_s)
    fates = any(one.get("fates") for one in faults)
    for name in EspaFaults.__slots__:
        setattr(line.faults, name, getattr(EspaFaults(), name))
    line.clock.advance(90)
    assert not line.driver.busy
    taken = [one.why.rpartition(": ")[2] for one in line.seen if one.why.startswith("call for")]
    for page, text in pages.items():
        first = line.results(page)[0]
        copies = line.texts().count(text)
        assert copies <= 2
        if first.state is PageState.TRANSMITTED:
            assert text in taken
            assert copies >= 1 or fates
        if first.state is PageState.FAILED and (
            first.error is None or not first.error.code.startswith("espa-")
        ):
            assert copies == 0
    last = line.give("AFTERWARDS", 10)
    assert line.results(last)[0].state is PageState.TRANSMITTED
