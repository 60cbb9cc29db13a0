// Events, handlers and uncaught errors, as the DOM standard has them: https://dom.spec.whatwg.org/#events

const said = []; // what the console shows: { level, text, stack }
const misused = []; // what was given no function where it takes one: "onmessage", "setTimeout"

class DOMException extends Error {
  constructor(message = "", name = "Error") {
    super(message);
    Object.defineProperty(this, "name", { value: name });
  }
}

/** Tell an error that nobody caught. */
function report(error) {
  const isError = error instanceof Error;
  const text = isError ? `${error.name}: ${error.message}` : String(error);
  said.push({ level: "uncaught", text, stack: isError ? String(error.stack) : "" });
}

/** Call a handler as a browser does: what it raises is told, and the page goes on. */
function call(handler, self, ...values) {
  try {
    const result = typeof handler === "function" ? handler.apply(self, values) : handler.handleEvent(...values);
    watch(result);
    return result;
  } catch (error) {
    report(error);
  }
}

/** Tell what goes wrong in a promise that a handler returned. */
function watch(result) {
  if (result instanceof Promise) result.then(undefined, (error) => report(error));
}

class Event {
  constructor(type, options = {}) {
    if (!arguments.length) throw new TypeError("Failed to construct 'Event': 1 argument required, but only 0 present.");
    const { bubbles = false, cancelable = false, ...more } = options ?? {};
    Object.assign(this, { type: String(type), bubbles, cancelable }, this.fields(more));
    Object.assign(this, { target: null, currentTarget: null, defaultPrevented: false, isTrusted: false });
    this.timeStamp = clock.now;
  }
  fields() { return {}; }
  get [Symbol.toStringTag]() { return this.constructor.name; }
  preventDefault() { if (this.cancelable) this.defaultPrevented = true; }
  stopPropagation() { this.isStopped = true; }
  stopImmediatePropagation() { this.isStopped = this.isStoppedHere = true; }
}
class UIEvent extends Event { fields({ detail = 0, view = null }) { return { detail, view }; } }
class MouseEvent extends UIEvent {}
class KeyboardEvent extends UIEvent { fields({ key = "", code = "" }) { return { key, code }; } }
class CustomEvent extends Event { fields({ detail = null }) { return { detail }; } }
class MessageEvent extends Event {
  fields({ data = null, origin = "", lastEventId = "", source = null, ports = [] }) {
    return { data, origin, lastEventId, source, ports };
  }
}
class CloseEvent extends Event {
  fields({ code = 0, reason = "", wasClean = false }) { return { code, reason, wasClean }; }
}
class ErrorEvent extends Event { fields({ message = "", error = null }) { return { message, error }; } }

const LISTENERS = new WeakMap(); // target → [{ type, callback, capture, once, isHandler }]

function listenersOf(target) {
  if (!LISTENERS.has(target)) LISTENERS.set(target, []);
  return LISTENERS.get(target);
}

class EventTarget {
  addEventListener(type, callback, options) {
    if (callback === null || callback === undefined) return;
    if (typeof callback !== "function" && typeof callback !== "object")
      throw new TypeError("Failed to execute 'addEventListener' on 'EventTarget': parameter 2 is not of type 'Object'.");
    const { capture = false, once = false, signal = null } = typeof options === "object" && options ? options : { capture: !!options };
    const mine = listenersOf(this ?? globalThis);
    if (signal?.aborted || mine.some((one) => one.type === type && one.callback === callback && one.capture === capture)) return;
    const entry = { type: String(type), callback, capture, once };
    mine.push(entry);
    signal?.addEventListener("abort", () => forget(mine, entry));
  }
  removeEventListener(type, callback, options) {
    const capture = Boolean(options?.capture ?? options), mine = listenersOf(this ?? globalThis);
    forget(mine, mine.find((one) => one.type === type && one.callback === callback && one.capture === capture));
  }
  dispatchEvent(event) {
    if (!(event instanceof Event)) throw new TypeError("Failed to execute 'dispatchEvent' on 'EventTarget': parameter 1 is not of type 'Event'.");
    return fire(this ?? globalThis, event);
  }
}

function forget(list, entry) {
  if (list.includes(entry)) list.splice(list.indexOf(entry), 1);
  if (entry) entry.isGone = true;
}

/** Let a target and what is above it hear an event. Returns whether nobody prevented its default. */
function fire(target, event) {
  event.target = target;
  const above = [];
  for (let place = target.parentNode; place; place = place.parentNode) above.push(place);
  if (above.at(-1) instanceof Document || target instanceof Document) above.push(globalThis);
  for (const place of [...above].reverse()) hear(place, event, (one) => one.capture);
  hear(target, event, () => true);
  if (event.bubbles) for (const place of above) hear(place, event, (one) => !one.capture);
  event.currentTarget = null;
  return !event.defaultPrevented;
}

function hear(place, event, isMeant) {
  if (event.isStopped) return;
  event.currentTarget = place;
  for (const entry of [...listenersOf(place)]) {
    if (entry.type !== event.type || entry.isGone || event.isStoppedHere || !isMeant(entry)) continue;
    if (entry.once) forget(listenersOf(place), entry);
    globalThis.event = event;
    const result = call(entry.callback, place, event);
    if (entry.isHandler && result === false) event.preventDefault();
    delete globalThis.event;
  }
}

/** The attributes onclick, onmessage and so on. What is no function makes it empty, as in browsers. */
function defineHandlers(prototype, ...types) {
  for (const type of types) {
    Object.defineProperty(prototype, `on${type}`, {
      configurable: true, enumerable: true,
      get() { return listenersOf(this ?? globalThis).find((one) => one.isHandler && one.type === type)?.callback ?? null; },
      set(value) { setHandler(this ?? globalThis, type, value); },
    });
  }
}

function setHandler(target, type, value) {
  const mine = listenersOf(target), entry = mine.find((one) => one.isHandler && one.type === type);
  const isFit = typeof value === "function" || (typeof value === "object" && value !== null);
  if (!isFit && value !== null) misused.push(`on${type}`);
  if (!isFit) forget(mine, entry);
  else if (entry) entry.callback = value;
  else mine.push({ type, callback: value, capture: false, once: false, isHandler: true });
}

const FAR_BELOW = "\n".repeat(100_000); // so that its lines are not taken for lines of the page

/** What an attribute such as onclick="send()" does. It is compiled when it is needed, as its faults are told then. */
function handlerOfAttribute(element, code) {
  let compiled;
  return function (event) {
    compiled ??= new Function("event", `${FAR_BELOW}with (document) { with (this) {\n${code}\n} }`);
    return compiled.call(element, event);
  };
}

const print = (level) => (...values) => { said.push({ level, text: values.map(shown).join(" "), stack: "" }); };

function shown(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Element) return `<${value.localName}>`;
  try {
    return (typeof value === "object" && value !== null && JSON.stringify(value)) || String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

const console = Object.fromEntries(["log", "info", "warn", "error", "debug", "table", "dir", "trace", "group"].map((name) => [name, print(name)]));
Object.assign(console, { assert: (is, ...values) => is || console.error("Assertion failed:", ...values) });
for (const name of ["groupEnd", "time", "timeEnd", "timeLog", "count", "clear", "groupCollapsed"]) console[name] = () => {};
