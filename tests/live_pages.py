"""Pages as learners write them, and whether they work: what a page probe and a browser have to agree on."""

ELEMENTS = '<h1 id="reading">no reading yet</h1>\n<p id="state">live</p>\n'


def page(
    script: str, *, body: str = ELEMENTS, head: str = "<title>Station</title>", doctype: str = "<!doctype html>\n"
) -> str:
    """A page with its script behind its elements."""
    return f"{doctype}{head}\n{body}<script>\n{script}\n</script>\n"


def listening(connect: str) -> str:
    """A script that gets its socket in some way, and shows what it has to."""
    return f"""{connect}
socket.onmessage = (event) => {{ document.getElementById("reading").textContent = event.data; }};
socket.onclose = () => {{ document.getElementById("state").textContent = "closed"; }};"""


def showing(onmessage: str, onclose: str = 'document.getElementById("state").textContent = "closed";') -> str:
    """A script with handlers of these statements."""
    return f"""const socket = new WebSocket("feed");
socket.onmessage = (event) => {{ {onmessage} }};
socket.onclose = () => {{ {onclose} }};"""


RIGHT = 'document.getElementById("reading").textContent = event.data;'

WORKS = {
    # Refused by a check that looked for words.
    "an address from URL": page(
        listening(
            """const address = new URL("feed", location.href);
address.protocol = address.protocol.replace("http", "ws");
const socket = new WebSocket(address);"""
        )
    ),
    "a function for the address": page(
        listening(
            """function feedAddress() {
  const here = new URL("feed", location.href);
  here.protocol = here.protocol === "https:" ? "wss:" : "ws:";
  return here.href;
}
const socket = new WebSocket(feedAddress());"""
        )
    ),
    "the address in a constant": page(listening('const address = "feed"; const socket = new WebSocket(address);')),
    "a class": page(
        """class Feed {
  constructor(address) {
    this.socket = new WebSocket(address);
    this.socket.onmessage = (event) => this.show("reading", event.data);
    this.socket.onclose = () => this.show("state", "closed");
  }
  show(id, words) { document.getElementById(id).textContent = words; }
}
new Feed("feed");"""
    ),
    "replaced in location.href": page(
        listening(
            'const socket = new WebSocket(location.href.replace(/[^/]*$/, "").replace(/^http/, "ws") + "feed");'
        )
    ),
    "a script in the head, elements looked for later": page(
        "", head=f"<script>{listening('const socket = new WebSocket(`feed`);')}</script>"
    ),
    "body onload": page(
        "function start() {" + listening('const socket = new WebSocket("feed");') + "}",
        body=f'<body onload="start()">{ELEMENTS}',
    ),
    "no document type": page(listening('const socket = new WebSocket("feed");'), doctype=""),
    "a comment before the document type": page(
        listening('const socket = new WebSocket("feed");'), doctype="<!-- The station -->\n<!doctype html>\n"
    ),
    "HTML of a constant": page(showing(RIGHT, 'document.getElementById("state").innerHTML = "<b>closed</b>";')),
    "listeners from an object": page(
        """const socket = new WebSocket("feed");
const show = (id) => (event) => { document.getElementById(id).textContent = event.data ?? "closed"; };
for (const [name, action] of Object.entries({ message: show("reading"), close: show("state") }))
  socket.addEventListener(name, action);"""
    ),
    "the value of a text node": page(
        showing('document.getElementById("reading").firstChild.nodeValue = event.data;')
    ),
    # Some more ways.
    "a module in the head": page(
        "", head=f'<script type="module">{listening("const socket = new WebSocket(`./feed`);")}</script>'
    ),
    "DOMContentLoaded": page(
        "",
        head="<script>document.addEventListener('DOMContentLoaded', () => {"
        + listening("const socket = new WebSocket('feed');")
        + "});</script>",
    ),
    "window.onload and elements kept": page(
        "",
        head="""<script>
let reading, state;
window.onload = function () {
  reading = document.getElementById("reading"); state = document.getElementById("state");
  var socket = new WebSocket("feed");
  socket.onmessage = function (event) { reading.innerText = event.data; };
  socket.onclose = function () { state.innerText = "closed"; };
};
</script>""",
    ),
    "elements by their names": page(
        """const socket = new WebSocket("feed");
socket.onmessage = (event) => { reading.textContent = event.data; };
socket.onclose = () => { state.textContent = "closed"; };"""
    ),
    "replaceChildren": page(showing("document.querySelector('#reading').replaceChildren(event.data);")),
    "a new text node": page(
        showing(
            """const at = document.querySelector("[id=reading]");
while (at.firstChild) at.removeChild(at.firstChild);
at.appendChild(document.createTextNode(event.data));"""
        )
    ),
    "insertAdjacentText": page(
        showing(
            """const at = document.getElementById("reading");
at.textContent = "";
at.insertAdjacentText("beforeend", event.data);"""
        )
    ),
    "escaped by hand": page(
        showing(
            """const safe = event.data.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
document.getElementById("reading").innerHTML = `<b>${safe}</b>`;"""
        )
    ),
    "a shown message that was hidden": page(
        showing(RIGHT, 'document.getElementById("state").hidden = false;'),
        body='<p id="reading"></p><p id="state" hidden>The connection is closed.</p>',
    ),
    "an output and its value": page(
        showing('document.getElementById("reading").value = event.data;'),
        body='<output id="reading">-</output><p id="state">live</p>',
    ),
    "an async handler": page(
        """const socket = new WebSocket("feed");
socket.addEventListener("message", async ({ data }) => {
  const words = await Promise.resolve(data);
  document.getElementById("reading").textContent = words;
});
const said = document.getElementById("state");
socket.addEventListener("close", { handleEvent() { said.textContent = "closed"; } });"""
    ),
    "connects again": page(
        """function connect() {
  const socket = new WebSocket("feed");
  socket.onmessage = (event) => { document.getElementById("reading").textContent = event.data; };
  socket.onclose = () => {
    document.getElementById("state").textContent = "not live";
    setTimeout(connect, 60000);
  };
}
connect();"""
    ),
    "unclosed paragraphs": page(
        listening('const socket = new WebSocket("feed");'), body="<p id=reading>-<p id=state>live"
    ),
}

BROKEN = {
    # Passed by a check that looked for words.
    "a lambda": page(listening('const socket = new WebSocket("feed");').replace("(event) =>", "lambda event:")),
    "a brace that is never closed": page(
        listening('const socket = new WebSocket("feed");').replace("event.data; };", "event.data;")
    ),
    "a handler that is called": page(
        """const socket = new WebSocket("feed");
function show() { document.getElementById("reading").textContent = "called"; }
socket.onmessage = show();
socket.onclose = () => { document.getElementById("state").textContent = "closed"; };"""
    ),
    "a variable mistyped": page(
        listening('const socket = new WebSocket("feed");').replace("socket.onm", "sock.onm")
    ),
    "a method mistyped": page(showing('document.getElementByID("reading").textContent = event.data;')),
    "a property that is called": page(showing('document.getElementById("reading").textContent(event.data);')),
    "ids swapped": page(
        showing(
            'document.getElementById("state").textContent = event.data;',
            'document.getElementById("reading").textContent = "closed";',
        )
    ),
    "all messages joined": page(showing('document.getElementById("reading").textContent += event.data;')),
    "all messages appended": page(showing('document.getElementById("reading").append(event.data);')),
    "JSON of what is none": page(
        showing('document.getElementById("reading").textContent = JSON.parse(event.data).celsius;')
    ),
    "a number of what may be none": page(
        showing('document.getElementById("reading").textContent = parseFloat(event.data) + " C";')
    ),
    "escaped for text": page(
        showing('document.getElementById("reading").textContent = event.data.replaceAll("<", "&lt;");')
    ),
    "closed after a message": page(showing(f"{RIGHT} socket.close();")),
    "the first message only": page(
        """const socket = new WebSocket("feed");
const show = (event) => { document.getElementById("reading").textContent = event.data; };
socket.addEventListener("message", show, { once: true });
socket.onclose = () => { document.getElementById("state").textContent = "closed"; };"""
    ),
    "closed from the beginning": page(
        """const socket = new WebSocket("feed");
socket.onmessage = (event) => { document.getElementById("reading").textContent = event.data; };
socket.onclose = document.getElementById("state").textContent = "closed";"""
    ),
    "a fragment of HTML": page(
        showing(
            """const at = document.getElementById("reading");
at.replaceChildren(document.createRange().createContextualFragment(event.data));"""
        )
    ),
    "code in a string": page("const code = `" + listening('const socket = new WebSocket("feed");') + "`;"),
    "nothing but the console": page(
        """const reading = 1, state = 2, socket = new WebSocket("feed");
socket.onmessage = (event) => { console.log(event.data); };
socket.onclose = () => { console.log("closed"); };"""
    ),
    # Some more.
    "innerHTML": page(showing('document.getElementById("reading").innerHTML = event.data;')),
    "insertAdjacentHTML": page(
        showing(
            """const at = document.getElementById("reading");
at.textContent = "";
at.insertAdjacentHTML("beforeend", event.data);"""
        )
    ),
    "document.write": page(showing("document.write(event.data);")),
    "elements kept before they are there": page(
        "",
        head="""<script>
const reading = document.getElementById("reading");
const socket = new WebSocket("feed");
socket.onmessage = (event) => { reading.textContent = event.data; };
socket.onclose = () => { document.getElementById("state").textContent = "closed"; };
</script>""",
    ),
    "a type that is no JavaScript": page("").replace(
        "<script>\n\n", f'<script type="javascript">{listening("const socket = new WebSocket(`feed`);")}'
    ),
    "a selector without #": page(showing('document.querySelector("reading").textContent = event.data;')),
    "a class mistyped": page(listening('const socket = new Websocket("feed");')),
    "sent before it is open": page(listening('const socket = new WebSocket("feed"); socket.send("hello");')),
    "the event itself": page(showing('document.getElementById("reading").textContent = event;')),
    "a property mistyped": page(showing('document.getElementById("reading").textcontent = event.data;')),
    "a function in a module, called from body": page(
        "",
        head='<script type="module">function start() {'
        + listening('const socket = new WebSocket("feed");')
        + "}</script>",
        body=f'<body onload="start()">{ELEMENTS}',
    ),
    "a quotation mark that is missing": page(listening('const socket = new WebSocket("feed);')),
    "a script that is never closed": page(listening('const socket = new WebSocket("feed");')).replace(
        "</script>", "<p>"
    ),
    "an error only": page(
        """const socket = new WebSocket("feed");
socket.onmessage = (event) => { document.getElementById("reading").textContent = event.data; };
socket.onerror = () => { document.getElementById("state").textContent = "closed"; };"""
    ),
}

# Scripts that come back ------------------------------------------------------------------------------

DEGREES = '<p id="degrees">no reading yet</p>\n'
FEED = "ws://127.0.0.1:8002/stations/2"


def connecting(
    opens: str, *, remembers: str = "last = reading.number;", closes: str = "setTimeout(connect, 1000);"
) -> str:
    """A script that shows the degrees of each reading, and does something when the connection has ended."""
    return f"""let last;
function connect() {{
  const socket = new WebSocket({opens});
  socket.onmessage = (event) => {{
    const reading = JSON.parse(event.data);
    {remembers}
    document.getElementById("degrees").textContent = reading.degrees + " degrees";
  }};
  socket.onclose = () => {{ {closes} }};
}}
connect();"""


SINCE = """`FEED${last === undefined ? "" : "?since=" + last}`"""

COMES_BACK = {
    # Refused by a check that looked for words.
    "a template literal": connecting("`FEED${query}`", remembers="query = `?since=${reading.number}`;").replace(
        "let last;", 'let query = "";'
    ),
    "a condition in a template literal": connecting(SINCE),
    "searchParams": connecting("url", remembers='url.searchParams.set("since", reading.number);').replace(
        "let last;", 'const url = new URL("FEED");'
    ),
    "a comment with an address": "// such as ws://127.0.0.1:8002/stations/9\n" + connecting(SINCE),
    "innerText": connecting(SINCE).replace(".textContent", ".innerText"),
    "replaced children": connecting(SINCE).replace(
        '.textContent = reading.degrees + " degrees"', ".replaceChildren(`${reading.degrees} degrees`)"
    ),
    # Some more ways.
    "URLSearchParams": connecting('"FEED" + (last ? "?" + new URLSearchParams({ since: last }) : "")'),
    "the address of the page's host": connecting(
        '`ws://${location.hostname}:8002/stations/2${last ? `?since=${last}` : ""}`'
    ),
    "async, with an await": """let last = null;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const ended = (socket) => new Promise((done) => { socket.onclose = done; });
async function watch() {
  while (true) {
    const socket = new WebSocket("FEED" + (last === null ? "" : "?since=" + last));
    socket.addEventListener("message", ({ data }) => {
      const { number, degrees } = JSON.parse(data);
      [last, degreesAt().textContent] = [number, `${degrees} degrees`];
    });
    await ended(socket);
    await pause(1000);
  }
}
const degreesAt = () => document.querySelector("#degrees");
watch();""",
    "one handler and a switch": """let last = 0, timer = null, state = "";
const open = () => {
  const socket = new WebSocket(last ? `FEED?since=${last}` : "FEED");
  socket.onmessage = socket.onclose = (event) => {
    switch (event.type) {
      case "message":
        ({ number: last, degrees: state } = JSON.parse(event.data));
        degrees.textContent = `${state} degrees`;
        break;
      case "close": clearTimeout(timer); timer = setTimeout(open, 1000); break;
    }
  };
};
open();""",
}

STAYS_STALE = {
    # Passed by a check that looked for words.
    "no quotation marks": connecting("FEED + last"),
    "never called": connecting(SINCE).removesuffix("connect();"),
    "a bracket that is missing": connecting('"FEED"').replace('WebSocket("FEED")', 'WebSocket("FEED"'),
    "a brace too many": connecting(SINCE).replace("function connect() {", "function connect() {{"),
    "a script in a script": f"<script>{connecting(SINCE)}</script>",
    "commented out": "\n".join(f"// {line}" for line in connecting(SINCE).splitlines()),
    "setTimeout of a call": connecting(SINCE, closes="setTimeout(connect(), 1000);"),
    "at once": connecting(SINCE, closes="setTimeout(connect, 1);"),
    "undefined at first": connecting('"FEED?since=" + last'),
    "0 at first": connecting('"FEED?since=" + last').replace("let last;", "let last = 0;"),
    "counting": connecting(SINCE, remembers="last = (last ?? 0) + 1;"),
    "last in the function": connecting(SINCE).replace("function connect() {", "function connect() { let last;"),
    "an address that grows": connecting("address", remembers='address += "?since=" + reading.number;').replace(
        "let last;", 'let address = "FEED";'
    ),
    "an id that is not there": connecting(SINCE).replace('getElementById("degrees")', 'getElementById("reading")'),
    # Some more.
    "no parse": connecting(SINCE).replace("JSON.parse(event.data)", "event.data"),
    "never again": connecting(SINCE, closes=""),
    "since never": connecting('"FEED"'),
    "all readings": connecting(SINCE).replace("textContent =", "textContent +="),
    "a socket for each message": connecting(SINCE, remembers="last = reading.number; connect();"),
}


def live_page(script: str) -> str:
    """The page of exercise 41.8 with its script."""
    return page(script.replace("FEED", FEED), body=DEGREES)
