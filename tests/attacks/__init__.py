"""What somebody with bad intent would try, one test each, with the guard that stops it on and off.

Each test runs twice. With its guard the attack must come to nothing; without it, it must succeed: so it is this guard
that holds, and the test can fail."""
