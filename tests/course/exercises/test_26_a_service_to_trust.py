"""The exercises of notebook 26, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "26-a-service-to-trust"
