"""The unit's core asks for its next certificate, takes it, connects anew and says so."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from broker_config.channels import IDENTITY
from broker_config.messages import Certificate
from broker_config.renewal.core import NewKey, Renews
from tests.unit.broker_config.test_renewal import CSR, PEM, Disk
from tests.unit.firmware_bridge.desk import AT, Desk


def test_a_unit_renews_its_certificate_over_the_connection_that_the_old_one_opened() -> None:
    disk = Disk(renew_at=AT + timedelta(hours=3))
    desk = Desk(renews=Renews(disk, lambda: (desk.wall or AT, True)))
    desk.connect()
    desk.advance(5 * 3_600.0)
    assert disk.making == 1
    desk.bridge.handle([NewKey(CSR)], desk.now)
    [request] = desk.sent("identity/request")
    assert request["csr"] == CSR
    desk.deliver(IDENTITY, Certificate(id=UUID(request["id"]), certificate=PEM))
    assert disk.taken == [PEM]
    assert desk.link.reconnects == ["a new certificate"]
    desk.disconnect()
    desk.connect()
    assert desk.sent("identity/request")[-1].get("csr") is None
    desk.answer()
    assert disk.unconfirmed is None
