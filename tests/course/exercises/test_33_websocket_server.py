"""The exercises of notebook 33, with answers of every kind."""

from exercise_promises import *  # noqa: F403  # the tests themselves

STEM = "33-websocket-server"
