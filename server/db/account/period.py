"""Which rows an account is about: of one store, from one moment to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, func, select
from sqlmodel import Session, SQLModel

MOST = 2_000
"""Gaps of one sort that are looked at one by one: with more of them somebody must look at the database itself."""
AT_ONCE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Period:
    session: Session
    store: str
    now: datetime
    first: datetime | None
    last: datetime | None

    @property
    def to_now(self) -> bool:
        return self.last is None or self.last >= self.now

    def of(self, table: Table, moment: str) -> ColumnElement[bool]:
        """Rows of the store that began in the period."""
        parts = [table.c.store_id == self.store]
        if self.first is not None:
            parts.append(table.c[moment] >= self.first)
        if self.last is not None:
            parts.append(table.c[moment] < self.last)
        return and_(*parts)

    def months(self) -> Iterator[Period]:
        """The period in parts, by when incidents were opened."""
        incident = table("incident")
        found = self.session.execute(
            select(func.min(incident.c.opened_at), func.max(incident.c.opened_at)).where(
                self.of(incident, "opened_at")
            )
        ).one()
        at, end = found
        while at is not None and at <= end:
            upto = at + AT_ONCE if self.last is None else min(at + AT_ONCE, self.last)
            yield Period(self.session, self.store, self.now, at, upto)
            at = upto

    def rows(self, statement: Any) -> Any:
        return self.session.execute(statement)


def table(name: str) -> Table:
    return SQLModel.metadata.tables[name]
