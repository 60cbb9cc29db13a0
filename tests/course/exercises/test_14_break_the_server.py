"""The exercises of notebook 14, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "14-break-the-server"
