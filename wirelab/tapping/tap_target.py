"""Tell which server a tap is to stand before."""

import contextlib
from typing import Any
from urllib.parse import urlsplit

from wirelab.errors import WireError
from wirelab.launching.ports import ADDRESS

DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def address_of(target: Any) -> tuple[str, str, int]:
    """Scheme, host and port of a server from launch(), a URL, `"host:port"` or a port. Raises WireError."""
    if isinstance(target, int) and not isinstance(target, bool):
        target = f"{ADDRESS}:{target}"
    url = getattr(target, "url", target)
    if isinstance(url, str):
        with contextlib.suppress(ValueError):
            parts = urlsplit(url if "://" in url else f"http://{url}")
            port = parts.port or (DEFAULT_PORTS.get(parts.scheme, 0) if "://" in url else 0)
            if parts.hostname and port and parts.scheme in DEFAULT_PORTS:
                return parts.scheme, parts.hostname, port
    raise WireError(
        f"wire() needs a server that runs, and {target!r} is none: give it what launch() returned, "
        "a URL like http://127.0.0.1:8001, or a port"
    )
