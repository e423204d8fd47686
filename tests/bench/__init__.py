"""`make bench`: floors, the plain reference pipeline and the product in the same run. Never part of a test run."""
