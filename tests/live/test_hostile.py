"""Two thousand messages that break the contract, among two hundred good presses: nothing stops, nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from random import Random
from uuid import UUID

import pytest

from broker_config.channels import CANCEL, COMMAND, LIGHT, ORDER, PLAN, PLAN_REPORT_RECEIPT, RECEIPT, SETTINGS
from tests.live import hostile
from tests.live.brokers import GATEWAY
from tests.live.hostile import Bad, press, topic
from tests.live.hostile_client import HostileClient
from tests.live.processes import wait_until
from tests.live.whole_shop import WholeShop, everybody
from tests.live.whole_shop_rows import (
    IMPOSTOR,
    OTHER_GATEWAY,
    OTHER_SERVER,
    address_of,
    label,
    places,
    zone_of,
)

pytestmark = pytest.mark.live

BRIDGE = {"b1": 2}
CLIENTS = {f"b{number}": 16 for number in range(2, 15)}
STRANGER = "b40"
GOOD, BAD, BAD_OF_THE_SERVER = 200, 1_800, 200
OVER_THE_PACKET_LIMIT = 12
WORK_S = 240.0
Table = Mapping[str, Callable[[Random, str], Bad]]


@pytest.fixture
def shop() -> Iterator[WholeShop]:
    with WholeShop(BRIDGE, silent=CLIENTS) as made:
        yield made


def test_two_thousand_bad_messages_among_two_hundred_presses(shop: WholeShop) -> None:
    random = Random(11)
    good, bad = good_presses(random), bad_messages(random)
    clients = [
        HostileClient(everybody()[name], shop.by_password, shuffled(random, good.get(name, []), bad[name]))
        for name in bad
    ]
    try:
        wait_until(lambda: all_done(clients), "all is sent, and every press has its receipt", WORK_S)
    finally:
        for client in clients:
            client.close()
    assert [line for client in clients for line in client.wrong] == []
    every_good_press_rang(shop, clients, good)
    refused_are_counted(shop, clients, bad)
    garbage_from_a_server_stops_nobody(shop, random)
    shop.server.stop()
    shop.server.start()  # what bad clients left retained comes in once more
    press_and_feel(shop, 2)
    assert [len(process.pids) for process in shop.processes] == [2, 1, 1]
    assert shop.troubles() == []


def good_presses(random: Random) -> dict[str, list[dict[str, object]]]:
    """One for each of the first 200 buttons: each opens an incident of its own."""
    found: dict[str, list[dict[str, object]]] = {}
    for device, number in list(places(CLIENTS))[:GOOD]:
        mine = found.setdefault(device, [])
        mine.append(press(random, input=number, seq=len(mine) + 1))
    return found


def bad_messages(random: Random) -> dict[str, list[Bad]]:
    """From every client something of everything, until there are enough."""
    found: dict[str, list[Bad]] = {}
    senders: list[tuple[str, Table]] = [(name, hostile.FROM_A_BUTTON) for name in CLIENTS]
    senders += [(STRANGER, hostile.FROM_A_STRANGER), (IMPOSTOR, hostile.FROM_AN_IMPOSTOR)]
    senders += [(OTHER_GATEWAY, hostile.FROM_A_GATEWAY)]
    dropped = 0
    for index in range(BAD):
        name, table = senders[index % len(senders)]
        kinds = [kind for kind in table if kind != hostile.DROPS_THE_LINE or dropped < OVER_THE_PACKET_LIMIT]
        kind = random.choice(kinds)
        dropped += kind == hostile.DROPS_THE_LINE
        found.setdefault(name, []).append(table[kind](random, name))
    assert dropped == OVER_THE_PACKET_LIMIT
    return found


def shuffled(random: Random, good: list[dict[str, object]], bad: list[Bad]) -> list[Bad | dict[str, object]]:
    plan: list[Bad | dict[str, object]] = [*good, *bad]
    random.shuffle(plan)
    return plan


def all_done(clients: list[HostileClient]) -> bool:
    for client in clients:
        client.turn()
    return all(client.done for client in clients)


def every_good_press_rang(
    shop: WholeShop, clients: list[HostileClient], good: dict[str, list[dict[str, object]]]
) -> None:
    ids = {UUID(str(one["id"])) for mine in good.values() for one in mine}
    receipts = {press: result for client in clients for press, result in client.receipts.items()}
    assert receipts == dict.fromkeys(ids, "stored")
    assert {row.id for row in shop.presses()} == ids
    wait_until(lambda: shop.open_pages() == 0, "every page is over")
    wanted = Counter(
        (address_of(zone_of(index)), f"Z{zone_of(index)} {label(device, number)} CALL")
        for index, (device, number) in enumerate(places({**BRIDGE, **CLIENTS}))
        if device in CLIENTS
    )
    felt = shop.felt()
    assert felt.total() == GOOD
    assert felt <= wanted


def refused_are_counted(shop: WholeShop, clients: list[HostileClient], bad: dict[str, list[Bad]]) -> None:
    """By device and reason, whatever the number: the disk stays ours."""
    wanted: Counter[tuple[str, str | None]] = Counter(
        (name, one.reason) for name, mine in bad.items() for one in mine if one.reason
    )
    lost: Counter[tuple[str, str | None]] = Counter(
        (client.device, one.reason) for client in clients for one in client.lost
    )
    rows = shop.refused()
    counted: Counter[tuple[str, str | None]] = Counter()
    for row in rows:
        counted[row.device, row.reason] += row.count
    assert set(counted) <= set(wanted)
    assert counted >= wanted - lost
    if "disconnected:" not in shop.server.text():  # a broker gives again what was not settled on a lost line
        assert counted <= wanted
    hours = {row.hour for row in rows}
    assert len(rows) <= len(wanted) * len(hours)
    assert all(len(row.sample) <= 300 and row.sample.isprintable() for row in rows)


def garbage_from_a_server_stops_nobody(shop: WholeShop, random: Random) -> None:
    """As if the server's own key were in wrong hands: the gateway still pages, the button still shows it."""
    targets = [
        topic(GATEWAY, one.tail, "g") for one in (ORDER, CANCEL, COMMAND, SETTINGS, PLAN, PLAN_REPORT_RECEIPT)
    ]
    targets += [topic("b1", one.tail) for one in (RECEIPT, LIGHT, COMMAND, SETTINGS)]
    plan: list[Bad | dict[str, object]] = [
        Bad(random.choice(targets), hostile.garbage(random), "any", retain=random.random() < 0.1)
        for _ in range(BAD_OF_THE_SERVER)
    ]
    mad = HostileClient(everybody()[OTHER_SERVER], shop.by_password, plan)
    try:
        wait_until(lambda: all_done([mad]), "the mad server has said it all", WORK_S)
    finally:
        mad.close()
    assert mad.wrong == []
    press_and_feel(shop, 1)


def press_and_feel(shop: WholeShop, number: int) -> None:
    before = shop.felt()
    shop.units["b1"].press(number)
    wait_until(lambda: shop.felt() != before, "a good press is felt")
    new = shop.felt() - before
    assert [text for _, text in new] == [f"Z{zone_of(number - 1)} {label('b1', number)} CALL"]
    wait_until(lambda: shop.units["b1"].light(number) == "called", "the button shows that somebody is called")
