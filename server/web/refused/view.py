"""The refused list in words: what came from the wire and was not allowed, for the technician."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from broker_config import topics
from broker_config.errors import ContractError
from server.db.tables import Refused
from server.web.frame.words import Words


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    when: str
    device: str
    reason: str
    count: str
    topic: str
    detail: str
    sample: str


@dataclass(frozen=True, slots=True)
class RefusedList:
    lines: tuple[Line, ...]
    older: str | None


def refused_list(rows: Sequence[Refused], limit: int, t: Words, *, url: str, quiet: bool) -> RefusedList:
    """`quiet`: whoever looks may know of quiet calls. `rows` may hold one more than `limit`: then there is an older
    screenful."""
    return RefusedList(
        lines=tuple(
            Line(
                key=f"r{row.id}",
                when=f"{t.day_short(row.last_at)} {t.clock_s(row.last_at)}",
                device=row.device or t.gettext("unknown device"),
                reason=row.reason,
                count=t.number(row.count),
                topic=row.topic,
                detail=row.detail,
                sample=sample_for(row, quiet=quiet),
            )
            for row in rows[:limit]
        ),
        older=f"{url}/refused?before={rows[limit - 1].id}" if len(rows) > limit else None,
    )


def sample_for(row: Refused, *, quiet: bool) -> str:
    """What came in, but for those who may not know of quiet calls: a press in a wrong shape may have been one."""
    return row.sample if quiet or not _perhaps_a_press(row.topic) else ""


def _perhaps_a_press(topic: str) -> bool:
    try:
        return topics.parse(topic).tail == "press"
    except ContractError:
        return True
