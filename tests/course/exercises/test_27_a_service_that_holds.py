"""The exercises of notebook 27, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "27-a-service-that-holds"
