"""The exercises of notebook 34, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "34-server-push"
