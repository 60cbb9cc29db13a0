"""What the course's tests import stands in this folder; it is on the path wherever a test of them stands."""
