"""The world's shop under somebody's hands: `simulator.stage.Stage` in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from broker_config import topics
from simulator import verbs
from simulator.finger import Finger
from simulator.floor.terminal import GARBLED
from simulator.stage import BROKER, SERVER, Cable, Network, NoSuchThing, Power
from simulator.world.shop import WorldShop


@dataclass(frozen=True, slots=True)
class _Process:
    running: Callable[[], bool]
    verbs: Mapping[Power, Callable[[], None]]


class WorldStage:
    """What cannot be done now (freeze what is dead, start what runs) changes nothing, as on the real shop's stage."""

    def __init__(self, shop: WorldShop) -> None:
        self._shop = shop
        self.frozen: set[str] = set()
        self.cut: set[str] = set()

    @property
    def parts(self) -> Sequence[str]:
        return (BROKER, SERVER, *self._shop.gateways, *self._shop.units)

    def runs(self, part: str) -> bool:
        """Also while it stands still."""
        return self._process(part).running()

    def power(self, part: str, verb: Power) -> None:
        process = self._process(part)
        running, frozen = process.running(), part in self.frozen
        match verb:
            case Power.START:
                possible = not running
            case Power.THAW:
                possible = running and frozen
            case Power.FREEZE | Power.STOP:
                possible = running and not frozen
            case Power.KILL:
                possible = running
        if not possible:
            return
        process.verbs[verb]()
        if verb is Power.FREEZE:
            self.frozen.add(part)
        else:
            self.frozen.discard(part)

    def network(self, part: str, verb: Network) -> None:
        if part == BROKER or part not in self.parts:
            raise NoSuchThing(part)
        plan = self._shop.plan
        client = topics.client_id(plan.store, plan.server if part == SERVER else part)
        if verb is Network.CUT:
            self.cut.add(part)
            self._shop.broker.cut(client)
        else:
            self.cut.discard(part)
            self._shop.broker.mend(client)

    def cable(self, transmitter: str, verb: Cable) -> None:
        if transmitter not in self._shop.transmitters:
            raise NoSuchThing(transmitter)
        line = self._shop.transmitters[transmitter]
        match verb:
            case Cable.PULL:
                line.unplug()
            case Cable.PLUG:
                line.plug()
            case Cable.GARBLE:
                line.garble(GARBLED, self._shop.stream(f"line {transmitter}").getrandbits(32))
            case Cable.CLEAN:
                line.clean()

    def hand(self, button: str, verb: str, figures: Mapping[str, float | str] | None = None) -> None:
        """Raises ValueError for a verb that nobody can do there."""
        verbs.do(self._finger(button), {"do": verb, **(figures or {})})

    def staff(self, on: bool) -> None:
        self._shop.staff(on)

    def away(self, login: str, away: bool) -> None:
        if login not in {one.login for one in self._shop.plan.people}:
            raise NoSuchThing(login)
        if away:
            self._shop.away.add(login)
        else:
            self._shop.away.discard(login)

    def _finger(self, button: str) -> Finger:
        device, _, number = button.rpartition(".")
        unit = next((one for one in self._shop.plan.units if one.device == device), None)
        if unit is None or not number.isdecimal() or int(number) not in {one.n for one in unit.inputs}:
            raise NoSuchThing(button)
        return self._shop.units[device].button(int(number))

    def _process(self, part: str) -> _Process:
        shop = self._shop
        if part == BROKER:
            broker = shop.broker
            return _Process(
                lambda: broker.running,
                {
                    Power.KILL: broker.kill,
                    Power.STOP: broker.stop,
                    Power.START: broker.start,
                    Power.FREEZE: broker.freeze,
                    Power.THAW: broker.thaw,
                },
            )
        one = shop.server if part == SERVER else shop.gateways.get(part) or shop.units.get(part)
        if one is None:
            raise NoSuchThing(part)
        return _Process(
            lambda: one.running,
            {
                Power.KILL: one.kill,
                Power.STOP: one.stop,
                Power.START: one.start,
                Power.FREEZE: one.freeze,
                Power.THAW: one.thaw,
            },
        )
