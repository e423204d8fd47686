"""Teaching watches: the codes of each place and reason, what was heard on the air, what was sent last."""

from __future__ import annotations

from dataclasses import dataclass

from server.db.watch_book import Bridge, PlaceCodes, SentCode, WatchBook
from server.rules.watch_codes import CALLS, ELSEWHERE, CodeReason, Place
from server.web.frame.words import Words
from server.web.setup.forms import Field, Filling, Option

CALLS_WORD = "calls"
"""In the form: both reasons that a call button of another maker stands for."""
MOODS = {"asked": "plain", "done": "good", "refused": "bad", "no_answer": "bad"}


@dataclass(frozen=True, slots=True)
class CodeRow:
    key: str
    reason: str
    """The value in the form."""
    title: str
    code: str
    learned: bool
    send_label: str
    """With its place, for who cannot see where the action stands."""


@dataclass(frozen=True, slots=True)
class PlaceView:
    key: str
    title: str
    device: str
    input: int
    rows: tuple[CodeRow, ...]
    open: bool
    learned: bool
    """Some of its codes are those of another maker's button."""


@dataclass(frozen=True, slots=True)
class HeardRow:
    key: str
    code: str
    note: str
    take_url: str
    take_label: str


@dataclass(frozen=True, slots=True)
class Now:
    """The part that the screen asks for again and again."""

    url: str
    sent: str
    """The last code that was sent, and what came of it; empty: none of late."""
    mood: str
    heard: tuple[HeardRow, ...]
    heard_note: str
    dead: tuple[str, ...]
    """Transmitters that are silent, in words."""


@dataclass(frozen=True, slots=True)
class Take:
    """The form by which a heard code becomes that of a place."""

    code: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class WatchesView:
    url: str
    back: str
    pagers_url: str
    group: int
    groups: tuple[Option, ...]
    """To choose from, when there are several."""
    any: bool
    places: tuple[PlaceView, ...]
    meanings: tuple[tuple[str, str], ...]
    now: Now
    take: Take | None


def watches_view(
    book: WatchBook,
    t: Words,
    url: str,
    *,
    of: str = "",
    at: str = "",
    take: str = "",
    typed: Filling | None = None,
) -> WatchesView:
    """`url`: of the setup. `of`: the group that is chosen; `at`: the place that was acted on; `take`: a heard code."""
    group = next((one.id for one in book.groups if str(one.id) == of), None)
    group = group or (book.groups[0].id if book.groups else 0)
    here = f"{url}/watches"
    places = tuple(_place(one, at, t) for one in book.places)
    return WatchesView(
        url=here,
        back=url,
        pagers_url=f"{url}/pagers",
        group=group,
        groups=tuple(
            Option(str(one.id), f"{one.label} ({one.transmitter})", one.id == group) for one in book.groups
        )
        if len(book.groups) > 1
        else (),
        any=bool(book.groups),
        places=places,
        meanings=tuple((reason_word(one, t), meaning(one, t)) for one in CodeReason),
        now=now_view(book, t, url),
        take=_take(take, places, typed or Filling({}), t) if take and places else None,
    )


def now_view(book: WatchBook, t: Words, url: str) -> Now:
    heard_at = max((one.heard_at for one in book.bridges if one.heard_at is not None), default=None)
    several = len(book.bridges) > 1
    known = {code.sent: place for place in book.places for code in place.codes.values()}
    return Now(
        url=f"{url}/watches/now",
        sent=_sent(book, book.last, t) if book.last is not None else "",
        mood=MOODS.get(book.last.state, "plain") if book.last is not None else "plain",
        heard=tuple(
            HeardRow(
                key=f"heard-{number}-{code}",
                code=code,
                note=_heard_note(bridge, te_us, known.get(code), several, t),
                take_url=f"{url}/watches?take={code}#take",
                take_label=t.gettext("Use the code %(code)s", code=code),
            )
            for number, bridge in enumerate(book.bridges)
            for code, te_us in bridge.heard
        ),
        heard_note=t.gettext("The last one at %(time)s.", time=t.clock_s(heard_at)) if heard_at else "",
        dead=tuple(
            t.gettext("Transmitter %(name)s is silent", name=one.name)
            + (f": {one.cause}" if one.cause else "")
            for one in book.bridges
            if one.state == "dead"
        ),
    )


def reason_word(word: str, t: Words) -> str:
    return {
        CodeReason.CALL.value: t.gettext("Call"),
        CodeReason.AGAIN.value: t.gettext("Once more"),
        CodeReason.TAKEN.value: t.gettext("Nobody needs to go"),
        CodeReason.QUIET.value: t.gettext("Quiet call"),
        CodeReason.DRILL.value: t.gettext("Drill"),
    }.get(word, word)


def meaning(word: str, t: Words) -> str:
    return {
        CodeReason.CALL.value: t.gettext(
            "A customer calls. Also when it was passed on, when help is needed, when nobody else is here."
        ),
        CodeReason.AGAIN.value: t.gettext(
            "Still waiting, pressed again, nobody there yet, or the first call may have been lost."
        ),
        CodeReason.TAKEN.value: t.gettext("Somebody goes already, or the press was taken back."),
        CodeReason.QUIET.value: t.gettext("A quiet call for security."),
        CodeReason.DRILL.value: t.gettext("A drill: no customer waits."),
    }.get(word, "")


def place_key(place: Place) -> str:
    return f"{place[0] or 'elsewhere'}-{place[1]}"


def place_of(key: str) -> Place | None:
    """Back from what stands in a form."""
    device, _, number = key.rpartition("-")
    if not number.isdecimal() or len(number) > 3 or not device:
        return None
    return ELSEWHERE if (device, number) == ("elsewhere", "0") else (device, int(number))


def reasons_of(word: str) -> tuple[CodeReason, ...]:
    """Of the field `reason`; none: it is not one of them."""
    if word == CALLS_WORD:
        return CALLS
    return tuple(one for one in CodeReason if one == word)


def title_of(book: WatchBook, place: Place, t: Words) -> str:
    found = next((one for one in book.places if one.place == place), None)
    return _title(found, t) if found is not None else f"{place[0]}/{place[1]}"


def _title(one: PlaceCodes, t: Words) -> str:
    if one.place == ELSEWHERE:
        return t.gettext("A button that nobody has set up")
    return f"{one.zone}, {one.label}"


def _place(one: PlaceCodes, at: str, t: Words) -> PlaceView:
    key, title = place_key(one.place), _title(one, t)
    rows = tuple(
        CodeRow(
            key=f"{key}-{reason.value}",
            reason=reason.value,
            title=reason_word(reason, t),
            code=one.codes[reason].sent,
            learned=one.codes[reason].learned is not None,
            send_label=f"{title}, {reason_word(reason, t)}",
        )
        for reason in CodeReason
        if reason in one.codes
    )
    device, number = one.place
    return PlaceView(key, title, device, number, rows, key == at, any(row.learned for row in rows))


def _take(code: str, places: tuple[PlaceView, ...], fill: Filling, t: Words) -> Take:
    reasons = [
        (CALLS_WORD, t.gettext("Call, and Once more")),
        *((one.value, reason_word(one, t)) for one in CodeReason),
    ]
    return Take(
        code=code,
        title=t.gettext("Use the code %(code)s", code=code),
        fields=(
            fill.select("where", t.gettext("Place"), [(one.key, one.title) for one in places]),
            fill.select("reason", t.gettext("For"), reasons),
        ),
    )


def _sent(book: WatchBook, last: SentCode, t: Words) -> str:
    parts = {
        "place": title_of(book, last.place, t),
        "reason": reason_word(last.reason, t),
        "time": t.clock_s(last.asked_at),
    }
    if last.state == "done":
        return t.gettext("%(place)s, %(reason)s: sent at %(time)s.", **parts)
    if last.state == "refused":
        return t.gettext("%(place)s, %(reason)s: not sent: %(why)s", **parts, why=last.text)
    if last.state == "no_answer":
        return t.gettext("%(place)s, %(reason)s: the gateway never said whether it was sent.", **parts)
    return t.gettext("%(place)s, %(reason)s: being sent …", **parts)


def _heard_note(bridge: Bridge, te_us: int, of: PlaceCodes | None, several: bool, t: Words) -> str:
    parts = [t.gettext("%(number)s µs", number=t.number(te_us))]
    if several:
        parts.append(t.gettext("by %(name)s", name=bridge.name))
    if of is not None:
        parts.append(t.gettext("in use: %(place)s", place=_title(of, t)))
    return ", ".join(parts)
