"""A store with its server, a button unit and a gateway, an authority, and a broker that only keeps a book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from broker_config.identity import authority, keys
from server.db import claims, identities
from server.db.connect import Database
from server.db.tables import Account, Claim, Device, Identity, Store, Zone
from server.door.broker_files import BrokerFiles
from server.door.door import Door
from server.door.signing import Signer
from server.door.visits import Unreachable
from server.rules.claims import OPEN_FOR
from tests.unit.server.web.stage import memory

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@dataclass
class Book:
    """Stands where the broker is: what was asked of it, in order."""

    done: list[str] = field(default_factory=list)
    runs: bool = True
    hides: bool = False
    """It cannot be asked to read its files again."""
    down: set[str] = field(default_factory=set)
    """What fails: `throw`, `clear`, `throw s1.b1`."""

    def throw_out(self, store: str, device: str, now: datetime) -> None:
        self._do("throw", f"{store}.{device}")

    def clear(self, store: str, device: str, topics_: Iterable[str], now: datetime) -> None:
        self._do("clear", " ".join(topics_))

    def _do(self, verb: str, what: str) -> None:
        if {verb, f"{verb} {what}"} & self.down or not self.runs:
            raise Unreachable("no answer")
        self.done.append(f"{verb} {what}")


class Files(BrokerFiles):
    """The real files; the broker is a book."""

    book: Book

    def read_again(self) -> bool:
        reads = self.book.runs and not self.book.hides
        if reads:
            self.book.done.append("read")
        return reads


@dataclass
class Stage:
    db: Database
    door: Door
    files: Files
    book: Book
    now: datetime = NOON
    told: list[tuple[str, int | None, str]] = field(default_factory=list)

    @property
    def acl(self) -> str:
        return (self.files.folder / "acl").read_text()

    def round(self) -> bool:
        self.book.done.clear()
        return self.door.round()

    def identity(self, device: str, role: str = "button") -> int:
        values = self.door.signer.device(keys.request(keys.new_key()), "s1", device, self.now)
        with self.db.transaction() as session:
            return identities.add(session, role=role, **values).id or 0

    def revoke(self, device: str) -> None:
        with self.db.transaction() as session:
            assert identities.end(session, "s1", device, self.now, account=1)

    def claim(self, device: str = "b2", kind: str = "b", state: str = "confirmed", **values: Any) -> int:
        row = Claim(
            store_id="s1",
            device=device,
            kind=kind,
            state=state,
            code_hash=claims.hashed(f"{device} {self.now}"),
            made_at=self.now,
            expires_at=self.now + OPEN_FOR,
            csr=keys.request(keys.new_key()),
            decided_by_id=1,
            **values,
        )
        with self.db.transaction() as session:
            session.add(row)
            session.flush()
            return row.id or 0

    def claim_row(self, number: int) -> Claim:
        with self.db.reading() as session:
            found = session.get(Claim, number)
        assert found is not None
        return found

    def rows(self, device: str) -> list[Identity]:
        with self.db.reading() as session:
            found = select(Identity).where(Identity.device == device).order_by(col(Identity.id))
            return list(session.exec(found))


@pytest.fixture(scope="session")
def authority_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ca")
    authority.make("s1", now=NOON, serial=authority.new_serial()).write(folder)
    return folder


@pytest.fixture
def stage(tmp_path: Path, authority_folder: Path) -> Iterator[Stage]:
    db = memory()
    with db.transaction() as session:
        session.add(Store(id="s1", name="Shop"))
        session.flush()
        session.add(Account(id=1, login="m", name="Marina", password_hash="x", role="manager"))
        session.add(Zone(id=1, store_id="s1", name="Hall", pager_name="HALL"))
        for device, kind in (("srv", "s"), ("b1", "b"), ("g1", "g")):
            session.add(Device(store_id="s1", device=device, kind=kind, keeper=kind == "g"))
    book, files = Book(), Files(tmp_path)
    object.__setattr__(files, "book", book)
    told: list[tuple[str, int | None, str]] = []

    def now() -> datetime:
        made.now += timedelta(milliseconds=10)
        return made.now

    signer = Signer(authority_folder)
    door = Door({"s1": "srv"}, db, signer, files, book, now, lambda *one: told.append(one))  # type: ignore[arg-type]
    made = Stage(db, door, files, book, told=told)
    for device, role in (("srv", "server"), ("b1", "button"), ("g1", "gateway")):
        made.identity(device, role)
    yield made
    db.close()
