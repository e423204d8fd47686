"""The signature is the one that receivers' libraries check: proven by the published example."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from server.channels_out.signature import signed_headers, signing_key

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_published_example() -> None:
    assert signed_headers(
        signing_key(SECRET),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1_614_265_330.9, UTC),
        b'{"test": 2432232314}',
    ) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_prefix_may_be_left_out() -> None:
    assert signing_key(SECRET) == signing_key(SECRET.removeprefix("whsec_"))


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "abc", "MfKQ9r8GKYqrTwjUPD8I", "öö" * 20, "A" * 200, SECRET + "!"]
)
def test_a_weak_or_odd_secret_is_refused_without_being_quoted(secret: str) -> None:
    with pytest.raises(ValueError, match="openssl rand") as caught:
        signing_key(secret)
    assert not secret or len(secret) < 8 or secret not in str(caught.value)
