"""The floor page: press a simulated button, watch the wrist pagers, make trouble. Loopback only."""
