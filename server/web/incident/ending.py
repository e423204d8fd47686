"""How a call ended, as somebody typed it: kept word for word, and turned into an ending or into errors by field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.db.cause_tree import CauseFacts, cause_named
from server.requests import Ending
from server.rules.incidents import SAID_BY_STAFF, Outcome
from server.rules.remedies import MOST_CENTS, Remedy
from server.web.frame.words import Words

COST = re.compile(r"(?P<euros>[0-9]{1,9})(?:[.,](?P<cents>[0-9]{1,2}))?")
LONGEST = 40
"""Of what is typed into a field: the rest is cut, so that no form grows without end."""


@dataclass(frozen=True, slots=True)
class TypedEnding:
    """The fields of the form as they came."""

    outcome: str = ""
    cause: str = ""
    apology: str = ""
    """`yes`, `no`, or nothing said."""
    remedy: str = ""
    cost: str = ""


def typed(fields: Mapping[str, str]) -> TypedEnding:
    return TypedEnding(**{name: fields.get(name, "")[:LONGEST] for name in TypedEnding.__slots__})


def read_ending(
    given: TypedEnding, causes: Sequence[CauseFacts], t: Words
) -> tuple[Ending | None, dict[str, str]]:
    """The ending, or field -> what is wrong with it."""
    errors: dict[str, str] = {}
    if given.outcome not in SAID_BY_STAFF:
        errors["outcome"] = t.gettext("Choose how it ended.")
    cause = _cause(given.cause, causes)
    if given.cause and cause is None:
        errors["cause"] = t.gettext("This cause is not in use any more. Choose another one.")
    if given.apology not in ("", "yes", "no"):
        errors["apology"] = t.gettext("Choose yes or no, or leave it open.")
    if given.remedy and given.remedy not in set(Remedy):
        errors["remedy"] = t.gettext("Choose what was given.")
    cost: int | None = None
    try:
        cost = cents(given.cost)
    except ValueError:
        errors["cost"] = t.gettext("Write euros and cents, like 4.50, and not more than 100 000.")
    if cost and given.remedy in ("", Remedy.NONE):
        errors.setdefault("cost", t.gettext("This costs something: choose what was given as well."))
    if errors:
        return None, errors
    return (
        Ending(
            outcome=Outcome(given.outcome),
            cause=cause,
            apology={"yes": True, "no": False}.get(given.apology),
            remedy=Remedy(given.remedy) if given.remedy else None,
            cost_cents=cost,
        ),
        {},
    )


def cents(text: str) -> int | None:
    """`4,50`, `4.5`, `4 €` -> 450, 450, 400; nothing typed -> None. ValueError for anything else."""
    bare = re.sub(r"[\s\u00a0\u202f€]", "", text)
    if not bare:
        return None
    found = COST.fullmatch(bare)
    if found is None:
        raise ValueError(text)
    value = int(found["euros"]) * 100 + int((found["cents"] or "0").ljust(2, "0"))
    if value > MOST_CENTS:
        raise ValueError(text)
    return value


def _cause(text: str, causes: Sequence[CauseFacts]) -> int | None:
    return cause_named(causes, int(text)) if text.isascii() and text.isdigit() else None
