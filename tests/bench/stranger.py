"""A client with the name and password of a button unit that says hostile things without a pause: a child process.

    python -m tests.bench.stranger '{"port": 8884, "authority": "ca.crt", "store": "bench", "device": "foe",
        "password": "bench", "rate": 500, "seconds": 60}'

Says {"ready": true} once it is connected, begins at a line on its standard input, and ends with what it sent."""

from __future__ import annotations

import json
import sys
from random import Random
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.bench.clock import paced
from tests.live import hostile
from tests.live.brokers import STORE

KINDS = 2_000


def messages(store: str, device: str) -> list[hostile.Bad]:
    """Of everything that a hostile unit may say and stay connected."""
    random = Random(29)
    kinds = [kind for kind in hostile.FROM_A_BUTTON if kind != hostile.DROPS_THE_LINE]
    made = [hostile.FROM_A_BUTTON[random.choice(kinds)](random, device) for _ in range(KINDS)]
    return [
        hostile.Bad(one.topic.replace(f"/{STORE}/", f"/{store}/"), one.payload, one.reason, one.retain)
        for one in made
    ]


def main() -> None:
    given: dict[str, Any] = json.loads(sys.argv[1])
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id=f"{given['store']}.{given['device']}", protocol=paho.MQTTv5
    )
    client.username_pw_set(f"{given['store']}.{given['device']}", given["password"])
    client.max_inflight_messages_set(1_000)
    client.tls_set(given["authority"])
    client.connect("127.0.0.1", given["port"])
    client.loop_start()
    bad = messages(given["store"], given["device"])
    _say({"ready": True})
    sys.stdin.readline()
    last = None
    for index in paced(round(given["rate"] * given["seconds"]), given["rate"]):
        one = bad[index % len(bad)]
        last = client.publish(one.topic, one.payload, qos=1, retain=one.retain)
    if last is not None:
        last.wait_for_publish(30.0)
    _say({"sent": round(given["rate"] * given["seconds"])})
    client.disconnect()
    client.loop_stop()


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
