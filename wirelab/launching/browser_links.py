"""Tell under which address a browser reaches a server that listens on this machine's loopback."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

NO_LINK = (
    "No link: you share this machine, and a page under Jupyter's own address could act in your name. "
    "Use the cells of the notebook as the client."
)


@dataclass(frozen=True)
class Links:
    """`direct` works in a browser on this machine, `proxied` in the browser that shows the notebook.

    Either may be None. `why` says in a sentence why there is none.
    """

    direct: str | None
    proxied: str | None = None
    why: str = ""


def links(url: str, port: int) -> Links:
    """The addresses for a browser, of a server that answers HTTP at `url`.

    jupyter-server-proxy forwards the visitor's cookies and token to the server on the port. Where
    other people's programs can listen on this machine, a stale link would hand them the account; so
    it is given only where the learner is alone (jupyter-server-proxy, README, "Security warning").
    In a container 127.0.0.1 is not the browser's computer, so there the proxy is the only way.
    """
    hub = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if hub:
        return Links(None, f"{hub.rstrip('/')}/proxy/{port}/") if alone() else Links(None, None, NO_LINK)
    base = _base_url()
    proxied = f"{base}proxy/{port}/" if base else None
    return Links(None, proxied) if proxied and alone() else Links(url + "/", proxied)


def alone() -> bool:
    """Whether this machine is a container made for one learner: Binder, Kubernetes, Docker, Podman."""
    told = os.environ.get("WIRELAB_ALONE")
    if told is not None:
        return told == "1"
    marks = ("BINDER_SERVICE_HOST", "KUBERNETES_SERVICE_HOST")
    files = ("/.dockerenv", "/run/.containerenv")
    return any(name in os.environ for name in marks) or any(Path(name).exists() for name in files)


def _base_url() -> str | None:
    """The path under which this kernel's Jupyter server answers; None where there is none (nbval, a script)."""
    from jupyter_core.paths import jupyter_runtime_dir

    try:
        about = Path(jupyter_runtime_dir()) / f"jpserver-{os.environ['JPY_PARENT_PID']}.json"
        return str(json.loads(about.read_text(encoding="utf-8"))["base_url"])
    except (OSError, ValueError, KeyError):
        return None
