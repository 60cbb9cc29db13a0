// The document, and what a click does by itself.

class Document extends Node {
  get nodeType() { return 9; }
  get nodeName() { return "#document"; }
  get documentElement() { return this.firstElementChild; }
  get head() { return this.documentElement?.querySelector("head") ?? null; }
  get body() { return [...(this.documentElement?.children ?? [])].find((one) => one.localName === "body") ?? null; }
  get title() { return (this.querySelector("title")?.textContent ?? "").replace(/\s+/g, " ").trim(); }
  set title(value) {
    let title = this.querySelector("title");
    if (!title) { title = this.createElement("title"); this.head?.append(title); }
    title.textContent = value;
  }
  get URL() { return location.href; }
  get documentURI() { return location.href; }
  get baseURI() { const base = below(this).find((one) => one.localName === "base" && one.hasAttribute("href")); return base ? new URL(base.getAttribute("href"), location.href).href : location.href; }
  get defaultView() { return globalThis; }
  get activeElement() { return this.focused ?? this.body; }
  get scripts() { return this.getElementsByTagName("script"); }
  get forms() { return this.getElementsByTagName("form"); }
  get links() { return this.querySelectorAll("a[href]"); }
  get textContent() { return null; }
  set textContent(_) {}
  getElementById(id) { id = String(id); return id === "" ? null : below(this).find((one) => one.id === id) ?? null; }
  getElementsByName(name) { return new NodeList(below(this).filter((one) => one.getAttribute("name") === name)); }
  createElement(tag) {
    if (!/^[a-zA-Z][\w.:-]*$/.test(tag)) throw new DOMException(`The tag name provided ('${tag}') is not a valid name.`, "InvalidCharacterError");
    const element = new HTMLElement(String(tag).toLowerCase());
    element.runsWhenInserted = element.localName === "script";
    return element;
  }
  createElementNS(_, tag) { return this.createElement(tag); }
  createTextNode(text) { return new Text(text); }
  createComment(text) { return new Comment(text); }
  createDocumentFragment() { return new DocumentFragment(); }
  createEvent() { return Object.assign(new Event(""), { initEvent(type, bubbles, cancelable) { Object.assign(this, { type, bubbles, cancelable }); } }); }
  createRange() { return new Range(); }
  importNode(node, deep) { return node.cloneNode(deep); }
  hasFocus() { return true; }
  open() { this.body?.replaceChildren(); return this; }
  close() {}
  write(...texts) { // while the page is read: behind the script that is running; later, in place of the whole page
    const nodes = parse(texts.join(""), "body", "document.write"), script = this.currentScript;
    if (script) script.after(...nodes);
    else this.body?.[this.isWritten ? "append" : "replaceChildren"](...nodes);
    this.isWritten = !script;
  }
  writeln(...texts) { this.write(...texts, "\n"); }
  copied() { return new Document(); }
}
Object.defineProperty(Document.prototype, "location", { get: () => location, set: (value) => { location.href = value; } });
Object.assign(Document.prototype, { readyState: "loading", visibilityState: "visible", hidden: false, cookie: "", referrer: "", compatMode: "CSS1Compat", characterSet: "UTF-8", currentScript: null });
defineHandlers(Document.prototype, "click", "keydown", "keyup", "input", "change", "submit", "readystatechange", "visibilitychange", "DOMContentLoaded");
delete Document.prototype.onDOMContentLoaded; // there is no such attribute

class Range {
  constructor() { this.place = document.body; }
  selectNode(node) { this.place = node.parentNode; }
  selectNodeContents(node) { this.place = node; }
  setStart(node) { this.place = node; }
  setEnd() {}
  deleteContents() { this.place.replaceChildren(); }
  insertNode(node) { this.place.prepend(node); }
  createContextualFragment(html) {
    const fragment = new DocumentFragment();
    fragment.append(...parse(String(html), this.place?.localName ?? "body", "createContextualFragment"));
    for (const one of below(fragment)) one.runsWhenInserted = one.localName === "script";
    return fragment;
  }
}

class DOMParser {
  parseFromString(html) {
    const made = new Document(), root = new HTMLElement("html"), body = new HTMLElement("body");
    made.append(root);
    root.append(body);
    body.append(...parse(String(html), "body", "DOMParser"));
    return made;
  }
}

const document = new Document();

// The elements of a page are global variables, by their ids, where nothing else has that name.
const named = Object.create(Object.getPrototypeOf(globalThis));
Object.setPrototypeOf(globalThis, named);

function nameGlobal(id) {
  if (!(id in globalThis)) Object.defineProperty(named, id, { configurable: true, get: () => document.getElementById(id) ?? undefined, set(value) {
    Object.defineProperty(globalThis, id, { value, writable: true, configurable: true, enumerable: true });
  } });
}

/** What a click on an element does, where no handler prevented it. */
function follow(element) {
  const link = element.closest("a[href]"), button = element.closest("button, input");
  if (link && !link.getAttribute("href").startsWith("#")) leave(link.href);
  if (button?.getAttribute("type") === "checkbox") button.checked = !button.checked;
  const sends = button && (button.localName === "button" ? ["", "submit"] : ["submit", "image"]).includes(button.type);
  if (sends && button.form && fire(button.form, new Event("submit", { bubbles: true, cancelable: true }))) button.form.submit();
}
