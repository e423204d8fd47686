"""Who is here: the floor with reasons, any day's plan, one touch about oneself, and what only managers may change."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import select

from server.db.tables import Duty, Rotation, RotationMember, Shift, Store
from server.requests import DeskClosed, Refusal, RefusalReason, SetDuty, ShopChanged, StoreDone
from server.rules.facts import DutyKind
from server.web.frame.words import LANGUAGES
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.roster_stage import JAAN, KADRI, LIIS, MARINA, OLGA, signed_up, staffed
from tests.unit.server.web.stage import FakeDesk

SCREENS = (
    "roster",
    "roster?day=2027-03-28",
    "roster?day=2026-10-25",
    "roster?day=nonsense",
    "roster/shifts",
    "roster/rotations",
    "roster/exceptions",
)
MIDNIGHT = datetime(2026, 11, 21, 22, tzinfo=UTC)
"""The end of the day in Tallinn."""


@pytest.fixture
def store(shop: Shop) -> Shop:
    return staffed(signed_up(shop))


def words(text: str) -> str:
    text = re.sub(r"(?s)<(svg|script|head|header).*?</\1>", " ", text)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def revision(shop: Shop) -> int:
    with shop.db.reading() as session:
        return session.exec(select(Store.revision)).one()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_renders_in_every_language(
    store: Shop, client_for: ClientFor, screen: str, language: str
) -> None:
    answer = client_for("marina", language).get(f"/s/{store.store}/{screen}")
    assert answer.status_code == 200
    assert "%(" not in answer.text
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=", answer.text)


def test_who_is_here_and_why(store: Shop, client_for: ClientFor) -> None:
    said = words(client_for("jaan").get(f"/s/{store.store}/roster").text)
    assert "Jaan Tamm: on shift 09:00 to 18:00 · Dairy & Eggs" in said
    assert "Kadri Mets Shift lead on shift · 08:00 to 20:00 · anywhere" in said
    assert "Sergei Volkov Staff no pager on shift" in said
    assert "Olga Smirnova Staff on a break · until 14:15" in said
    assert "Liis Pärn Staff away · until 23:07" in said
    assert "Tanel Rebane Security not on shift · comes at 15:00" in said
    assert "On the floor 3" in said


def test_staff_say_only_where_they_are_themselves(store: Shop, client_for: ClientFor) -> None:
    text = client_for("jaan").get(f"/s/{store.store}/roster").text
    assert set(re.findall(r'name="carrier" value="(\d+)"', text)) == {str(store.carriers[JAAN])}
    assert "/roster/shifts" not in text
    everybody = client_for("marina").get(f"/s/{store.store}/roster").text
    assert len(set(re.findall(r'name="carrier" value="(\d+)"', everybody))) == 7


def test_a_shop_with_nobody_says_so(shop: Shop, client_for: ClientFor) -> None:
    signed_up(shop)
    assert "a press now would find nobody" in client_for("jaan").get(f"/s/{shop.store}/roster").text


@pytest.mark.parametrize(
    ("day", "hours", "said"),
    [
        ("2027-03-28", 23, "The clock goes forward: this day has 23 hours."),
        ("2026-10-25", 25, "The clock goes back: this day has 25 hours."),
        ("2026-11-22", 24, "Sunday, 22 November 2026"),
    ],
)
def test_a_day_is_as_long_as_it_is(
    store: Shop, client_for: ClientFor, day: str, hours: int, said: str
) -> None:
    text = client_for("jaan").get(f"/s/{store.store}/roster?day={day}").text
    assert said in words(text)
    scale = re.search(r'gantt__hours" aria-hidden="true">(.*?)</div>', text)
    assert scale is not None
    shown = re.findall(r"<span>(\d+)</span>", scale[1])
    assert len(shown) == hours
    assert shown.count("3") == hours - 23
    assert f'viewBox="0 0 {hours * 60} 10"' in text
    assert "On the floor" not in text


def test_a_past_day_still_shows_its_break(store: Shop, client_for: ClientFor) -> None:
    with store.db.transaction() as session:
        session.add(
            Duty(
                store_id=store.store,
                carrier_id=store.carriers[JAAN],
                kind="break",
                starts_at=NOW - timedelta(days=3, hours=2),
                ends_at=NOW - timedelta(days=3, hours=1),
            )
        )
    said = words(client_for("jaan").get(f"/s/{store.store}/roster?day=2026-11-18").text)
    assert "12:07–13:07 on a break" in said


@pytest.mark.parametrize(
    ("who", "say", "kind", "until"),
    [
        ("jaan", "break-15", DutyKind.BREAK, NOW + timedelta(minutes=15)),
        ("jaan", "leave", DutyKind.AWAY, MIDNIGHT),
        ("jaan", "here-8", DutyKind.HERE, NOW + timedelta(hours=8)),
        ("marina", "here-day", DutyKind.HERE, MIDNIGHT),
        ("olga", "back", None, None),  # her shift goes on
        ("marina", "back", DutyKind.HERE, MIDNIGHT),  # she has none
    ],
)
def test_one_touch(
    store: Shop,
    client_for: ClientFor,
    desk: FakeDesk,
    who: str,
    say: str,
    kind: DutyKind | None,
    until: datetime | None,
) -> None:
    carrier = store.carriers[{"jaan": JAAN, "olga": OLGA, "marina": MARINA}[who]]
    desk.answers = [StoreDone(store.store, 2)]
    answer = client_for(who).post(f"/s/{store.store}/roster/duty", data={"carrier": carrier, "say": say})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{store.store}/roster")
    assert desk.asked == [SetDuty(store.store, store.accounts[who], carrier, kind, until)]


def test_back_from_a_break_keeps_what_one_said_before(
    store: Shop, client_for: ClientFor, desk: FakeDesk
) -> None:
    marina, until = store.carriers[MARINA], NOW + timedelta(hours=3)
    with store.db.transaction() as session:
        for kind, last in (("here", until), ("break", NOW + timedelta(minutes=5))):
            session.add(
                Duty(
                    store_id=store.store,
                    carrier_id=marina,
                    kind=kind,
                    starts_at=NOW - timedelta(hours=1),
                    ends_at=last,
                )
            )
    desk.answers = [StoreDone(store.store, 2)]
    client_for("marina").post(f"/s/{store.store}/roster/duty", data={"carrier": marina, "say": "back"})
    (asked,) = desk.asked
    assert isinstance(asked, SetDuty)
    assert (asked.kind, asked.until) == (DutyKind.HERE, until)


def test_leaving_at_night_is_until_the_end_of_the_night(
    store: Shop, client_for: ClientFor, desk: FakeDesk
) -> None:
    jaan = store.carriers[JAAN]
    with store.db.transaction() as session:
        session.add(Shift(store_id=store.store, carrier_id=jaan, weekday=5, starts=time(14), ends=time(6)))
    desk.answers = [StoreDone(store.store, 2)]
    client_for("jaan").post(f"/s/{store.store}/roster/duty", data={"carrier": jaan, "say": "leave"})
    (asked,) = desk.asked
    assert isinstance(asked, SetDuty)
    assert asked.until == datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("who", "carrier", "say", "status"),
    [
        ("jaan", KADRI, "break-15", 403),
        ("marina", KADRI, "break-15", 303),
        ("marina", KADRI, "break-99", 422),
        ("marina", KADRI, "", 422),
        ("marina", 99, "break-15", 404),
    ],
)
def test_who_may_say_it(
    store: Shop, client_for: ClientFor, desk: FakeDesk, who: str, carrier: int, say: str, status: int
) -> None:
    number = store.carriers[carrier] if carrier < 10 else 999
    desk.answers = [StoreDone(store.store, 2)]
    answer = client_for(who).post(f"/s/{store.store}/roster/duty", data={"carrier": number, "say": say})
    assert answer.status_code == status
    assert bool(desk.asked) is (status == 303)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (DeskClosed(), 409, "did not answer in time"),
        (Refusal(None, RefusalReason.UNKNOWN), 409, "not in the roster any more"),
        (Refusal(None, RefusalReason.BAD_VALUE), 409, "do not fit together"),
    ],
)
def test_a_refusal_is_said(
    store: Shop,
    client_for: ClientFor,
    desk: FakeDesk,
    answer: Refusal | Exception,
    status: int,
    said: str,
) -> None:
    desk.answers = [answer]
    found = client_for("jaan").post(
        f"/s/{store.store}/roster/duty", data={"carrier": store.carriers[JAAN], "say": "break-15"}
    )
    assert (found.status_code, said in found.text) == (status, True)


@pytest.mark.parametrize("screen", ["roster/shifts", "roster/rotations", "roster/exceptions"])
def test_changing_is_for_managers(store: Shop, client_for: ClientFor, screen: str) -> None:
    client = client_for("jaan")
    assert client.get(f"/s/{store.store}/{screen}").status_code == 403
    assert client.post(f"/s/{store.store}/{screen}", data={}).status_code == 403
    assert client.post(f"/s/{store.store}/{screen}/1/remove").status_code == 403
    assert client_for().post(f"/s/{store.store}/{screen}/1/remove").status_code == 303


def test_a_shift_is_added_changed_and_removed(store: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    client, url, marina = client_for("marina"), f"/s/{store.store}/roster/shifts", store.carriers[MARINA]
    form = {"who": f"p-{marina}", "day": ["0", "2"], "starts": "22:00", "ends": "06:00", "zone": ""}
    before = revision(store)
    assert client.post(url, data=form).status_code == 303
    assert client.post(url, data=form).status_code == 303  # twice: not doubled
    assert revision(store) > before
    assert desk.asked[0] == ShopChanged(store.store, store.accounts["marina"], "shift", "MK")

    def mine() -> list[Shift]:
        with store.db.reading() as session:
            found = session.exec(select(Shift).where(Shift.carrier_id == marina))
            return sorted(found, key=lambda one: one.weekday)

    assert [(one.weekday, one.starts, one.ends, one.zone_id) for one in mine()] == [
        (0, time(22), time(6), None),
        (2, time(22), time(6), None),
    ]
    key = mine()[0].id
    assert 'value="22:00"' in client.get(f"{url}/{key}").text
    changed = {**form, "day": ["1"], "zone": store.zones[0]}
    assert client.post(f"{url}/{key}", data=changed).status_code == 303
    assert [(one.weekday, one.zone_id) for one in mine()] == [(1, store.zones[0]), (2, None)]
    for one in mine():
        assert client.post(f"{url}/{one.id}/remove").status_code == 303
    assert mine() == []
    assert client.post(f"{url}/{key}/remove").status_code == 404
    assert client.get(f"{url}/{key}").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"who": "p-999"}, "who"),
        ({"who": "x"}, "who"),
        ({"day": []}, "day"),
        ({"day": ["9"]}, "day"),
        ({"starts": "25:00"}, "starts"),
        ({"ends": ""}, "ends"),
        ({"zone": "999"}, "zone"),
    ],
)
def test_a_wrong_shift_is_shown_again_with_its_error(
    store: Shop, client_for: ClientFor, desk: FakeDesk, wrong: dict[str, object], field: str
) -> None:
    good = {"who": f"p-{store.carriers[JAAN]}", "day": ["0"], "starts": "09:00", "ends": "17:00", "zone": ""}
    answer = client_for("marina").post(f"/s/{store.store}/roster/shifts", data={**good, **wrong})
    assert answer.status_code == 422
    assert re.findall(r'id="error-([a-z-]+)"', answer.text) == [field]
    assert desk.asked == []


def test_a_rotation_is_added_changed_and_removed_with_its_shifts(
    store: Shop, client_for: ClientFor, desk: FakeDesk
) -> None:
    client, url = client_for("marina"), f"/s/{store.store}/roster/rotations"
    kadri, liis = store.carriers[KADRI], store.carriers[LIIS]
    form = {
        "name": "Early",
        "starts_on": "2026-11-16",
        "days": "7",
        "person": [kadri, "", liis],
        "act": "preview",
    }
    shown = words(client.post(url, data=form).text)
    assert "Kadri Mets 16–22 Nov 2026 now" in shown
    assert "Liis Pärn 23–29 Nov 2026" in shown
    assert desk.asked == []
    assert client.post(url, data={**form, "act": "save"}).status_code == 303
    with store.db.reading() as session:
        key = session.exec(select(Rotation.id).where(Rotation.name == "Early")).one()
    swapped = {**form, "person": [liis, kadri], "act": "save"}
    assert client.post(f"{url}/{key}", data=swapped).status_code == 303
    with store.db.reading() as session:
        members = session.exec(select(RotationMember).where(RotationMember.rotation_id == key)).all()
    assert [one.carrier_id for one in sorted(members, key=lambda one: one.position)] == [liis, kadri]
    shift = {"who": f"r-{key}", "day": ["0"], "starts": "06:00", "ends": "09:00", "zone": ""}
    assert client.post(f"/s/{store.store}/roster/shifts", data=shift).status_code == 303
    assert "Rotation: Early" in client.get(f"/s/{store.store}/roster/shifts").text
    assert client.post(f"{url}/{key}/remove").status_code == 303
    with store.db.reading() as session:
        assert session.exec(select(Shift).where(Shift.rotation_id == key)).all() == []
        assert session.get(Rotation, key) is None
    assert client.get(f"{url}/{key}").status_code == 404
    assert client.post(f"{url}/{key}", data=swapped).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"days": "0"}, "days"),
        ({"days": "abc"}, "days"),
        ({"days": ""}, "days"),
        ({"starts_on": "2026-13-01"}, "starts_on"),
        ({"person": ["", ""]}, "person"),
        ({"person": ["999"]}, "person"),
        ({"person": ["00000000000000001"]}, "person"),
    ],
)
def test_a_wrong_rotation_is_shown_again_with_its_error(
    store: Shop, client_for: ClientFor, wrong: dict[str, object], field: str
) -> None:
    good = {"name": "N", "starts_on": "2026-11-16", "days": "7", "person": [store.carriers[JAAN]]}
    answer = client_for("marina").post(f"/s/{store.store}/roster/rotations", data={**good, **wrong})
    assert answer.status_code == 422
    assert set(re.findall(r'id="error-([a-z_-]+)"', answer.text)) == {field}


def test_an_exception_goes_to_the_engine_in_utc(store: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    desk.answers = [StoreDone(store.store, 2)]
    form = {
        "carrier": store.carriers[JAAN],
        "kind": "work",
        "first": "2026-11-28T10:00",
        "last": "2026-11-28T14:30",
        "zone": store.zones[3],
    }
    answer = client_for("marina").post(f"/s/{store.store}/roster/exceptions", data=form)
    assert answer.status_code == 303
    assert desk.asked == [
        SetDuty(
            store.store,
            store.accounts["marina"],
            store.carriers[JAAN],
            DutyKind.WORK,
            datetime(2026, 11, 28, 12, 30, tzinfo=UTC),
            datetime(2026, 11, 28, 8, tzinfo=UTC),
            store.zones[3],
        )
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"carrier": ""}, "carrier"),
        ({"kind": "break"}, "kind"),
        ({"first": "soon"}, "first"),
        ({"last": "2026-11-28T10:00"}, "last"),
        ({"first": "2026-11-20T10:00", "last": "2026-11-21T09:00"}, "last"),
        ({"last": "2029-01-01T10:00"}, "last"),
        ({"zone": "999"}, "zone"),
    ],
)
def test_a_wrong_exception_is_shown_again_with_its_error(
    store: Shop, client_for: ClientFor, desk: FakeDesk, wrong: dict[str, str], field: str
) -> None:
    good = {
        "carrier": str(store.carriers[JAAN]),
        "kind": "away",
        "first": "2026-11-28T10:00",
        "last": "2026-11-28T14:30",
        "zone": "",
    }
    answer = client_for("marina").post(f"/s/{store.store}/roster/exceptions", data={**good, **wrong})
    assert answer.status_code == 422
    assert field in re.findall(r'id="error-([a-z_-]+)"', answer.text)
    assert desk.asked == []


def test_an_exception_that_began_ends_now_and_one_to_come_is_taken_out(
    store: Shop, client_for: ClientFor
) -> None:
    client = client_for("marina")
    assert "Extra shift" in words(client.get(f"/s/{store.store}/roster/exceptions").text)
    with store.db.reading() as session:
        rows = {row.kind: row.id for row in session.exec(select(Duty))}
    for kind in ("break", "work"):
        assert client.post(f"/s/{store.store}/roster/exceptions/{rows[kind]}/remove").status_code == 303
    with store.db.reading() as session:
        ended = session.get(Duty, rows["break"])
        assert ended is not None
        assert ended.ends_at == NOW
        assert session.get(Duty, rows["work"]) is None
    assert client.post(f"/s/{store.store}/roster/exceptions/{rows['break']}/remove").status_code == 404


def test_nothing_of_another_store_can_be_touched(store: Shop, client_for: ClientFor, desk: FakeDesk) -> None:
    with store.db.transaction() as session:
        session.add(Store(id="other", name="Other"))
        session.flush()
        session.add(Shift(id=900, store_id="other", weekday=0, starts=time(9), ends=time(10)))
        session.add(Rotation(id=900, store_id="other", name="R", starts_on=date(2026, 1, 1)))
    client = client_for("marina")
    for part in ("shifts", "rotations", "exceptions"):
        assert client.post(f"/s/{store.store}/roster/{part}/900/remove").status_code == 404
        assert client.get(f"/s/{store.store}/roster/{part}/900").status_code in (404, 405)
    with store.db.reading() as session:
        assert session.get(Shift, 900) is not None
        assert session.get(Rotation, 900) is not None
    assert desk.asked == []
