from simulator.faults import Garble

MUCH = bytes(range(256)) * 100


def test_a_bad_line_spoils_about_so_many_bytes_and_loses_a_few_of_them() -> None:
    found = Garble(0.02, seed=3).spoil(MUCH)
    lost = len(MUCH) - len(found)
    assert 0.001 < lost / len(MUCH) < 0.003


def test_the_same_seed_spoils_the_same_bytes() -> None:
    assert Garble(0.1, 7).spoil(MUCH) == Garble(0.1, 7).spoil(MUCH)
    assert Garble(0.1, 7).spoil(MUCH) != Garble(0.1, 8).spoil(MUCH)


def test_every_spoilt_byte_is_another_one() -> None:
    assert not any(byte == 0 for byte in Garble(1.0, 1).spoil(bytes(5_000)))


def test_a_whole_line_spoils_nothing() -> None:
    assert Garble(0.0).spoil(MUCH) == MUCH
