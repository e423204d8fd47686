"""What the setup screens are made of: a list of things, a form with its fields, and what was typed into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Values = Mapping[str, tuple[str, ...]]
"""What stands in the fields of a form: as somebody typed it, or as it is kept."""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """`kind`: text, number, select, ticks (several), tick (one), radios, time, date."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    options: tuple[Option, ...] = ()
    """To choose from; of a text: what may be offered."""
    help: str = ""
    error: str = ""
    longest: int = 60
    needed: bool = False
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What a pager would show. `kind`: `wrist`, or words about it: `note`, `warn`."""

    text: str
    caption: str
    rest: str = ""
    """What comes after `text` and is seen by scrolling only."""
    kind: str = "wrist"
    still: bool = False
    """Not read aloud whenever it changes."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Switch off, or on again. `note` says what happens then."""

    url: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class FormView:
    title: str
    back: str
    back_label: str
    url: str
    fields: tuple[Field, ...]
    submit: str
    help: str = ""
    seen: str = ""
    preview_url: str = ""
    previews: tuple[Preview, ...] = ()
    switch: Switch | None = None
    links: tuple[tuple[str, str], ...] = ()
    """(url, label): other screens about the same thing."""


@dataclass(frozen=True, slots=True)
class Move:
    url: str
    label: str
    """Which way, and what: for those who do not see the arrow."""
    way: str
    """`up` or `down`."""


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    title: str
    url: str
    note: str = ""
    tags: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    depth: int = 0
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that wants to be set up."""

    text: str
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class ListView:
    title: str
    back: str
    back_label: str
    help: str
    add_url: str
    add_label: str
    rows: tuple[Row, ...]
    empty: str
    offers: tuple[Offer, ...] = ()
    off: tuple[Row, ...] = ()
    """What is switched off."""
    links: tuple[tuple[str, str], ...] = ()
    """(url, label): other screens about these things."""


@dataclass
class Filling:
    """Builds fields: each takes its own value out of `values` and its own error out of `errors`."""

    values: Values
    errors: Mapping[str, str] = field(default_factory=dict)

    def one(self, name: str) -> str:
        return (self.values.get(name) or ("",))[-1]

    def text(self, name: str, label: str, *, offer: Iterable[str] = (), **more: object) -> Field:
        options = tuple(Option(value, value) for value in offer)
        return self._field(name, label, "text", self.one(name), options, more)

    def plain(self, kind: str, name: str, label: str, **more: object) -> Field:
        """A number, a time, a date."""
        return self._field(name, label, kind, self.one(name), (), more)

    def select(self, name: str, label: str, options: Iterable[tuple[str, str]], **more: object) -> Field:
        chosen = self.one(name)
        found = tuple(Option(value, words, value == chosen) for value, words in options)
        return self._field(name, label, "select", chosen, found, more)

    def ticks(self, name: str, label: str, options: Iterable[tuple[str, str]], **more: object) -> Field:
        chosen = self.values.get(name, ())
        found = tuple(Option(value, words, value in chosen) for value, words in options)
        return self._field(name, label, "ticks", "", found, more)

    def tick(self, name: str, label: str, **more: object) -> Field:
        return self._field(name, label, "tick", "1" if self.one(name) else "", (), more)

    def _field(
        self,
        name: str,
        label: str,
        kind: str,
        value: str,
        options: tuple[Option, ...],
        more: Mapping[str, object],
    ) -> Field:
        return Field(
            name=name,
            label=label,
            kind=kind,
            value=value,
            options=options,
            error=self.errors.get(name, ""),
            **more,  # type: ignore[arg-type]
        )


def values_of(row: object, *names: str) -> dict[str, tuple[str, ...]]:
    """What a form shows of a kept row."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        value = getattr(row, name)
        if isinstance(value, tuple):
            found[name] = tuple(str(one) for one in value)
        elif isinstance(value, bool):
            found[name] = ("1",) if value else ()
        else:
            found[name] = ("" if value is None else str(value),)
    return found
