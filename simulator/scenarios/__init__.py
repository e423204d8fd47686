"""Days of a shop as TOML timelines, each with what must have happened when it is over."""
