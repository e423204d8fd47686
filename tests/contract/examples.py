"""Read the golden messages of broker_config/examples as deliveries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import broker_config
from broker_config.link import Delivery

FOLDER = Path(broker_config.__file__).parent / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    delivery: Delivery
    message: dict[str, Any] | None
    reason: str | None


def all_of(kind: str) -> list[Example]:
    return [_read(path) for path in sorted((FOLDER / kind).glob("*.json"))]


def _read(path: Path) -> Example:
    told = json.loads(path.read_text(encoding="utf-8"))
    if "hex" in told:
        payload = bytes.fromhex(told["hex"])
    elif "repeat" in told:
        payload = "".join(text * count for text, count in told["repeat"]).encode()
    elif "payload" in told:
        payload = told["payload"].encode()
    else:
        payload = json.dumps(told["message"]).encode()
    delivery = Delivery(told["topic"], payload, 1, told["retain"], False, None, 1, 1, 0.0)
    return Example(path.stem, delivery, told.get("message"), told.get("reason"))
