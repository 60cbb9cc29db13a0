"""The exercises of notebook 31, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "31-stale-pages"
