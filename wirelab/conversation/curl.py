"""Write a request as a curl command that sends it again."""

import re
import shlex
from collections.abc import Sequence

from wirelab.errors import WireError

CURLS_OWN_HEADERS = {"user-agent", "accept-encoding", "content-length"}  # curl has its own
KEEP_ALIVE = ("connection", "keep-alive")  # HTTP/1.1 means the same without a word
ACCEPT = ("Accept", "*/*")  # curl sends it before the headers that it is given
FORM_TYPE = ("Content-Type", "application/x-www-form-urlencoded")  # curl sends it behind them, with a body
PLAIN_TARGET = re.compile(r"(?!.*/\.)/[\w.~!$&'()*+,;=:@%/?-]*", re.ASCII)  # curl sends it as it stands
SERVER_ADDRESS = re.compile(r"(\[[\da-f:.]+\]|[\w.-]+)(:\d+)?", re.ASCII | re.IGNORECASE)  # host or host:port
HERE = {"127.0.0.1", "localhost", "[::1]"}  # names of this computer, and so of a relay on it
MAX_SHELL_WORD = 100_000  # bytes; Linux takes 128 KiB
EXPECTING_SIZE = 2**20  # bytes; before a longer body curl asks whether it may send it

Headers = Sequence[tuple[str, str]]


def curl_command(method: str, target: str, *, version: str, headers: Headers, body: bytes, server: str) -> str:
    """A command for a POSIX shell that sends such a request to `server` ("host:port").

    Method, target, headers and body are the same, byte by byte and in their order. These are left to curl:

    - `User-Agent` and `Accept-Encoding`, so that the answer can be read, and `Content-Length`;
    - `Host`, if it names this computer or the server;
    - `Accept: */*`, which curl sends by itself, and `Connection: keep-alive`, which says nothing in HTTP/1.1;
    - line ends, the blanks around a value, and where a body is cut into chunks.

    Header values are Latin-1, one character a byte. What a shell cannot carry comes from printf.
    Raises WireError where curl has no way to send the request.
    """
    given = [(name, value) for name, value in headers if value]
    names = {name.lower() for name, _ in given}
    has_body = bool(body) or (method != "HEAD" and bool(names & {"content-length", "transfer-encoding"}))
    if problem := _problem(method, version, headers, body, server, has_body=has_body):
        raise WireError(f"curl cannot send this request: {problem}; its bytes, .raw, can be sent by a socket")
    options: list[str | bytes] = [*_method_options(method, version, has_body=has_body)]
    options += _header_options(headers, version, server, has_body=has_body, size=len(body))
    before, body_options = _body_options(body) if has_body else ("", [])
    is_plain = PLAIN_TARGET.fullmatch(target)
    options += body_options if is_plain else [*body_options, "--request-target", target.encode("latin-1")]
    words = map(_word, ["curl", "-i", *options, f"http://{server}{target if is_plain else '/'}"])
    return before + " ".join(words)


def _problem(method: str, version: str, headers: Headers, body: bytes, server: str, *, has_body: bool) -> str:
    """Why curl cannot send such a request, or nothing."""
    codings, lengths = _values(headers, "transfer-encoding"), _values(headers, "content-length")
    if not SERVER_ADDRESS.fullmatch(server):
        return f"{server!r} is no address of a server" if server else "it says no Host, so give as_curl() a server"
    if method == "HEAD" and has_body:
        return "curl sends HEAD without a body"
    if version not in ("1.0", "1.1"):
        return f"curl does not speak HTTP/{version}"
    if codings and (version == "1.0" or "chunked" not in codings[-1].lower()):
        return f"curl sends no Transfer-Encoding: {', '.join(codings)} in HTTP/{version}"
    if not codings and lengths and (len(lengths) > 1 or not _is_number(lengths[0], len(body))):
        return f"curl sends a Content-Length of its own, not {', '.join(lengths)}"
    return "curl sends one Host" if len(_values(headers, "host")) > 1 else ""


def _is_number(text: str, number: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) == number


def _values(headers: Headers, name: str) -> list[str]:
    return [value for other, value in headers if other.lower() == name]


def _body_options(body: bytes) -> tuple[str, list[str | bytes]]:
    """What stands before the command, and in it, to send these bytes."""
    if _text(body) is not None and len(body) < MAX_SHELL_WORD:
        return "", ["--data-raw", body]
    return f"printf '{_octal(body)}' | ", ["--data-binary", "@-"]


def _method_options(method: str, version: str, *, has_body: bool) -> list[str]:
    words = ["--http1.0"] if version == "1.0" else []
    if method == "HEAD":
        return [*words, "--head"]
    return words if method == ("POST" if has_body else "GET") else [*words, "-X", method]


def _header_options(
    headers: Headers, version: str, server: str, *, has_body: bool, size: int
) -> list[str | bytes]:
    """The headers that curl does not send by itself, and those that it is not to send."""
    names = [name.lower() for name, _ in headers]
    passed = [pair for pair in headers if not _is_left_out(*pair, names, version, server)]
    ordered = [pair for pair in passed if pair[0].lower() != "host"]  # which curl sends first
    if ordered[:1] == [ACCEPT] and names.count("accept") == 1:
        passed.remove(ACCEPT)
    if has_body and passed[-1:] == [FORM_TYPE] and names.count("content-type") == 1:
        passed = passed[:-1]
    unwanted = ["Host:"] * ("host" not in names)
    unwanted += ["Content-Type:"] * (has_body and "content-type" not in names)
    unwanted += ["Expect:"] * (size > EXPECTING_SIZE and "expect" not in names)
    lines = [f"{name}: {value}" if value else f"{name};" for name, value in passed]
    return [word for line in [*unwanted, *lines] for word in ("-H", line.encode("latin-1"))]


def _is_left_out(name: str, value: str, names: Sequence[str], version: str, server: str) -> bool:
    """Whether a header is left to curl, or says nothing."""
    small = name.lower()
    if small == "host":
        return bool(value) and _host_name(value) in {_host_name(server), *HERE}
    if small == "content-length" and "transfer-encoding" in names:
        return False
    says_nothing = version == "1.1" and (small, value.lower()) == KEEP_ALIVE and names.count(small) == 1
    return small in CURLS_OWN_HEADERS or says_nothing


def _host_name(address: str) -> str:
    """The name or the number in an address, without the port."""
    return re.sub(r":\d*$", "", address.lower())


def _word(word: str | bytes) -> str:
    """A word that a POSIX shell reads as these bytes."""
    data = word.encode() if isinstance(word, str) else word
    text = _text(data)
    return shlex.quote(text) if text is not None else f"\"$(printf '{_octal(data)}')\""


def _text(data: bytes) -> str | None:
    """The bytes as a text that can be seen and copied, or None where they are none."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if text.replace("\n", "").isprintable() else None


def _octal(data: bytes) -> str:
    """The bytes as printf reads them, between single quotes."""
    safe = set(range(32, 127)) - set(b"%\\'!")  # an interactive shell has a use for ! of its own
    text = "".join(chr(byte) if byte in safe else f"\\{byte:03o}" for byte in data)
    return re.sub("^-", r"\\055", text)  # which would begin an option
