"""The device's side of renewal: the next certificate comes over the connection that the present one opened."""
