"""The exercises of notebook 36, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "36-live-for-real"
