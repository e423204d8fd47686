"""What people would have done: a model, made of what they really did. Nothing in it is left to chance.

- A person answers after a page as long as they really took in that call.
- Somebody whom a page reached then and who did not answer does not answer.
- Whom a colleague beat is nobody who did not answer: they answer as below, but not before that colleague did.
- Somebody who was not paged then answers with their own median reaction, or with that of everybody in the record
  when they have fewer than five answers. The share of pages that stayed unanswered in the record stays unanswered
  here: which ones is decided by a hash of press and person, so that two runs and two policies are comparable.
- Who answered without any page does so again, as long after the press as then.
- What followed an answer (arriving, closing) takes as long as it really took in that call, else the median.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from server.replay.lines import CallLine, DeedPart, Did
from server.replay.rounds import Round, Story, story

ENOUGH = 5
"""So many answers of one person make a median of their own."""
SECOND = timedelta(seconds=1)
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
Then = tuple[tuple[timedelta, DeedPart], ...]


@dataclass(frozen=True, slots=True)
class Habits:
    """How the people of a record react, over the whole of it."""

    answers: int = 0
    reaction: timedelta | None = None
    """Median; None: nobody ever answered a page, so nobody new does."""
    own: dict[str, timedelta] = field(default_factory=dict)
    """Of those with enough answers."""
    patience: timedelta = timedelta()
    """Nine of ten answers came within it: whom a colleague beat within that time says nothing."""
    unanswered: float = 0.0
    """Share of the pages with time enough that stayed unanswered; a person counts once a round."""
    arriving: timedelta | None = None
    """Median from answer to arrival."""
    closing: timedelta | None = None
    """Median from answer to close."""


def habits(lines: Iterable[object]) -> Habits:
    """One look at the whole record; presses that were no call say nothing about people."""
    reactions: dict[str, list[timedelta]] = {}
    silences: list[timedelta] = []
    forever = 0
    arriving: list[timedelta] = []
    closing: list[timedelta] = []
    for line in lines:
        if not isinstance(line, CallLine):
            continue
        for one in story(line).rounds:
            answered = one.first if one.first is not None and one.first.deed.did != "passed_on" else None
            if one.first is not None and one.first.key is not None:
                reactions.setdefault(one.first.key, []).append(one.first.after)
            for key, at in one.paged.items():
                if one.first is not None and one.first.key == key:
                    continue
                if one.ended is None:
                    forever += 1
                else:
                    silences.append(one.ended - at)
            if answered is not None:
                arriving += [after for after, deed in one.then if deed.did == "attended"][:1]
                closing += [after for after, deed in one.then if deed.did == "closed"][:1]
    every = sorted(after for found in reactions.values() for after in found)
    patience = every[(len(every) * 9 + 9) // 10 - 1] if every else timedelta()
    silent = forever + sum(silence > patience for silence in silences)
    total = silent + len(every)
    return Habits(
        answers=len(every),
        reaction=median(every),
        own={key: _median(found) for key, found in reactions.items() if len(found) >= ENOUGH},
        patience=patience,
        unanswered=silent / total if total else 0.0,
        arriving=median(arriving),
        closing=median(closing),
    )


def reaction(known: Habits, call: UUID, real: Story, number: int, key: str) -> timedelta | None:
    """How long `key` takes after the first page of round `number` (0 is the first); None: no answer.

    In a round that there never was a person does what they did in another one."""
    rounds = real.rounds
    looked_at = rounds[number : number + 1]
    took = _took(looked_at, key)
    if took is None and (not looked_at or key not in looked_at[0].paged):
        took = _took(tuple(reversed(rounds)), key)
    if took is not None:
        return took
    tried = looked_at or tuple(reversed(rounds))
    then = next((one for one in tried if key in one.paged), None)
    if then is None:
        return _modelled(known, call, key, None)
    beaten = then.ended is not None and then.ended - then.paged[key] <= known.patience
    if not beaten or then.ended is None:
        return None
    return _modelled(known, call, key, then.ended - then.paged[key])


def rest(known: Habits, real: Story) -> Then:
    """What follows when somebody else answers than did in truth: arriving and closing."""
    found: list[tuple[timedelta, DeedPart]] = []
    last = next((one for one in reversed(real.rounds) if _is_answer(one)), None)
    if last is not None and last.first is not None:
        deeds = ((timedelta(), last.first.deed), *last.then)
        found = [(after, deed) for after, deed in deeds if deed.did in ("attended", "closed")]
    elif known.closing is not None:
        whenever = known.closing
        if known.arriving is not None:
            found.append((known.arriving, _made_up("attended")))
        found.append((max(whenever, known.arriving or whenever), _made_up("closed")))
    return tuple(found)


def median(values: Sequence[timedelta]) -> timedelta | None:
    """Of an even number the lower one of the two in the middle: a time that there really was."""
    return _median(values) if values else None


def _median(values: Sequence[timedelta]) -> timedelta:
    return sorted(values)[(len(values) - 1) // 2]


def _took(rounds: Sequence[Round], key: str) -> timedelta | None:
    return next((one.first.after for one in rounds if one.first is not None and one.first.key == key), None)


def _is_answer(one: Round) -> bool:
    return one.first is not None and one.first.deed.did != "passed_on"


def _modelled(known: Habits, call: UUID, key: str, silent: timedelta | None) -> timedelta | None:
    """`silent`: so long they did not answer in truth."""
    usual = known.own.get(key, known.reaction)
    if usual is None or chance(call, key) < known.unanswered:
        return None
    return usual if silent is None or usual > silent else silent + SECOND


def chance(call: UUID, key: str) -> float:
    """The same number in [0, 1) for the same press and person, always and everywhere."""
    digest = blake2b(call.bytes + key.encode(), digest_size=8, person=b"redbutton replay"[:16]).digest()
    return int.from_bytes(digest, "big") / 2**64


def _made_up(did: Did) -> DeedPart:
    return DeedPart(at=_NEVER, did=did, staff=True)
