"""How far an enrolment is, for whoever stands beside a device without a screen: in the log, and in a small file."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from broker_config.enrol.claim import View
from broker_config.files import write_private

log = logging.getLogger(__name__)

NAME = "claim.json"


class Told:
    """`folder`: the device's data folder. What cannot be written is only logged."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def __call__(self, view: View) -> None:
        log.info("%s", view.line, extra={"action": f"enrol.{view.stage.value}"})
        said = {
            "stage": view.stage.value,
            "trouble": None if view.trouble is None else view.trouble.value,
            "figures": view.figures,
            "words": view.line,
        }
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._path, json.dumps(said, indent=1) + "\n")
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error, extra={"action": "enrol.untold"})
