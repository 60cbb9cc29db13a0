"""The exercises of notebook 15, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "15-a-server-from-a-socket"
