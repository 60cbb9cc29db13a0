// Elements, and the document with all of them: https://html.spec.whatwg.org/multipage/dom.html

const parsed = new Map(); // context and HTML → its nodes, parsed in Python
const missing = []; // what has to be parsed there: the page is run again with it
const made = []; // HTML that a script made: { how, html }

const VOID = new Set(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]);
const FORM = new Set(["input", "textarea", "select", "output", "option", "button", "progress", "meter"]);
const SCRIPTS = ["", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript", "text/jscript"];

/** The nodes of some HTML, as the parser of a browser makes them in an element called `context`. */
function parse(html, context, how) {
  const key = `${context} ${html}`;
  made.push({ how, html });
  if (!parsed.has(key)) missing.push([context, html]);
  return build(parsed.get(key) ?? []);
}

function build(tree) {
  return tree.map((one) => {
    if (typeof one === "string") return new Text(one);
    if (one[0] === "!") return new Comment(one[1]);
    const element = elementOf(one[0], one[1]);
    element.append(...build(one[2]));
    return element;
  });
}

function elementOf(tag, attributes) {
  const element = new HTMLElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** What happens when a node comes into the page. */
function connected(node) {
  for (const one of node instanceof Element ? [node, ...below(node)] : []) {
    if (one.id) nameGlobal(one.id);
    if (one.localName === "script" && one.runsWhenInserted) runInserted(one);
    if (one.localName === "img" && one.getAttribute("src") !== null) failToLoad(one);
  }
}

/** A page's images are served nowhere here, and a browser says so soon. */
function failToLoad(image) {
  if (image.isFailing) return;
  image.isFailing = true;
  addTask(5, () => fire(image, new Event("error")));
}

class Element extends Node {
  constructor(tag) {
    super();
    Object.defineProperty(this, "localName", { value: tag });
    Object.defineProperty(this, "named", { value: new Map() });
    Object.defineProperty(this, "state", { value: {} }); // of a form's field
  }
  get nodeType() { return 1; }
  get tagName() { return this.localName.toUpperCase(); }
  get nodeName() { return this.tagName; }
  get attributes() { return [...this.named].map(([name, value]) => ({ name, value })); }
  getAttribute(name) { return this.named.get(String(name).toLowerCase()) ?? null; }
  getAttributeNames() { return [...this.named.keys()]; }
  hasAttribute(name) { return this.named.has(String(name).toLowerCase()); }
  setAttribute(name, value) {
    name = String(name).toLowerCase();
    this.named.set(name, String(value));
    const type = /^on(.+)$/.exec(name)?.[1];
    if (type) setHandler(this.localName === "body" && type === "load" ? globalThis : this, type, handlerOfAttribute(this, String(value)));
    if (this.isConnected && name === "id") nameGlobal(this.id);
    if (this.localName === "img" && name === "src") failToLoad(this);
  }
  removeAttribute(name) { this.named.delete(String(name).toLowerCase()); }
  toggleAttribute(name, force = !this.hasAttribute(name)) {
    if (force) this.setAttribute(name, ""); else this.removeAttribute(name);
    return force;
  }
  get classList() { return new TokenList(this); }
  set classList(value) { this.className = value; }
  get className() { return this.getAttribute("class") ?? ""; }
  set className(value) { this.setAttribute("class", value); }
  matches(selector) { return fits(this, selector, this); }
  closest(selector) { for (let one = this; one instanceof Element; one = one.parentNode) if (fits(one, selector, this)) return one; return null; }

  get innerHTML() { return this.inside.map((one) => serialized(one)).join(""); }
  set innerHTML(html) { this.replaceChildren(...parse(html === null ? "" : String(html), this.localName, "innerHTML")); }
  get outerHTML() { return serialized(this); }
  set outerHTML(html) { this.replaceWith(...parse(String(html), this.parentNode?.localName ?? "body", "outerHTML")); }
  setHTMLUnsafe(html) { this.innerHTML = html; }
  insertAdjacentElement(where, element) { this.insertAdjacent(where, [element], "insertAdjacentElement"); return element; }
  insertAdjacentText(where, text) { this.insertAdjacent(where, [new Text(text)], "insertAdjacentText"); }
  insertAdjacentHTML(where, html) { this.insertAdjacent(where, parse(String(html), this.localName, "insertAdjacentHTML"), "insertAdjacentHTML"); }
  insertAdjacent(where, nodes, name) {
    const way = { beforebegin: "before", afterbegin: "prepend", beforeend: "append", afterend: "after" }[String(where).toLowerCase()];
    if (!way) throw new DOMException(`Failed to execute '${name}' on 'Element': The value provided ('${where}') is not one of 'beforebegin', 'afterbegin', 'beforeend', or 'afterend'.`, "SyntaxError");
    this[way](...nodes);
  }
  copied() { return elementOf(this.localName, Object.fromEntries(this.named)); }
  getBoundingClientRect() { return { x: 0, y: 0, width: 0, height: 0, top: 0, left: 0, right: 0, bottom: 0 }; }
  scrollIntoView() {}
}

class HTMLElement extends Element {
  get innerText() { return this.textContent.replace(/[ \t\r\n\f]+/g, " ").trim(); }
  set innerText(value) {
    const lines = (value === null ? "" : String(value)).split(/\r\n?|\n/);
    this.replaceChildren(...lines.flatMap((line, index) => [...(index ? [new HTMLElement("br")] : []), ...(line ? [line] : [])]));
  }
  get outerText() { return this.innerText; }
  get style() { return styleOf(this); }
  set style(value) { this.setAttribute("style", value); }
  get dataset() {
    const name = (key) => `data-${String(key).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return new Proxy({}, {
      get: (_, key) => this.getAttribute(name(key)) ?? undefined, has: (_, key) => this.hasAttribute(name(key)),
      set: (_, key, value) => { this.setAttribute(name(key), value); return true; },
      deleteProperty: (_, key) => { this.removeAttribute(name(key)); return true; },
    });
  }
  get value() {
    if (!FORM.has(this.localName)) return undefined;
    if (this.localName === "output" || this.localName === "textarea") return this.state.value ?? this.textContent;
    return this.state.value ?? this.getAttribute("value") ?? "";
  }
  set value(value) {
    if (this.localName === "output" || this.localName === "textarea") this.textContent = value;
    else if (FORM.has(this.localName)) this.state.value = String(value);
    else Object.defineProperty(this, "value", { value, writable: true, configurable: true, enumerable: true });
  }
  get text() { return this.textContent; } // of a script, a link, an option
  set text(value) {
    if (["script", "a", "option", "title"].includes(this.localName)) this.textContent = value;
    else Object.defineProperty(this, "text", { value, writable: true, configurable: true, enumerable: true });
  }
  get checked() { return this.state.checked ?? this.hasAttribute("checked"); }
  set checked(value) { this.state.checked = Boolean(value); }
  get form() { return this.closest("form"); }
  get elements() { return new HTMLCollection(below(this).filter((one) => FORM.has(one.localName))); }
  get content() { return this.localName === "template" ? this.fragment ??= Object.assign(new DocumentFragment(), {}) : undefined; }
  get href() { return this.linked("href"); }
  set href(value) { this.setAttribute("href", value); }
  get src() { return this.linked("src"); }
  set src(value) { this.setAttribute("src", value); }
  linked(name) { const link = this.getAttribute(name); try { return link === null ? "" : new URL(link, document.baseURI).href; } catch { return link; } }
  click() { if (fire(this, new MouseEvent("click", { bubbles: true, cancelable: true }))) follow(this); }
  focus() { document.focused = this; }
  blur() { document.focused = null; }
  select() {}
  submit() { leave(this.linked("action") || location.href); }
  reset() {}
  show() { this.setAttribute("open", ""); }
  showModal() { this.show(); }
  close() { this.removeAttribute("open"); }
}
for (const [name, attribute = name] of [["id"], ["title"], ["lang"], ["dir"], ["name"], ["type"], ["placeholder"], ["alt"], ["role"], ["htmlFor", "for"], ["ariaLive", "aria-live"]])
  Object.defineProperty(HTMLElement.prototype, name, {
    configurable: true, get() { return this.getAttribute(attribute) ?? ""; }, set(value) { this.setAttribute(attribute, value); },
  });
for (const name of ["hidden", "disabled", "open", "required", "readOnly", "autofocus", "defer", "async"])
  Object.defineProperty(HTMLElement.prototype, name, {
    configurable: true, get() { return this.hasAttribute(name); }, set(value) { this.toggleAttribute(name, Boolean(value)); },
  });
Object.defineProperty(HTMLElement.prototype, "tabIndex", { get() { return Number(this.getAttribute("tabindex") ?? -1); }, set(value) { this.setAttribute("tabindex", value); } });
defineHandlers(HTMLElement.prototype, "click", "dblclick", "input", "change", "submit", "keydown", "keyup", "keypress", "focus", "blur",
  "load", "error", "mouseover", "mouseout", "mouseenter", "mouseleave", "mousedown", "mouseup", "pointerdown", "toggle", "close");

class TokenList {
  constructor(element) { this.element = element; }
  get all() { return [...new Set(this.element.className.split(/[ \t\r\n\f]+/).filter(Boolean))]; }
  set all(names) { this.element.className = names.join(" "); }
  get length() { return this.all.length; }
  get value() { return this.element.className; }
  item(index) { return this.all[index] ?? null; }
  contains(name) { return this.all.includes(String(name)); }
  add(...names) { this.all = [...new Set([...this.all, ...names.map(token)])]; }
  remove(...names) { const gone = names.map(token); this.all = this.all.filter((name) => !gone.includes(name)); }
  toggle(name, force = !this.contains(name)) { this[force ? "add" : "remove"](name); return Boolean(force); }
  replace(old, name) { const had = this.contains(old); if (had) this.all = this.all.map((one) => (one === old ? token(name) : one)); return had; }
  forEach(action) { this.all.forEach(action); }
  toString() { return this.value; }
  [Symbol.iterator]() { return this.all[Symbol.iterator](); }
}

function token(name) {
  if (/^[^ \t\r\n\f]+$/.test(name)) return String(name);
  throw new DOMException(`The token provided ('${name}') must be a name without spaces.`, name === "" ? "SyntaxError" : "InvalidCharacterError");
}

/** What stands in the attribute style, by the names that JavaScript has for it. */
function styleOf(element) {
  const dashed = (name) => String(name).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const read = () => new Map((element.getAttribute("style") ?? "").split(";").map((one) => one.split(/:(.*)/s)).filter((one) => one.length > 1).map(([name, value]) => [name.trim().toLowerCase(), value.trim()]));
  const put = (name, value) => {
    const all = read();
    if (value === "" || value === null) all.delete(name); else all.set(name, String(value));
    element.setAttribute("style", [...all].map(([one, what]) => `${one}: ${what}`).join("; "));
    return true;
  };
  const methods = {
    setProperty: (name, value) => { put(dashed(name), value); }, getPropertyValue: (name) => read().get(dashed(name)) ?? "",
    removeProperty: (name) => { put(dashed(name), ""); },
  };
  return new Proxy(methods, {
    get: (_, name) => methods[name] ?? (name === "cssText" ? element.getAttribute("style") ?? "" : typeof name === "string" ? read().get(dashed(name)) ?? "" : undefined),
    set: (_, name, value) => (name === "cssText" ? (element.setAttribute("style", value), true) : put(dashed(name), value)),
  });
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("\u00a0", "&nbsp;");

function serialized(node) {
  if (node instanceof Text)
    return ["script", "style", "xmp", "iframe", "noscript"].includes(node.parentNode?.localName) ? node.data : escaped(node.data).replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  if (node instanceof Comment) return `<!--${node.data}-->`;
  const attributes = [...node.named].map(([name, value]) => ` ${name}="${escaped(value).replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")}"`);
  const inner = node.inside.map(serialized).join("");
  return `<${node.localName}${attributes.join("")}>${VOID.has(node.localName) ? "" : `${inner}</${node.localName}>`}`;
}
