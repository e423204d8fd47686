"""What an order or a cancel means for a page that is new, under way, over, or the stand-in's. Part of the core."""

from __future__ import annotations

from collections.abc import Callable

from broker_config.link import Delivery
from broker_config.messages import PageCancel, PageOrder, PageResult, PageState, Purpose
from pager_gateway import verdicts
from pager_gateway.canaries import Canaries
from pager_gateway.ledger import Ledger, Row
from pager_gateway.pages import Pages
from pager_gateway.results import Results


class Orders:
    """`boot` is the kernel's boot id, `wall` gives epoch seconds for tidying."""

    def __init__(
        self,
        boot: str,
        ledger: Ledger,
        pages: Pages,
        results: Results,
        canaries: Canaries,
        wall: Callable[[], float],
    ) -> None:
        self._boot = boot
        self._ledger = ledger
        self._pages = pages
        self._results = results
        self._canaries = canaries
        self._wall = wall

    def order(self, order: PageOrder, delivery: Delivery, now: float) -> None:
        # each order has an expiry, which the broker does not tell in the last second of a life
        left = 0 if delivery.expiry_s is None else min(order.exp_s, delivery.expiry_s)
        expires_at = delivery.at + left
        entry = self._pages.active.get(order.page)
        if entry is not None:
            if not entry.ordered:
                self._pages.prolong(entry, expires_at)
            entry.attempt = max(order.attempt, entry.attempt)
            self._pages.tell(entry)
            return
        known = self._pages.known(order.page)
        if known is not None and not verdicts.may_live_again(known, order.attempt):
            self._answer_again(known, order.attempt)
            return
        entry = self._pages.enter(order, delivery.payload, delivery.at, expires_at)
        if not entry.routes:
            self._pages.finish(entry, PageState.FAILED, verdicts.NO_ROUTE)
        elif order.purpose is Purpose.CANARY:
            self._canaries.begin(entry, now)
        else:
            self._pages.wait(entry, now)

    def cancel(self, cancel: PageCancel, now: float) -> None:
        """What a transmitter has is taken back if its driver can do that, and gets the result that comes of it; until
        then the answer is that it is there. A cancel that comes before its order is kept, so that the order finds it.
        Whoever cancels a page of the stand-in knows of it: its results go out."""
        entry = self._pages.active.get(cancel.page)
        if entry is not None:
            entry.attempt = max(1, entry.attempt)
            if entry.state is PageState.HELD:
                self._pages.finish(entry, PageState.CANCELLED)
            else:
                self._pages.tell(entry)
                self._pages.take_back(entry.page, entry.transmitter)
            return
        known = self._pages.known(cancel.page)
        if known is not None:
            if known.state is PageState.TRANSMITTED:
                self._pages.take_back(cancel.page, verdicts.sent_by(known))
            self._answer_again(known, max(1, known.attempt))
            return
        seq = self._ledger.next_seq()
        payload = self._results.say(
            PageResult(page=cancel.page, attempt=1, seq=seq, state=PageState.CANCELLED)
        )
        self._pages.keep(verdicts.tombstone(cancel.page, seq, payload, now, self._boot, self._wall()))

    def _answer_again(self, known: Row, attempt: int) -> None:
        """The last result of a page that is over; in the name of a later attempt if the order has one."""
        if known.result is None:
            return
        if attempt <= known.attempt:
            self._results.repeat(known.page, known.result)
            return
        last = PageResult.model_validate_json(known.result)
        seq = self._ledger.next_seq()
        payload = self._results.say(last.model_copy(update={"attempt": attempt, "seq": seq}))
        self._pages.keep(verdicts.renamed(known, attempt, seq, payload))
