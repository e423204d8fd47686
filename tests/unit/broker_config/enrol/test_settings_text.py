"""Who a device is, in its own file: nothing else of the file changes."""

from __future__ import annotations

import tomllib

import pytest

from broker_config.enrol.settings_text import Value, enrolled
from broker_config.errors import SetupError

VALUES: dict[str, Value] = {
    "store": "s1",
    "device": "b7",
    "host": "shop.local",
    "port": 8883,
    "identity": "identity",
}
BEFORE = """# the unit at the wine
store = "old"     # which shop
password_file = "password"
data = "/var/lib/redbutton"
ttl_s = 120

[night]
starts = "22:00"   # store = "not this"
ends = "06:30"
volume = 2
[[inputs]]
n = 1
pin = 17
"""


def test_values_take_the_place_of_old_ones_and_the_rest_stays() -> None:
    after = enrolled(BEFORE, VALUES)
    assert tomllib.loads(after) == {
        **VALUES,
        "data": "/var/lib/redbutton",
        "ttl_s": 120,
        "night": {"starts": "22:00", "ends": "06:30", "volume": 2},
        "inputs": [{"n": 1, "pin": 17}],
    }
    assert "# the unit at the wine" in after
    assert after.endswith(BEFORE[BEFORE.index("[night]") :])


def test_twice_is_once() -> None:
    once = enrolled(BEFORE, VALUES)
    assert enrolled(once, VALUES) == once


def test_an_empty_file_and_one_of_tables_only() -> None:
    assert tomllib.loads(enrolled("", VALUES)) == VALUES
    assert tomllib.loads(enrolled("[[inputs]]\nn = 1\n", VALUES)) == {**VALUES, "inputs": [{"n": 1}]}


def test_signs_that_mean_something_to_toml() -> None:
    odd: dict[str, Value] = {**VALUES, "identity": 'a "quoted" \\ path with ünicode'}
    assert tomllib.loads(enrolled(BEFORE, odd))["identity"] == odd["identity"]


@pytest.mark.parametrize(
    "text", ['note = """\nstore = "inside a text"\n"""\n', 'resend_s = [\n  1,\n]\nhost = """\nx"""\n']
)
def test_what_cannot_be_done_without_harm_is_said(text: str) -> None:
    with pytest.raises(SetupError, match="by hand") as raised:
        enrolled(text, VALUES)
    assert 'host = "shop.local"' in str(raised.value)


def test_no_toml() -> None:
    with pytest.raises(SetupError, match="not TOML"):
        enrolled("store = ", VALUES)
