"""Results on their way to the server: numbered, joined when they come in quick succession, kept until the broker took
them while the server listens."""

from __future__ import annotations

import heapq
import logging
from uuid import UUID

from broker_config import codec
from broker_config.channels import RESULT
from broker_config.link import Link, Publication, Published
from broker_config.messages import PageResult, PageState
from pager_gateway.entry import Entry
from pager_gateway.setup import Identity

log = logging.getLogger(__name__)

COALESCE_S = 0.5
"""`held` and `transmitting` are told only if no final state came this soon; the server waits 4 s for them."""
MOST_KEPT = 10_000
MOST_UNDER_WAY = 256
"""While so many are on their way to the broker, what is not final waits: it says nothing that is urgent."""


class Results:
    """Owned by the gateway core. Nothing is published before `flush`, which comes after the ledger's commit."""

    def __init__(self, identity: Identity, link: Link) -> None:
        self._identity = identity
        self._link = link
        self._outbox: dict[UUID, Publication] = {}
        self._kept: dict[UUID, Publication] = {}
        self._in_flight: dict[int, tuple[UUID, Publication]] = {}
        self._watch: list[tuple[float, int, Entry, PageState]] = []
        self._ticket = 0

    def build(self, entry: Entry, seq: int) -> None:
        """Make the entry's present state its result, and put it into the outbox; not there when nobody ordered it."""
        result = PageResult(
            page=entry.page,
            attempt=max(1, entry.attempt),
            seq=seq,
            transmitter=entry.transmitter,
            state=entry.state,
            proof=entry.proof,
            tx_ms=entry.tx_ms,
            error=entry.error,
        )
        entry.seq = seq
        entry.result = self.say(result) if entry.ordered else codec.encode(result)

    def say(self, result: PageResult) -> bytes:
        """Put a result into the outbox; returns it as it will be published."""
        found = codec.publication(RESULT, self._identity.store, "g", self._identity.device, result)
        self._outbox[result.page] = found
        return found.payload

    def repeat(self, page: UUID, payload: bytes) -> None:
        """The same words again, for an order that came again."""
        self._outbox[page] = Publication(self._identity.topic(RESULT.tail), payload)

    def watch(self, entry: Entry, now: float) -> None:
        """Ask in a moment whether this state lasted long enough to be told."""
        self._ticket += 1
        heapq.heappush(self._watch, (now + COALESCE_S, self._ticket, entry, entry.state))

    def lasting(self, now: float) -> list[Entry]:
        """Entries that have been in the same unfinished state since they were put under watch."""
        found: list[Entry] = []
        while self._may_tell(len(found)) and self._watch[0][0] <= now:
            _, _, entry, state = heapq.heappop(self._watch)
            if entry.state is state:
                found.append(entry)
        return found

    def due(self) -> float | None:
        return self._watch[0][0] if self._may_tell() else None

    def _may_tell(self, more: int = 0) -> bool:
        return bool(self._watch) and len(self._in_flight) + more < MOST_UNDER_WAY

    def flush(self) -> None:
        for page, publication in self._outbox.items():
            self._publish(page, publication)
        self._outbox.clear()

    def resend(self) -> None:
        """The server is there again: everything it has not taken."""
        kept, self._kept = self._kept, {}
        for page, publication in kept.items():
            self._outbox.setdefault(page, publication)

    def published(self, event: Published) -> None:
        found = self._in_flight.pop(event.handle, None)
        if found is not None and not event.accepted:
            log.warning("result not taken: %s", event.reason, extra={"action": "result.refused"})
            self._keep(*found)

    def disconnected(self) -> None:
        """Nobody will answer what was in flight."""
        for page, publication in self._in_flight.values():
            self._keep(page, publication)
        self._in_flight.clear()

    def _publish(self, page: UUID, publication: Publication) -> None:
        self._kept.pop(page, None)
        handle = self._link.publish(publication)
        if handle is None:
            self._keep(page, publication)
        else:
            self._in_flight[handle] = (page, publication)

    def _keep(self, page: UUID, publication: Publication) -> None:
        """A newer result of the same page wins. When there are too many the server asks by repeating its order."""
        self._kept.setdefault(page, publication)
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
