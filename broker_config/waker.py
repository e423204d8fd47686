"""Wait for one socket, for a time, or for another thread to say that it is time: whichever comes first."""

from __future__ import annotations

import os
import select


class Waker:
    """One thread calls `wait`, `watch` and `forget`; `wake` is for all the others. poll, since select ends at
    file number 1024 and one process may hold thousands of links."""

    def __init__(self) -> None:
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._wake, select.POLLIN)
        self._watched: int | None = None
        self._writing = False

    def watch(self, file_number: int) -> None:
        self._watched = file_number
        self._writing = False
        self._poll.register(file_number, select.POLLIN)

    def forget(self) -> None:
        if self._watched is not None:
            self._poll.unregister(self._watched)
            self._watched = None

    def wait(self, seconds: float, *, writing: bool = False) -> bool:
        """Whether the watched socket has something to read (or room, when `writing`)."""
        if self._watched is not None and writing != self._writing:
            self._writing = writing
            self._poll.modify(self._watched, select.POLLIN | (select.POLLOUT if writing else 0))
        ready = False
        for number, _ in self._poll.poll(seconds * 1000):
            if number == self._wake:
                os.eventfd_read(self._wake)
            else:
                ready = True
        return ready

    def wake(self) -> None:
        if self._wake >= 0:
            os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        number, self._wake = self._wake, -1
        if number >= 0:
            os.close(number)
