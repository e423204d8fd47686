"""What the senders say: a page's fate, also the second and the late word about it; a transmitter's health."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from broker_config import codec
from broker_config.messages import PageResult, PageState
from pager_gateway import verdicts
from pager_gateway.ledger import Ledger
from pager_gateway.meter import Meter
from pager_gateway.pages import Pages
from pager_gateway.results import Results
from pager_gateway.sender import PageReport
from pager_gateway.standby import Lane

log = logging.getLogger(__name__)


class Outcomes:
    def __init__(
        self, ledger: Ledger, lanes: Mapping[str, Lane], pages: Pages, results: Results, meter: Meter
    ) -> None:
        self._ledger = ledger
        self._lanes = lanes
        self._pages = pages
        self._results = results
        self._meter = meter

    def report(self, event: PageReport, now: float) -> None:
        result = event.result
        entry = self._pages.active.get(result.page)
        if result.state.is_final:
            self._lanes[event.transmitter].in_hand.pop(result.page, None)
        if entry is None or entry.transmitter != event.transmitter:
            self._late(event)
            return
        if event.first_byte_at is not None and entry.tx_ms is None:
            entry.tx_ms = max(0, round(1000 * (event.first_byte_at - entry.arrived_at)))
        entry.proof = result.proof
        if not result.state.is_final:
            return
        self._meter.aired(entry.wanted, event, now)
        entry.error = result.error
        if result.state not in (PageState.FAILED, PageState.UNKNOWN):
            self._pages.finish(entry, result.state, result.error)
            return
        entry.doubted = entry.doubted or result.state is PageState.UNKNOWN
        rest = verdicts.after_failure(entry, result, self._lanes, now)
        if rest is None:
            self._pages.finish(entry, result.state, result.error)
            return
        entry.transmitter = None
        entry.state = PageState.HELD
        if rest > 0:
            self._pages.rest(entry, now + rest, now)
        else:
            self._pages.wait(entry, now)

    def _late(self, event: PageReport) -> None:
        """After its final result a page may still be confirmed or better proven; it never gets worse."""
        known = self._pages.known(event.result.page)
        if known is not None and known.result is not None and verdicts.improves(known, event.result):
            last = PageResult.model_validate_json(known.result)
            seq = self._ledger.next_seq()
            better = last.model_copy(
                update={"state": event.result.state, "proof": event.result.proof, "seq": seq}
            )
            payload = self._results.say(better) if known.attempt else codec.encode(better)
            self._pages.keep(verdicts.renamed(known, known.attempt, seq, payload, event.result.state))
            self._pages.observe(known.page, better.state, better.proof, better.error, better.transmitter)
        else:
            log.warning(
                "a late word about a page that is over: %s",
                event.result.error.text if event.result.error else event.result.state.value,
                extra={"action": "page.late", "page_id": str(event.result.page)},
            )
