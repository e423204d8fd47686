"""LRS restaurant transmitters by their text line: the template of a driver that lives outside Red Button."""
