"""An SNPP server (RFC 1861) in software: it greets, takes pages command by command, and says a number about each.

Written from the published text; it shares no line with the driver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.transmitters.base import OnAir, Trouble
from simulator.transmitters.line_box import LineBox, LineHabits

LONGEST = 1_000


@dataclass(slots=True)
class SnppHabits(LineHabits):
    """How this server behaves when it is well."""

    level: int = 2
    login: str = ""
    """`name password`; empty: everybody may page."""
    most_pages: int | None = None
    """Of one session; one more gets 421."""
    idle_s: float | None = 120.0
    sent: str = "250 Message Sent Successfully"
    """What it says to SEND."""


class SnppServer(LineBox):
    """Only the first four letters of a command count."""

    troubles = frozenset(Trouble) - {Trouble.CHECKSUM}

    def __init__(
        self,
        habits: SnppHabits | None = None,
        *,
        knows: Callable[[str], bool] = lambda address: True,
        seed: int = 0,
    ) -> None:
        self.habits = habits or SnppHabits()
        super().__init__(self.habits, knows, seed)
        self.levels: list[int] = []
        """What LEVEl said for each page that was sent."""
        self._quiet_since = 0.0
        self._connected = False
        self.forget()

    def connected(self, now: float) -> None:
        self.forget()
        self._connected = True
        self._quiet_since = now
        if not self.silent:
            self.say(b"220 SNPP Gateway Ready\r\n", "welcome", now)

    def forget(self) -> None:
        self._connected = False
        self._typed = ""
        self._data: list[str] | None = None
        self._pages = 0
        self._let_in = not self.habits.login
        self._clean()

    def _clean(self) -> None:
        self._pagers: list[str] = []
        self._text: str | None = None
        self._level = 1

    def in_frame(self) -> bool:
        return len(self._typed) > 2

    def due(self) -> float | None:
        idle = self.habits.idle_s
        mine = None if idle is None or not self._connected or self.silent else self._quiet_since + idle
        moments = [moment for moment in (super().due(), mine) if moment is not None]
        return min(moments, default=None)

    def tick(self, now: float) -> None:
        super().tick(now)
        idle = self.habits.idle_s
        if self._connected and not self.silent and idle is not None and now >= self._quiet_since + idle:
            self._bye("421 Timeout, Goodbye", "idle for too long", now)

    def hear(self, data: bytes, now: float) -> None:
        if not self._connected:
            return
        self._quiet_since = now
        for character in data.decode("latin-1"):
            if character == "\n":
                line, self._typed = self._typed.rstrip("\r"), ""
                self._line(line, now)
            else:
                self._typed = (self._typed + character)[-LONGEST:]

    def _line(self, line: str, now: float) -> None:
        raw = line.encode("latin-1") + b"\r\n"
        if self._data is not None:
            self._data_line(line, raw, now)
            return
        word, _, rest = line.partition(" ")
        command = word[:4].upper()
        self.understood(raw, f"command {command}")
        answers: dict[str, Callable[[str, float], None]] = {
            "PAGE": self._page,
            "MESS": self._message,
            "SEND": self._send,
            "RESE": self._reset,
            "HELP": self._help,
            "QUIT": lambda _, moment: self._bye("221 OK, Goodbye", "goodbye", moment),
        }
        if self.habits.level >= 2:
            answers |= {"DATA": self._begin_data, "LOGI": self._login, "LEVE": self._set_level}
        answer = answers.get(command)
        if answer is None:
            self._tell("500 Command Not Implemented, Try Again", now)
        elif not self._let_in and command in ("PAGE", "MESS", "SEND", "DATA"):
            self._tell("550 Login required", now)
        else:
            answer(rest, now)

    def _page(self, rest: str, now: float) -> None:
        trouble = self.judged(rest)
        if self.habits.most_pages is not None and self._pages >= self.habits.most_pages:
            self._bye("421 Too Many Pages, Goodbye", "enough pages", now)
        elif trouble is Trouble.BUSY:
            self._tell("554 Error, failed (technical reason)", now)
        elif trouble is not None or not rest:
            self._tell("550 Error, Invalid Pager ID", now)
        elif self._pagers:
            self._tell("552 Maximum entries exceeded", now)
        else:
            self._pagers.append(rest)
            self._tell("250 Pager ID Accepted", now)

    def _message(self, rest: str, now: float) -> None:
        if self._text is not None:
            self._tell("503 ERROR, Message Already Entered", now)
        else:
            self._text = rest
            self._tell("250 Message OK", now)

    def _begin_data(self, rest: str, now: float) -> None:
        self._data = []
        self._tell("354 Begin Input; End with <CRLF>'.'<CRLF>", now)

    def _data_line(self, line: str, raw: bytes, now: float) -> None:
        assert self._data is not None
        self.understood(raw, "a line of the text")
        if line != ".":
            self._data.append(line)
            return
        self._text, self._data = "\n".join(self._data), None
        self._tell("250 Message OK", now)

    def _send(self, rest: str, now: float) -> None:
        if not self._pagers or self._text is None:
            self._tell("503 Error, Pager ID or Message Incomplete", now)
            return
        page = OnAir(self._pagers[0], self._text, 1)
        self.levels.append(self._level)
        self._pages += 1
        self._clean()
        if self.on_air(page, now):
            self._tell(self.habits.sent, now)

    def _reset(self, rest: str, now: float) -> None:
        self._clean()
        self._tell("250 RESET OK", now)

    def _help(self, rest: str, now: float) -> None:
        self._tell(
            "214 PAGEr <id>\r\n214 MESSage <text>\r\n214 SEND, RESEt, QUIT\r\n250 End of Help Information",
            now,
        )

    def _login(self, rest: str, now: float) -> None:
        self._let_in = rest == self.habits.login or not self.habits.login
        self._tell("250 Login Accepted" if self._let_in else "550 Error, Invalid LoginID or Password", now)

    def _set_level(self, rest: str, now: float) -> None:
        if rest.isdecimal() and int(rest) <= 11:
            self._level = int(rest)
            self._tell("250 Service level OK", now)
        else:
            self._tell("500 Command Not Implemented, Try Again", now)

    def _tell(self, line: str, now: float) -> None:
        self.say(line.encode("ascii") + b"\r\n", line, now)

    def _bye(self, line: str, why: str, now: float) -> None:
        self.say(line.encode("ascii") + b"\r\n", why, now)
        self._connected = False
        self.hang_up(now)
