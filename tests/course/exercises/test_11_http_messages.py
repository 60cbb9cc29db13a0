"""The exercises of notebook 11, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "11-http-messages"
