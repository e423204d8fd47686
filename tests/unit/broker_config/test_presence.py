"""What a device connects with."""

from __future__ import annotations

import pytest

from broker_config import codec
from broker_config.channels import KIND_OF, Role
from broker_config.link import Delivery
from broker_config.messages import DeviceState, DeviceStatus
from broker_config.presence import link_setup
from broker_config.rights import User, may_write


@pytest.mark.parametrize("role", list(KIND_OF))
def test_will_and_birth_are_the_same_retained_status(role: Role) -> None:
    user = User("s1", "d1", role, "x")
    setup = link_setup(user, run="aaaa", boot="bbbb", sw="1")
    for publication, state in ((setup.will, DeviceState.OFFLINE), (setup.birth, DeviceState.ONLINE)):
        assert publication is not None
        assert publication.retain
        assert may_write(user, publication.topic)
        found = codec.receive(
            Delivery(publication.topic, publication.payload, 1, True, False, None, 1, 1, 0.0)
        ).message
        assert found == DeviceStatus(state=state, run="aaaa", boot="bbbb", sw="1")


def test_only_the_server_leaves_a_session_behind() -> None:
    for role in KIND_OF:
        setup = link_setup(User("s1", "d1", role, "secret"), run="aaaa", boot="bbbb", sw="1")
        assert setup.clean_start == (role is not Role.SERVER)
        assert (setup.session_expiry_s > 0) == (role is Role.SERVER)
        assert setup.client_id == setup.username == "s1.d1"
        assert "secret" not in repr(setup)
