// WebSocket, as a page has it: https://websockets.spec.whatwg.org/. What the network does, the driver says.

const sockets = []; // every one that the page made
const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];

class WebSocket extends EventTarget {
  constructor(address, protocols = []) {
    if (!arguments.length) throw new TypeError("Failed to construct 'WebSocket': 1 argument required, but only 0 present.");
    super();
    const url = feedAddress(String(address));
    const asked = (Array.isArray(protocols) ? protocols : [protocols]).map(String);
    const isBad = (name, index) => !/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || asked.indexOf(name) !== index;
    if (asked.some(isBad)) throw refused(`The subprotocol '${asked.find(isBad)}' is invalid.`, "SyntaxError");
    Object.defineProperty(this, "inner", { value: { url, asked, sent: [], state: CONNECTING, kind: "blob" } });
    sockets.push(this);
  }
  get url() { return this.inner.url; }
  get readyState() { return this.inner.state; }
  get protocol() { return ""; }
  get extensions() { return ""; }
  get bufferedAmount() { return 0; }
  get binaryType() { return this.inner.kind; }
  set binaryType(kind) { if (["blob", "arraybuffer"].includes(kind)) this.inner.kind = kind; }
  send(data) {
    if (!arguments.length) throw new TypeError("Failed to execute 'send' on 'WebSocket': 1 argument required, but only 0 present.");
    if (this.inner.state === CONNECTING)
      throw new DOMException("Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.", "InvalidStateError");
    if (this.inner.state === OPEN) this.inner.sent.push(String(data)); // else nobody is told
  }
  close(code = 1000, reason = "") {
    const number = Number(code) & 0xffff;
    if (arguments.length && code !== undefined && number !== 1000 && !(number >= 3000 && number <= 4999))
      throw new DOMException(`Failed to execute 'close' on 'WebSocket': The close code must be either 1000, or between 3000 and 4999. ${number} is neither.`, "InvalidAccessError");
    if (this.inner.state >= CLOSING) return;
    const wasOpen = this.inner.state === OPEN;
    this.inner.state = CLOSING;
    addTask(2, () => (wasOpen ? ended(this, arguments.length ? number : 1005, String(reason), true) : failed(this)));
  }
}
for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED }))
  for (const place of [WebSocket, WebSocket.prototype]) Object.defineProperty(place, name, { value, enumerable: true });
defineHandlers(WebSocket.prototype, "open", "message", "error", "close");

const refused = (why, name) => new DOMException(`Failed to construct 'WebSocket': ${why}`, name);

/** Where a page's WebSocket leads: a relative address too, and http as ws. */
function feedAddress(address) {
  let url;
  try { url = new URL(address, document.baseURI); } catch { throw refused(`The URL '${address}' is invalid.`, "SyntaxError"); }
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  if (!["ws:", "wss:"].includes(url.protocol))
    throw refused(`The URL's scheme must be either 'http', 'https', 'ws', or 'wss'. '${url.protocol.slice(0, -1)}' is not allowed.`, "SyntaxError");
  if (url.href.includes("#"))
    throw refused(`The URL contains a fragment identifier ('${url.hash.slice(1)}'). Fragment identifiers are not allowed in WebSocket URLs.`, "SyntaxError");
  if (location.protocol === "https:" && url.protocol === "ws:")
    throw refused("An insecure WebSocket connection may not be initiated from a page loaded over HTTPS.", "SecurityError");
  return url.href;
}

// What the network does -----------------------------------------------------------------------------

function opened(socket) {
  if (socket.inner.state !== CONNECTING) return;
  socket.inner.state = OPEN;
  fire(socket, new Event("open"));
}

function told(socket, data) {
  if (socket.inner.state !== OPEN) return;
  fire(socket, new MessageEvent("message", { data, origin: new URL(socket.url).origin }));
}

function ended(socket, code, reason, wasClean) {
  if (socket.inner.state === CLOSED) return;
  socket.inner.state = CLOSED;
  fire(socket, new CloseEvent("close", { code, reason, wasClean }));
}

function failed(socket) { // before it was open
  if (socket.inner.state === CLOSED) return;
  said.push({ level: "error", text: `WebSocket connection to '${socket.url}' failed`, stack: "" });
  socket.inner.state = CLOSED;
  fire(socket, new Event("error"));
  fire(socket, new CloseEvent("close", { code: 1006 }));
}
