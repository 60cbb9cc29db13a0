"""What right answers to the exercises of lesson 12 do."""

from wirelab.check import Expect, Probe, exercise


@exercise("12.1", "The temperature, please", points=2)
def temperature(station: Probe, expect: Expect) -> None:
    reply = station.get("/")
    expect(reply.status == 200, "answers 200 OK", got=reply.status, hint="send_response(200)")
    kind = reply.headers.get("Content-Type", "no Content-Type at all")
    expect(
        kind.startswith("text/plain"),
        "says that it is text/plain",
        got=kind,
        hint='send_header("Content-Type", "text/plain"), before end_headers()',
    )
    length = reply.headers.get("Content-Length", "no Content-Length at all")
    expect(
        length == str(len(reply.content)),
        "states the length of its body",
        got=length,
        hint='send_header("Content-Length", str(len(body))), where body is bytes',
    )
    expect(reply.content == b"17.5", "says 17.5 and nothing else", got=reply.content)
