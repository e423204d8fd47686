"""Staff as the server's public API knows them, without HTTP: the same request objects that its routes build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server import in_world
from server.in_world import Database, Desk, Member, Seen
from server.requests import Refusal, Request
from simulator.staff import NotLetIn, NotTaken, OpenIncident, ServerSilent, Verb
from simulator.world.server import NoAnswer, WorldServer


class WorldStaffApi:
    """A StaffApi. People have accounts in the database, without passwords."""

    def __init__(self, server: WorldServer, db: Database, store: str) -> None:
        self._server, self._db, self._store = server, db, store
        self._members = in_world.members(db, store)

    def open_incidents(self, login: str) -> Sequence[OpenIncident]:
        who = self._who(login)
        try:
            found = self._look(who)
        except Exception as error:
            raise self._silent(error) from error
        return [OpenIncident(one.number, one.state, one.zone, one.button) for one in found]

    def act(
        self,
        login: str,
        number: int,
        verb: Verb,
        outcome: str | None = None,
        more: Mapping[str, object] | None = None,
    ) -> bool:
        who = self._who(login)
        said = {**({} if outcome is None else {"outcome": outcome}), **(more or {})}
        try:
            request = self._asked(who, number, verb.value, said)
            return request is not None and not isinstance(self._server.ask(request), Refusal)
        except in_world.NotTaken as error:
            raise NotTaken(f"{verb} of incident {number}: {error}") from error
        except NoAnswer as error:
            raise ServerSilent(f"{verb} of incident {number}: {error}") from error
        except Exception as error:
            raise self._silent(error) from error

    def _silent(self, error: Exception) -> Exception:
        """A database that does not answer is a screen that says so."""
        return ServerSilent(str(error)) if self._db.in_trouble(error) else error

    def _look(self, who: Member) -> Sequence[Seen]:
        return in_world.open_incidents(self._db, self._store)

    def _asked(self, who: Member, number: int, verb: str, said: Mapping[str, object]) -> Request | None:
        return in_world.asked(self._db, self._store, who, number, verb, said)

    def _who(self, login: str) -> Member:
        if not self._server.answers:
            raise ServerSilent("the server is not there")
        if login not in self._members:
            raise NotLetIn(f"the server does not know {login}")
        return self._members[login]


class QuickStaffApi(WorldStaffApi):
    """The same out of the engine's own memory: months of looks would be mostly queries."""

    def __init__(self, server: WorldServer, db: Database, store: str) -> None:
        super().__init__(server, db, store)
        self._desk = Desk(db, store)

    def _look(self, who: Member) -> Sequence[Seen]:
        return self._desk.open_incidents(self._server.core, who)

    def _asked(self, who: Member, number: int, verb: str, said: Mapping[str, object]) -> Request | None:
        return self._desk.asked(self._server.core, who, number, verb, said)
