"""Who is here: the floor now and on any day, one's own switch, shifts, turns and dated exceptions."""
