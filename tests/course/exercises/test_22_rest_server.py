"""The exercises of notebook 22, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "22-rest-server"
