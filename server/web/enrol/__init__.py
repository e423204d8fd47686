"""Letting devices in: what they say to us over HTTPS, and the screens on which a person decides."""
