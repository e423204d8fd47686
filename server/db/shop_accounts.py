"""Who may sign in, as a shop file says it: no password, no PIN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from server.db.shop_plain import Table, fields
from server.db.tables import Account
from server.shop_checks import FIRST_OWNER
from server.shop_parts import AccountPart


def account_parts(rows: Iterable[Account], initials: Mapping[int | None, str]) -> list[Table]:
    """Those of one store that are in use. `initials` of the people in the file: carrier -> how it calls them.

    One that no file can say (a login or role of another version) stays out: a shop must not be without an export for
    it. The first owner is made by every start."""
    found: list[Table] = []
    for row in rows:
        taken = {one.get("carrier") for one in found}
        who = initials.get(row.carrier_id)
        part = {
            **fields(row, "login", "role"),
            **({"name": row.name} if who is None or who in taken else {"carrier": who}),
        }
        if row.active and row.login != FIRST_OWNER and _can_be_said(part):
            found.append(part)
    return found


def _can_be_said(part: Table) -> bool:
    try:
        AccountPart.model_validate(part)
    except ValidationError:
        return False
    return True
