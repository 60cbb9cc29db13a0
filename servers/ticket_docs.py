"""Show the description of the ticket service as a page to try it out on, with Swagger UI.

Its files come from the package swagger-ui-bundle: the page asks no other host for anything. Its addresses are
relative, so it works behind a proxy as well.
"""

from flask import Blueprint, Response, request, send_from_directory
from swagger_ui_bundle import swagger_ui_path  # type: ignore[import-untyped]

PAGE = """<!doctype html>
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
START = """const answer = await fetch("openapi.json");
const description = await answer.json();
description.openapi = "3.0.3";  // this Swagger UI knows no 3.1; the description has nothing that 3.0 has not
SwaggerUIBundle({spec: description, dom_id: "#description", validatorUrl: null});
"""
ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")
ONLY_OURS = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"

docs = Blueprint("docs", __name__)


def kept(text: str, mimetype: str) -> Response:
    """An answer that clients may keep, and ask with its ETag whether it still holds."""
    response = Response(text, headers={"Cache-Control": "no-cache"}, mimetype=mimetype)
    response.add_etag()
    response.make_conditional(request)
    return response


@docs.get("/docs")
def page() -> Response:
    response = kept(PAGE, "text/html")
    response.headers["Content-Security-Policy"] = ONLY_OURS
    return response


@docs.get("/docs/start.js")
def start() -> Response:
    return kept(START, "text/javascript")


@docs.get(f"/docs/<any({', '.join(map(repr, ASSETS))}):name>")
def asset(name: str) -> Response:
    return send_from_directory(str(swagger_ui_path), name)
