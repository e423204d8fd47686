import pytest

from broker_config.capcodes import Trouble, code, ric, trouble


@pytest.mark.parametrize(
    ("driver", "address", "why"),
    [
        ("pocsag-mmdvm", "1234567", None),
        ("pocsag-mmdvm", "0000008", None),
        ("pocsag-raw", "1234567C", None),
        ("pocsag-raw", "1234567E", Trouble.NOT_A_RIC),
        ("pocsag-raw", "abc", Trouble.NOT_A_RIC),
        ("pocsag-raw", "7", Trouble.LOW),
        ("pocsag-raw", "2007663", None),
        ("pocsag-raw", "2007664", Trouble.IDLE),
        ("pocsag-raw", "2007671", Trouble.IDLE),
        ("pocsag-raw", "2045056", Trouble.SYNC),
        ("pocsag-raw", "2045063B", Trouble.SYNC),
        ("pocsag-raw", "2097151", None),
        ("pocsag-raw", "2097152", Trouble.TOO_HIGH),
        ("scope", "1234567", None),
        ("scope", "12345678", Trouble.TOO_LONG),
        ("scope", "12B", Trouble.NOT_DIGITS),
        ("comp2", "1234567890A", None),
        ("comp2", "12345678901", Trouble.TOO_LONG),
        ("espa444", "1" * 17, Trouble.TOO_LONG),
        ("tap", "anything", None),
        ("somebody-elses", "anything", None),
    ],
)
def test_what_can_be_called(driver: str, address: str, why: Trouble | None) -> None:
    assert trouble(driver, address) is why


def test_a_letter_chooses_the_function() -> None:
    assert ric("1234567") == (1234567, None)
    assert ric("0001234D") == (1234, 3)
    assert ric("0001234a") == (1234, 0)


def test_codes_of_watches() -> None:
    assert code("123451") == 0x123451
    for bad, why in (("000000", Trouble.NO_CODE), ("ffffff", Trouble.NO_CODE), ("12345", Trouble.NOT_A_CODE)):
        with pytest.raises(ValueError) as error:
            code(bad)
        assert error.value.args[0] is why
