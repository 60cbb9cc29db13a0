"""The exercises of notebook 23, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "23-rest-client"
