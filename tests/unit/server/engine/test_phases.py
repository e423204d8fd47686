"""What happens by itself, at its second: steps, repeats, the exit clock, forgotten ends, orders without an answer."""

from __future__ import annotations

from sqlmodel import delete, select, update

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import DeviceState, DeviceStatus, LightState, PageCancel, PageOrder, PageState
from server.db.tables import Policy, PolicyStep, Shift
from server.requests import Acknowledge, Arrive, Close, Ending, Refusal, RefusalReason
from server.rules.incidents import Outcome
from tests.engine_box import EngineBox
from tests.small_shop import ADDRESS, ANNA, BORIS, CARMEN, STORE


def felt(box: EngineBox) -> None:
    """Every page that was ordered so far reaches the air."""
    final = {page.id for page in box.pages() if PageState(page.state).is_final}
    for order in {order.page: order for order in box.orders}.values():
        if order.page not in final:
            box.result(order, PageState.TRANSMITTED)


def ringing(box: EngineBox, since: int) -> list[str]:
    """Addresses of new pages (an order that is only repeated counts once)."""
    before = {order.page for order in box.orders[:since]}
    new = {order.page: order for order in box.orders[since:] if order.page not in before}
    return sorted(order.routes[0].address for order in new.values())


def test_nobody_answers_so_the_next_step_is_paged_on_its_second(box: EngineBox) -> None:
    box.press()
    felt(box)
    seen = len(box.orders)
    box.time.advance(19.9)
    assert ringing(box, seen) == []
    box.time.advance(0.1)
    assert ringing(box, seen) == [ADDRESS[CARMEN]]
    felt(box)
    seen = len(box.orders)
    box.time.advance(20)
    assert ringing(box, seen) == [ADDRESS[ANNA], ADDRESS[BORIS], ADDRESS[CARMEN]]


def test_after_the_last_step_everybody_rings_again_until_the_repeats_are_used_up(box: EngineBox) -> None:
    box.press()
    for _ in range(40):
        felt(box)
        box.time.advance(10)
    reasons = [page.reason for page in box.pages()]
    assert reasons.count("step") == 5
    assert reasons.count("repeat") == 6  # 3 people, 2 repeats


def test_the_exit_clock_brings_the_next_step_and_the_sorry_light(box: EngineBox) -> None:
    box.press(age_ms=80_000)
    felt(box)
    seen = len(box.orders)
    box.time.advance(10)
    assert box.incidents()[0].sorry_at is not None
    assert box.lights[-1] is LightState.SORRY
    assert ringing(box, seen) == [ADDRESS[CARMEN]]


def test_an_acknowledged_one_stops_ringing_and_shows_that_somebody_comes(box: EngineBox) -> None:
    box.press()
    felt(box)
    assert box.lights == [LightState.CALLED]
    box.ask(Acknowledge(box.incidents()[0].id, ANNA))
    seen = len(box.orders)
    box.time.advance(100)
    assert ringing(box, seen) == []
    assert box.lights == [LightState.CALLED, LightState.COMING]


def test_the_first_one_wins_and_the_second_hears_who(box: EngineBox) -> None:
    box.press()
    incident = box.incidents()[0].id
    box.ask(Acknowledge(incident, ANNA))
    answer = box.ask(Acknowledge(incident, BORIS))
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.by) == (RefusalReason.TOO_LATE, ANNA)
    assert box.incidents()[0].acknowledged_by_id == ANNA


def test_a_page_that_waits_is_taken_back_when_somebody_answers(box: EngineBox) -> None:
    box.press()
    box.result(box.orders[0], PageState.HELD)
    box.ask(Acknowledge(box.incidents()[0].id, BORIS))
    (cancel,) = box.link.messages(channels.CANCEL, PageCancel)
    assert cancel.page == box.orders[0].page
    box.result(box.orders[0], PageState.CANCELLED)
    assert box.pages()[0].state == "cancelled"
    assert box.incidents()[0].state == "acknowledged"


def test_acknowledged_but_not_there_pages_again_with_the_reason(box: EngineBox) -> None:
    box.press()
    felt(box)
    box.ask(Acknowledge(box.incidents()[0].id, BORIS))
    seen = len(box.orders)
    box.time.advance(120)
    # The exit clock ran out long ago, so the next step does not wait either.
    assert ringing(box, seen) == [ADDRESS[ANNA], ADDRESS[CARMEN]]
    assert "NOBODY THERE YET" in box.orders[seen].body
    assert box.lights[-1] is LightState.SORRY
    (incident,) = box.incidents()
    assert (incident.state, incident.acknowledged_by_id) == ("triggered", None)


def test_a_forgotten_incident_is_asked_about_and_then_closes_itself(box: EngineBox) -> None:
    box.press()
    felt(box)
    box.ask(Arrive(box.incidents()[0].id, ANNA))
    box.time.advance(20 * 60)
    assert "asked_to_close" in box.actions()
    assert box.incidents()[0].state == "attended"
    box.time.advance(40 * 60)
    (incident,) = box.incidents()
    assert (incident.state, incident.outcome) == ("closed", "not_recorded")


def test_what_nobody_ever_answered_ends_as_unanswered(box: EngineBox) -> None:
    box.press()
    felt(box)
    box.time.advance(61 * 60)
    (incident,) = box.incidents()
    assert (incident.state, incident.outcome) == ("closed", "unanswered")
    assert {page.state for page in box.pages()} == {"transmitted", "expired"}


def test_with_nobody_on_the_floor_the_board_and_the_button_say_so_at_once(box: EngineBox) -> None:
    with box.db.transaction() as session:
        session.exec(delete(Shift))
    box.restart()
    box.press()
    (incident,) = box.incidents()
    assert incident.nobody_at is not None
    assert box.lights == [LightState.NOBODY]
    assert box.orders == []
    assert [one for one in box.actions() if one.startswith("step")] == ["step_skipped"] * 3


def test_when_a_whole_step_fails_the_next_one_does_not_wait(box: EngineBox) -> None:
    box.press()
    box.result(box.orders[0], PageState.FAILED)
    assert box.addresses() == [ADDRESS[ANNA], ADDRESS[CARMEN]]


def test_when_every_page_fails_the_light_says_nobody_and_takes_it_back_when_one_is_felt(
    box: EngineBox,
) -> None:
    box.press()
    for _ in range(10):
        final = {page.id for page in box.pages() if PageState(page.state).is_final}
        open_ones = [order for order in box.orders if order.page not in final]
        if not open_ones:
            break
        box.result(open_ones[0], PageState.FAILED)
    assert box.lights == [LightState.NOBODY]
    box.time.advance(30)
    felt(box)
    assert box.lights[-1] is LightState.CALLED


def test_what_may_have_been_on_the_air_is_paged_again_marked_as_a_repeat(box: EngineBox) -> None:
    box.press()
    box.result(box.orders[0], PageState.UNKNOWN)
    first, second = box.orders
    assert first.page != second.page
    assert second.routes == first.routes
    assert second.body.endswith("CALL, REPEATED")


class TestOrdersWithoutAnAnswer:
    def test_the_same_order_is_repeated_every_two_seconds_with_what_is_left_of_its_life(
        self, box: EngineBox
    ) -> None:
        box.press()
        box.time.advance(6)
        assert [(one.page, one.attempt) for one in box.orders] == [(box.orders[0].page, 1)] * 4
        assert [one.exp_s for one in box.orders] == [119, 117, 115, 113]

    def test_it_stops_at_the_final_result(self, box: EngineBox) -> None:
        box.press()
        felt(box)
        box.time.advance(10)
        assert len(box.orders) == 1

    def test_a_gateway_that_comes_online_is_asked_at_once(self, box: EngineBox) -> None:
        box.press()
        box.time.advance(0.5)
        status = DeviceStatus(state=DeviceState.ONLINE, run="cc33", boot="bb22", sw="1")
        box.deliver(publication(channels.STATUS, STORE, "g", "g1", status), retain=True)
        box.time.advance(0.001)
        assert len(box.orders) == 2

    def test_without_a_link_the_page_says_queued_and_is_ordered_when_it_is_back(self, box: EngineBox) -> None:
        box.link.connected = False
        box.press()
        assert [one.state for one in box.pages()] == ["queued"]
        box.link.connected = True
        box.time.advance(2)
        assert [one.state for one in box.pages()] == ["ordered"]
        assert len(box.orders) == 1

    def test_a_page_nobody_ever_answered_for_ends_as_expired(self, box: EngineBox) -> None:
        box.press()
        box.time.advance(131)
        assert {page.state for page in box.pages() if page.step == 1 and page.reason == "step"} == {"expired"}


class TestRestart:
    def test_open_matters_go_on_where_they_were(self, box: EngineBox) -> None:
        box.press()
        felt(box)
        box.time.advance(15)
        box.restart()
        seen = len(box.orders)
        box.time.advance(4.9)
        assert ringing(box, seen) == []
        box.time.advance(0.1)
        assert ringing(box, seen) == [ADDRESS[CARMEN]]

    def test_an_order_that_did_not_leave_in_its_time_is_not_said_to_have_left(self, box: EngineBox) -> None:
        """Its gateway may know it all the same, as a page of the stand-in: the account must not take that for an order
        that came too late."""
        box.link.connected = False
        box.press()
        box.close()
        box.time.advance(121)
        box.link.connected = True
        box.start()
        box.time.advance(5)
        first = [(one.state, one.ordered_at) for one in box.pages() if one.step == 1]
        assert set(first) == {("queued", None)}
        assert not [
            order for order in box.orders if order.page in {one.id for one in box.pages() if one.step == 1}
        ]
        box.time.advance(10)
        assert {one.state for one in box.pages() if one.step == 1} == {"expired"}

    def test_an_order_that_never_left_leaves_at_the_start(self, box: EngineBox) -> None:
        box.link.connected = False
        box.press()
        box.link.connected = True
        box.restart()
        box.time.advance(0)
        assert [order.routes[0].address for order in box.orders] == [ADDRESS[ANNA]]

    def test_a_press_that_was_committed_but_not_settled_is_answered_and_not_doubled(
        self, box: EngineBox
    ) -> None:
        press = box.press()
        packet = publication(channels.PRESS, STORE, "b", "b1", press)
        box.restart()
        box.deliver(packet, dup=True)
        box.time.advance(0)
        assert (len(box.presses()), len(box.incidents())) == (1, 1)
        assert len(box.receipts) == 2

    def test_numbers_and_journal_go_on(self, box: EngineBox) -> None:
        box.press("b1", 1)
        box.restart()
        box.press("b1", 2)
        assert [one.number for one in box.incidents()] == [1, 2]


def test_lights_are_told_again_when_a_unit_comes_online(box: EngineBox) -> None:
    box.press()
    felt(box)
    status = DeviceStatus(state=DeviceState.ONLINE, run="dd44", boot="bb22", sw="1")
    box.deliver(publication(channels.STATUS, STORE, "b", "b1", status), retain=True)
    box.time.advance(0)
    assert sorted(one.value for one in box.lights) == ["called", "called", "idle", "idle"]


def test_the_will_of_a_process_that_has_a_successor_is_ignored(box: EngineBox) -> None:
    from server.db.tables import Device

    for run, state in [
        ("aaaa", DeviceState.ONLINE),
        ("bbbb", DeviceState.ONLINE),
        ("aaaa", DeviceState.OFFLINE),
    ]:
        status = DeviceStatus(state=state, run=run, boot="bb22", sw="1")
        box.deliver(publication(channels.STATUS, STORE, "b", "b1", status))
        box.time.advance(0)
    with box.db.reading() as session:
        row = session.exec(select(Device).where(Device.device == "b1")).one()
        assert (row.state, row.run) == ("online", "bbbb")


def test_closing_frees_the_button(box: EngineBox) -> None:
    box.press()
    felt(box)
    box.ask(Close(box.incidents()[0].id, ANNA, Ending(Outcome.RECOVERED)))
    assert box.lights[-1] is LightState.IDLE
    answer = box.ask(Close(box.incidents()[0].id, ANNA, Ending(Outcome.ABUSE)))
    assert isinstance(answer, Refusal)
    assert box.incidents()[0].outcome == "recovered"


class TestNobodyLeft:
    """However it comes about that nobody can be called: the board and the button say so."""

    def steps(self, box: EngineBox, *steps: PolicyStep) -> None:
        with box.db.transaction() as session:
            session.exec(delete(PolicyStep))
            session.add_all(steps)
        box.restart()

    def test_the_last_step_has_nobody_and_the_one_before_came_to_nothing(self, box: EngineBox) -> None:
        self.steps(
            box,
            PolicyStep(policy_id=1, position=1, target="zone"),
            PolicyStep(policy_id=1, position=2, after_s=20, target="role", role="manager"),
        )
        box.press()
        box.result(box.orders[0], PageState.FAILED)
        assert box.incidents()[0].nobody_at is not None
        assert box.lights == [LightState.NOBODY]

    def test_not_while_somebody_may_still_feel_it(self, box: EngineBox) -> None:
        self.steps(
            box,
            PolicyStep(policy_id=1, position=1, target="zone"),
            PolicyStep(policy_id=1, position=2, after_s=20, target="role", role="manager"),
        )
        box.press()
        box.result(box.orders[0], PageState.HELD)
        box.time.advance(21)
        assert box.incidents()[0].nobody_at is None
        box.result(box.orders[0], PageState.FAILED)
        assert box.lights == [LightState.NOBODY]

    def test_a_policy_without_a_step(self, box: EngineBox) -> None:
        self.steps(box)
        box.press()
        assert box.incidents()[0].nobody_at is not None
        assert box.lights == [LightState.NOBODY]


class TestTimeToLiveOfPages:
    def test_a_first_step_that_waits_gives_its_pages_a_full_life(self, box: EngineBox) -> None:
        with box.db.transaction() as session:
            session.exec(delete(PolicyStep))
            session.add(PolicyStep(policy_id=1, position=1, after_s=150, target="zone"))
        box.restart()
        box.press(age_ms=0)
        box.time.advance(89)
        assert box.orders == []
        box.time.advance(1)  # the exit clock brings it forward
        assert [one.exp_s for one in box.orders] == [120]

    def test_nobody_was_there_then_somebody_went_and_did_not_come(self, box: EngineBox) -> None:
        with box.db.transaction() as session:
            shifts = [Shift(**row.model_dump(exclude={"id"})) for row in session.exec(select(Shift))]
            session.exec(delete(Shift))
        box.restart()
        box.press()
        box.ask(Acknowledge(box.incidents()[0].id, CARMEN))
        with box.db.transaction() as session:
            session.add_all(shifts)
        box.restart()
        box.time.advance(120)
        assert {one.exp_s for one in box.orders} == {120}


class TestASecondRound:
    """Somebody said that he goes, and nobody came: what is left of the first round must not hush the second."""

    def test_a_page_that_is_past_its_life_keeps_nobody_from_being_called(self, box: EngineBox) -> None:
        box.press()
        box.time.advance(3)
        box.ask(Acknowledge(box.incidents()[0].id, BORIS))
        box.time.advance(119)
        seen = len(box.orders)
        box.time.advance(1)
        assert ADDRESS[ANNA] in ringing(box, seen)

    def test_a_page_that_was_taken_back_in_between_is_called_again(self, box: EngineBox) -> None:
        with box.db.transaction() as session:
            session.exec(update(Policy).values(attend_s=30))
        box.restart()
        box.press()
        box.result(box.orders[0], PageState.HELD)
        box.ask(Acknowledge(box.incidents()[0].id, BORIS))
        box.time.advance(30)
        seen = len(box.orders)
        box.result(box.orders[0], PageState.CANCELLED)
        assert ringing(box, seen) == [ADDRESS[ANNA]]
        assert "NOBODY THERE YET" in box.orders[-1].body

    def test_a_first_step_that_comes_to_nothing_does_not_wait(self, box: EngineBox) -> None:
        with box.db.transaction() as session:
            session.exec(update(Policy).values(attend_s=30))
        box.restart()
        box.press()
        felt(box)
        box.ask(Acknowledge(box.incidents()[0].id, BORIS))
        box.time.advance(30)
        seen = len(box.orders)
        box.result(box.orders[-1], PageState.FAILED)
        assert ringing(box, seen) == [ADDRESS[CARMEN]]

    def test_the_owner_is_alerted_though_his_own_page_is_being_taken_back(self, box: EngineBox) -> None:
        box.press()
        box.result(box.orders[0], PageState.HELD)
        box.ask(Acknowledge(box.incidents()[0].id, ANNA))
        box.press()
        assert "PRESSED AGAIN" in box.orders[-1].body


class TestAServerThatWasAwayForHours:
    """What was open when it went is history now, and rings nobody."""

    def away(self, box: EngineBox) -> None:
        box.close()
        box.time.advance(8 * 3600)
        box.start()
        box.time.advance(60)

    def test_what_nobody_had_answered(self, box: EngineBox) -> None:
        box.press()
        felt(box)
        seen = len(box.orders)
        self.away(box)
        assert ringing(box, seen) == []
        assert [(one.state, one.outcome) for one in box.incidents()] == [("closed", "unanswered")]

    def test_what_somebody_had_taken(self, box: EngineBox) -> None:
        box.press()
        felt(box)
        box.ask(Acknowledge(box.incidents()[0].id, ANNA))
        seen = len(box.orders)
        self.away(box)
        assert ringing(box, seen) == []
        assert [(one.state, one.outcome) for one in box.incidents()] == [("closed", "unanswered")]

    def test_what_a_gateway_still_held(self, box: EngineBox) -> None:
        box.press()
        box.result(box.orders[0], PageState.HELD)
        seen = len(box.orders)
        self.away(box)
        assert ringing(box, seen) == []
        assert [one.state for one in box.pages()] == ["unknown"]
        assert [(one.state, one.outcome) for one in box.incidents()] == [("closed", "unanswered")]


def test_what_a_gateway_said_while_this_process_was_away_is_heard_before_waiting_ends(box: EngineBox) -> None:
    box.press()
    page = box.orders[0]
    box.close()
    box.time.advance(400)
    box.start()
    box.time.advance(1)
    assert state_of(box, page) == "ordered"
    box.result(page, PageState.TRANSMITTED)
    assert state_of(box, page) == "transmitted"


def test_waiting_ends_all_the_same_when_it_said_nothing(box: EngineBox) -> None:
    box.press()
    page = box.orders[0]
    box.close()
    box.time.advance(400)
    box.start()
    box.time.advance(11)
    assert state_of(box, page) == "expired"


def state_of(box: EngineBox, order: PageOrder) -> str:
    return next(one.state for one in box.pages() if one.id == order.page)
