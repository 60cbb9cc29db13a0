"""The exercises of notebook 28, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "28-testing-a-service"
