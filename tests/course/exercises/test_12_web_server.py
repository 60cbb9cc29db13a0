"""The exercises of notebook 12, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "12-web-server"
