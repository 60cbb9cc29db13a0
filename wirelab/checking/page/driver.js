// What the probe does with a page: reads it bit by bit, lets time pass, and looks at it. page_probe.py calls these.

const JAVASCRIPT = /^(|module|(text|application)\/(x-)?(java|ecma)script|text\/(javascript1\.[0-5]|jscript|livescript))$/i;
const waiting = []; // scripts that wait until the page is read
const scripts = []; // every script of the page, in its order
let reading = null;

/** Where the page comes from, and what its HTML is made of. */
function begin(address, tree, known) {
  for (const [context, html, nodes] of known) parsed.set(`${context} ${html}`, nodes);
  location.parts = partsOf(address);
  globalThis.origin = location.origin;
  reading = parts(document, tree);
}

function* parts(parent, tree) {
  for (const one of tree) {
    const node = typeof one === "string" ? new Text(one) : one[0] === "!" ? new Comment(one[1]) : elementOf(one[0], one[1]);
    parent.append(node);
    if (typeof one === "string" || one[0] === "!") continue;
    if (node.localName === "template") node.content.append(...build(one[2]));
    else yield* parts(node, one[2]);
    if (node.localName === "script") yield node;
  }
}

/** Read on to the next script that is to run now. Returns it as the probe needs it, or null at the page's end. */
function readOn() {
  for (let step = reading.next(); !step.done; step = reading.next()) {
    const script = step.value, type = script.type.trim(), place = scripts.push(script) - 1;
    if (!JAVASCRIPT.test(type)) continue;
    if (type.toLowerCase() === "module" || (script.defer && script.hasAttribute("src"))) waiting.push(place);
    else return described(place);
  }
  document.currentScript = null;
  document.readyState = "interactive";
  return null;
}

function nextWaiting() {
  document.currentScript = null;
  return waiting.length ? described(waiting.shift()) : null;
}

function described(place) {
  const script = scripts[place], isModule = script.type.trim().toLowerCase() === "module";
  document.currentScript = isModule ? null : script;
  return { place, isModule, src: script.getAttribute("src"), url: script.src, text: script.textContent };
}

function finish() {
  fire(document, new Event("DOMContentLoaded", { bubbles: true }));
  document.readyState = "complete";
  fire(globalThis, new Event("load"));
}

/** A script that was made by a script runs when it comes into the page. */
function runInserted(script) {
  script.runsWhenInserted = false;
  if (script.hasAttribute("src")) said.push({ level: "error", text: `GET ${script.src}: nobody serves it here`, stack: "" });
  else if (JAVASCRIPT.test(script.type)) call((0, eval), null, script.textContent);
}

/** Tell what went wrong with a script of the page: "uncaught" is what it raised. */
function note(level, text, stack) { said.push({ level, text, stack }); }

function click(selector) {
  const element = document.querySelector(selector);
  if (element && !element.disabled) element.click();
  return Boolean(element);
}

function fill(selector, value) {
  const element = document.querySelector(selector);
  if (!element) return false;
  element.value = value;
  fire(element, new Event("input", { bubbles: true }));
  fire(element, new Event("change", { bubbles: true }));
  return true;
}

function hangUp(place, code, reason, wasClean) {
  const socket = sockets[place];
  if (socket.readyState === CONNECTING) failed(socket);
  else ended(socket, code, reason, wasClean);
}

/** The tree as it came from Python, with what a form's fields show. */
function dumped(node) {
  if (node instanceof Text) return node.data;
  if (node instanceof Comment) return ["!", node.data];
  const attributes = Object.fromEntries(node.named), inside = node.inside.map(dumped);
  if (node.localName === "input" || node.localName === "button") attributes.value = node.value;
  return [node.localName, attributes, inside];
}

function look() {
  const networks = sockets.map((one) => ({
    url: one.url, state: one.readyState, sent: one.inner.sent, protocols: one.inner.asked,
    hears: [...new Set(listenersOf(one).map((entry) => entry.type))],
  }));
  return { tree: document.inside.map(dumped), said, misused, made, asked, left, missing, sockets: networks };
}

Object.defineProperty(globalThis, "__probe", {
  value: {
    begin, readOn, nextWaiting, finish, runTask, note, watch, look, click, fill, clock, close: hangUp,
    open: (place) => opened(sockets[place]), message: (place, data) => told(sockets[place], data),
  },
});
