"""Every pair of state and event, walked; what is not in the table is refused by name."""

from __future__ import annotations

import itertools

import pytest

from server.rules.incidents import MOVES, Event, State, WrongMove, move

PAIRS = list(itertools.product(State, Event))


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair_moves_as_the_table_says_or_is_refused_by_name(state: State, event: Event) -> None:
    if (state, event) in MOVES:
        assert move(state, event) is MOVES[state, event]
    else:
        with pytest.raises(WrongMove, match=f"{event} is not possible while {state}") as refused:
            move(state, event)
        assert (refused.value.state, refused.value.event) == (state, event)


def test_closed_is_the_end() -> None:
    assert not [event for event in Event if (State.CLOSED, event) in MOVES]


def test_every_state_but_closed_can_be_closed() -> None:
    for state in set(State) - {State.CLOSED}:
        assert move(state, Event.CLOSE) is State.CLOSED


def test_only_the_first_acknowledge_counts() -> None:
    assert move(State.TRIGGERED, Event.ACKNOWLEDGE) is State.ACKNOWLEDGED
    with pytest.raises(WrongMove):
        move(State.ACKNOWLEDGED, Event.ACKNOWLEDGE)
