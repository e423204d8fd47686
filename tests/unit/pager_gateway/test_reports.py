"""Reports: said when there is something to say, one version at a time, until the receipt of the last one."""

from __future__ import annotations

from uuid import UUID

from broker_config import codec
from broker_config.channels import PLAN_REPORT
from broker_config.link import Delivery, Publication, Sink
from broker_config.messages import FallbackReport, PageState, Proof, ResultError
from pager_gateway import call_rows
from pager_gateway.call import Call
from pager_gateway.reports import AGAIN_S, MOST_ON_THE_WAY, Reports
from pager_gateway.setup import Identity

NOW = 1_000.0
TRANSMITTED, FAILED, CANCELLED = PageState.TRANSMITTED, PageState.FAILED, PageState.CANCELLED


class HandLink:
    def __init__(self) -> None:
        self.connected = True
        self.sent: list[FallbackReport] = []

    def publish(self, publication: Publication) -> int | None:
        if not self.connected:
            return None
        assert publication.topic == "rb/1/shop/g/gw-1/plan/report"
        self.sent.append(codec.decode(FallbackReport, publication.payload, PLAN_REPORT.max_bytes))
        return len(self.sent)

    def open(self, sink: Sink) -> None: ...
    def settle(self, delivery: Delivery) -> None: ...
    def reconnect(self, reason: str) -> None: ...
    def close(self) -> None: ...


def make(number: int = 1, state: PageState | None = TRANSMITTED) -> Call:
    press = UUID(int=number)
    made = Call(UUID(int=100 + number), press, "b1", 1, NOW - 4, NOW + 116, "no receipt", 3_000)
    page = made.add("anna")
    made.presses.add(press)
    made.live[press] = None
    if state is not None:
        made.learn(page, state, Proof.NONE, None, NOW)
    return made


def box() -> tuple[Reports, HandLink]:
    link = HandLink()
    return Reports(Identity("shop", "gw-1", "abcd", "beef"), link), link


def test_said_at_once_when_over_and_again_at_growing_distances() -> None:
    reports, link = box()
    reports.keep(make())
    now = NOW
    for wait in (*AGAIN_S, AGAIN_S[-1], AGAIN_S[-1]):
        count = len(link.sent)
        reports.act(now, None)
        assert len(link.sent) == count + 1
        assert link.sent[-1].age_ms == round(1000 * (now - NOW + 4))
        assert reports.due() == now + wait
        reports.act(now + wait - 0.01, None)
        assert len(link.sent) == count + 1
        now += wait


def test_not_before_it_is_over_unless_a_server_is_there_to_hear() -> None:
    reports, link = box()
    call = make(state=None)
    reports.keep(call)
    reports.act(NOW, None)
    assert link.sent == []
    reports.server_is_online(NOW)
    reports.act(NOW, None)
    assert [page.state for page in link.sent[-1].pages] == [PageState.HELD]


def test_a_receipt_ends_it_only_when_there_is_no_more_to_say() -> None:
    reports, link = box()
    call = make(state=None)
    reports.keep(call)
    reports.server_is_online(NOW)
    reports.act(NOW, None)
    call.learn(next(iter(call.pages)), TRANSMITTED, Proof.ACCEPTED, None, NOW + 1)
    reports.act(NOW + 1, None)
    assert len(link.sent) == 1, "one version on the way at a time"
    assert reports.receipt(call.id) is None
    reports.act(NOW + 1.1, None)
    assert [page.state for page in link.sent[-1].pages] == [TRANSMITTED]
    assert reports.receipt(call.id) is call
    assert not reports.is_open(call)
    reports.act(NOW + 1_000, None)
    assert len(link.sent) == 2


def test_a_receipt_that_comes_twice_or_for_something_else_changes_nothing() -> None:
    reports, link = box()
    call = make()
    reports.keep(call)
    assert reports.receipt(call.id) is None, "nothing was said yet"
    assert reports.receipt(UUID(int=9)) is None
    reports.act(NOW, None)
    assert reports.receipt(call.id) is call
    assert reports.receipt(call.id) is None
    assert len(link.sent) == 1


def test_without_a_connection_nothing_is_said_and_it_leaves_with_the_next_one() -> None:
    reports, link = box()
    reports.keep(make())
    link.connected = False
    reports.act(NOW, None)
    assert reports.due() is None
    link.connected = True
    reports.connected(NOW + 50)
    reports.act(NOW + 50, None)
    assert len(link.sent) == 1
    link.connected = False
    reports.act(NOW + 60, None)
    link.connected = True
    reports.connected(NOW + 51)
    reports.act(NOW + 51, None)
    assert len(link.sent) == 2, "what was on the way is said again"


def test_a_call_that_was_taken_back_before_it_rang_is_not_told() -> None:
    reports, link = box()
    call = make(state=CANCELLED)
    call.stood_down = True
    reports.keep(call)
    reports.act(NOW, None)
    assert link.sent == []
    assert reports.idle() == [call]
    reports.drop(reports.idle())
    assert not reports.is_open(call)


def test_a_call_that_was_told_early_and_then_taken_back_is_told_to_the_end() -> None:
    reports, link = box()
    call = make(state=None)
    reports.keep(call)
    reports.server_is_online(NOW)
    reports.act(NOW, None)
    reports.receipt(call.id)
    call.stand_down()
    call.learn(next(iter(call.pages)), CANCELLED, Proof.NONE, None, NOW)
    assert reports.idle() == []
    reports.act(NOW + 1, None)
    assert [page.state for page in link.sent[-1].pages] == [CANCELLED]


def test_many_go_a_few_at_a_time_and_none_is_forgotten() -> None:
    reports, link = box()
    for number in range(1, 36):
        reports.keep(make(number))
    reports.act(NOW, None)
    assert len(link.sent) == MOST_ON_THE_WAY
    now = NOW
    while len({one.id for one in link.sent}) < 35:
        due = reports.due()
        assert due is not None
        assert due > now
        now = due
        reports.act(now, None)
    assert now < NOW + 60


def test_a_long_error_is_cut_so_that_64_pages_fit_a_packet() -> None:
    reports, link = box()
    call = make(state=None)
    error = ResultError(code="port-lost", text="\u0416" * 500, retry=True)
    for number in range(63):
        call.add(f"slot-{number}")
    for page in call.pages:
        call.learn(page, FAILED, Proof.NONE, error, NOW)
    reports.keep(call)
    reports.act(NOW, None)
    assert len(link.sent[-1].pages) == 64


def test_a_call_comes_back_from_its_row_as_it_was() -> None:
    call = make()
    call.pressed_wall = 77.0
    row = call_rows.to_row(call, "beef", 5.0, is_open=True)
    back = call_rows.from_row(row, "beef")
    assert (back.id, back.press, back.pages, back.reported()) == (
        call.id,
        call.press,
        call.pages,
        call.reported(),
    )
    assert (back.word, back.told, back.same_boot, back.pressed_wall) == (call.word, call.word, True, 77.0)
    assert back.live == {call.press: None}
    call.take_back(call.press)
    gone = call_rows.from_row(call_rows.to_row(call, "beef", 5.0, is_open=True), "other")
    assert (gone.taken_back, gone.live, gone.same_boot) == (True, {}, False)
