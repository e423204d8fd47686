"""The contract: what travels between the processes, where, and who may say it."""

__version__ = "0.1.0"
