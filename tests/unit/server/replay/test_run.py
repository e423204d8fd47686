"""Other policies on the same calls: what must change, and what must not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from server.replay.compare import Comparison, compare
from server.replay.lines import CallLine, DeedPart, Line, PagePart, PressLine, PressPart
from server.replay.people import chance, habits
from server.replay.run import replay
from server.replay.shop import store_of
from server.replay.went import Replayed, Went
from server.shop_file import parse_shop
from tests.unit.server.replay.month import BEGINS, call, head, lines, policy, shop

MORNING = BEGINS + timedelta(hours=9)
PASSED = 4
"""A number whose call P3 would answer, by the hash."""
ALWAYS = {
    "shifts": [
        {"carrier": f"P{number}", "days": "mon-sun", "from": "00:00", "to": "00:00"}
        | ({"zone": "Zone 1"} if number % 2 else {})
        for number in range(1, 7)
    ],
    "opening": [],
}
"""Nobody comes or goes; P6 leads the shift."""


def went(found: Sequence[Line], *steps: dict[str, Any], **other: Any) -> Replayed:
    fields = {
        key: other.pop(key)
        for key in list(other)
        if key in ("repeat_s", "repeats", "attend_s", "ttl_s", "exit_s")
    }
    table = shop(6, 2, **ALWAYS, policies=[policy(*steps, **fields)], **other)
    top = head(table)
    return replay(store_of(parse_shop(table)), top, habits(found), found)


def pages(one: Went) -> list[tuple[float, str]]:
    return [(page.after.total_seconds(), page.key) for page in one.pages]


STEP = (
    st.fixed_dictionaries(
        {
            "after_s": st.integers(0, 60),
            "target": st.sampled_from(["zone", "everybody"]),
        }
    )
    | st.fixed_dictionaries(
        {
            "after_s": st.integers(0, 60),
            "target": st.just("role"),
            "role": st.sampled_from(["staff", "shift_lead"]),
        }
    )
    | st.fixed_dictionaries(
        {
            "after_s": st.integers(0, 60),
            "target": st.just("carrier"),
            "carrier": st.sampled_from(["P1", "P2", "P5"]),
        }
    )
)
PAGED = st.lists(st.tuples(st.integers(0, 50), st.sampled_from(["P1", "P2", "P3", "P6"])), max_size=4)
ANSWER = st.none() | st.tuples(st.integers(50, 200), st.sampled_from(["P1", "P2", "P3", "P6"]))


@st.composite
def records(draw: st.DrawFn) -> list[CallLine]:
    count = draw(st.integers(0, 5))
    return [
        call(
            number + 1,
            MORNING + timedelta(days=number),
            place=draw(st.integers(1, 2)),
            pages=sorted(draw(PAGED)),
            answer=draw(ANSWER),
        )
        for number in range(count)
    ]


def first_pages(one: Went) -> dict[str, float]:
    found: dict[str, float] = {}
    for after, key in pages(one):
        found.setdefault(key, after)
    return found


def answered(one: Went) -> float:
    return float("inf") if one.answered_after is None else one.answered_after.total_seconds()


@given(records(), st.lists(STEP, min_size=1, max_size=3), STEP)
@settings(max_examples=30)
def test_one_more_step_makes_nobody_later(
    found: list[CallLine], steps: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    """As long as it comes before the first repeat would; and before anybody who is called anew has passed it on."""
    more = {**more, "after_s": min(more["after_s"], 30)}
    before, after = went(found, *steps, repeat_s=30), went(found, *steps, more, repeat_s=30)
    assert [one.id for one in before.calls] == [one.id for one in after.calls]
    for one, other in zip(before.calls, after.calls, strict=True):
        assert answered(other) <= answered(one)
        # after an answer nobody is called any more, so only who is called before it is compared
        early = {key: at for key, at in first_pages(one).items() if at < answered(other)}
        late = first_pages(other)
        assert all(late[key] <= at for key, at in early.items())


@given(records(), st.lists(STEP, min_size=1, max_size=3), st.integers(0, 2), st.integers(0, 60))
@settings(max_examples=30)
def test_a_shorter_wait_makes_no_first_page_later(
    found: list[CallLine], steps: list[dict[str, Any]], which: int, wait: int
) -> None:
    which %= len(steps)
    shorter = [dict(one) for one in steps]
    shorter[which]["after_s"] = min(wait, steps[which]["after_s"])
    before, after = went(found, *steps), went(found, *shorter)
    for one, other in zip(before.calls, after.calls, strict=True):
        if pages(one):  # else somebody came before anybody was called
            assert pages(other)[0][0] <= pages(one)[0][0]
        assert answered(other) <= answered(one)


@given(records(), st.lists(STEP, min_size=1, max_size=3))
@settings(max_examples=15)
def test_twice_is_the_same(found: list[CallLine], steps: list[dict[str, Any]]) -> None:
    assert went(found, *steps) == went(found, *steps)


def test_an_empty_record() -> None:
    top = head()
    found = compare(top, list)
    assert [column.figures.calls for column in found.columns] == [0, 0]
    assert found.columns[0].figures == found.columns[1].figures
    assert found.rows() == []


def compared(found: Sequence[Line], **other: Any) -> Comparison:
    table = shop(6, 2, **ALWAYS)
    return compare(head(table), lambda: found, [("other", parse_shop({**table, **other}))])


def test_who_is_called_earlier_answers_earlier_by_as_much() -> None:
    real = [call(1, MORNING, pages=[(0, "P1"), (0, "P3"), (0, "P5"), (20, "P6")], answer=(26, "P6"))]
    found = compared(real, policies=[policy({"target": "role", "role": "shift_lead"})])
    same, other = found.columns[1].went.calls[0], found.columns[2].went.calls[0]
    assert (answered(same), same.answered_by) == (26, "P6")
    assert (answered(other), other.answered_by) == (6, "P6")
    assert pages(other) == [(0, "P6")]
    assert found.columns[2].figures.to_answer.median == 6
    assert found.columns[2].figures.to_page.median == 0


def test_a_policy_that_calls_only_who_did_not_answer() -> None:
    real = [call(1, MORNING, pages=[(0, "P1"), (20, "P6")], answer=(70, "P6"))]
    one = went(real, {"target": "carrier", "carrier": "P1"}, repeats=1).calls[0]
    assert one.answered_after is None
    assert pages(one) == [(0, "P1"), (30, "P1")]


def test_late_by_another_policy_is_history() -> None:
    old = call(1, MORNING)
    press = old.presses[0].model_copy(update={"received_at": MORNING + timedelta(seconds=40)})
    real = [old.model_copy(update={"presses": (press,)})]
    assert len(went(real).calls) == 1
    found = went(real, ttl_s=30)
    assert (len(found.calls), found.late) == (0, 1)


def test_a_call_that_is_closed_earlier_no_longer_takes_the_next_press() -> None:
    real = [call(1, MORNING, pages=[(0, "P1")], answer=(100, "P1"), arrive=1, close=2)]
    push = PressPart(
        id=UUID(int=99),
        pressed_at=MORNING + timedelta(seconds=50),
        received_at=MORNING + timedelta(seconds=50),
    )
    real = [real[0].model_copy(update={"presses": (*real[0].presses, push)})]
    assert [one.presses for one in went(real, {"target": "carrier", "carrier": "P1"}).calls] == [2]
    late = [
        real[0].model_copy(
            update={
                "pages": tuple(
                    one.model_copy(update={"at": MORNING + timedelta(seconds=80)}) for one in real[0].pages
                )
            }
        )
    ]  # 20 s after the page
    found = went(late, {"target": "carrier", "carrier": "P1"})
    assert [one.presses for one in found.calls] == [1, 1]
    assert found.calls[1].id == push.id
    assert found.calls[1].pages[0].reason == "again"


def test_a_button_pressed_in_fun_is_damped() -> None:
    def fun(number: int, minute: int) -> CallLine:
        one = call(number, MORNING + timedelta(minutes=minute), pages=[(0, "P1")], answer=(5, "P1"), close=20)
        deeds = (*one.deeds[:-1], one.deeds[-1].model_copy(update={"outcome": "false_press"}))
        return one.model_copy(update={"deeds": deeds})

    found = went([fun(1, 0), fun(2, 5), fun(3, 10), fun(4, 15)], {"target": "everybody"}, repeats=0)
    assert [len(one.pages) for one in found.calls] == [6, 6, 6, 1]


def test_who_arrives_too_late_for_the_policy_comes_all_the_same() -> None:
    real = [call(1, MORNING, pages=[(0, "P1")], answer=(5, "P1"), arrive=100, close=130)]
    found = went(real, {"target": "carrier", "carrier": "P1"}, attend_s=30)
    assert [page.reason for page in found.calls[0].pages] == [
        "step",
        "not_attended",
        "not_attended",
        "not_attended",
    ]
    assert answered(found.calls[0]) == 5


def test_who_answers_and_never_comes_does_not_answer_for_ever() -> None:
    deed = DeedPart(at=MORNING + timedelta(seconds=8), did="acknowledged", staff=True, by="P1")
    real = [call(1, MORNING, pages=[(0, "P1")]).model_copy(update={"deeds": (deed,)})]
    found = went(real, {"target": "carrier", "carrier": "P1"}, repeats=1)
    reasons = [page.reason for page in found.calls[0].pages]
    assert reasons == ["step", "not_attended", "not_attended", "not_attended", "repeat"]
    assert answered(found.calls[0]) == 8


def test_a_yellow_button_is_counted_and_one_that_nobody_set_up_calls() -> None:
    press = PressPart(id=UUID(int=5), pressed_at=MORNING, received_at=MORNING)
    real: list[Line] = [
        PressLine(device="hall", input=1, state="stored", press=press),
        PressLine(device="new", input=7, state="stored", press=press.model_copy(update={"id": UUID(int=6)})),
        PressLine(device="hall", input=1, state="undone", press=press.model_copy(update={"id": UUID(int=7)})),
    ]
    buttons = [{"device": "hall", "input": 1, "zone": "Zone 1", "label": "Exit", "colour": "yellow"}]
    found = went(real, buttons=buttons)
    assert found.counted == 1
    assert [one.place for one in found.calls] == [("new", 7)]


def test_a_group_that_hears_answers_as_the_group_did() -> None:
    page = PagePart(at=MORNING, pager="Team", reason="step", step=1)
    deed = DeedPart(at=MORNING + timedelta(seconds=8), did="acknowledged", staff=True, by="P4")
    real = [call(1, MORNING).model_copy(update={"pages": (page,), "deeds": (deed,)})]
    team = {"label": "Team", "transmitter": "t1", "address": "7777"}
    pagers = [*shop(6, 2)["pagers"], team]
    found = went(real, {"after_s": 10, "target": "group", "pager": "Team"}, pagers=pagers)
    assert pages(found.calls[0])[0] == (10, "pager Team")
    assert (answered(found.calls[0]), found.calls[0].answered_by) == (18, "pager Team")


def test_what_was_open_when_it_was_recorded_is_open_in_the_replay() -> None:
    top = head(shop(6, 2, **ALWAYS)).model_copy(update={"recorded_at": MORNING + timedelta(seconds=25)})
    real = [call(1, MORNING, pages=[(0, "P1")])]
    found = replay(store_of(parse_shop(top.shop)), top, habits(real), real)
    assert len(found.calls) == 1
    assert {page.step for page in found.calls[0].pages} == {1, 2}


def test_a_month_by_its_own_shop_is_close_to_what_happened() -> None:
    real = list(lines(150))
    found = compare(head(), lambda: real)
    truth, same = (column.figures for column in found.columns)
    assert same.late == truth.late == 3
    assert truth.calls == same.calls + same.joined == 150  # what nobody answers takes the next press here
    assert abs(same.unanswered - truth.unanswered) <= same.joined
    assert abs(same.pages_per_call - truth.pages_per_call) < 0.5
    assert same.to_answer.median is not None
    assert truth.to_answer.median is not None
    assert abs(same.to_answer.median - truth.to_answer.median) < 2


def test_whoever_was_asked_before_it_was_passed_on_is_asked_anew() -> None:
    """P3 was beaten in the first round; what P3 would have done then is over when the second one begins."""

    def at(seconds: float) -> datetime:
        return MORNING + timedelta(seconds=seconds)

    others = [
        call(9 + day, MORNING + timedelta(days=day), pages=[(0, "P1")], answer=(18, "P1"))
        for day in (1, 2, 3)
    ]
    deeds = (
        DeedPart(at=at(10), did="acknowledged", staff=True, by="P1"),
        DeedPart(at=at(15), did="passed_on", staff=True, by="P1"),
        DeedPart(at=at(40), did="acknowledged", staff=True, by="P6"),
        DeedPart(at=at(60), did="closed", staff=True, by="P6", outcome="recovered"),
    )
    one = call(PASSED, MORNING, pages=[(0, "P1"), (0, "P3"), (15, "P3"), (35, "P6")])
    real = [one.model_copy(update={"deeds": deeds}), *others]
    assert habits(real).reaction == timedelta(seconds=18)
    assert chance(real[0].id, "P3") > habits(real).unanswered
    steps = {"target": "carrier", "carrier": "P1"}, {"target": "carrier", "carrier": "P3"}
    found = went(real, *steps, {"after_s": 20, "target": "carrier", "carrier": "P6"})
    assert pages(found.calls[0]) == [(0, "P1"), (0, "P3"), (15, "P3"), (35, "P6")]


def test_who_was_called_last_before_the_period_is_spared_first() -> None:
    table = shop(6, 2, **ALWAYS, policies=[policy({"target": "zone", "most": 1})])
    real = [call(1, MORNING, place=1)]
    called = dict.fromkeys(("P1", "P5"), MORNING - timedelta(days=1))
    top = head(table, last_called=called | {"XX": MORNING})
    found = replay(store_of(parse_shop(table)), top, habits(real), real)
    assert pages(found.calls[0])[0] == (0, "P3")


def test_a_pager_for_which_a_page_is_on_its_way_is_not_called_twice() -> None:
    real = [call(1, MORNING)]
    both = {"target": "carrier", "carrier": "P1"}, {"target": "everybody"}
    found = went(real, *both, repeats=0)
    assert sorted(pages(found.calls[0])) == [(0, f"P{number}") for number in range(1, 7)]


def test_both_presses_of_a_flood_join_and_a_page_to_the_owner_is_one_more() -> None:
    one = call(1, MORNING, pages=[(0, "P1")], answer=(5, "P1"), arrive=50, close=55)
    more = tuple(
        PressPart(
            id=UUID(int=500 + number),
            pressed_at=MORNING + timedelta(seconds=6 + number),
            received_at=MORNING + timedelta(seconds=6 + number),
        )
        for number in range(40)
    )
    real = [one.model_copy(update={"presses": (*one.presses, *more)})]
    found = went(real, {"target": "carrier", "carrier": "P1"})
    assert [one.presses for one in found.calls] == [41]
    joined = [page for page in found.calls[0].pages if page.reason == "joined"]
    assert len(joined) == 29  # the thirty-first press of a minute is a flood
