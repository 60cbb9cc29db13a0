"""The exercises of notebook 25, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "25-formats"
