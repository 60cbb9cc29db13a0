"""The exercises of notebook 35, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "35-browser-client"
