"""Run a Flask app, or another WSGI app, in a thread of the notebook's own process."""

import socket
from typing import Any

from flask import Flask
from flask.logging import default_handler
from werkzeug.serving import make_server

from wirelab.launching.http_backend import HttpBackend
from wirelab.launching.output_capture import LogHandler
from wirelab.launching.ports import ADDRESS


class FlaskBackend(HttpBackend):
    """A WSGI app on werkzeug's server, with what Flask logs of its own."""

    def __init__(self, app: Any, listener: socket.socket) -> None:
        super().__init__()
        self._app, self._handler = app, LogHandler(self.log)
        with listener:  # make_server works on a copy of the descriptor
            server = make_server(ADDRESS, listener.getsockname()[1], app, threaded=True, fd=listener.fileno())
        if isinstance(app, Flask):
            app.logger.removeHandler(default_handler)
            app.logger.addHandler(self._handler)
        self.serve(server)

    def stop(self) -> None:
        if isinstance(self._app, Flask):
            self._app.logger.removeHandler(self._handler)
        super().stop()
