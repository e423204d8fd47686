"""The book finds what a shop could do wrong: each complaint is provoked once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from tests.chaos import book
from tests.chaos.book import Felt, Limits, Push
from tests.chaos.words import Codes, Texts

START = datetime(2026, 11, 28, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TTL = 15 * SECOND
PLACE = ("b1", 1)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@dataclass
class Press:
    seq: int
    pressed_at: datetime
    received_at: datetime
    id: UUID
    device: str = "b1"
    input: int = 1
    state: str = "stored"
    age_known: bool = True


@dataclass
class Page:
    press_id: UUID
    created_at: datetime
    final_at: datetime | None
    id: UUID
    incident_id: UUID
    reason: str = "step"
    address: str = "1001"
    body: str = "Z1 B1-1 CALL"
    priority: int = 2
    state: str = "transmitted"
    error_code: str | None = None
    proof: str = "accepted"
    transmitter: str = "t1"


@dataclass
class Incident:
    id: UUID
    number: int = 1
    state: str = "closed"
    outcome: str | None = "recovered"
    called_at: datetime | None = None
    nobody_at: datetime | None = None
    acknowledged_at: datetime | None = None
    attended_at: datetime | None = None
    closed_by_id: int | None = None
    stood_in_at: datetime | None = None


def push(seconds: float, **more: bool) -> Push:
    return Push(PLACE, at(seconds), at(seconds + 0.01), **more)


def stored(seq: int, seconds: float, **more: object) -> Press:
    return Press(seq, at(seconds), at(seconds + 0.1), uuid4(), **more)  # type: ignore[arg-type]


def nothing_hidden(unit: str, since: datetime, until: datetime) -> timedelta:
    return timedelta()


def limits(**more: object) -> Limits:
    usual = Limits(
        ttl=TTL,
        may_double=0,
        bad_line=lambda felt: False,
        hidden=nothing_hidden,
        words=Texts(),
        unproven=lambda row: False,
        on_air=lambda line: timedelta(),
    )
    return replace(usual, **more)  # type: ignore[arg-type]


def complaints(pushes: list[Push], rows: list[Press]) -> list[str]:
    return book.presses(pushes, rows, nothing_hidden).complaints


def test_all_is_well() -> None:
    pushes, rows = [push(1, answered=True), push(5, lived=True)], [stored(1, 1.06), stored(2, 5.06)]
    said = book.presses(pushes, rows, nothing_hidden)
    assert said.complaints == []
    assert [said.push_of[row.id] for row in rows] == pushes


def test_a_press_that_its_light_had_answered_is_missed() -> None:
    [words] = complaints([push(1, answered=True), push(5, lived=True)], [stored(2, 5.06)])
    assert "lost, its light had answered" in words


def test_a_press_that_a_living_unit_swallowed_is_missed() -> None:
    [words] = complaints([push(1, lived=True)], [])
    assert "lost, its unit lived on" in words


def test_a_press_may_die_unanswered_with_its_unit() -> None:
    assert complaints([push(1), push(5, lived=True)], [stored(1, 5.06)]) == []


def test_a_press_stored_twice_and_one_of_nobody_are_found() -> None:
    assert len(complaints([push(1, lived=True)], [stored(1, 1.06), stored(2, 1.06)])) == 1
    assert len(complaints([], [stored(1, 1.06)])) == 1


def test_a_wrong_moment_is_found_unless_its_age_is_not_known() -> None:
    [words] = complaints([push(1, lived=True)], [stored(1, 12)])
    assert "wrong" in words
    assert complaints([push(1, lived=True)], [stored(1, 12, age_known=False)]) == []


def test_a_sleeve_need_not_be_there_and_may() -> None:
    assert complaints([push(1, meant=False, lived=True)], []) == []
    assert complaints([push(1, meant=False, lived=True)], [stored(1, 1.06)]) == []


def test_undone_presses_are_as_many_as_were_meant() -> None:
    one = Counter({PLACE: 1})
    assert book.undos(one, one, one) == []
    assert book.undos(one, one, Counter({PLACE: 2})) == []  # the second push was a press by then
    assert len(book.undos(one, one, Counter())) == 1
    assert book.undos(one, Counter(), Counter()) == []
    assert len(book.undos(Counter(), Counter(), one)) == 1


def page_of(row: Press, seconds: float = 1.1, **more: object) -> Page:
    return Page(row.id, at(seconds), at(seconds + 0.2), uuid4(), UUID(int=7), **more)  # type: ignore[arg-type]


def judged(felt: list[float], pages: list[Page], text: str = "Z1 B1-1 CALL", **more: object) -> book.Said:
    """All pages are of the press at 1 s."""
    pressed = {page.press_id: push(1) for page in pages}
    unsure = more.pop("unsure", set())
    airs = [Felt(at(moment), "1001", text, "t1") for moment in felt]
    return book.pages(airs, pages, pressed, unsure, limits(**more))  # type: ignore[arg-type]


def test_a_page_that_rings_in_time_once_is_well() -> None:
    assert judged([1.2], [page_of(stored(1, 1))]).complaints == []


def test_a_stale_page_is_found_unless_it_is_quiet_and_of_unknown_age() -> None:
    row = stored(1, 1)
    late = page_of(row, 19.0)
    said = judged([19.1], [late])
    assert said.counts["stale"] == 1
    assert "stale" in said.complaints[0]
    assert judged([19.1], [replace(late, priority=3)], unsure={row.id}).complaints == []
    assert judged([19.1], [late], unsure={row.id}).counts["stale"] == 1


def test_what_is_called_later_has_a_time_of_its_own() -> None:
    later = page_of(stored(1, 1), 40.0, reason="pass")
    assert judged([45.0], [later]).complaints == []
    assert judged([60.0], [replace(later, final_at=at(60.1))]).counts["stale"] == 1


def test_a_page_that_rings_twice_is_found_unless_the_line_was_bad() -> None:
    one = [page_of(stored(1, 1))]
    assert len(judged([1.15, 1.25], one).complaints) == 1
    said = judged([1.15, 1.25], one, bad_line=lambda felt: felt.line == "t1")
    assert said.complaints == []
    assert said.counts["doubled by a bad line"] == 1


def test_what_nobody_felt_and_what_was_not_to_be_felt_are_found() -> None:
    assert "nobody felt it" in judged([], [page_of(stored(1, 1))]).complaints[0]
    assert "written down as expired" in judged([1.2], [page_of(stored(1, 1), state="expired")]).complaints[0]
    assert judged([], [page_of(stored(1, 1), state="expired")]).complaints == []
    unheard = page_of(stored(1, 1), state="expired", error_code="no_answer")
    said = judged([1.2], [unheard])
    assert (said.complaints, said.counts["unheard"]) == ([], 1)
    assert judged([], [unheard]).complaints == []


def test_an_urgent_page_overtakes_one_that_was_ordered_before_it() -> None:
    """It does not become the page of long ago of which nobody knows whether it rang."""
    press = stored(1, 1)
    old = page_of(press, state="expired", error_code="no_answer")
    waiting = page_of(press, 30.0, reason="repeat", body="Z1 B1-1 WAITING")
    waiting.final_at = at(54)
    call = page_of(press, 31.0, reason="pass")
    airs = [Felt(at(38), "1001", call.body, "t2"), Felt(at(38.2), "1001", waiting.body, "t1")]
    said = book.pages(airs, [old, waiting, call], {press.id: push(1)}, set(), limits())
    assert said.complaints == []
    assert {row.id for row in said.rang} == {waiting.id, call.id}


def test_a_transmission_that_began_in_time_is_heard_to_its_end() -> None:
    last = page_of(stored(1, 1), 15.9)
    assert judged([21.0], [replace(last, final_at=at(21.0))]).counts["stale"] == 1
    assert judged([21.0], [replace(last, final_at=at(21.0))], on_air=lambda line: 8 * SECOND).complaints == []
    assert (
        judged([27.0], [replace(last, final_at=at(27.0))], on_air=lambda line: 8 * SECOND).counts["stale"]
        == 1
    )


def test_a_box_that_promises_nothing_is_believed_only_while_it_is_in_trouble() -> None:
    page = page_of(stored(1, 1), proof="none", transmitter="t2")
    assert "by t2, and nobody felt it" in judged([], [page]).complaints[0]
    said = judged([], [page], unproven=lambda row: row.transmitter == "t2")
    assert (said.complaints, said.believed) == ([], [page])
    assert said.counts["unproven"] == 1


def test_watches_are_called_by_codes_and_hear_those_of_all_others() -> None:
    """Two people of one zone: each code is on the air once for each, and says nothing of whom it is for."""
    pages = [page_of(stored(1, 1), address=address, body="0A1B21") for address in ("1001", "1101")]
    assert judged([1.2, 1.25], pages, "0A1B21", words=Codes()).complaints == []
    assert len(judged([1.2], pages, "0A1B21", words=Codes()).complaints) == 1
    assert len(judged([1.2, 1.25, 1.28], pages, "0A1B21", words=Codes()).complaints) == 1
    again = [replace(page, body="0A1B22", reason="again") for page in pages]
    assert judged([1.2, 1.25], again, "0A1B21", words=Codes()).complaints == []  # a stand-in's
    repeat = [replace(page, reason="unknown") for page in pages]
    assert len(judged([1.2, 1.25], repeat, "0A1B21", words=Codes()).complaints) == 2


def test_a_repeat_of_what_was_felt_counts_and_must_say_so() -> None:
    row = stored(1, 1)
    first = page_of(row, state="unknown")
    again = page_of(row, 3.0, reason="unknown", body="Z1 B1-1 CALL, REPEATED")
    airs = [Felt(at(1.2), "1001", first.body, "t1"), Felt(at(3.1), "1001", again.body, "t1")]
    pressed = {row.id: push(1)}
    assert len(book.pages(airs, [first, again], pressed, set(), limits()).complaints) == 1
    said = book.pages(airs, [first, again], pressed, set(), limits(may_double=1))
    assert (said.complaints, said.counts["doubled"]) == ([], 1)
    bare = replace(again, body="Z1 B1-1 CALL")
    airs[1] = replace(airs[1], text=bare.body)
    assert len(book.pages(airs, [first, bare], pressed, set(), limits(may_double=1)).complaints) == 1


def test_an_incident_ends_and_somebody_was_called_or_told() -> None:
    one = Incident(UUID(int=7))
    assert book.incidents([one], {one.id}).complaints == []
    assert len(book.incidents([one], set()).complaints) == 1
    assert book.incidents([replace(one, nobody_at=START)], set()).complaints == []
    assert book.incidents([replace(one, closed_by_id=1)], set()).complaints == []
    [words] = book.incidents([replace(one, state="triggered", outcome=None)], {one.id}).complaints
    assert "no final word" in words


def test_a_light_says_what_is_so() -> None:
    one = Incident(UUID(int=7), state="triggered", outcome=None)

    def light(*some: Incident, sorry: bool = False) -> str:
        return book.light_of((START, number, row, sorry) for number, row in enumerate(some))

    assert light() == "idle"
    assert light(one) == "received"
    assert light(replace(one, called_at=START)) == "called"
    assert light(replace(one, nobody_at=START)) == "nobody"
    assert light(one, sorry=True) == "sorry"
    assert light(one, replace(one, state="acknowledged")) == "coming"
    assert light(replace(one, state="attended")) == "idle"
