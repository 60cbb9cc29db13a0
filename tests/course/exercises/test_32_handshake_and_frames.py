"""The exercises of notebook 32, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "32-handshake-and-frames"
