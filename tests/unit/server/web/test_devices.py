"""The list of devices and the screen of one: bad first, in words, for managers; what is asked and what it answered."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from broker_config.messages import CommandName, Telemetry
from server.requests import CommandDevice, DeskClosed, Refusal, RefusalReason
from server.web.frame.words import LANGUAGES
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.device_rows import ailing, command, device, fault, sample, telemetry, wanted
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.stage import FakeDesk

IN_ORDER = {
    "en": "Every device is in order",
    "ru": "Все устройства в порядке",
    "et": "Kõik seadmed on korras",
}


@pytest.fixture
def url(shop: Shop) -> str:
    shop.account("marina", "Marina Kask", role="manager", carrier=shop.carriers[2])
    shop.account("olga", "Olga Smirnova", carrier=shop.carriers[1])
    return f"/s/{shop.store}/devices"


def plain(text: str) -> str:
    """Without the marks of HTML, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_in_order(shop: Shop, url: str, client_for: ClientFor, language: str) -> None:
    answer = client_for("marina", language).get(url)
    assert answer.status_code == 200
    assert IN_ORDER[language] in answer.text
    assert "answer--good" in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_in_every_language(shop: Shop, url: str, client_for: ClientFor, language: str) -> None:
    ailing(shop)
    client = client_for("marina", language)
    for path in ("", "-now", "/hall", "/hall/now", "/hall/day", "/hall/settings", "/hall/settings/now"):
        answer = client.get(url + path)
        assert answer.status_code == 200, path
        assert "%(" not in answer.text
        if path == "/hall" and language == "ru":
            assert "Контакт замкнут уже" in answer.text
    for name in ("gw", "srv", "cellar", "exit", "wine"):
        assert client.get(f"{url}/{name}").status_code == 200


def test_bad_comes_first_with_what_to_do(shop: Shop, url: str, client_for: ClientFor) -> None:
    ailing(shop)
    fault(shop, "flood", 3, of="wine", input=1, count=12)
    text = client_for("marina").get(url).text
    lines = re.findall(r'<li id="device-(\w+)" class="dev dev--(\w+)', text)
    assert lines == [
        ("cellar", "bad"),
        ("exit", "bad"),
        ("hall", "bad"),
        ("wine", "warn"),
        ("gw", "good"),
        ("srv", "good"),
    ]
    said = plain(text)
    assert "4 things need a hand 4 of 6 devices are here." in said
    assert "Button 02 (input 2) The contact has been closed for 14 min. Look whether something" in said
    assert "Away since 13:55 Is it switched on, and is the network there?" in said
    assert "Never seen Is it switched on, in the network and enrolled?" in said
    assert "Here since 10:07" in said
    assert "Button 20 (input 1) Pushed again and again: 12 pushes stand behind one press." in said
    assert "Waiting presses 3" in said
    assert "Refused by the device" in said
    assert "No connection for" not in said  # its presence says it already


def test_a_device_that_hangs(shop: Shop, url: str, client_for: ClientFor) -> None:
    device(shop, changed_at=NOW - timedelta(hours=2))
    fault(shop, "silent", 3)
    client = client_for("marina")
    assert "Silent since 14:04 Switch it off and on." in plain(client.get(url).text)
    said = plain(client.get(f"{url}/hall").text)
    assert "1 thing needs a hand" in said
    assert "silent 3 min" in said


def test_the_list_asks_for_itself_anew(shop: Shop, url: str, client_for: ClientFor) -> None:
    client = client_for("marina")
    part = client.get(f"{url}-now").text
    assert part.strip().startswith('<div id="devices"')
    assert f'hx-get="{url}-now" hx-trigger="load delay:4s' in part
    device(shop, state="offline", changed_at=NOW - timedelta(seconds=5))
    assert "Away since 14:07" in client.get(f"{url}-now").text


def test_only_managers_of_this_store(shop: Shop, url: str, client_for: ClientFor, desk: FakeDesk) -> None:
    shop.account("guest", "A Guest", role="manager", store_id=shop.store)
    staff, stranger = client_for("olga"), client_for()
    for path in ("", "-now", "/hall", "/hall/now", "/hall/day", "/hall/settings", "/hall/settings/now"):
        assert staff.get(url + path).status_code == 403, path
        assert stranger.get(url + path).status_code == 303, path
        assert client_for("guest").get(f"/s/elsewhere/devices{path}").status_code == 404, path
    for path, form in (("/hall/do", {"name": "probe"}), ("/hall/settings", {"seen": "0"})):
        assert staff.post(url + path, data=form).status_code == 403
        assert stranger.post(url + path, data=form).status_code == 303
    assert desk.asked == []
    assert url not in staff.get(f"/s/{shop.store}/me").text
    assert url not in staff.get(f"/s/{shop.store}/readiness").text
    manager = client_for("marina")
    assert f'href="{url}"' in manager.get(f"/s/{shop.store}/history").text
    assert f'href="{url}/hall"' in manager.get(f"/s/{shop.store}/readiness").text
    assert f'column__more" href="{url}"' in manager.get(f"/s/{shop.store}/board").text
    assert url not in staff.get(f"/s/{shop.store}/board").text


@pytest.mark.parametrize(
    "path", ["/nobody", "/nobody/now", "/HALL", "/..", "/nobody/settings", "/srv/settings"]
)
def test_what_is_not_there(shop: Shop, url: str, client_for: ClientFor, path: str) -> None:
    assert client_for("marina").get(url + path).status_code in (404, 422)


def test_words_of_a_device_are_shown_escaped_and_cut(shop: Shop, url: str, client_for: ClientFor) -> None:
    evil = '<script>alert("1")</script>'
    device(
        shop,
        sw=evil,
        telemetry=telemetry(sw=evil, inputs=[{"input": 1, "refused": {evil: 3}}]),
        telemetry_at=NOW,
    )
    fault(shop, evil, 5, text=evil + "\u202e\n" + "x" * 150)
    command(shop, "probe", 5, "refused", text=evil + "y" * 400)
    wanted(shop, 1, {"volume": 3}, answer_rev=1, answer_ok=False, answer_errors={"volume": evil, evil: evil})
    client = client_for("marina")
    for path in ("", "/hall", "/hall/settings"):
        text = client.get(url + path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text
        assert "\u202e" not in text
        assert "x" * 130 not in text
        assert "y" * 130 not in text


def test_the_last_day_in_numbers(shop: Shop, url: str, client_for: ClientFor) -> None:
    ailing(shop)
    text = client_for("marina").get(f"{url}/hall").text
    said = plain(text)
    assert "here 22 h 35 min \u00b7 no connection 20 min \u00b7 silent 20 min \u00b7 not known 45 min" in said
    assert "41 °C at last; between 40 °C and 66 °C in this day." in said
    assert "\u221260 dBm at last" in said
    assert "Contact chatters Button 05 (input 5) 64 changes 06:07 06:17 10 min" in said
    assert "Contact stays closed Button 02 (input 2) \u2013 13:53 still so 14 min" in said
    assert "Button 02 (input 2) Fitting rooms 54 in the lock-out: 2, too short: 6 6 ms 13:53" in said
    drawings = text.count('<svg class="line"') + text.count('<svg class="strip-24"')
    assert drawings == 5
    assert text.count('id="numbers-') == drawings + 1  # the bars of the presses have one for all inputs
    assert re.search(r"<tr><td>12:00</td>(<td class=\"num\">[^<]*</td>){8}</tr>", text)
    assert " style=" not in text


def test_a_gateway_and_a_server_have_their_own_day(shop: Shop, url: str, client_for: ClientFor) -> None:
    ailing(shop)
    client = client_for("marina")
    gateway, server = client.get(f"{url}/gw").text, client.get(f"{url}/srv").text
    sample(shop, "gw", 5, memory_mb=71)
    assert "Not told by this device: Temperature, Wi-Fi signal." in client.get(f"{url}/gw/day").text
    assert "Waiting pages" in gateway
    assert "Presses by hour" not in gateway
    assert re.findall(r'id="ask-(\w+)"', gateway) == ["probe"]
    assert "/gw/settings" in gateway
    assert "ask-" not in server
    assert "settings" not in server.split('id="now"')[1]


def test_asking_a_device(shop: Shop, url: str, client_for: ClientFor, desk: FakeDesk) -> None:
    device(shop, changed_at=NOW - timedelta(hours=1))
    client = client_for("marina")
    for form in (
        {"name": "identify"},
        {"name": "probe"},
        {"name": "drill", "input": "3"},
        {"name": "restart"},
        {"name": "rotate"},
    ):
        answer = client.post(f"{url}/hall/do", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{url}/hall")
    me = shop.accounts["marina"]
    assert [one for one in desk.asked if isinstance(one, CommandDevice)] == [
        CommandDevice(shop.store, me, "hall", CommandName.IDENTIFY, {}),
        CommandDevice(shop.store, me, "hall", CommandName.PROBE, {}),
        CommandDevice(shop.store, me, "hall", CommandName.DRILL, {"input": 3}),
        CommandDevice(shop.store, me, "hall", CommandName.RESTART, {}),
        CommandDevice(shop.store, me, "hall", CommandName.ROTATE, {}),
    ]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("hall", {"name": "canary"}),
        ("hall", {"name": "explode"}),
        ("hall", {}),
        ("hall", {"name": "drill"}),
        ("hall", {"name": "drill", "input": "99"}),
        ("hall", {"name": "probe", "input": "1"}),
        ("gw", {"name": "identify"}),
        ("gw", {"name": "restart"}),
        ("srv", {"name": "probe"}),
        ("nobody", {"name": "probe"}),
    ],
)
def test_what_cannot_be_asked(
    shop: Shop, url: str, client_for: ClientFor, desk: FakeDesk, path: str, form: dict[str, str]
) -> None:
    assert client_for("marina").post(f"{url}/{path}/do", data=form).status_code in (404, 422)
    assert desk.asked == []


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (DeskClosed(), 503, "did not answer in time"),
        (Refusal(None, RefusalReason.AWAY), 409, "It is not connected"),
        (Refusal(None, RefusalReason.BAD_VALUE), 409, "has no such input"),
        (Refusal(None, RefusalReason.UNKNOWN), 409, "does not know this device yet"),
    ],
)
def test_a_refusal_is_said(
    shop: Shop,
    url: str,
    client_for: ClientFor,
    desk: FakeDesk,
    answer: Refusal | Exception,
    status: int,
    words: str,
) -> None:
    desk.answers = [answer]
    found = client_for("marina").post(f"{url}/hall/do", data={"name": "probe"})
    assert found.status_code == status
    assert words in found.text


def test_every_answer_is_on_the_screen(shop: Shop, url: str, client_for: ClientFor) -> None:
    ailing(shop)
    client = client_for("marina")
    text = client.get(f"{url}/hall").text
    said = plain(text)
    assert "done at 14:06:51" in said
    assert "no answer in 30 seconds (14:02:31)" in said
    assert "asked at 14:07:26, no answer yet" in said
    assert "refused at 12:07:31 input &#39;2&#39; is no button here" in said
    assert 'id="do-restart"' not in text  # it was asked and has not answered
    assert 'id="do-drill7"' in text
    assert 'id="do-drill8"' not in text  # a staff key
    assert "A real page, marked as a drill, goes to whoever is on duty" in said
    assert "load delay:1s" in text.split('id="day"')[0]


def test_who_is_away_cannot_be_asked(shop: Shop, url: str, client_for: ClientFor) -> None:
    shop.device_lost("hall", NOW - timedelta(minutes=3))
    text = client_for("marina").get(f"{url}/hall").text
    assert "nothing can be asked of it now" in text
    assert 'id="do-' not in text


def test_figures_of_a_device_gone_mad(shop: Shop, url: str, client_for: ClientFor) -> None:
    most = 2**53
    said = telemetry(
        up_s=most,
        spool=most,
        oldest_ms=most,
        rssi_dbm=-150,
        temp_c=200.0,
        disk_free_mb=most,
        memory_mb=most,
        reconnects=most,
        takeovers=most,
        cfg_rev=most,
        inputs=[
            {"input": 16, "pushes": most, "refused": {"short": most}, "held_ms": most, "bounce_ms": most}
        ],
    )
    Telemetry.model_validate(said, strict=False)  # the contract lets it pass
    device(shop, telemetry=said, telemetry_at=NOW, sw="x" * 32)
    for minutes, temp in ((15, -60.0), (10, 200.0), (5, None)):
        sample(shop, "hall", minutes, temp_c=temp, spool=most, memory_mb=most, rssi_dbm=50)
    for kind in ("stuck", "presses_lost", "flood", "taken_over", "gap", "k" * 32):
        fault(shop, kind, 130_000, count=most)
    client = client_for("marina")
    for path in ("", "/hall", "/hall/now", "/hall/day", "/hall/settings"):
        assert client.get(url + path).status_code == 200, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_certificate_that_ends_is_said_with_its_day_and_what_to_do(
    shop: Shop, url: str, client_for: ClientFor, language: str
) -> None:
    """List and screen of the device. Readiness has its own line."""
    shop.account("own", "Owner", role="owner")
    hour = 60.0
    fault(shop, "certificate_ends", 24 * hour * 11, of="hall")
    fault(shop, "certificate_ends", 24 * hour * 20, of="gw")
    words = {
        "en": ("ends on 24 November 2026: then", "ran out on 15 November 2026", "Let it in anew"),
        "ru": ("до 24 ноября 2026", "вышел 15 ноября 2026", "Впустите его заново"),
        "et": ("lõpeb 24. november 2026: siis", "lõppes 15. november 2026", "Lase ta uuesti sisse"),
    }[language]
    client = client_for("own", language)
    text = plain(client.get(url).text)
    assert [one in text for one in words] == [True] * 3
    assert words[0] in plain(client.get(f"{url}/hall").text)
    assert words[1] in plain(client.get(f"/s/{shop.store}/readiness").text)
