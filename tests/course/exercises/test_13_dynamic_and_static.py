"""The exercises of notebook 13, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "13-dynamic-and-static"
