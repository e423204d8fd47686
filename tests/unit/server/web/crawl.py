"""A browser that reads: every screen that can be reached by links, and every form on them with its fields.

So a new screen or a new field is looked at without being named in a test. Screens of one shape (the same address but
for its numbers and names) are looked at a few times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from fastapi.testclient import TestClient
from httpx2 import Response

EACH_SHAPE = 2
LINKS = ("href", "src", "hx-get")
HREFS = (*LINKS, "hx-sse:connect", "formaction", "action", "hx-post")
"""Whatever a browser takes for an address."""
VOID = frozenset({"input", "img", "br", "hr", "link", "meta", "source", "col", "wbr"})


@dataclass
class Field:
    name: str
    kind: str
    value: str = ""
    options: int = 0


@dataclass
class Form:
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    @property
    def shape(self) -> tuple[str, ...]:
        return (shape_of(self.action), *sorted({one.name for one in self.fields}))

    def filled(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self.fields:
            found.setdefault(one.name, []).append(one.value)
        return found


@dataclass
class Screen(HTMLParser):
    """What a browser makes of a screen, as far as a test asks."""

    links: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    """Tag, name, value."""
    scripts: list[dict[str, str]] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in given.items()]
        self.links += [given[name] for name in LINKS if given.get(name)]
        if tag not in VOID:
            self.open_tags.append(tag)
        if tag == "script":
            self.scripts.append(given)
        elif tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif self.forms and "form" in self.open_tags and given.get("name"):
            self._field(tag, given)
        elif tag == "option" and self.forms and self.forms[-1].fields:
            last = self.forms[-1].fields[-1]
            if last.kind == "select" and ("selected" in given or not last.options):
                last.value = given.get("value", "")
            last.options += 1

    def _field(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text") if tag == "input" else tag
        if kind in ("checkbox", "radio") and "checked" not in given:
            return
        if kind in ("button", "submit") and any(one.kind == kind for one in self.forms[-1].fields):
            return  # who presses Enter presses the first
        self.forms[-1].fields.append(Field(given["name"], kind, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open_tags:
            while self.open_tags.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        inside = self.open_tags[-1] if self.open_tags else ""
        if inside in ("script", "style"):
            self.inline.append(data)
        elif inside == "textarea" and self.forms and self.forms[-1].fields:
            self.forms[-1].fields[-1].value += data
        else:
            self.text.append(data)


def read(answer: Response) -> Screen:
    return read_text(answer.text)


def read_text(text: str) -> Screen:
    screen = Screen()
    screen.feed(text)
    screen.close()
    return screen


def shape_of(url: str) -> str:
    """The address with its numbers, ids and answers left out."""
    parts = urlsplit(url)
    names = ",".join(sorted({part.partition("=")[0] for part in parts.query.split("&") if part}))
    path = re.sub(r"(?<=/)[^/]*\d[^/]*(?=/|$)", "#", parts.path)
    path = re.sub(r"(?<=/devices/)[^/]+", "#", path)
    return f"{path}?{names}"


def walk(client: TestClient, starts: Iterable[str], most: int = EACH_SHAPE) -> Iterator[tuple[str, Response]]:
    """Every screen that links of ours lead to, by GET, each shape at most so often. Streams are left out."""
    seen: Counter[str] = Counter()
    known: set[str] = set()
    waiting = list(starts)
    while waiting:
        url = waiting.pop(0)
        parts = urlsplit(url)
        url = parts.path + (f"?{parts.query}" if parts.query else "")
        if parts.netloc or not url.startswith("/") or url in known or "/stream" in url:
            continue
        known.add(url)
        if seen[shape_of(url)] >= most:
            continue
        seen[shape_of(url)] += 1
        answer = client.get(url)
        yield url, answer
        if answer.status_code in (301, 302, 303, 307, 308):
            waiting.append(answer.headers["location"])
        elif answer.headers.get("content-type", "").startswith("text/html"):
            waiting += [urljoin(url, link) for link in read(answer).links]
