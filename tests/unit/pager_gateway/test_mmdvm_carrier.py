"""What the beat of a modem's radio says of what it has, against the simulated radio at every moment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pager_gateway.drivers.pocsag_mmdvm.carrier import Beat
from simulator.transmitters.mmdvm_habits import MmdvmHabits
from simulator.transmitters.mmdvm_radio import MmdvmRadio, preamble_bytes

BATCH = bytes.fromhex("7CD215D8" + "7A89C197" * 16)


def test_moments_of_a_transmission() -> None:
    beat = Beat(696, 1)
    assert beat.first_s(0) == pytest.approx(0.58)
    assert beat.first_s(3) == pytest.approx(0.58 + 3 * 0.45333, abs=1e-4)
    assert beat.over_s(0) == pytest.approx((696 + 64) / 1200)
    assert beat.over_s(15) == pytest.approx(beat.first_s(1))
    assert beat.over_s(16) == pytest.approx((696 + 544 + 64) / 1200)
    assert [beat.begun(at) for at in (0.0, 0.57, 0.581, 1.03, 1.034)] == [0, 0, 1, 1, 2]


@given(
    st.sampled_from([1, 2]),
    st.integers(0, 50),
    st.lists(st.tuples(st.floats(0.0, 0.9), st.floats(0.0, 0.2)), min_size=1, max_size=12),
    st.floats(0, 0.05),
)
def test_the_bounds_hold_while_batches_are_fed_in_time(
    protocol: int, delay: int, steps: list[tuple[float, float]], late_s: float
) -> None:
    """A batch is handed over as the beat wants it or sooner; whoever looks then, or a while later, finds the truth
    between the bounds. `late_s`: by so much later than it rose the carrier was seen."""
    radio = MmdvmRadio(MmdvmHabits(protocol=protocol))
    radio.enabled, radio.tx_delay = True, delay
    beat = Beat(8 * preamble_bytes(delay), protocol)
    given_to_it, sure, now = 0, 0, 0.0
    for sooner_s, look_s in steps:
        if given_to_it:
            now = max(now, beat.first_s(given_to_it) - beat.draws_s - 0.15 - sooner_s)
        radio.run(now)
        radio.take(BATCH)
        given_to_it += 1
        radio.run(now)
        for at in (now, now + look_s):
            if at > beat.first_s(given_to_it) - 0.001:
                continue
            radio.run(at)
            held = radio._habits.buffer - radio.room
            assert beat.taken_at_least(at - late_s, held) <= given_to_it
            assert beat.taken_at_most(at, held) >= given_to_it
            sure += beat.taken_at_least(at - late_s, held) == given_to_it
            now = at
    assert sure >= 1


@pytest.mark.parametrize("protocol", [1, 2])
def test_one_that_is_missing_is_missed(protocol: int) -> None:
    """The modem has two fewer or one fewer than was written, as its own count says."""
    beat = Beat(696, protocol)
    assert beat.taken_at_most(0.05, 0) == (1 if protocol == 1 else 0)
    assert beat.taken_at_least(0.05, 0) == 1
    assert beat.taken_at_least(0.05, 2) == (3 if protocol == 1 else 2)
