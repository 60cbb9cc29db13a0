"""The exercises of notebook 00, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "00-start-here"
