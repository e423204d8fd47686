"""A serial line by URL (/dev/ttyUSB0, socket://host:port, rfc2217://host:port) that opens itself again.

One thread per line opens, reads, stamps and puts events; it never touches the driver. Writes come from the
sender's thread. Any trouble is an event, not an exception."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Literal, TypeAlias

import serial
from pydantic import BaseModel, ConfigDict, Field

from pager_gateway.line_trouble import NO_CARRIER, explain
from pager_gateway.sender import PortBytes, PortLost, PortOpened

log = logging.getLogger(__name__)

MOST = 4_096
"""Bytes that are read in one go."""
CARRIER_S = 0.5
_BREAKS = (serial.SerialException, OSError, TypeError, ValueError)
"""What pyserial raises from a line that breaks; TypeError from one that is closed meanwhile."""
PortEvent: TypeAlias = PortOpened | PortLost | PortBytes


class PortSettings(BaseModel):
    """The section `[transmitters.ID.port]` of the gateway's file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=300)]
    baudrate: Annotated[int, Field(ge=50, le=4_000_000)] = 9600
    bytesize: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    xonxoff: bool = False
    rtscts: bool = False
    carrier: Literal["cd", "dsr", "cts"] | None = None
    """The wire of the cable that a box with power holds up; without one only silence tells of a cable that is out."""
    reopen_s: tuple[float, float] = (0.2, 2.0)
    """First and longest wait between two tries to open."""


class SerialPort:
    """See `sender.Port`. `sink` may be called from two threads and must only put into a queue."""

    def __init__(
        self, settings: PortSettings, sink: Callable[[PortEvent], None], clock: Callable[[], float]
    ) -> None:
        self._s = settings
        self._sink = sink
        self._clock = clock
        self._serial: serial.SerialBase | None = None
        self._closing = threading.Event()
        self._broken = threading.Event()
        self._reason = ""
        """Why the line is opened anew."""
        self._thread = threading.Thread(target=self._run, name="port", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def write(self, data: bytes) -> None:
        line = self._serial
        if line is None:
            return
        try:
            line.write(data)
        except _BREAKS as error:
            log.warning("write failed: %s", error, extra={"action": "port.write"})
            self._break(explain(error, self._s.url))

    def reopen(self, reason: str) -> None:
        log.info("opening the port anew: %s", reason, extra={"action": "port.reopen"})
        self._break(reason)

    def close(self) -> None:
        """Stop the thread; safe to call twice."""
        self._closing.set()
        self._break("the port was closed")
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=5)

    def _break(self, reason: str) -> None:
        self._reason = reason
        self._broken.set()
        line = self._serial
        if line is not None and hasattr(line, "cancel_read"):
            with suppress(serial.SerialException, OSError):
                line.cancel_read()

    def _run(self) -> None:
        first, longest = self._s.reopen_s
        wait = first
        told = False
        while not self._closing.is_set():
            self._broken.clear()
            try:
                line = self._open()
            except (serial.SerialException, OSError, ValueError) as error:
                if not told:
                    told = True
                    self._sink(PortLost(explain(error, self._s.url), self._clock()))
                self._closing.wait(wait)
                wait = min(longest, wait * 2)
                continue
            wait, told = first, True
            reason = self._listen(line)
            self._serial = None
            with suppress(serial.SerialException, OSError):
                line.close()
            self._sink(PortLost(reason, self._clock()))
            if not self._closing.is_set():
                self._closing.wait(first)

    def _listen(self, line: serial.SerialBase) -> str:
        """Until the line breaks; returns why, in words. It is open for us only while there is a carrier."""
        while True:
            if not self._has_carrier(line):
                self._sink(PortLost(NO_CARRIER, self._clock()))
                while not self._has_carrier(line):
                    if self._broken.wait(CARRIER_S) or self._closing.is_set():
                        return self._reason
            self._serial = line
            self._sink(PortOpened(self._clock()))
            reason = self._read(line)
            self._serial = None
            if reason is not NO_CARRIER:
                return reason

    def _has_carrier(self, line: serial.SerialBase) -> bool:
        """A line that cannot be asked any more has none."""
        if self._s.carrier is None:
            return True
        with suppress(*_BREAKS):
            return bool(getattr(line, self._s.carrier))
        return False

    def _open(self) -> serial.SerialBase:
        line = serial.serial_for_url(
            self._s.url,
            do_not_open=True,
            baudrate=self._s.baudrate,
            bytesize=self._s.bytesize,
            parity=self._s.parity,
            stopbits=self._s.stopbits,
            xonxoff=self._s.xonxoff,
            rtscts=self._s.rtscts,
            timeout=0.5,
            write_timeout=2.0,
        )
        if "://" not in self._s.url:
            line.exclusive = True
        line.open()
        return line

    def _read(self, line: serial.SerialBase) -> str:
        while not self._closing.is_set() and not self._broken.is_set():
            try:
                data = line.read(1)
                while data and len(data) < MOST and (waiting := getattr(line, "in_waiting", 0)):
                    data += line.read(waiting)
            except _BREAKS as error:
                return explain(error, self._s.url)
            if data:
                self._sink(PortBytes(data, self._clock()))
            elif not self._has_carrier(line):
                return NO_CARRIER
        return self._reason
