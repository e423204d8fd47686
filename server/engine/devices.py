"""Devices as the engine sees them: who came online needs its lights or its orders again; how slow the broker is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from broker_config import channels
from broker_config.codec import publication
from broker_config.link import Publication
from broker_config.messages import Abilities, DeviceState, DeviceStatus, Probe, TransmitterAbilities
from server.engine.health import Health
from server.engine.line_watch import LineWatch
from server.engine.wishes import Wishes
from server.engine.work import Work

INPUTS = range(1, 17)


class Devices:
    """`own`: store -> device id of this server there; `run` is this process's."""

    def __init__(
        self, run: str, own: Mapping[str, str], health: Health, wishes: Wishes, lines: LineWatch
    ) -> None:
        self._health, self._wishes, self._lines = health, wishes, lines
        self._run = run
        self._own = own
        self._probe_seq = 0
        self._lost_up_to: dict[str, int] = {}
        """The last probe that left on a connection which is gone."""
        self.round_trip_s: dict[str, float] = {}
        self._overheard: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        """(store, gateway, transmitter) -> what it heard of foreign buttons."""
        self.probed_at: dict[str, float] = {}
        """When the last probe of a store came back, on the boot clock."""

    def status(self, work: Work, store: str, device: str, status: DeviceStatus) -> None:
        picture = work.picture
        if device not in picture.stores[store].devices:
            return
        key = (store, device)
        if status.state is DeviceState.OFFLINE and picture.runs.get(key, status.run) != status.run:
            return  # the will of a process that has a successor
        columns = {"state": status.state.value, "boot": status.boot, "run": status.run, "sw": status.sw}
        work.devices.append((store, device, columns))
        work.rang.add(store)
        self._health.status(work, store, device, status)
        if picture.stores[store].devices[device] == "g":
            here = status.state is DeviceState.ONLINE
            same = not here or picture.runs.get(key) == status.run
            self._lines.gateway(work, store, device, here=here, same=same)
        if status.state is DeviceState.OFFLINE or device == self._own.get(store):
            return
        picture.runs[key] = status.run
        for number in INPUTS:
            place = (store, device, number)
            if (device, number) in picture.stores[store].buttons or place in picture.lights:
                work.lights_again.add(place)
        work.woken.add(key)
        self._wishes.online(work, store, device)

    def cleared(self, work: Work, store: str, device: str) -> None:
        """Nothing is kept of it at the broker any more: it is as good as away."""
        run = work.picture.runs.get((store, device))
        if run is None or device == self._own.get(store):
            return
        work.devices.append((store, device, {"state": DeviceState.OFFLINE.value}))
        work.rang.add(store)
        if work.picture.stores[store].devices.get(device) == "g":
            self._lines.gateway(work, store, device, here=False)
        gone = DeviceStatus(state=DeviceState.OFFLINE, run=run, boot=run, sw="0")
        self._health.status(work, store, device, gone)

    def abilities(self, work: Work, store: str, gateway: str, abilities: Abilities) -> None:
        for one in abilities.transmitters:
            columns = {
                "state": one.state,
                "cause": one.cause,
                "ceiling_s": one.ceiling_s_per_h,
                "air_s": one.air_s,
                "formats": [form.value for form in one.formats],
                "charsets": list(one.charsets),
                "longest": one.longest,
                "alerts": one.alerts,
                **self._heard(work, store, gateway, one),
            }
            work.transmitters.append((store, gateway, one.id, columns))
        self._lines.abilities(work, store, gateway, abilities)
        work.rang.add(store)

    def answered(self, work: Work, store: str, gateway: str) -> None:
        """A gateway said what became of a page."""
        self._lines.answered(work, store, gateway)

    def _heard(self, work: Work, store: str, gateway: str, said: TransmitterAbilities) -> dict[str, Any]:
        """Codes of foreign buttons. The first word of a gateway since this process began may be an old one: the broker
        keeps it."""
        key = (store, gateway, said.id)
        heard = [one.model_dump() for one in said.heard or ()]
        before = self._overheard.get(key)
        if before == heard:
            return {}
        work.picture.note(self._overheard, key, heard, work.undo)
        newer = before is not None and heard and heard[:1] != before[:1]
        return {"heard": heard, "heard_at": work.now} if newer else {"heard": heard}

    def probe_for(self, store: str, boot: float) -> Publication:
        self._probe_seq += 1
        probe = Probe(run=self._run, seq=self._probe_seq, sent_ms=round(boot * 1000))
        return publication(channels.PROBE, store, "s", self._own[store], probe)

    def lost(self, store: str) -> None:
        """The connection is gone: what waits for the next one ages by its expiry, so no earlier probe may be added."""
        self._lost_up_to[store] = self._probe_seq
        self.round_trip_s.pop(store, None)

    def probe(self, store: str, probe: Probe, at: float) -> None:
        if probe.run == self._run and probe.seq > self._lost_up_to.get(store, 0):
            self.round_trip_s[store] = max(0.0, at - probe.sent_ms / 1000)
            self.probed_at[store] = at
