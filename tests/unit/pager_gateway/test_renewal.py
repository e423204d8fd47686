"""The gateway's core asks for its next certificate, takes it, connects anew and says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from broker_config import codec
from broker_config.channels import IDENTITY
from broker_config.link import Connected, Delivery, Published
from broker_config.messages import Certificate
from broker_config.renewal.core import NewKey, Renews
from pager_gateway.gateway import Gateway
from pager_gateway.ledger import Ledger
from pager_gateway.setup import Identity
from pager_gateway.wall import WallClock
from tests.unit.broker_config.test_renewal import CSR, NOW, PEM, Disk
from tests.unit.firmware_bridge.desk import RecordingLink


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.sqlite")
    yield made
    made.close()


def test_a_gateway_renews_its_certificate(ledger: Ledger) -> None:
    disk, link = Disk(renew_at=NOW - timedelta(days=1)), RecordingLink()
    wall = WallClock(lambda: NOW.timestamp(), lambda: True)
    who = Identity("s1", "g1", "00aa11bb", "11111111-1111-4111-8111-111111111111")
    core = Gateway(who, link, ledger, {}, wall, uuid4, renews=Renews(disk, lambda: (NOW, True)))
    core.start(10.0)
    link.up = True
    core.handle([Connected(1, False, 10.0)], 10.0)
    assert disk.making == 1
    core.handle([NewKey(CSR)], 11.0)
    request = said(link)[-1]
    assert request["csr"] == CSR
    answer = codec.publication(
        IDENTITY, "s1", "g", "g1", Certificate(id=UUID(str(request["id"])), certificate=PEM)
    )
    core.handle([Delivery(answer.topic, answer.payload, 1, False, False, 60, 1, 1, 12.0)], 12.0)
    assert disk.taken == [PEM]
    assert link.reconnects == ["a new certificate"]
    core.handle([Connected(2, False, 13.0)], 13.0)
    assert said(link)[-1].get("csr") is None
    core.handle([Published(handle, True, "ok", 14.0) for handle, _ in link.sent], 14.0)
    assert disk.unconfirmed is None


def said(link: RecordingLink) -> list[dict[str, object]]:
    return [
        json.loads(packet.payload) for _, packet in link.sent if packet.topic.endswith("/identity/request")
    ]
