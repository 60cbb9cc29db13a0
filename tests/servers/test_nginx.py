"""nginx with the configuration that lesson 42 shows, in front of the box office: HTTPS and wss go through."""

import json
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import trustme
from waiting import wait_until
from websockets.sync.client import connect

from wirelab import launch, wire
from wirelab.launching.server import Server

CONFIGURATION = Path(__file__).parents[2] / "servers" / "nginx.conf"
OUTSIDE, INSIDE = "127.0.0.1:8443", "127.0.0.1:8001"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # files that Debian's nginx keeps elsewhere

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(NGINX is None, reason="nginx is not here: apt-get install nginx"),
]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def office() -> Iterator[Server]:
    with launch("servers.box_office", port=0) as office:
        yield office


def configured(folder: Path, office: Server, port: int) -> Path:
    """The file of the lesson, at these two ports, in a configuration like that of /etc/nginx/nginx.conf."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    for shown, used in [(OUTSIDE, port), (INSIDE, office.port)]:
        assert text.count(shown) == 1
        text = text.replace(shown, f"127.0.0.1:{used}")
    (folder / "box_office.conf").write_text(text, encoding="utf-8")
    paths = "".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}"
        f"http {{ access_log off; {paths} include {folder}/box_office.conf; }}",
        encoding="utf-8",
    )
    return main


@pytest.fixture
def front(tmp_path: Path, office: Server, authority: trustme.CA) -> Iterator[str]:
    """The host and the port of nginx."""
    assert NGINX
    folder, port = tmp_path, free_port()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "box_office.pem"))
    main = configured(folder, office, port)
    command = [NGINX, "-p", str(folder), "-e", "stderr", "-c", str(main)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_until(lambda: listens(port) or process.poll() is not None)
            assert process.poll() is None, process.stderr and process.stderr.read()
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> str:
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def test_a_page_and_a_booking_go_through_it(front: str, trusted: str) -> None:
    page = requests.get(f"https://{front}/seats.html", verify=trusted, timeout=10)
    assert (page.status_code, page.headers["Server"].split("/")[0]) == (200, "nginx")
    wanted = {"show": 1, "seat": 17, "name": "Ada"}
    booked = requests.post(f"https://{front}/api/bookings", json=wanted, verify=trusted, timeout=10)
    assert (booked.status_code, booked.headers["Location"]) == (201, "/api/bookings/1")


def test_a_change_of_a_seat_comes_by_wss_through_it(front: str, trusted: str) -> None:
    context = ssl.create_default_context(cafile=trusted)
    with connect(f"wss://{front}/feed/shows/2", ssl=context) as feed:
        assert json.loads(feed.recv(timeout=10))["type"] == "seats"
        wanted = {"show": 2, "seat": 18, "name": "Ben"}
        requests.post(f"https://{front}/api/bookings", json=wanted, verify=trusted, timeout=10)
        change = json.loads(feed.recv(timeout=10))
    assert (change["type"], change["seat"]) == ("change", 18)


def test_an_authority_that_nobody_knows_is_refused(front: str) -> None:
    with pytest.raises(requests.exceptions.SSLError, match="unable to get local issuer certificate"):
        requests.get(f"https://{front}/", timeout=10)


def test_an_eavesdropper_outside_sees_tls_and_no_token(front: str, trusted: str) -> None:
    with wire(int(front.rpartition(":")[2])) as outside:
        secret = f"https://127.0.0.1:{outside.port}/api/shows/1?token=k7Qz"
        assert requests.get(secret, verify=trusted, timeout=10).status_code == 200
    assert {message.protocol for message in outside} == {"TLS"}  # type: ignore[union-attr]
    assert not any(b"k7Qz" in message.raw for message in outside)


def test_the_lesson_explains_every_directive() -> None:
    directives = set(re.findall(r"^ *(\w+) +[^{\n]+;$", CONFIGURATION.read_text(encoding="utf-8"), re.MULTILINE))
    lesson = (CONFIGURATION.parents[1] / "sources/notebooks/42-encrypted.py").read_text(encoding="utf-8")
    assert [name for name in directives - {"default"} if f"`{name}" not in lesson] == []
