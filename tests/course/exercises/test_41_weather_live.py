"""The exercises of notebook 41, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "41-weather-live"
