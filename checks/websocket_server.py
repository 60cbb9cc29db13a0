"""What right answers to the exercises of lesson 33 do."""

import random

from wirelab.check import Expect, Probe, exercise


@exercise("33.1", "Celsius in, Fahrenheit out", points=2)
def celsius_in_fahrenheit_out(station: Probe, expect: Expect) -> None:
    celsius = random.randrange(-30, 40)
    boiling, same, body, chance = station.talk("100", "-40", "37.5", str(celsius))
    expect(boiling == "212.0", "answers 100 with 212.0", got=boiling, hint="send str(fahrenheit(float(message)))")
    expect(same == "-40.0", "answers -40 with -40.0", got=same)
    expect(body == "99.5", "answers 37.5 with 99.5", got=body)
    expect(chance == str(celsius * 9 / 5 + 32), "answers a temperature drawn by chance", got=chance)
