"""A Mosquitto of our own: its files, its process, and what may be wrong with it."""
