"""Draw readings at random, so that no program can have them written down. No exercise."""

import random


def random_degrees() -> float:
    """A temperature from -30.0 to 39.9, with one decimal."""
    return random.randrange(-300, 400) / 10
