"""The database in trouble, and one bad piece of work in a group: nothing is settled that is not stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import delete, select

from broker_config.messages import LightState, PageState, PressKind, ReceiptResult
from server.channels_out.letter import Told
from server.db.engine_write import Writer
from server.db.tables import Incident, LastResort, Notice, Refused, Shift
from server.engine.work import Work
from server.requests import Acknowledge, Arrive, Refusal, ShopChanged
from tests.engine_box import EngineBox
from tests.small_shop import ADDRESS, ANNA, CARMEN, STORE

Write = Callable[[Writer, Connection, Work], None]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Each exception in the list makes one write fail, after its rows were written."""
    queue: list[Exception] = []
    real = Writer.write

    def write(self: Writer, at: Connection, work: Work) -> None:
        real(self, at, work)
        if queue:
            raise queue.pop(0)

    monkeypatch.setattr(Writer, "write", write)
    return queue


def trouble() -> OperationalError:
    return OperationalError("insert", {}, Exception("disk full"))


def test_while_the_database_is_away_nothing_is_said_and_nothing_is_settled(
    box: EngineBox, failing: list[Exception]
) -> None:
    failing += [trouble()]
    box.press("b1", 1)
    assert (box.receipts, box.orders, box.link.settled) == ([], [], [])
    assert (box.presses(), box.incidents()) == ([], [])
    box.press("b1", 2)
    box.time.advance(0.5)
    assert len(box.receipts) == 2
    assert [one.number for one in box.incidents()] == [1, 2]
    assert box.link.reconnects == []


def test_when_it_stays_away_the_link_is_dropped_so_that_the_broker_sends_again(
    box: EngineBox, failing: list[Exception]
) -> None:
    failing += [trouble()] * 3
    press = box.press()
    box.time.advance(5)
    assert len(box.link.reconnects) == 1
    assert box.presses() == []
    box.press(id=press.id, seq=press.seq, try_=2)
    assert len(box.incidents()) == 1


def test_a_person_is_told_to_try_again(box: EngineBox, failing: list[Exception]) -> None:
    box.press()
    incident = box.incidents()[0]
    failing += [trouble()]
    assert box.ask(Acknowledge(incident.id, ANNA)) is None
    assert box.incidents()[0].state == "triggered"
    box.time.advance(1)
    assert box.ask(Acknowledge(incident.id, ANNA)) is not None


def test_one_that_can_never_be_stored_does_not_take_its_group_with_it(
    box: EngineBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Writer.write

    def write(self: Writer, at: Connection, work: Work) -> None:
        if any(row["seq"] == 2 for row in work.presses.values()):
            raise ValueError("poison")
        real(self, at, work)

    monkeypatch.setattr(Writer, "write", write)
    box.press("b1", 1, run=False)
    box.press("b1", 2, run=False)
    box.press("b2", 1)
    assert [one.seq for one in box.presses()] == [1, 3]
    assert len(box.link.settled) == 3
    with box.db.reading() as session:
        assert [(one.reason, one.count) for one in session.exec(select(Refused))] == [("internal", 1)]


def test_the_picture_is_as_it_was_after_a_failure(box: EngineBox, failing: list[Exception]) -> None:
    box.press("b1", 1)
    failing += [ValueError("once"), ValueError("twice")]
    box.press("b1", 1)
    assert box.incidents()[0].presses == 1
    box.press("b1", 1)
    assert box.incidents()[0].presses == 2


def test_a_row_that_somebody_else_changed_is_not_overwritten(box: EngineBox) -> None:
    box.press()
    with box.db.transaction() as session:
        row = session.exec(select(Incident)).one()
        row.state = "closed"
        row.outcome = "abuse"
        session.add(row)
    assert isinstance(box.ask(Acknowledge(box.incidents()[0].id, ANNA)), Refusal)
    assert [(one.state, one.outcome) for one in box.incidents()] == [("closed", "abuse")]


def test_presses_of_its_button_are_not_refused_for_ever(box: EngineBox) -> None:
    box.press()
    with box.db.transaction() as session:
        row = session.exec(select(Incident)).one()
        row.state, row.closed_at = "closed", row.triggered_at
        session.add(row)
    press = box.press()
    assert [one.state for one in box.incidents()] == ["closed", "triggered"]
    assert box.receipts[-1].id == press.id
    assert box.receipts[-1].result is ReceiptResult.STORED


def test_a_press_that_is_dealt_with_twice_counts_once_for_the_flood(
    box: EngineBox, failing: list[Exception]
) -> None:
    for _ in range(20):
        failing += [ValueError("once")]
        box.press()
    box.ask(Arrive(box.incidents()[0].id, ANNA))
    box.press()  # the 21st of this minute: no flood, and whoever is attended is another customer
    assert [(one.state, one.presses) for one in box.incidents()] == [("attended", 20), ("triggered", 1)]


def test_a_press_grows_too_old_while_the_database_is_away(box: EngineBox, failing: list[Exception]) -> None:
    failing += [trouble()]
    box.press(age_ms=119_800)
    box.time.advance(0.5)
    assert [one.state for one in box.presses()] == ["late"]
    assert [one.result for one in box.receipts] == [ReceiptResult.LATE]
    assert box.orders == []


class TestACommitInDoubt:
    """The database took it, and the word that it did never came back."""

    @pytest.fixture
    def unheard(self, monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
        queue: list[Exception] = []
        real = Writer.commit

        def commit(self: Writer, work: Work) -> None:
            real(self, work)
            if queue:
                raise queue.pop(0)

        monkeypatch.setattr(Writer, "commit", commit)
        return queue

    def test_a_press_still_rings_and_goes_on(self, box: EngineBox, unheard: list[Exception]) -> None:
        unheard += [trouble()]
        press = box.press()
        assert box.orders == []
        box.time.advance(0.5)
        assert [one.id for one in box.receipts] == [press.id]
        assert box.addresses() == [ADDRESS[ANNA]]
        box.result(box.orders[0], PageState.TRANSMITTED)
        assert box.lights[-1] is LightState.CALLED
        box.time.advance(20)
        assert box.addresses() == [ADDRESS[ANNA], ADDRESS[CARMEN]]
        box.press("b1", 2)
        assert [one.number for one in box.incidents()] == [1, 2]

    def test_also_when_the_press_comes_back_over_a_new_connection(
        self, box: EngineBox, unheard: list[Exception], failing: list[Exception]
    ) -> None:
        unheard += [trouble()]
        press = box.press()
        failing += [trouble()] * 2
        box.time.advance(1)
        box.press(id=press.id, seq=press.seq, try_=2)
        box.time.advance(1)
        assert box.addresses()[:1] == [ADDRESS[ANNA]]
        assert len(box.incidents()) == 1

    def test_an_answer_that_was_taken_shows_at_the_button(
        self, box: EngineBox, unheard: list[Exception]
    ) -> None:
        box.press()
        box.result(box.orders[0], PageState.TRANSMITTED)
        unheard += [trouble()]
        assert box.ask(Acknowledge(box.incidents()[0].id, ANNA)) is None
        box.time.advance(0.5)
        assert box.lights == [LightState.CALLED, LightState.COMING]
        box.time.advance(60)
        assert box.addresses() == [ADDRESS[ANNA]]

    def test_a_letter_leaves(self, box: EngineBox, unheard: list[Exception]) -> None:
        with box.db.transaction() as session:
            session.exec(delete(Shift))
            session.add(LastResort(id=1, store_id=STORE, kind="mail", target="a@example.com"))
        box.ask(ShopChanged(STORE, None, "channel"))
        unheard += [trouble()]
        box.press()
        assert box.letters == []
        box.time.advance(0.5)
        assert len(box.letters) == 1


def test_two_undos_of_one_press_in_a_group_that_fails(box: EngineBox, failing: list[Exception]) -> None:
    press = box.make_press()
    failing += [trouble()]
    box.press("b1", 1, run=False)
    box.press(kind=PressKind.UNDO, ref=press.id, run=False)
    box.press(kind=PressKind.UNDO, ref=press.id)
    box.time.advance(0.5)
    box.press(id=press.id, seq=press.seq)
    assert {one.seq: one.state for one in box.presses()}[press.seq] == "undone"
    assert len(box.receipts) == 4
    assert box.addresses() == [ADDRESS[ANNA]]
    assert [one.number for one in box.incidents()] == [1]


def test_the_word_for_one_that_cannot_be_stored_waits_for_the_database(
    box: EngineBox, failing: list[Exception]
) -> None:
    failing += [ValueError("poison"), ValueError("poison"), trouble()]
    box.press("b1", 1)
    box.time.advance(2)
    box.press("b1", 2)
    assert box.receipts[-1].result is ReceiptResult.STORED
    assert len(box.link.settled) == 2


def test_the_word_about_a_letter_waits_for_the_database_even_when_the_links_are_dropped(
    box: EngineBox, failing: list[Exception]
) -> None:
    with box.db.transaction() as session:
        session.add(LastResort(id=1, store_id=STORE, kind="mail", target="a@example.com"))
    box.ask(ShopChanged(STORE, None, "channel"))
    box.press()
    box.time.advance(80)
    (letter,) = box.letters
    failing += [trouble() for _ in range(4)]
    box.loop.put(Told(letter.notice, ok=True, error=None, at=box.time.now(), tries=1))
    box.time.advance(5)
    assert box.link.reconnects
    with box.db.reading() as session:
        assert [one.state for one in session.exec(select(Notice))] == ["sent"]
