"""People: who may be called, what they speak and know, and which pagers they wear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from server.db import setup_write
from server.db.setup_book import Account, Book, Pager, Person
from server.rules.rights import Right, Role
from server.web.frame.words import Words
from server.web.roster.fields import Fields
from server.web.setup import sayings
from server.web.setup.forms import Filling, FormView, ListView, Row, Switch, Values, values_of
from server.web.setup.noun import Plain, one_of
from server.web.setup.zones import name_in_use, namesake


class People(Plain):
    path, what = "people", "person"
    right = Right.CHANGE_PEOPLE

    def listing(self, book: Book, t: Words, url: str) -> ListView:
        people = sorted(book.people, key=lambda one: (one.name.casefold(), one.id))
        return ListView(
            title=t.gettext("People"),
            back=url,
            back_label=t.gettext("Setup"),
            help=t.gettext(
                "Everybody who may be called. Pagers and wall screens show nothing of a name but initials."
            ),
            add_url=f"{url}/people/new",
            add_label=t.gettext("Add a person"),
            rows=tuple(
                Row(
                    key=f"row-{person.id}",
                    title=person.name,
                    url=f"{url}/people/{person.id}",
                    note=sayings.listed([person.initials, *(pager.label for pager in worn(book, person.id))]),
                    tags=_tags(book, person, t),
                    warnings=() if worn(book, person.id) else (t.gettext("no pager"),),
                )
                for person in people
                if person.active
            ),
            empty=t.gettext("Nobody yet. Add those who walk to customers, and the shift lead."),
            off=tuple(
                Row(f"row-{person.id}", person.name, f"{url}/people/{person.id}/on")
                for person in people
                if not person.active
            ),
        )

    def start(self, book: Book, query: Mapping[str, str]) -> Values:
        return {"role": ("staff",)}

    def kept(self, book: Book, row_id: int) -> Values:
        person = one_of(book.people, row_id)
        values = values_of(person, "name", "initials", "role", "languages")
        mine = tuple(str(pager.id) for pager in worn(book, row_id))
        return {
            **values,
            "skills": (sayings.listed(person.skills),),
            "pagers": mine,
            "mark": ("-".join((person.mark, *mine)),),
        }

    def form(
        self, book: Book, t: Words, url: str, row_id: int | None, values: Values, errors: Mapping[str, str]
    ) -> FormView:
        fill = Filling(values, errors)
        kept: Person | None = None if row_id is None else one_of(book.people, row_id)
        known = sorted({skill for person in book.people for skill in person.skills})
        skills = t.gettext("Separated by commas: Wine, Fish. Buttons can ask for a skill.")
        if known:
            used = t.gettext("In use: %(skills)s.", skills=sayings.listed(known))
            skills = f"{skills} {used}"
        free = [(str(pager.id), pager.label) for pager in offered(book, row_id)]
        fields = [
            fill.text("name", t.gettext("Name"), needed=True),
            fill.text(
                "initials",
                t.gettext("Initials"),
                longest=4,
                help=t.gettext("What pagers show of the name. Empty: taken from the name."),
            ),
            fill.select("role", t.gettext("Role"), [(one, sayings.role(one, t)) for one in sayings.ROLES]),
            fill.ticks(
                "languages", t.gettext("Speaks"), sayings.spoken_options(t, kept.languages if kept else ())
            ),
            fill.text("skills", t.gettext("Knows about"), longest=200, help=skills),
            fill.ticks(
                "pagers",
                t.gettext("Wears the pager"),
                free,
                help="" if free else t.gettext("No pager lies in the drawer."),
            ),
        ]
        return FormView(
            title=kept.name if kept else t.gettext("New person"),
            back=f"{url}/people",
            back_label=t.gettext("People"),
            url=f"{url}/people/{row_id or 'new'}",
            fields=tuple(fields),
            submit=t.gettext("Save") if kept else t.gettext("Add the person"),
            seen=fill.one("seen") or fill.one("mark"),
            links=((f"{url}/people/{row_id}/sign-in", t.gettext("Sign-in of %(name)s", name=kept.name)),)
            if kept
            else (),
            switch=Switch(
                f"{url}/people/{row_id}/off",
                t.gettext("%(name)s does not work here any more", name=kept.name),
                t.gettext(
                    "Ends the sign-in, takes out the working times and puts the pager into the drawer. "
                    "What this person did stays in the history."
                ),
            )
            if kept and kept.active
            else None,
        )

    def read(self, book: Book, fields: Fields, row_id: int | None) -> tuple[int | None, dict[str, Any]]:
        t = fields.t
        name = fields.text("name", 60)
        skills = tuple(
            dict.fromkeys(
                found for part in fields.raw("skills").split(",") if (found := " ".join(part.split()))
            )
        )
        values: dict[str, Any] = {
            "name": name,
            "initials": fields.text("initials", 4)
            if fields.raw("initials")
            else _initials(book, name, row_id),
            "role": fields.raw("role"),
            "languages": [one for one in dict.fromkeys(fields.every("languages")) if _is_code(one)],
            "skills": list(skills),
        }
        if any(len(skill) > 30 or not skill.isprintable() for skill in skills) or len(skills) > 20:
            fields.wrong("skills", t.gettext("At most 20 skills, each of at most 30 letters."))
        if values["role"] not in sayings.ROLES:
            fields.wrong("role", t.gettext("Please choose from the list."))
        row_id = namesake(book.people, "name", name, row_id, fields)
        for other in book.people:
            same = other.initials.casefold() == values["initials"].casefold()
            if same and other.active and other.id != row_id:
                words = t.gettext("These are the initials of %(name)s. Choose others.", name=other.name)
                fields.wrong("initials", words)
        if row_id is None or not one_of(book.people, row_id).active:
            values["active"] = True
        if not _pagers(book, fields, row_id):
            fields.wrong("pagers", t.gettext("Somebody else wears this pager by now. Look at the pagers."))
        return row_id, values

    def after(self, session: Session, book: Book, fields: Fields, row_id: int) -> None:
        setup_write.wear(session, book.store_id, row_id, [int(one) for one in fields.every("pagers")])

    def name(self, book: Book, row_id: int) -> str:
        return str(one_of(book.people, row_id).name)

    def why_not_off(self, book: Book, row_id: int, t: Words) -> str | None:
        policy = book.policy_of("person", row_id)
        if policy is not None:
            return t.gettext("The policy %(name)s calls this person. Change it first.", name=policy)
        ends = [one for one in accounts_of(book, row_id) if one.store_id == book.store_id]
        if any(one.active and one.role == Role.OWNER for one in ends):
            return t.gettext("This person signs in as an owner. Another owner must end that sign-in first.")
        return None

    def why_not_on(self, book: Book, row_id: int, t: Words) -> str | None:
        person = one_of(book.people, row_id)
        for other in book.people:
            if (
                other.active
                and other.id != row_id
                and other.initials.casefold() == person.initials.casefold()
            ):
                return t.gettext(
                    "%(name)s has the same initials. Change them first.",
                    name=other.name,
                )
        return name_in_use(book.people, "name", row_id, t)

    def switched_off(self, session: Session, book: Book, row_id: int) -> None:
        setup_write.leave(session, book.store_id, row_id)
        for account in accounts_of(book, row_id):
            if account.store_id == book.store_id:
                setup_write.set_account(session, account.id, active=False)

    def next(self, url: str, row_id: int, *, new: bool) -> str:
        return f"{url}/people/{row_id}/sign-in" if new else f"{url}/people"


def worn(book: Book, person: int) -> list[Pager]:
    return [pager for pager in book.pagers if pager.active and pager.carrier_id == person]


def offered(book: Book, person: int | None) -> list[Pager]:
    """What this person wears and what lies in the drawer; not the pagers of groups, nor those of last hope."""
    return [
        pager
        for pager in sorted(book.pagers, key=lambda one: one.label)
        if pager.active
        and (
            (person is not None and pager.carrier_id == person)
            or (pager.carrier_id is None and not pager.fallback and book.policy_of("pager", pager.id) is None)
        )
    ]


def accounts_of(book: Book, person: int) -> list[Account]:
    return [account for account in book.accounts if account.carrier_id == person]


def _pagers(book: Book, fields: Fields, row_id: int | None) -> bool:
    """Whether what was ticked may be worn by this person still."""
    return set(fields.every("pagers")) <= {str(pager.id) for pager in offered(book, row_id)}


def _initials(book: Book, name: str, row_id: int | None) -> str:
    """`Olga Smirnova` -> OS; a third letter of the last name where that is taken."""
    parts = name.split() or ["?"]
    taken = {one.initials.casefold() for one in book.people if one.active and one.id != row_id}
    stem = "".join(part[0] for part in parts)[:3].upper()[:4]  # capitals may be longer: SS
    longer = [(stem[:1] + parts[-1][:length].upper())[:4] for length in (2, 3)]
    numbered = [f"{stem[:2]}{number}" for number in range(2, 100)]
    return next((one for one in (stem, *longer, *numbered) if one.casefold() not in taken), stem)


def _is_code(text: str) -> bool:
    return text.isascii() and text.isalpha() and text.islower() and 2 <= len(text) <= 3


def _tags(book: Book, person: Person, t: Words) -> tuple[str, ...]:
    found = [] if person.role == "staff" else [sayings.role(person.role, t)]
    found += [*(sayings.spoken(code, t) for code in person.languages), *person.skills]
    if not any(account.active for account in accounts_of(book, person.id)):
        found.append(t.gettext("no sign-in"))
    return tuple(found)
