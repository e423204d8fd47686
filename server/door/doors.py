"""The doors of all stores of this server, one per broker, and the thread that goes round them."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from broker_config import channels
from broker_config.codec import publication
from broker_config.errors import SetupError
from broker_config.link import Link
from broker_config.messages import CertificateRequest
from server.db.connect import Database
from server.door import renewal
from server.door.address import Address
from server.door.door import Door

log = logging.getLogger(__name__)

AGAIN_S = 3.0
"""After a round in which something was left."""
LOOK_S = 60.0
MOST_WAITING = 1_000
"""Devices that asked for a certificate and were not answered yet: one word of each."""


class Doors:
    """`wake` after each change of rows. `died` is called when the thread ends by an error."""

    def __init__(
        self,
        doors: Sequence[Door],
        links: Mapping[str, Link],
        db: Database,
        now: Callable[[], datetime],
        died: Callable[[], None] = lambda: None,
        addresses: Mapping[str, Address] | None = None,
    ) -> None:
        self.addresses = addresses or {}
        """By store. A store that is not in it lets nobody in by itself."""

        self._doors, self._links, self._db, self._now, self._died = doors, links, db, now, died
        self._of = {store: door for door in doors for store in door.own}
        self._asked: OrderedDict[tuple[str, str], CertificateRequest] = OrderedDict()
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="door", daemon=True)

    def start(self) -> None:
        """The files are right when this returns; the rest is done by the thread."""
        for door in self._doors:
            try:
                door.begin()
            except (SetupError, OSError, SQLAlchemyError) as error:
                log.error("the broker's files are as they were: %s", error, extra={"action": "door.begin"})
        if self._doors:
            self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def wake(self) -> None:
        self._bell.set()

    def renew(self, store: str, device: str, asked: CertificateRequest) -> None:
        """From any thread. Only the last word of a device waits: whoever says many gets no more than others."""
        with self._lock:
            if store not in self._of or (
                len(self._asked) >= MOST_WAITING and (store, device) not in self._asked
            ):
                return
            self._asked[store, device] = asked
        self._bell.set()

    def round(self) -> bool:
        """All doors once, and who asked for a certificate. False: something is left."""
        self._answer_all()
        done = [door.round() for door in self._doors]
        return all(done)

    def _answer_all(self) -> None:
        while True:
            with self._lock:
                if not self._asked:
                    return
                (store, device), asked = self._asked.popitem(last=False)
            try:
                self._answer(store, device, asked)
            except Exception:  # it asks again
                log.exception("no certificate", extra={"action": "door.renewal", "device": device})

    def _answer(self, store: str, device: str, asked: CertificateRequest) -> None:
        signer = self._of[store].signer
        with self._db.transaction() as session:
            said = renewal.answer(session, signer, store, device, asked, self._now())
            kind = renewal.kind_of(session, store, device)
        if said is None or kind is None:
            return
        self._links[store].publish(publication(channels.IDENTITY, store, kind, device, said))
        log.info(
            "a certificate was asked for: %s",
            said.reason or "made",
            extra={"action": "door.renewed", "device": device},
        )

    def _work(self) -> None:
        try:
            while not self._stopping:
                self._bell.clear()
                done = self._go_round()
                self._bell.wait(LOOK_S if done else AGAIN_S)
        except BaseException:
            log.critical("the door's thread died", exc_info=True, extra={"action": "door.dead"})
            self._died()

    def _go_round(self) -> bool:
        try:
            return self.round()
        except Exception as error:  # noqa: BLE001  whatever it is: the next round is the remedy
            log.error("a round of the door failed: %s", error, extra={"action": "door.round"})
            return False
