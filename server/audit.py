"""`redbutton audit check`: whether the log of changes is whole, store by store.

What that proves: no row was altered, taken out of the middle or cut off the end by somebody who did not also work out
every hash after it anew. Whoever may write to the database can do that; only a hash that is kept somewhere else (on
paper, in a mail) and given as --expect shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlmodel import Session

from broker_config.errors import SetupError
from server.db import audit
from server.db.connect import Database
from server.setup import need_newest

EXPECTED = re.compile(r"(?P<store>[a-z0-9-]*):(?P<number>[0-9]{1,18}):(?P<hash>[0-9a-f]{12,64})")


def run(db: Database, expected: Sequence[str] = ()) -> tuple[int, str]:
    """Exit code 1 when something is wrong, and what to print. Raises SetupError."""
    need_newest(db)
    lines, good = [], True
    with db.reading() as session:
        for store in audit.stores(session):
            found = audit.check(session, store)
            good = good and not found.faults
            lines += _told(found)
        for one in expected:
            words, holds = _as_expected(session, one)
            good = good and holds
            lines.append(words)
    return (0 if good else 1), "\n".join(lines or ["nothing was written down yet"])


def _told(found: audit.Checked) -> list[str]:
    store = found.store or "(of no store)"
    if found.faults:
        return [f"{store}: NOT WHOLE", *(f"  {fault}" for fault in found.faults)]
    wiped = (
        f", {found.wiped} of them without their words, for somebody who was forgotten" if found.wiped else ""
    )
    kept = f"{found.store}:{found.last}:{found.last_hash[:32]}"
    return [f"{store}: {found.rows} entries hang together{wiped}; keep this elsewhere: {kept}"]


def _as_expected(session: Session, expected: str) -> tuple[str, bool]:
    parts = EXPECTED.fullmatch(expected)
    if parts is None:
        raise SetupError(
            f"--expect {expected!r} is not STORE:NUMBER:HASH as `redbutton audit check` prints it"
        )
    found = audit.hash_at(session, parts["store"], int(parts["number"]))
    if found is None:
        return f"{expected}: that entry is not there any more: too old, or taken away", False
    if not found.startswith(parts["hash"]):
        return f"{expected}: NOT the entry that it was: the log was written anew", False
    return f"{expected}: as it was", True
