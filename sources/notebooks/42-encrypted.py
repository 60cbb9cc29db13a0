# %% [markdown]
# # The same, encrypted
#
# 42 minutes. You need [lesson 41](41-box-office.ipynb).
#
# By the end you can
#
# - run a server for `https` and one for `wss`, with certificates of your own,
# - say what somebody on the way sees of it, and what not,
# - read the configuration of a reverse proxy.

# %% [markdown] minutes=2
# ## What a stranger reads
#
# A tap stands between a client and a server. So does each router and each wireless network on the way. This is what they all see:

# %%
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
import trustme
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from wirelab import launch, stop_all, wire

office = launch("servers.box_office")
wanted = {"show": 1, "seat": 17, "name": "Ada"}
with wire(office) as tap:
    requests.post(tap.url + "/api/bookings", json=wanted, headers={"Cookie": "session=k7Qz"}, timeout=3)
tap[0]

# %% [markdown]
# Everyone on the way can read the name and the cookie. A stranger who has the cookie can act as Ada. A stranger could also *change* the bytes, for example
# the seat number.
#
# **TLS** prevents both (RFC 9846; until 2026 RFC 8446). It stands between TCP and HTTP: it encrypts all bytes of HTTP, and it notices each change. HTTP over TLS is
# called `https`, and a WebSocket over TLS `wss`. Requests, responses and frames stay the same.

# %% [markdown] tags=["notes"]
# **Ask:** Who is on the way between your telephone and the theatre? (The wireless network, the provider, each network between, the hosting company.)
#
# **What goes wrong:** People say *SSL*. That was the name of TLS until 1999; Python's module still has it.

# %% [markdown] minutes=4
# ## A certificate authority of your own
#
# The client must also know *who* is at the other end. A server has two keys that belong together. It keeps the
# **private key** secret, and shows everybody the **public key**. With the private key it can **sign** bytes. With the public key everybody can verify the signature.
#
# But whose key is it? A **certificate** says: this public key belongs to this name. A **certificate authority** (CA) has signed the certificate, and the client
# trusts that authority. Browsers have a list of authorities. With **trustme** you are an authority yourself:

# %%
authority = trustme.CA()
authority.cert_pem.write_to_path("my_authority.pem")
certificate = authority.issue_cert("127.0.0.1", "localhost")

# %% [markdown]
# `my_authority.pem` is the certificate of the authority. Clients need it, and it is no secret. `certificate` is the one of the server, with its private key, which the server
# keeps to itself.
#
# The package **cryptography** can read a certificate. `verify_directly_issued_by` verifies the signature with the public key of the authority. It raises an
# exception if the authority has not signed these bytes.

# %%
from cryptography import x509

shown = x509.load_pem_x509_certificate(certificate.cert_chain_pems[0].bytes())
signer = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
print("for", [str(name.value) for name in names])
shown.verify_directly_issued_by(signer)
print("signed by your authority")

# %% [markdown]
# Use trustme for tests only. The private key of your authority is dangerous: with it, anybody can make a certificate for any name. Each client that trusts your
# authority will then accept it.
#
# ```mermaid
# flowchart LR
#     authority[authority] -->|signs| certificate[certificate of 127.0.0.1]
#     client([client]) -->|trusts| authority
#     server[server] -->|shows| certificate
#     client <-->|TLS| server
# ```

# %% [markdown] tags=["notes"]
# **Ask:** Who signs the certificate of the authority? (It signs its own. That is why clients need it beforehand, from another source.)
#
# **What goes wrong:** Somebody adds the authority to their browser for a trial and leaves it there. Do not: its key lies in a notebook.

# %% [markdown] minutes=8
# ## HTTPS
#
# A handler of `http.server` needs no change. Its server gets another socket: an `SSLContext` has the certificate, and `wrap_socket` puts TLS around each connection.
# The last argument moves the handshake out of `accept`. Otherwise one silent client would block all others (lesson 14). (`secured` returns a function, because
# `launch` calls it with a host and a port.)

# %%
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
certificate.configure_cert(context)


def secured(handler, context):
    def create_server(host, port):
        server = ThreadingHTTPServer((host, port), handler)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        return server

    return create_server

# %%
class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"Hello, " + self.headers.get("Cookie", "stranger").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


secret = launch(secured(Hello, context), name="secret", port=8443)
secret

# %% [markdown]
# `ask` sends the cookie to an address. If the client does not accept the certificate, `ask` returns the reason. (The line with `re.search` only cuts the
# reason out of a long message.)

# %%
import re


def ask(url, **options):
    try:
        return requests.get(url, headers={"Cookie": "session=k7Qz"}, timeout=3, **options).text
    except requests.exceptions.SSLError as error:
        return "refused: " + re.search(r"verify failed: (.+?)[.]? \(_ssl", str(error))[1]

# %% [markdown]
# `verify=` names the file of the authority that the client trusts.
#
# **Predict, then run.** The first client trusts the usual authorities. The second one trusts yours. What does each of them get?

# %% tags=["predict"]
print(ask(secret.url))
print(ask(secret.url, verify="my_authority.pem"))

# %% [markdown]
# <details><summary>Answer</summary>
#
# The first client refuses. The certificate is signed, but the client does not know by whom: it finds no certificate of the *issuer*. The second client has that
# certificate, and it gets its answer.
#
# </details>
#
# The client also verifies the name and the date. The next two servers have certificates of your authority, too. The first one is for another name. The second
# one was valid until the end of 2024:

# %%
from datetime import datetime


def hello_with(certificate, **options):
    own_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(own_context)
    return launch(secured(Hello, own_context), **options)


wrong_name = hello_with(authority.issue_cert("theatre.example"), name="wrong name", port=8453)
expired = hello_with(authority.issue_cert("127.0.0.1", not_after=datetime(2025, 1, 1)), name="expired", port=8483)
for server in [wrong_name, expired]:
    print(ask(server.url, verify="my_authority.pem"))

# %% [markdown] tags=["notes"]
# **Do:** Open the address of `secret` in a browser. It shows a warning, because it does not know your authority.
#
# **What goes wrong:** Where the notebook runs on another computer, the link does not lead there.

# %% [markdown] minutes=5
# ## Break it: verification switched off
#
# On the internet you will find the advice to write `verify=False` when a certificate is refused. But somebody on the way, for example the owner of a wireless
# network, can lead your connection to another server: you ask for yours, and a stranger answers. The next cell plays this. The stranger's server has a
# certificate for 127.0.0.1 too, signed by an authority of the stranger. It answers with the cookie that it got.
#
# **Predict, then run.** Two clients reach the stranger's server: one trusts your authority, the other does not verify. Which of them sends its cookie? (`requests`
# warns of the second one. The warning is switched off here, to keep the output short.)

# %% tags=["predict"] breaks="without verification, the client sends its cookie to a stranger"
import warnings

warnings.filterwarnings("ignore", message="Unverified HTTPS request")
stranger = hello_with(trustme.CA().issue_cert("127.0.0.1"), name="stranger", port=8463)

print(ask(stranger.url, verify="my_authority.pem"))
print(ask(stranger.url, verify=False))

# %% [markdown]
# <details><summary>Answer</summary>
#
# The first client refuses before it has sent anything of HTTP. The second one sends its cookie to the stranger.
#
# </details>
#
# The second connection was encrypted, but to the wrong server. Never switch verification off. Give the client the authority that it lacks: `verify="my_authority.pem"`.

# %% [markdown] tags=["notes"]
# **Ask:** How does somebody on the way lead a connection to another server? (By a false answer of DNS, or because the network's router is the stranger's.)
#
# **Short of time:** Do not run this cell. Show its stored output and say the last sentence twice.

# %% [markdown] minutes=5
# ## What the wire shows now
#
# A tap is an **eavesdropper**: it reads what crosses and changes nothing. Here `wire` gets the port and not the server, so it shows plain bytes. The client asks
# for `localhost`, because it sends a name in the handshake, but not a number such as 127.0.0.1.

# %% tags=["nbval-ignore-output"]
with wire(secret.port) as tap:
    print(ask(f"https://localhost:{tap.port}/bookings?seat=17", verify="my_authority.pem"))
tap

# %% [markdown]
# The answer came. On the wire, the handshake is first: both sides agree on new keys for this connection. These keys encrypt what follows. (In TLS 1.3 that is also the
# server's certificate.)
#
# The certificate is public. Can a stranger copy it, and use it? No: in each handshake, the server signs what both sides have sent so far, with its private key. (This message
# is called `CertificateVerify`.) The stranger does not have this key, so the client refuses.
#
# **Predict, then run.** Which of these four words can be found in the bytes?

# %% tags=["predict"]
crossed = b"".join(message.raw for message in tap)
for word in ["/bookings", "seat=17", "k7Qz", "localhost"]:
    print(f"{word:10}", word.encode() in crossed)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only `localhost`. The client names the server at the very beginning, so that a server with many names can choose the right certificate. This is the **server name
# indication**, SNI (RFC 6066 §3).
#
# </details>
#
# So a stranger still sees which server you ask, when, how often, and how much is sent. The path, the query, the headers and the body are hidden. (With Encrypted Client
# Hello, RFC 9849, the name is hidden too.) A server that has `https` gives its login cookie the attribute `Secure` (lesson 16), so that no browser sends it over `http`.

# %% [markdown] tags=["notes"]
# **Ask:** Which page of a library did somebody read, if only its length is known? (With few pages of different lengths, the length tells it.)

# %% [markdown] minutes=1
# ## The same for WebSockets
#
# `websockets.serve` takes the same kind of context, and so does `launch`. The client has a context of its own, which knows your authority. The address begins with `wss`.

# %%
async def onconnect(websocket):
    async for message in websocket:
        await websocket.send(f"You said: {message}")


echo = launch(onconnect, ssl=context)
trusting = ssl.create_default_context(cafile="my_authority.pem")
with connect(echo.url, ssl=trusting) as websocket:
    websocket.send("Hello")
    print(echo.url.partition(":")[0], websocket.recv(timeout=3))

# %% [markdown] minutes=7
# A page that came by `https` may open `wss` only; browsers refuse `ws` from there, as lesson 35 said. (Many of them make an exception for your own computer, such as
# `ws://127.0.0.1`.)
#
# ## A reverse proxy
#
# Large servers often do not speak TLS themselves. A **reverse proxy** stands in front of them. Clients connect to the proxy. It decrypts each request, sends it to an **upstream** server
# inside, and sends the answer back. (An ordinary proxy works for clients. This one works for servers, so it is called *reverse*.)
#
# Here is a small one. For each request it makes a second one with `requests`, to the box office, and copies the answer. `X-Forwarded-Proto: https` tells the
# upstream that the client used HTTPS, because the upstream itself sees only HTTP.

# %%
inside = wire(office)


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {"Content-Type": self.headers.get("Content-Type"), "X-Forwarded-Proto": "https"}
        reply = requests.request(self.command, inside.url + self.path, data=sent, headers=headers, timeout=3)
        self.send_response(reply.status_code)
        self.send_header("Content-Type", reply.headers["Content-Type"])
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content)

    do_POST = do_GET


front = launch(secured(Proxy, context), name="front", port=8473)

# %% [markdown]
# One booking by HTTPS. The tap stands *behind* the proxy, where the network belongs to the theatre:

# %%
reply = requests.post(front.url + "/api/bookings", json=wanted | {"seat": 18}, verify="my_authority.pem", timeout=3)
print(reply.status_code)
inside[0]

# %% [markdown]
# **Predict, then run.** The live seats need a WebSocket. A client asks the same proxy for one. Which status does it get?

# %% tags=["predict"] breaks="the proxy does not pass the upgrade on"
try:
    with connect(front.url.replace("https", "wss") + "/feed/shows/1", ssl=trusting) as feed:
        print(feed.recv(timeout=3))
except InvalidStatus as error:
    print(error.response.status_code)
inside.stop()
inside.http[-1].request

# %% [markdown]
# <details><summary>Answer</summary>
#
# The client gets 426, *Upgrade Required*. The box office sent it, because the request that arrived inside does not have the header `Upgrade`.
#
# </details>
#
# `Upgrade` and `Connection` are about *one* connection (RFC 9110 §7.6.1). They are called **hop-by-hop** headers. A proxy has two connections: one to the client, and
# one to the server inside. So it must not just copy these headers. If it should pass WebSockets on, it needs a configuration that says so. (Our small proxy drops *all* headers but one, also `Cookie`. A real one
# copies them. And after an upgrade it copies the bytes of both directions.)

# %% [markdown] tags=["notes"]
# **Ask:** What does the box office see as the address of its client? (That of the proxy. So the proxy says in `X-Forwarded-For` who has asked.)
#
# **What goes wrong:** A service believes `X-Forwarded-For` from everybody. Then each client can choose its address. Only the proxy may be believed.

# %% [markdown] minutes=5
# ## nginx, line by line
#
# **nginx** is such a proxy. This configuration puts it in front of the box office, for HTTPS and for WebSockets:

# %%
from pathlib import Path

print(Path("../servers/nginx.conf").read_text(encoding="utf-8"))

# %% [markdown]
# | line, for the clients | what it says |
# |---|---|
# | `listen … ssl` | speak TLS at port 8443; on the internet it is 443, the port of `https` |
# | `server_name` | the name that this block is for; a single block is used for every name |
# | `ssl_certificate`, `ssl_certificate_key` | the certificate and the private key; here one file has both |
# | `ssl_protocols` | the versions of TLS; RFC 8996 forbids older ones |
#
# You make the file `box_office.pem` yourself, and put it into nginx's own folder, such as `/etc/nginx`. The next cell writes one, with the key and the certificate of this lesson:

# %%
certificate.private_key_and_cert_chain_pem.write_to_path("my_box_office.pem")
Path("my_box_office.pem").chmod(0o600)  # only you may read the key; Windows ignores this
[line.strip("-") for line in Path("my_box_office.pem").read_text().splitlines() if "BEGIN" in line]

# %% [markdown]
# | line, for the upstream | what it says |
# |---|---|
# | `location /` | this block is for every path |
# | `proxy_pass` | the upstream: the box office |
# | `proxy_http_version` | an upgrade needs HTTP/1.1 |
# | `proxy_set_header` | headers that nginx sets or replaces: the host that the client asked for, the client's address (a client could write a false one), `https`, and the upgrade; it passes on the others |
# | `map` | makes a variable: `$connection_header` is `upgrade` if the client sent the header `Upgrade` (its value is in `$http_upgrade`), else `close` |
# | `proxy_read_timeout` | end a connection on which the upstream has sent nothing for 60 seconds: a quiet feed needs a ping more often than that |

# %%
for server in [secret, wrong_name, expired, stranger, front, echo]:
    server.stop()

# %% [markdown] tags=["notes"]
# **Do:** If nginx is there (on Debian, `apt install nginx`), copy the file to `/etc/nginx/conf.d`, and `my_box_office.pem` to `/etc/nginx/box_office.pem`. Start
# `python -m servers.box_office` and nginx, and open `https://127.0.0.1:8443/seats.html`. The browser warns, as before.


# %% [markdown] minutes=2
# ## Where to go next
#
# | for | look for |
# |---|---|
# | certificates that all browsers trust, free of charge | Let's Encrypt; the protocol is ACME (RFC 8555), and a program renews them in time |
# | a reverse proxy that gets them by itself | Caddy, Traefik |
# | browsers that never try `http` again | the header `Strict-Transport-Security` (RFC 6797) |
# | certificates for your own computer, known to its browsers | mkcert |
# | HTTP/2 over TLS | ALPN (RFC 7301): the handshake also agrees on the protocol |
# | good settings of nginx and others | Mozilla's SSL Configuration Generator |
#
# The next cell deletes both files, because one of them has a private key.

# %%
for name in ["my_authority.pem", "my_box_office.pem"]:
    Path(name).unlink(missing_ok=True)

# %% [markdown] minutes=3
# ## Recap
#
# - TLS encrypts requests, responses and frames, and notices each change. HTTP and WebSockets stay what they are.
# - A certificate says whose key it is. The client verifies that an authority has signed it, that it is for this name, and that it has not expired.
# - A reverse proxy speaks TLS outside. It passes an upgrade on only if its configuration says so.
#
# **Check yourself**
#
# <details><summary>A colleague writes verify=False, "only for the test system". What do you answer?</summary>
#
# Give the client the authority of the test system. The line would stay in the program, and then it talks to any server that says it is the right one.
#
# </details>
# <details><summary>Does a stranger on the way see which film you look at, at https://films.example/films/12?</summary>
#
# The stranger sees `films.example`, and how much is sent. The path is encrypted. But if each film's page has another length, the length may tell which film it is.
#
# </details>
# <details><summary>A WebSocket works without the proxy, and behind it the client gets 426. Where do you look?</summary>
#
# In the configuration of the proxy: the headers `Upgrade` and `Connection`, and HTTP/1.1 to the upstream.
#
# </details>
# <details><summary>Behind a proxy, a quiet WebSocket ends after a minute. Why?</summary>
#
# The proxy ends a connection on which nothing comes for some time. The server has to send a ping, or a heartbeat, more often than that.
#
# </details>
#
# **Now you:** encrypt the feed of [your weather station](../exercises/41-weather-live.ipynb). Add cells below exercise 41.8, before the last cell:
#
# 1. Import `ssl`, `trustme`, `connect` and `wire`. Make an authority, a certificate and a `context`, as in this lesson, and write `my_authority.pem`.
# 2. Launch the feed again, with the context:
#    ```python
#    feed = launch(live, name="feed", process_request=only_stations, compression=None, ssl=context)
#    ```
# 3. Make `trusting`. Connect through a tap, and receive a reading:
#    ```python
#    with wire(feed.port) as tap, connect(f"wss://localhost:{tap.port}/stations/2", ssl=trusting) as client:
#        requests.post(service.url + "/stations/2/readings", json={"degrees": 21.5}, timeout=3)
#        print(client.recv(timeout=3))
#    ```
# 4. Search the bytes of the tap for `degrees` and for `localhost`, as in *What the wire shows now*. Which one do you find?
#
# Your page from 41.8 shows nothing new now: your browser does not know your authority. **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
