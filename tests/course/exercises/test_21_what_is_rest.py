"""The exercises of notebook 21, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "21-what-is-rest"
