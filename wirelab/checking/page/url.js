// Addresses, as the URL standard reads them: https://url.spec.whatwg.org/. Hosts are ASCII names and IPv4 addresses here.

const PORTS = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443", "ftp:": "21", "file:": "" };
const ENCODES = { // besides what is no printable ASCII
  path: /[\x00-\x20"#<>?^`{}\x7f-\u{10ffff}]/gu, query: /[\x00-\x20"#<>'\x7f-\u{10ffff}]/gu,
  fragment: /[\x00-\x20"<>`\x7f-\u{10ffff}]/gu, user: /[\x00-\x20"#/:;<=>?@[\\\]^`{|}\x7f-\u{10ffff}]/gu,
};

function encoded(text, where) {
  return text.toWellFormed().replace(ENCODES[where], (letter) => encodeURIComponent(letter).replace(/^[^%]/, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`));
}

function invalid(address, base) {
  return new TypeError(`Failed to construct 'URL': Invalid ${base === undefined ? "" : "base "}URL: '${address}'`);
}

/** The parts of an address, seen from another one. Raises TypeError where it is none. */
function partsOf(text, base) {
  const address = String(text).replace(/^[\x00-\x20]+|[\x00-\x20]+$/g, "").replace(/[\t\n\r]/g, "");
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(address);
  if (scheme) return absolute(scheme[1].toLowerCase() + ":", address.slice(scheme[0].length), base) ?? absoluteLike(address, base, scheme);
  if (!base) throw invalid(text);
  return relative(address, base);
}

const absoluteLike = (address, base, scheme) => relative(address.slice(scheme[0].length), base); // "http:feed" means "feed"

function absolute(protocol, rest, base) {
  if (!(protocol in PORTS)) return opaque(protocol, rest);
  if (base && base.protocol === protocol && !/^[/\\]/.test(rest)) return null;
  const [, authority, after] = /^[/\\]*([^/\\?#]*)(.*)$/s.exec(rest);
  return { protocol, ...hostOf(authority, protocol, rest), ...tailOf(after, "/") };
}

function opaque(protocol, rest) {
  const slashes = /^\/\/([^/?#]*)(.*)$/s.exec(rest);
  if (slashes) return { protocol, ...hostOf(slashes[1], protocol, rest), ...tailOf(slashes[2], "") };
  const [, pathname, search, hash] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(rest);
  return { protocol, username: "", password: "", hostname: "", port: "", pathname, search: search ?? "", hash: hash ?? "", isOpaque: true };
}

function hostOf(authority, protocol, whole) {
  const [, , user = "", password = "", host, port = ""] = /^(([^:]*)(?::(.*))?@)?(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority) ?? [];
  const hostname = name(host, protocol);
  if (hostname === null || !/^\d*$/.test(port) || Number(port) > 65535) throw invalid(`${protocol}${whole}`);
  const number = port && String(Number(port));
  return { username: encoded(user, "user"), password: encoded(password, "user"), hostname, port: number === PORTS[protocol] ? "" : number };
}

/** A host as it is written in an address, or null where it can be none. */
function name(host, protocol) {
  if (host === undefined) return null;
  let plain;
  try { plain = decodeURIComponent(host).toLowerCase(); } catch { return null; }
  if (plain === "") return protocol === "file:" || !(protocol in PORTS) ? "" : null;
  if (/^\[[\da-f:.]+\]$/.test(plain)) return plain;
  if (/[\x00-\x20#%/:<>?@[\\\]^|\x7f]/.test(plain)) return null;
  const numbers = plain.split(".");
  if (/^\d+$/.test(numbers.at(-1)) && (numbers.length !== 4 || numbers.some((one) => !/^\d+$/.test(one) || Number(one) > 255))) return null;
  return plain;
}

function tailOf(text, empty) {
  const [, path, search = "", hash = ""] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(text);
  return { pathname: path ? pathOf(path) : empty, search: queryOf(search), hash: hash === "#" ? "" : encoded(hash, "fragment") };
}

const queryOf = (search) => (search === "?" ? "" : encoded(search, "query"));

/** A path without its steps "." and "..". */
function pathOf(path) {
  const parts = path.replaceAll("\\", "/").replace(/^\//, "").split("/"), kept = [];
  parts.forEach((part, index) => {
    const plain = part.replace(/%2e/gi, "."), isLast = index === parts.length - 1;
    if (plain === "..") kept.pop();
    if (plain === "." || plain === "..") { if (isLast) kept.push(""); } else kept.push(encoded(part, "path"));
  });
  return `/${kept.join("/")}`;
}

function relative(address, base) {
  if (base.isOpaque && !address.startsWith("#")) throw invalid(address);
  if (/^[/\\]{2}/.test(address)) return absolute(base.protocol, address);
  const [, path, search, hash = ""] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(address);
  const folder = base.pathname.slice(0, base.pathname.lastIndexOf("/") + 1);
  const pathname = !path ? base.pathname : pathOf(/^[/\\]/.test(path) ? path : folder + path);
  return { ...base, pathname, search: queryOf(search ?? (path ? "" : base.search)), hash: hash === "#" ? "" : encoded(hash, "fragment") };
}

/** The parts of an address as attributes; `changed` is called after each change. */
class Address {
  constructor(parts, changed = () => {}) { Object.defineProperties(this, { parts: { value: parts, writable: true }, changed: { value: changed } }); }
  get protocol() { return this.parts.protocol; }
  set protocol(value) {
    const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*)(:|$)/.exec(value)?.[1].toLowerCase();
    if (!scheme || `${scheme}:` in PORTS !== this.parts.protocol in PORTS) return;
    this.parts.protocol = `${scheme}:`;
    if (this.parts.port === PORTS[this.parts.protocol]) this.parts.port = "";
    this.changed();
  }
  get username() { return this.parts.username; }
  get password() { return this.parts.password; }
  get hostname() { return this.parts.hostname; }
  set hostname(value) { this.host = `${value}${this.parts.port && `:${this.parts.port}`}`; }
  get port() { return this.parts.port; }
  set port(value) {
    const number = /^\d*/.exec(String(value))[0];
    if (Number(number) > 65535 || (!number && String(value))) return;
    this.parts.port = number && String(Number(number)) !== PORTS[this.parts.protocol] ? String(Number(number)) : "";
    this.changed();
  }
  get host() { return this.parts.hostname + (this.parts.port && `:${this.parts.port}`); }
  set host(value) {
    const [, text] = /^(\[[^\]]*\](?::\d*)?|[^/\\?#]*)/.exec(String(value));
    try { const { hostname, port } = hostOf(text, this.parts.protocol, text); Object.assign(this.parts, { hostname }, /:\d/.test(text) ? { port } : {}); } catch { return; }
    this.changed();
  }
  get origin() { return this.parts.protocol in PORTS && this.parts.protocol !== "file:" ? `${this.parts.protocol}//${this.host}` : "null"; }
  get pathname() { return this.parts.pathname; }
  set pathname(value) { this.parts.pathname = pathOf(encoded(String(value), "path")); this.changed(); }
  get search() { return this.parts.search; }
  set search(value) { const text = String(value); this.parts.search = queryOf(text && !text.startsWith("?") ? `?${text}` : text); this.changed(); }
  get hash() { return this.parts.hash; }
  set hash(value) { const text = encoded(String(value), "fragment"); this.parts.hash = text && text !== "#" ? (text.startsWith("#") ? text : `#${text}`) : ""; this.changed(); }
  get href() {
    const { protocol, username, password, pathname, search, hash, isOpaque } = this.parts;
    const user = username || password ? `${username}${password && `:${password}`}@` : "";
    return `${protocol}${isOpaque ? "" : `//${user}${this.host}`}${pathname}${search}${hash}`;
  }
  toString() { return this.href; }
}

class URL extends Address {
  constructor(address, base) {
    if (!arguments.length) throw new TypeError("Failed to construct 'URL': 1 argument required, but only 0 present.");
    super(partsOf(address, base === undefined ? undefined : partsOf(base)), () => { this.query?.read(this.search); });
    Object.defineProperty(this, "query", { value: new URLSearchParams(this.search, (text) => { this.parts.search = text && `?${text}`; }) });
  }
  get searchParams() { return this.query; }
  get href() { return super.href; }
  set href(value) { this.parts = partsOf(value); this.changed(); }
  toJSON() { return this.href; }
  static canParse(address, base) { try { return Boolean(new URL(address, base)); } catch { return false; } }
  static parse(address, base) { try { return new URL(address, base); } catch { return null; } }
  static createObjectURL() { return "blob:null/1"; }
  static revokeObjectURL() {}
}

const formEncoded = (text) => encodeURIComponent(text.toWellFormed()).replace(/%20/g, "+").replace(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
function formDecoded(text) {
  const plain = text.replaceAll("+", " ");
  try { return decodeURIComponent(plain); } catch { return plain; }
}

class URLSearchParams {
  constructor(from = "", told = () => {}) {
    Object.defineProperties(this, { pairs: { value: [], writable: true }, told: { value: told } });
    if (typeof from !== "object" || from === null) this.read(String(from));
    else if (typeof from[Symbol.iterator] === "function") this.pairs = [...from].map(([key, value]) => [String(key), String(value)]);
    else this.pairs = Object.entries(from).map(([key, value]) => [key, String(value)]);
  }
  read(search) {
    this.pairs = search.replace(/^\?/, "").split("&").filter(Boolean).map((one) => {
      const [, key, value = ""] = /^([^=]*)=?(.*)$/s.exec(one);
      return [formDecoded(key), formDecoded(value)];
    });
  }
  change(pairs) { this.pairs = pairs; this.told(this.toString()); }
  get size() { return this.pairs.length; }
  get(key) { return this.pairs.find(([one]) => one === String(key))?.[1] ?? null; }
  getAll(key) { return this.pairs.filter(([one]) => one === String(key)).map(([, value]) => value); }
  has(key) { return this.get(key) !== null; }
  append(key, value) { this.change([...this.pairs, [String(key), String(value)]]); }
  delete(key) { this.change(this.pairs.filter(([one]) => one !== String(key))); }
  set(key, value) {
    const place = this.pairs.findIndex(([one]) => one === String(key));
    if (place < 0) return this.append(key, value);
    this.change(this.pairs.filter(([one], index) => one !== String(key) || index === place).map((pair, index) => (index === place ? [String(key), String(value)] : pair)));
  }
  sort() { this.change([...this.pairs].sort(([one], [other]) => (one < other ? -1 : Number(one > other)))); }
  forEach(action) { for (const [key, value] of this.pairs) action(value, key, this); }
  keys() { return this.pairs.map(([key]) => key).values(); }
  values() { return this.pairs.map(([, value]) => value).values(); }
  entries() { return this.pairs.map((pair) => [...pair]).values(); }
  [Symbol.iterator]() { return this.entries(); }
  toString() { return this.pairs.map(([key, value]) => `${formEncoded(key)}=${formEncoded(value)}`).join("&"); }
}
