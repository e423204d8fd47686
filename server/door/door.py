"""What the door does in one round: everything that the rows say and the broker does not know yet."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from broker_config.errors import SetupError
from server.db import claims as claim_rows
from server.db import identities
from server.db.connect import Database
from server.db.roster import changed
from server.db.tables import Claim, Identity
from server.door.broker_files import BrokerFiles
from server.door.local import Local
from server.door.signing import Signer
from server.door.visits import Unreachable, Visits, kept_topics
from server.rules import claims as rules

log = logging.getLogger(__name__)

KIND_OF = {role: kind for kind, role in identities.ROLE_OF.items()}
Tell = Callable[[str, int | None, str], None]
"""(store, account, device): the shop has one more device."""


@dataclass(frozen=True)
class Door:
    """`own`: store -> this server's own name, of all stores whose devices come to this broker."""

    own: Mapping[str, str]
    db: Database
    signer: Signer
    files: BrokerFiles
    visits: Visits
    now: Callable[[], datetime]
    tell: Tell
    local: Local | None = None

    def begin(self) -> None:
        """Before anybody connects: the files say what the rows say. Nobody is waited for."""
        self._look_around()
        self._write()

    def round(self) -> bool:
        """Everything once. False: something is left, and is to be tried again soon."""
        done = True
        for step in (self._look_around, self._sign, self._bring_in_force, self._grant):
            try:
                done &= step()
            except SetupError as error:
                log.error("the door cannot do its work: %s", error, extra={"action": "door.setup"})
                done = False
            except OSError as error:
                log.error("the broker's files cannot be written: %s", error, extra={"action": "door.files"})
                done = False
        return done

    def _look_around(self) -> bool:
        if self.local is not None:
            for device in self.local.register(self.db, self.own, self.now()):
                log.info("a device of this machine", extra={"action": "door.local", "device": device})
        return True

    def _sign(self) -> bool:
        """Certificates for what was confirmed. A name is given to a new device when nobody else has it any more."""
        done = True
        with self.db.reading() as session:
            waiting = [one for one in claim_rows.confirmed(session, self.own) if one.identity_id is None]
        for one in waiting:
            values = self.signer.device(one.csr, one.store_id, one.device, self.now())
            with self.db.transaction() as session:
                row = session.get(Claim, one.id, with_for_update=True)
                if row is None or row.identity_id is not None:
                    continue
                if self._is_leaving(session, row.store_id, row.device):
                    done = False
                    continue
                made = identities.add(
                    session, role=identities.ROLE_OF[row.kind], made_by_id=row.decided_by_id, **values
                )
                row.identity_id = made.id
                claim_rows.let_in(session, row)
                changed(session, row.store_id)
            log.info("a certificate was made", extra={"action": "door.signed", "device": row.device})
        return done

    def _is_leaving(self, session: Session, store: str, device: str) -> bool:
        rows = identities.untold(session, (store,))
        return any(one.device == device and one.state != identities.ACTIVE for one in rows)

    def _bring_in_force(self) -> bool:
        """The broker's files, its look at them, and then each device that has to go."""
        untold = self._write()
        if untold is None:
            return False
        leaving: dict[tuple[str, str], list[Identity]] = {}
        for row in untold:
            leaving.setdefault((row.store_id, row.device), []).append(row)
        done = True
        for (store, device), rows in leaving.items():
            try:
                if any(row.state == identities.REVOKED for row in rows):
                    self._see_out(store, device, KIND_OF[rows[0].role])
            except Unreachable as error:
                log.warning(
                    "the broker was not told yet that a device may not come in any more: %s",
                    error,
                    extra={"action": "door.untold", "device": device},
                )
                done = False
                continue
            with self.db.transaction() as session:
                identities.mark_told(session, rows, self.now())
        return done

    def _write(self) -> Sequence[Identity] | None:
        """What is to be told now that the broker was asked to read its files. None: it was not asked, though there is
        something to tell."""
        now = self.now()
        with self.db.reading() as session:
            known = identities.known(session, self.own)
            ended = identities.ended(session, self.own, now)
            untold = identities.untold(session, self.own)
        inside = {(one.store, one.device) for one in known}
        if missing := [store for store, device in self.own.items() if (store, device) not in inside]:
            log.error(
                "this server has no identity of its own in %s: nothing is changed at the broker",
                ", ".join(missing),
                extra={"action": "door.locked_out"},
            )
            return None if untold else ()
        changed = self.files.write(known, ended, self.signer.authority, now)
        if not changed and not untold:
            return ()
        if self.files.read_again():
            return untold
        log.warning("the broker does not run, or hides its number", extra={"action": "door.no_broker"})
        return None if untold else ()

    def _see_out(self, store: str, device: str, kind: str) -> None:
        """The broker has read its files by now: it does so before it lets anybody in who came after we asked it."""
        with self.db.reading() as session:
            stays = bool(identities.active(session, store, device))
            waits = any(one.device == device for one in claim_rows.confirmed(session, (store,)))
        self.visits.throw_out(store, device, self.now())
        gone = kept_topics(store, kind, device, servers_too=not stays and not waits)
        self.visits.clear(store, device, gone, self.now())
        log.info("a device was thrown out", extra={"action": "door.thrown_out", "device": device})

    def _grant(self) -> bool:
        """The broker knows it: now the device may hear of it."""
        with self.db.reading() as session:
            ready = [one for one in claim_rows.confirmed(session, self.own) if self._is_told(session, one)]
        for one in ready:
            with self.db.transaction() as session:
                row = session.get(Claim, one.id, with_for_update=True)
                if row is None or row.state != rules.State.CONFIRMED.value:
                    continue
                row.state = rules.grant(claim_rows.facts(row), self.now()).state.value
                row.granted_at = self.now()
            self.tell(one.store_id, one.decided_by_id, one.device)
        return True

    @staticmethod
    def _is_told(session: Session, one: Claim) -> bool:
        made = session.get(Identity, one.identity_id) if one.identity_id is not None else None
        return made is not None and made.told_at is not None
