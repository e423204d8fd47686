"""Every request of a person finds the one who deals with it."""

from __future__ import annotations

from server.db.connect import Database
from server.engine.device_commands import DeviceCommands
from server.engine.duties import set_duty
from server.engine.looks import looked
from server.engine.people import People
from server.engine.shop import provide_codes, shop_changed
from server.engine.teaching import Teaching
from server.engine.watch import Watch
from server.engine.wishes import Wishes
from server.engine.work import Work
from server.requests import (
    Answer,
    ChangeSettings,
    CommandDevice,
    Looked,
    Request,
    RunCanaries,
    SendCode,
    SetDuty,
    ShopChanged,
)


class Answers:
    def __init__(
        self,
        db: Database,
        people: People,
        watch: Watch,
        wishes: Wishes,
        commands: DeviceCommands,
        teaching: Teaching,
    ) -> None:
        self._wishes, self._commands, self._teaching = wishes, commands, teaching
        self._watch = watch
        self._db = db
        self._people = people

    def answer(self, work: Work, request: Request) -> Answer:
        match request:
            case SetDuty():
                return set_duty(work, request)
            case ShopChanged():
                with self._db.reading() as session:
                    answer = shop_changed(work, request, session)
                provide_codes(work, request.store, self._db)
                return answer
            case Looked():
                with self._db.reading() as session:
                    return looked(work, request, session)
            case RunCanaries():
                return self._watch.ask(work, request)
            case ChangeSettings():
                return self._wishes.change(work, request)
            case CommandDevice():
                return self._commands.ask(work, request)
            case SendCode():
                return self._teaching.ask(work, request)
            case _:
                return self._people.answer(work, request)
