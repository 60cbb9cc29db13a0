"""What right answers to the exercises of lesson 22 do."""

from wirelab.check import Expect, Probe, exercise


@exercise("22.1", "Read a station", points=2)
def read_a_station(service: Probe, expect: Expect) -> None:
    reply = service.get("/stations/2")
    expect(reply.status == 200, "answers 200 OK for a station that is known", got=reply.status)
    sent = reply.json()
    expect(isinstance(sent, dict), "sends the station as a JSON object", got=sent, hint="return STATIONS[id]")
    expect(
        sent == {"id": 2, "name": "Hilltop", "degrees": 12.25},
        "sends id, name and degrees, just as they are",
        got=sent,
    )
    expect(service.get("/stations/3").status == 200, "answers 200 OK for another one")
    reply = service.get("/stations/9")
    expect(
        reply.status == 404,
        "answers 404 Not Found for a station that is not known",
        got=reply.status,
        hint='look first: if id not in STATIONS: abort(404, message="...")',
    )
    sent = reply.json()
    expect(
        isinstance(sent, dict) and "9" in str(sent.get("message")),
        "says why in a message",
        got=sent,
        hint='abort(404, message=f"there is no station {id}")',
    )
