"""A manager at the setup screens of the shop of rows: forms are filled in as a browser would send them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import select

from server.db.connect import Database
from server.db.engine_store import revision_of
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.stage import FakeDesk

SEEN = re.compile(r'name="seen" value="([^"]*)"')


@dataclass
class Setup:
    client: TestClient
    db: Database
    desk: FakeDesk
    shop: Shop

    def url(self, path: str = "") -> str:
        return f"/s/{self.shop.store}/setup{path}"

    def get(self, path: str = "") -> str:
        answer = self.client.get(self.url(path))
        assert answer.status_code == 200, path
        return answer.text

    def post(self, path: str, status: int = 303, **fields: Any) -> Any:
        answer = self.client.post(self.url(path), data=fields)
        assert answer.status_code == status, answer.text
        return answer

    def save(self, path: str, status: int = 303, **fields: Any) -> Any:
        """As a browser does: first the form, then what was typed with what the form knew."""
        return self.post(path, status, seen=self.seen(path), **fields)

    def seen(self, path: str) -> str:
        found = SEEN.search(self.get(path))
        assert found is not None
        return found[1]

    def rows(self, table: type[Any]) -> list[Any]:
        with self.db.reading() as session:
            found = session.exec(select(table).where(table.store_id == self.shop.store).order_by(table.id))
            return list(found)

    def row(self, table: type[Any], **fields: Any) -> Any:
        found = [row for row in self.rows(table) if all(getattr(row, k) == v for k, v in fields.items())]
        assert len(found) == 1, (table, fields, found)
        return found[0]

    def add(self, *rows: Any) -> None:
        with self.db.transaction() as session:
            for row in rows:
                session.add(row)
                session.flush()

    @property
    def revision(self) -> int:
        with self.db.reading() as session:
            found = revision_of(session, self.shop.store)
        assert found is not None
        return found
