"""The serial line by URL: whatever happens to it while somebody writes is an event later, never an exception now."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
import serial

from pager_gateway.port import PortSettings, SerialPort


@pytest.mark.parametrize(
    "error",
    [serial.SerialException("gone"), OSError(9, "Bad file descriptor"), TypeError("no fileno"), ValueError()],
)
def test_a_line_that_is_closed_while_it_is_written_to_raises_nothing(error: Exception) -> None:
    """pyserial forgets its file descriptor before it calls itself closed: a write in between is a TypeError."""
    port = SerialPort(PortSettings(url="/dev/nothing"), lambda event: None, lambda: 0.0)
    port._serial = Mock(write=Mock(side_effect=error))
    port.write(b"x")
    assert port._broken.is_set()
