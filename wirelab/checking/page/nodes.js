// The tree of a page: https://dom.spec.whatwg.org/#nodes. A page's HTML comes as [tag, attributes, children], see html_page.py.

class NodeList {
  constructor(items) {
    items.forEach((item, index) => { this[index] = item; });
    Object.defineProperty(this, "length", { value: items.length });
  }
  item(index) { return this[index] ?? null; }
  [Symbol.iterator]() { return Array.prototype.values.call(this); }
}
class HTMLCollection extends NodeList {
  namedItem(name) { return [...this].find((one) => one.id === name) ?? null; }
}
for (const name of ["forEach", "entries", "keys", "values"]) { // a collection has none of these
  NodeList.prototype[name] = Array.prototype[name];
  HTMLCollection.prototype[name] = undefined;
}

class Node extends EventTarget {
  constructor() {
    super();
    Object.defineProperty(this, "inside", { value: [] }); // the nodes in it
    Object.defineProperty(this, "parentNode", { value: null, writable: true });
  }
  get [Symbol.toStringTag]() { return this.constructor.name; }
  get ownerDocument() { return this === document ? null : document; }
  get parentElement() { return this.parentNode instanceof Element ? this.parentNode : null; }
  get isConnected() { return this.getRootNode() === document; }
  get baseURI() { return document.baseURI; }
  get childNodes() { return new NodeList(this.inside); }
  get firstChild() { return this.inside[0] ?? null; }
  get lastChild() { return this.inside.at(-1) ?? null; }
  get nextSibling() { return this.parentNode?.inside[this.parentNode.inside.indexOf(this) + 1] ?? null; }
  get previousSibling() { return this.parentNode?.inside[this.parentNode.inside.indexOf(this) - 1] ?? null; }
  get nodeValue() { return null; }
  set nodeValue(_) {}
  get textContent() { return this.inside.filter((one) => !(one instanceof Comment)).map((one) => one.textContent).join(""); }
  set textContent(value) { this.replaceChildren(...(value === "" ? [] : [value])); }
  getRootNode() { let top = this; while (top.parentNode) top = top.parentNode; return top; }
  hasChildNodes() { return this.inside.length > 0; }
  contains(other) { for (; other; other = other.parentNode) if (other === this) return true; return false; }

  appendChild(node) { return this.insertBefore(node, null); }
  insertBefore(node, before) {
    need(node, "insertBefore");
    if (node.contains(this)) throw new DOMException("The new child element contains the parent.", "HierarchyRequestError");
    if (before && before.parentNode !== this)
      throw new DOMException("The node before which the new node is to be inserted is not a child of this node.", "NotFoundError");
    for (const one of node instanceof DocumentFragment ? [...node.inside] : [node]) {
      one.remove();
      this.inside.splice(before ? this.inside.indexOf(before) : this.inside.length, 0, one);
      one.parentNode = this;
      if (this.isConnected) connected(one);
    }
    return node;
  }
  removeChild(node) {
    if (need(node, "removeChild").parentNode !== this)
      throw new DOMException("The node to be removed is not a child of this node.", "NotFoundError");
    node.remove();
    return node;
  }
  replaceChild(node, old) { this.insertBefore(node, old); return this.removeChild(old); }
  remove() {
    const home = this.parentNode?.inside;
    if (home) home.splice(home.indexOf(this), 1);
    this.parentNode = null;
  }
  append(...values) { for (const value of values) this.appendChild(asNode(value)); }
  prepend(...values) { const first = this.firstChild; for (const value of values) this.insertBefore(asNode(value), first); }
  before(...values) { for (const value of values) this.parentNode?.insertBefore(asNode(value), this); }
  after(...values) { const next = this.nextSibling; for (const value of values) this.parentNode?.insertBefore(asNode(value), next); }
  replaceWith(...values) { this.before(...values); this.remove(); }
  replaceChildren(...values) { for (const one of [...this.inside]) one.remove(); this.append(...values); }
  cloneNode(deep = false) {
    const copy = this.copied();
    if (deep) for (const one of this.inside) copy.append(one.cloneNode(true));
    return copy;
  }
  normalize() {}

  get children() { return new HTMLCollection(this.inside.filter((one) => one instanceof Element)); }
  get childElementCount() { return this.children.length; }
  get firstElementChild() { return this.children[0] ?? null; }
  get lastElementChild() { return [...this.children].at(-1) ?? null; }
  get nextElementSibling() { const all = [...(this.parentNode?.children ?? [])]; return all[all.indexOf(this) + 1] ?? null; }
  get previousElementSibling() { const all = [...(this.parentNode?.children ?? [])]; return all[all.indexOf(this) - 1] ?? null; }
  querySelector(selector) { return select(this, selector)[0] ?? null; }
  querySelectorAll(selector) { return new NodeList(select(this, selector)); }
  getElementsByTagName(name) { return new HTMLCollection(below(this).filter((one) => name === "*" || one.localName === String(name).toLowerCase())); }
  getElementsByClassName(names) {
    const wanted = String(names).split(/\s+/).filter(Boolean);
    return new HTMLCollection(below(this).filter((one) => wanted.every((name) => one.classList.contains(name))));
  }
}
Object.assign(Node, { ELEMENT_NODE: 1, TEXT_NODE: 3, COMMENT_NODE: 8, DOCUMENT_NODE: 9, DOCUMENT_FRAGMENT_NODE: 11 });

function need(node, name) {
  if (node instanceof Node) return node;
  throw new TypeError(`Failed to execute '${name}' on 'Node': parameter 1 is not of type 'Node'.`);
}
const asNode = (value) => (value instanceof Node ? value : new Text(value));

/** All elements in a node, in the order of the document. */
function below(node) { return node.inside.flatMap((one) => (one instanceof Element ? [one, ...below(one)] : [])); }

class CharacterData extends Node {
  constructor(data = "") { super(); this.data = data; }
  get data() { return this.letters; }
  set data(value) { Object.defineProperty(this, "letters", { value: value === null ? "" : String(value), writable: true, configurable: true }); }
  get nodeValue() { return this.data; }
  set nodeValue(value) { this.data = value; }
  get textContent() { return this.data; }
  set textContent(value) { this.data = value; }
  get length() { return this.data.length; }
  appendData(data) { this.data += data; }
  copied() { return new this.constructor(this.data); }
}
class Text extends CharacterData {
  get nodeType() { return 3; }
  get nodeName() { return "#text"; }
  get wholeText() { return this.data; }
}
class Comment extends CharacterData {
  get nodeType() { return 8; }
  get nodeName() { return "#comment"; }
}
class DocumentFragment extends Node {
  get nodeType() { return 11; }
  get nodeName() { return "#document-fragment"; }
  getElementById(id) { return below(this).find((one) => one.id === id) ?? null; }
  copied() { return new DocumentFragment(); }
}

// Selectors -----------------------------------------------------------------------------------------

const SIMPLE = /#((?:[\w-]|[^\x00-\x7f]|\\.)+)|\.((?:[\w-]|[^\x00-\x7f]|\\.)+)|\[\s*([\w-]+)\s*(?:([~^$*|]?=)\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*)?\]|:([\w-]+)(?:\(([^()]*)\))?|([a-zA-Z*][\w-]*)/y;
const COMPARE = {
  "=": (has, value) => has === value, "~=": (has, value) => has.split(/\s+/).includes(value),
  "^=": (has, value) => has.startsWith(value), "$=": (has, value) => has.endsWith(value), "*=": (has, value) => has.includes(value),
  "|=": (has, value) => has === value || has.startsWith(`${value}-`),
};
const PSEUDO = {
  "first-child": (one) => !one.previousElementSibling, "last-child": (one) => !one.nextElementSibling,
  "nth-child": (one, n) => [...one.parentNode.children].indexOf(one) === n - 1, not: (one, what) => !fits(one, what, document),
  empty: (one) => !one.inside.length, checked: (one) => one.checked, disabled: (one) => one.disabled, root: (one) => one === document.documentElement,
  is: (one, what) => fits(one, what, document), scope: (one, _, scope) => one === scope,
};

function select(scope, selector) { return below(scope).filter((one) => fits(one, selector, scope)); }

function fits(element, selector, scope) {
  return String(selector).split(",").some((one) => fitsPath(element, steps(one.trim(), selector), scope));
}

/** A selector such as "ul > li.new" as [[" ", tests], [">", tests]]. */
function steps(text, whole) {
  const found = [], parts = text.split(/\s*([>+~])\s*(?![^[(]*[\])])|\s+(?![^[(]*[\])])/).filter((part) => part !== undefined);
  for (let place = 0, link = " "; place < parts.length; place += 1) {
    if (/^[>+~]$/.test(parts[place])) { link = parts[place]; continue; }
    found.push([link, tests(parts[place], whole)]);
    link = " ";
  }
  return found;
}

function tests(text, whole) {
  const found = [];
  let place = 0;
  while (place < text.length || !text) {
    SIMPLE.lastIndex = place;
    const one = SIMPLE.exec(text);
    if (!one || /^[#.]-?\d/.test(one[0]) || (one[8] && !PSEUDO[one[8]]) || (one[10] && place))
      throw new DOMException(`'${whole}' is not a valid selector.`, "SyntaxError");
    found.push(one);
    place = SIMPLE.lastIndex;
  }
  return found;
}

function fitsPath(element, path, scope) {
  const [link, wanted] = path.at(-1), rest = path.slice(0, -1);
  if (!(element instanceof Element) || !wanted.every((test) => fitsOne(element, test, scope))) return false;
  if (!rest.length) return true;
  if (link === ">") return fitsPath(element.parentNode, rest, scope);
  if (link === "+") return fitsPath(element.previousElementSibling, rest, scope);
  const next = link === "~" ? "previousElementSibling" : "parentNode";
  for (let one = element[next]; one; one = one[next]) if (fitsPath(one, rest, scope)) return true;
  return false;
}

function fitsOne(element, [, id, name, attribute, compare, ...more], scope) {
  const [double, single, bare, pseudo, argument, tag] = more;
  if (id !== undefined) return element.id === id.replace(/\\(.)/g, "$1");
  if (name !== undefined) return element.classList.contains(name.replace(/\\(.)/g, "$1"));
  if (pseudo !== undefined) return Boolean(PSEUDO[pseudo](element, argument, scope));
  if (tag !== undefined) return tag === "*" || element.localName === tag.toLowerCase();
  const has = element.getAttribute(attribute);
  return has !== null && (!compare || COMPARE[compare](has, double ?? single ?? bare));
}
