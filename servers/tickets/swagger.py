"""Serve a page on which the ticket service can be tried out, with Swagger UI.

Its files come from the package swagger-ui-bundle: the page asks no other host for anything. Its addresses are
relative, so it works behind a proxy as well.
"""

from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, request
from swagger_ui_bundle import swagger_ui_path  # type: ignore[import-untyped]

from servers.tickets.conditional_requests import conditional_response, entity_tag

SWAGGER_PAGE = """<!doctype html>
<html lang="en-GB">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>How programs use the box office</title>
  <link rel="icon" href="docs/favicon-32x32.png">
  <link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
  <main id="description">
    <p>This page needs JavaScript. <a href="openapi.json">The description itself</a> does not.</p>
  </main>
  <script src="docs/swagger-ui-bundle.js"></script>
  <script type="module" src="docs/start.js"></script>
</body>
</html>
"""
START_SCRIPT = """const answer = await fetch("openapi.json");
const description = await answer.json();
description.openapi = "3.0.3";  // this Swagger UI knows no 3.1; the description has nothing that 3.0 has not
SwaggerUIBundle({spec: description, dom_id: "#description", validatorUrl: null});
"""
SWAGGER_FILES = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
SWAGGER_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"

docs = Blueprint("docs", __name__)


def cacheable(body: bytes, mimetype: str) -> Response:
    """A response that clients may cache, and revalidate by its ETag. Raises 412: see If-Match."""
    response = Response(body, headers={"Cache-Control": "no-cache"}, mimetype=mimetype)
    response.set_etag(entity_tag(body))
    return conditional_response(request, response)


@lru_cache
def swagger_file(name: str) -> bytes:
    """A file of Swagger UI. It is kept: so a thread has it at once, however slowly a client reads."""
    return (Path(swagger_ui_path) / name).read_bytes()


@docs.get("/docs")
def page() -> Response:
    """The page itself."""
    response = cacheable(SWAGGER_PAGE.encode(), "text/html")
    response.headers["Content-Security-Policy"] = SWAGGER_POLICY
    return response


@docs.get("/docs/start.js")
def start() -> Response:
    """The script that starts Swagger UI."""
    return cacheable(START_SCRIPT.encode(), "text/javascript")


@docs.get(f"/docs/<any({', '.join(map(repr, SWAGGER_FILES))}):name>")
def asset(name: str) -> Response:
    """A file of Swagger UI."""
    return cacheable(swagger_file(name), SWAGGER_FILES[name])
