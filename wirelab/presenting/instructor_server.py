"""Serve the instructor's own page, with the notes and the clock, and pass what is chosen there to the room.

It is a process of its own, on this computer alone, behind a random key. If it dies, the lesson goes on.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request, send_from_directory
from werkzeug.serving import make_server

from wirelab.classroom import running_boards
from wirelab.presenting import event_log, lesson_clock
from wirelab.presenting.room_windows import RoomWindows
from wirelab.presenting.scratch_course import Scratch

INSTRUCTOR_FILES = Path(__file__).parent / "instructor"
EVENTS_EVERY = 0.2  # seconds between two looks at the events
CLOCK_WORDS = ("pause", "resume", "restart")
ROOM_WORDS = ("go", "run", "next")
# A browser shows the page in a frame of the room's window alone, and asks nobody else for anything.
INSTRUCTOR_POLICY = (
    "default-src 'self'; img-src data:; frame-src http://127.0.0.1:*; "
    "frame-ancestors http://127.0.0.1:* http://localhost:*; base-uri 'none'"
)


def create_app(scratch: Scratch) -> Flask:
    """The page and what it asks for, below the key."""
    key = scratch.key.read_text(encoding="utf-8")
    plan = json.loads(scratch.plan.read_text(encoding="utf-8"))
    windows = RoomWindows()
    app = Flask(__name__, static_folder=None)
    _guard(app)

    @app.get(f"/{key}/")
    def page() -> Response:
        return send_from_directory(INSTRUCTOR_FILES, "page.html")

    @app.get(f"/{key}/<name>")
    def part(name: str) -> Response:
        return send_from_directory(INSTRUCTOR_FILES, name)

    @app.get(f"/{key}/plan")
    def planned() -> dict[str, Any]:
        return dict(plan)

    @app.get(f"/{key}/state")
    def state() -> Response:
        return _stream(_states(plan, scratch.events, windows))

    @app.post(f"/{key}/do")
    def do() -> tuple[str, HTTPStatus]:
        _do(request.get_json(), scratch.events, windows)
        return "", HTTPStatus.NO_CONTENT

    # What the room's window asks for, which stands at another address.
    @app.get(f"/{key}/commands")
    def commands() -> Response:
        return _for_the_room(_stream(windows.listen(_number(request.headers.get("Last-Event-ID", "")))))

    @app.post(f"/{key}/taken")
    def taken() -> Response:
        windows.took(_number(request.get_data(as_text=True)))
        return _for_the_room(Response(status=HTTPStatus.NO_CONTENT))

    @app.post(f"/{key}/reached")
    def reached() -> Response:
        event_log.append(scratch.events, "reached", request.get_data(as_text=True))
        return _for_the_room(Response(status=HTTPStatus.NO_CONTENT))

    return app


def _guard(app: Flask) -> None:
    """Refuse a page whose name was rebound to this computer, and let nobody keep or frame what is answered."""

    @app.before_request
    def same_host() -> None:
        if request.host.partition(":")[0] != "127.0.0.1":
            abort(HTTPStatus.MISDIRECTED_REQUEST)

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = INSTRUCTOR_POLICY
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"  # the key stands in the address
        return response


def _for_the_room(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"  # it holds no note
    return response


def _stream(events: Iterator[str]) -> Response:
    return Response(events, mimetype="text/event-stream")


def _number(text: str) -> int:
    """The number of a command; 0, which none has, where the text is not one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _do(wish: object, events: Path, windows: RoomWindows) -> None:
    """What the page asks for: something of the clock, or of the room's window."""
    told = wish if isinstance(wish, dict) else {}
    word, cell = told.get("do"), str(told.get("cell") or "")
    if word in CLOCK_WORDS:
        event_log.append(events, str(word))
    elif word in ROOM_WORDS:
        if word != "next":
            event_log.append(events, "reached", cell)
        windows.say(do=word, cell=cell, fresh=bool(told.get("fresh")))
    else:
        abort(HTTPStatus.BAD_REQUEST)


def _states(plan: Mapping[str, Any], events: Path, windows: RoomWindows) -> Iterator[str]:
    """Where the lesson is, every second, and at once when something has happened."""
    while True:
        size, count, end = _size(events), windows.count, time.monotonic() + 1
        yield f"data: {json.dumps(state_now(plan, events, windows))}\n\n"
        while _size(events) == size and windows.count == count and time.monotonic() < end:
            time.sleep(EVENTS_EVERY)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def state_now(plan: Mapping[str, Any], events: Path, windows: RoomWindows) -> dict[str, Any]:
    """What the page shows besides the plan. Times are in seconds, `behind` in minutes."""
    found = lesson_clock.follow(event_log.read(events), plan["places"], time.time())
    behind = found.behind([section["minutes"] for section in plan["sections"]])
    return {
        "section": found.section,
        "spent": found.spent,
        "elapsed": found.elapsed,
        "behind": behind,
        "tone": lesson_clock.tone(behind),
        "isBegun": found.is_begun,
        "isPaused": found.is_paused,
        "isRunning": bool(found.running),
        "isRestarted": found.is_restarted,
        "servers": found.servers,
        "windows": windows.count,
        "isUnheard": windows.is_unheard(),
        "board": running_boards.instructors_address(),
    }


def main(folder: str, port: str) -> None:
    """Serve until standard input ends, which it does with the program that started this one. Print the port."""
    server = make_server("127.0.0.1", int(port), create_app(Scratch(Path(folder))), threaded=True)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    import logging

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line for each request
    main(*sys.argv[1:])
