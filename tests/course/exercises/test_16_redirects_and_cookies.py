"""The exercises of notebook 16, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "16-redirects-and-cookies"
