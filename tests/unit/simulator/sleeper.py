"""A child that does nothing: `python -m tests.unit.simulator.sleeper`."""

import threading

threading.Event().wait(60)
