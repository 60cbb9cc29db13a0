// The window: time, which is not real here; the page's address; and what else a script may ask for.

const asked = []; // what the page asked of servers besides its feed: "GET http://…/latest"
const left = []; // where the page went: a browser would have loaded that instead

// Time -----------------------------------------------------------------------------------------------

const clock = { now: 0, began: Date.UTC(2026, 0, 15, 12) }; // milliseconds
const tasks = new Map(); // number → { due, action, depth }
let number = 0, depth = 0, seed = 1;

/** Do something `wait` milliseconds from now. */
function addTask(wait, action, again = false) {
  number += 1;
  tasks.set(number, { due: clock.now + wait, action, depth: depth + 1, wait: again ? wait : null });
  return number;
}

/** Run the first task that is due until then, and move the clock to it. Returns whether there was one. */
function runTask(until) {
  let [first, task] = [null, null];
  for (const [id, one] of tasks) if (one.due <= until && (!task || one.due < task.due)) [first, task] = [id, one];
  clock.now = Math.max(clock.now, task ? task.due : until);
  if (!task) return false;
  if (task.wait === null) tasks.delete(first);
  else Object.assign(task, { due: clock.now + Math.max(task.wait, task.depth > 5 ? 4 : 1), depth: task.depth + 1 });
  depth = task.depth;
  task.action();
  depth = 0;
  return true;
}

const timer = (name, again) => (handler, wait = 0, ...values) => {
  if (typeof handler !== "function" && typeof handler !== "string") misused.push(name);
  const action = typeof handler === "function" ? () => call(handler, globalThis, ...values) : () => call((0, eval), null, String(handler));
  const least = depth >= 5 ? 4 : again ? 1 : 0; // browsers slow down what asks again and again
  return addTask(Math.max(Math.trunc(Number(wait)) || 0, least), action, again);
};
const clear = (id) => { tasks.delete(Number(id)); };

Date.now = () => clock.began + Math.trunc(clock.now);
const RealDate = Date;
const PageDate = new Proxy(RealDate, {
  construct: (real, values, made) => Reflect.construct(real, values.length ? values : [real.now()], made === PageDate ? real : made),
  apply: (real) => new real(real.now()).toString(),
});
RealDate.prototype.constructor = PageDate;
Math.random = () => { seed = (seed * 48271) % 2147483647; return seed / 2147483647; }; // the same each time

// The address ----------------------------------------------------------------------------------------

function leave(address) { left.push(new URL(address, document.baseURI).href); }

class Location extends Address {
  set href(value) { leave(String(value)); }
  get href() { return super.href; }
  assign(value) { leave(String(value)); }
  replace(value) { leave(String(value)); }
  reload() { leave(this.href); }
  get ancestorOrigins() { return []; }
}
for (const name of ["protocol", "host", "hostname", "port", "pathname", "search"]) // a change leaves the page
  Object.defineProperty(Location.prototype, name, {
    get() { return this.address[name]; },
    set(value) { const url = new URL(this.href); url[name] = value; leave(url.href); },
  });
Object.defineProperty(Location.prototype, "address", { get() { return new Address(this.parts); } });
const location = new Location(partsOf("about:blank"));

// Storage, and all that is asked for now and then ---------------------------------------------------------

function makeStorage() {
  const kept = new Map();
  return new Proxy({
    getItem: (key) => kept.get(String(key)) ?? null, setItem: (key, value) => { kept.set(String(key), String(value)); },
    removeItem: (key) => { kept.delete(String(key)); }, clear: () => kept.clear(), key: (index) => [...kept.keys()][index] ?? null,
  }, {
    get: (methods, key) => (key === "length" ? kept.size : methods[key] ?? kept.get(key)),
    set: (_, key, value) => { kept.set(key, String(value)); return true; },
    deleteProperty: (_, key) => { kept.delete(key); return true; }, has: (methods, key) => key in methods || kept.has(key),
  });
}

class AbortSignal extends EventTarget {
  aborted = false;
  static timeout() { return new AbortSignal(); }
}
class AbortController {
  signal = new AbortSignal();
  abort() { if (!this.signal.aborted) { this.signal.aborted = true; fire(this.signal, new Event("abort")); } }
}

/** No server answers these: what a page asks for besides its feed is only noted. */
function fetch(address, options = {}) {
  asked.push(`${options?.method ?? "GET"} ${new URL(address?.url ?? address, document.baseURI).href}`);
  return new Promise(() => {});
}
class XMLHttpRequest extends EventTarget {
  readyState = 0; status = 0; responseText = "";
  open(method, address) { this.wish = `${method} ${new URL(address, document.baseURI).href}`; }
  setRequestHeader() {}
  send() { asked.push(this.wish); }
  abort() {}
}
class EventSource extends EventTarget {
  constructor(address) { super(); this.url = new URL(address, document.baseURI).href; this.readyState = 0; asked.push(`GET ${this.url}`); }
  close() { this.readyState = 2; }
}
defineHandlers(XMLHttpRequest.prototype, "load", "error", "readystatechange", "timeout");
defineHandlers(EventSource.prototype, "open", "message", "error");

const utf8 = (text) => Uint8Array.from(unescape(encodeURIComponent(String(text).toWellFormed())), (one) => one.charCodeAt(0));
class TextEncoder { encode(text = "") { return utf8(text); } }
class TextDecoder { decode(bytes) { return decodeURIComponent(escape(String.fromCharCode(...new Uint8Array(bytes?.buffer ?? bytes)))); } }
class Format { format(value) { return value.toLocaleString(); } }

function Image() { return document.createElement("img"); }
const talk = (name, answer) => (text = "") => { said.push({ level: name, text: String(text), stack: "" }); return answer; };
const later = (action) => { Promise.resolve().then(() => call(action, null)); };
const nothing = () => {};

function define(values) {
  for (const [name, value] of Object.entries(values)) {
    if (Object.getOwnPropertyDescriptor(globalThis, name)?.configurable === false) globalThis[name] = value; // V8's own timers
    else Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
}

define({
  AbortController, AbortSignal, CloseEvent, Comment, console, CustomEvent, Date: PageDate, Document, DocumentFragment, DOMException, DOMParser, Element, ErrorEvent, Event,
  EventSource, EventTarget, fetch, HTMLCollection, HTMLElement, Image, KeyboardEvent, MessageEvent, MouseEvent, Node, NodeList, Range, Text, TextDecoder, TextEncoder,
  UIEvent, URL, URLSearchParams, WebSocket, XMLHttpRequest, addEventListener: EventTarget.prototype.addEventListener, alert: talk("alert"), confirm: talk("confirm", true),
  prompt: talk("prompt", null), dispatchEvent: EventTarget.prototype.dispatchEvent, removeEventListener: EventTarget.prototype.removeEventListener, clearInterval: clear,
  clearTimeout: clear, cancelAnimationFrame: clear, setInterval: timer("setInterval", true), setTimeout: timer("setTimeout", false), queueMicrotask: later,
  requestAnimationFrame: (action) => addTask(16, () => call(action, globalThis, clock.now)), structuredClone: (value) => JSON.parse(JSON.stringify(value)),
  matchMedia: () => ({ matches: false, addEventListener: nothing }), getComputedStyle: (element) => element.style, scrollTo: nothing, scroll: nothing, focus: nothing, blur: nothing,
  close: nothing, print: nothing, open: () => null, stop: nothing, getSelection: () => null, name: "", status: "", closed: false, length: 0, innerWidth: 1280, innerHeight: 720,
  devicePixelRatio: 1, isSecureContext: true, origin: "null", opener: null, performance: { now: () => clock.now, timeOrigin: clock.began },
  localStorage: makeStorage(), sessionStorage: makeStorage(), crypto: { randomUUID: () => "00000000-0000-4000-8000-000000000000", getRandomValues: (bytes) => bytes.map(() => Math.random() * 256) },
  history: { length: 1, state: null, pushState: nothing, replaceState: nothing, back: nothing, forward: nothing, go: nothing },
  navigator: { userAgent: "Mozilla/5.0 (page probe)", onLine: true, language: "en", languages: ["en"], platform: "", cookieEnabled: true },
  Intl: globalThis.Intl ?? { NumberFormat: Format, DateTimeFormat: Format },
});
const fixed = (name, get, set) => Object.defineProperty(globalThis, name, { get, set, enumerable: true, configurable: false });
fixed("window", () => globalThis);
fixed("document", () => document);
fixed("location", () => location, (value) => { location.href = value; });
fixed("top", () => globalThis);
for (const name of ["self", "parent", "frames"]) define({ [name]: globalThis });
defineHandlers(globalThis, "load", "error", "beforeunload", "unload", "pageshow", "pagehide", "online", "offline", "hashchange", "popstate",
  "resize", "scroll", "message", "focus", "blur", "click", "keydown", "keyup", "unhandledrejection");
