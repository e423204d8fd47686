"""Faults planted into the product, each as small as a real slip of the pen: the random days must find them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from broker_config.link import Published
from broker_config.messages import LightState, PageState, Proof, ResultError
from firmware_bridge.outbox import Outbox
from pager_gateway import verdicts
from pager_gateway.drivers.pocsag_mmdvm.keying import Keying
from pager_gateway.drivers.pocsag_raw.dialogue import RawDialogue
from pager_gateway.outcomes import Outcomes
from pager_gateway.page_queue import PageQueue
from pager_gateway.pages import Pages
from pager_gateway.sender import PageReport
from pager_gateway.stand_in import StandIn
from pager_gateway.transmitter import SubmitResult
from server import intake
from server.db.engine_write import Writer
from server.engine import core, effects, presses, results
from server.engine.arrivals import store_press
from server.engine.phases import Phases
from server.engine.work import Work
from server.rules.light import button_light

Patch = pytest.MonkeyPatch
ONCE_MORE = ResultError(code="once-more", text="it may help", retry=True)
NOT_HERE = ResultError(code="not-here", text="somebody else", retry=False)


def receipt_before_commit(patch: Patch) -> None:
    """The receipts leave, then the rows are written."""
    early: list[Any] = []
    init, commit = effects.Effects.__init__, Writer.commit

    def keep(self: Any, *args: Any) -> None:
        init(self, *args)
        early[:] = [self._links]

    def say_and_commit(self: Writer, work: Work) -> None:
        for store, packet in work.receipts:
            early[0][store].publish(packet)
        commit(self, work)

    patch.setattr(effects.Effects, "__init__", keep)
    patch.setattr(Writer, "commit", say_and_commit)


def dedupe_off(patch: Patch) -> None:
    """A press that is stored already is not looked up."""
    patch.setattr(core, "read_known", lambda session, ids: {})


def expiry_unchecked_by_the_server(patch: Patch) -> None:
    """Whatever its age, a press is new."""
    patch.setattr(intake, "age_ms", lambda *_: 0)


def expiry_unchecked_by_the_gateway(patch: Patch) -> None:
    """A page that waited too long for its transmitter goes out all the same."""
    patch.setattr(PageQueue, "expired", lambda self, now: [])
    enter = Pages.enter
    patch.setattr(
        Pages, "enter", lambda self, order, payload, at, until: enter(self, order, payload, at, until + 3_600)
    )


def known_page_sent_again(patch: Patch) -> None:
    """An order that is repeated is a new one for the gateway."""
    patch.setattr(Pages, "known", lambda self, page: None)


def settled_by_the_broker(patch: Patch) -> None:
    """A unit takes the broker's word for the server's receipt."""
    sent: dict[int, UUID] = {}
    publication, published, send = Outbox._publication, Outbox.published, Outbox._send
    last: list[UUID] = []

    def remember(self: Any, waiting: Any, now: float) -> Any:
        last.append(waiting.spooled.press.id)
        return publication(self, waiting, now)

    def note(self: Any, now: float) -> None:
        before = set(self._outstanding)
        last.clear()
        send(self, now)
        sent.update(zip(sorted(set(self._outstanding) - before), last, strict=False))

    def settle(self: Any, event: Published) -> None:
        published(self, event)
        if event.handle in sent:
            self.settle(sent[event.handle], event.at)

    patch.setattr(Outbox, "_publication", remember)
    patch.setattr(Outbox, "_send", note)
    patch.setattr(Outbox, "published", settle)


def lost_wake_up(patch: Patch) -> None:
    """After a start of the server no open matter has a timer."""
    patch.setattr(effects.Effects, "plan_all", lambda self: None)


def light_says_called_too_soon(patch: Patch) -> None:
    """Somebody is called, says the light, as soon as the page is a row."""
    light = button_light

    def hasty(incidents: Any) -> LightState:
        said = light(incidents)
        return LightState.CALLED if said is LightState.RECEIVED else said

    patch.setattr(effects, "button_light", hasty)


def stand_in_deaf(patch: Patch) -> None:
    """The keeper does not hear receipts: it calls for every press once more."""
    patch.setattr(StandIn, "receipt", lambda self, press, now: None)


def doubt_not_repeated(patch: Patch) -> None:
    """A page of which nobody knows whether it rang is taken for rung."""
    patch.setattr(results.Results, "_lost", lambda self, work, incident, page: None)


def order_not_repeated(patch: Patch) -> None:
    """An order that got no answer is never said again."""
    patch.setattr(Phases, "page", lambda self, work, key: None)


def resend_forgotten(patch: Patch) -> None:
    """A press leaves its unit once."""
    patch.setattr(Outbox, "resend_all", lambda self, now: None)
    patch.setattr(Outbox, "set_resend", lambda self, resend_s: None)
    init = Outbox.__init__

    def patient(self: Any, spool: Any, link: Any, who: Any, wall: Any, resend_s: Any = None) -> None:
        init(self, spool, link, who, wall, (86_400.0,))

    patch.setattr(Outbox, "__init__", patient)


def merged_into_nothing(patch: Patch) -> None:
    """A press that joins a call is written without it."""
    store = store_press

    def careless(work: Any, arrival: Any, button: Any, state: str, incident: Any = None, *rest: Any) -> Any:
        return store(work, arrival, button, state, None if state == "merged" else incident, *rest)

    patch.setattr(presses, "store_press", careless)


def doubt_tried_again(patch: Patch) -> None:
    """A page that may have rung is tried once more on the same transmitter."""
    after = verdicts.after_failure

    def hopeful(entry: Any, result: SubmitResult, lanes: Any, now: float) -> Any:
        if result.state is PageState.UNKNOWN:
            result = replace(result, state=PageState.FAILED, error=ONCE_MORE)
        return after(entry, result, lanes, now)

    patch.setattr(verdicts, "after_failure", hopeful)


def standby_called_too(patch: Patch) -> None:
    """Every fourth page that was transmitted goes on to the other transmitter all the same."""
    report = Outcomes.report
    seen: set[UUID] = set()

    def both(self: Outcomes, event: PageReport, now: float) -> None:
        entry = self._pages.active.get(event.result.page)
        others = entry is not None and any(one.transmitter != event.transmitter for one in entry.routes)
        fourth = event.result.page.int % 4 == 0 and event.result.page not in seen
        if others and fourth and event.result.state is PageState.TRANSMITTED:
            seen.add(event.result.page)
            failed = replace(event.result, state=PageState.FAILED, proof=Proof.NONE, error=NOT_HERE)
            event = replace(event, result=failed)
        report(self, event, now)

    patch.setattr(Outcomes, "report", both)


def carrier_not_watched(patch: Patch) -> None:
    """Whatever was written to a modem was on the air, says its driver."""
    results = Keying.results

    def all_of_it(self: Keying) -> Iterator[SubmitResult]:
        for one in results(self):
            if one.state is PageState.UNKNOWN:
                one = replace(one, state=PageState.TRANSMITTED, proof=Proof.ON_AIR, error=None)
            yield one

    patch.setattr(Keying, "results", all_of_it)


def cut_off_taken_for_sent(patch: Patch) -> None:
    """A transmission that broke off was whole, says the driver of a box that never answers."""
    result = RawDialogue._result

    def hasty(self: RawDialogue, page: UUID, state: PageState, error: Any = None) -> None:
        result(self, page, PageState.TRANSMITTED if state is PageState.UNKNOWN else state, error)

    patch.setattr(RawDialogue, "_result", hasty)


AMONG: Mapping[str, Sequence[str]] = {
    "doubt_tried_again": ("pocsag-mmdvm",),
    "carrier_not_watched": ("pocsag-mmdvm",),
    "cut_off_taken_for_sent": ("pocsag-raw",),
}
"""Slips of one kind of line are looked for where the lines are of that kind."""
PLANTED: Mapping[str, Callable[[Patch], None]] = {
    one.__name__: one
    for one in (
        receipt_before_commit,
        dedupe_off,
        expiry_unchecked_by_the_server,
        expiry_unchecked_by_the_gateway,
        known_page_sent_again,
        settled_by_the_broker,
        lost_wake_up,
        light_says_called_too_soon,
        stand_in_deaf,
        doubt_not_repeated,
        order_not_repeated,
        resend_forgotten,
        merged_into_nothing,
        doubt_tried_again,
        standby_called_too,
        carrier_not_watched,
        cut_off_taken_for_sent,
    )
}
