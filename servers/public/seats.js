// The seats of one show, live: a WebSocket brings each change, and brings what was missed after a break.
//
//   seats.html?show=1              the feed and the service are where the page is: feed/…, api/…
//   seats.html?show=1&feed=8002    the feed is a server of its own, at that port

const TITLES = { 1: "Hamlet", 2: "The Tempest", 3: "Twelfth Night" };
const ROW = 10; // seats
const QUICK = 1000, SLOW = 5000; // milliseconds between two tries to connect
const BEAT = 2000; // milliseconds between two questions to the feed whether it is still there
const ANSWER = 3000; // milliseconds in which the feed has to answer anything

const query = new URLSearchParams(location.search);
const show = Number.parseInt(query.get("show"), 10) || 1;
const port = Number.parseInt(query.get("feed"), 10) || 0;
const at = (id) => document.getElementById(id);

const taken = new Set();
const KEPT = `seats of show ${show}`; // until this tab is closed
const mine = new Map(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]")); // seat → its booking's address, "" without a service
let seats = 0, number = null, life = "", tries = 0, socket = null, asked = 0;
let heartbeat = 0, silence = 0, unanswered = 0; // timers

// The feed ------------------------------------------------------------------------------------------

export function feedAddress(page, feed) {
  // Behind Jupyter's proxy a port is a part of the path: …/proxy/8001/seats.html
  const proxied = /^(.*\/proxy\/)\d+\//.exec(page.pathname);
  const address = new URL(page);
  address.search = address.hash = "";
  address.protocol = page.protocol === "https:" ? "wss:" : "ws:";
  if (!feed) address.pathname = new URL(`feed/shows/${show}`, page).pathname;
  else if (proxied) address.pathname = `${proxied[1]}${feed}/shows/${show}`;
  else { address.port = feed; address.pathname = `/shows/${show}`; }
  return address;
}

function connect() {
  const address = feedAddress(new URL(location), port);
  if (number !== null) address.search = new URLSearchParams({ since: number, life });
  socket = new WebSocket(address);
  awaitMessage();
  socket.onopen = () => { ping(); heartbeat = setInterval(ping, BEAT); };
  socket.onmessage = (event) => { live(); hear(JSON.parse(event.data)); };
  socket.onclose = (event) => { lost(`closed with ${event.code} ${event.reason}`); };
}

// A script cannot send a ping frame, so the page sends a message. The feed answers with another one.
function ping() { socket.send('{"ping": 1}'); awaitMessage(); }

function awaitMessage() { silence ||= setTimeout(lost, ANSWER, "the feed is silent"); }

// An open connection alone is not live: a proxy may open it before it has reached the feed.
function live() {
  clearTimeout(silence);
  silence = 0;
  if (tries) say("");
  tries = 0;
  line("live", true);
}

function lost(why) {
  clearTimeout(silence);
  clearInterval(heartbeat);
  silence = 0;
  socket.onopen = socket.onmessage = socket.onclose = null; // a silent feed may answer a close frame much later
  socket.close();
  line("not live: connecting again…", false);
  if (tries === 0 && number !== null) say("The feed does not answer. The seats may have changed.");
  if (tries === 2 && number === null) say("Nobody tells of seats here. The whole box office does.");
  // A little chance, so that not all pages come back in the same instant.
  const wait = Math.min(QUICK * 1.5 ** tries++, SLOW) * (0.5 + Math.random());
  setTimeout(connect, wait);
  console.info(`${why}, next try in ${Math.round(wait)} ms`);
}

const heard = {
  seats(message) {
    clearTimeout(unanswered);
    number = message.number; life = message.life ?? "";
    taken.clear();
    message.taken.forEach((seat) => taken.add(seat));
    for (const seat of mine.keys()) if (!taken.has(seat)) forget(seat);
    if (seats !== message.seats) draw(message.seats);
    for (let seat = 1; seat <= seats; seat += 1) paint(seat);
    count();
  },
  change(message) {
    if (message.seat === asked) clearTimeout(unanswered);
    number = message.number;
    taken[message.taken ? "add" : "delete"](message.seat);
    if (!message.taken) forget(message.seat);
    paint(message.seat);
    count();
    say(`Seat ${message.seat} is ${message.taken ? (mine.has(message.seat) ? "yours" : "taken") : "free"}.`);
  },
  error(message) { // somebody was quicker
    clearTimeout(unanswered);
    if (!taken.has(asked)) forget(asked);
    say(message.message);
  },
};

function hear(message) { heard[message.type]?.(message); }

// Taking a seat, and giving it back -------------------------------------------------------------------

async function press(seat) {
  if (taken.has(seat) && !mine.has(seat)) return say(`Seat ${seat} is taken.`);
  try {
    await (port ? ask(seat) : book(seat));
  } catch (error) {
    say(`The box office does not answer (${error.message}). Try again.`);
  }
}

function ask(seat) {
  if (socket.readyState !== WebSocket.OPEN) throw new Error("not connected");
  const leaving = mine.has(seat);
  asked = seat;
  if (!leaving) keep(seat, "");
  socket.send(JSON.stringify({ [leaving ? "free" : "take"]: seat }));
  clearTimeout(unanswered);
  unanswered = setTimeout(giveUp, ANSWER, seat);
}

function giveUp(seat) {
  if (!taken.has(seat)) forget(seat);
  say(`There was no answer about seat ${seat}. Look at it again when this page is live.`);
}

async function book(seat) {
  const name = at("name").value.trim();
  if (!name) { at("name").focus(); return say("Whose name is to stand on the ticket?"); }
  if (mine.has(seat)) return giveBack(seat);
  const reply = await send("POST", new URL("api/bookings", location), { show, seat, name });
  if (!reply.ok) return refused(reply);
  keep(seat, new URL(reply.headers.get("Location"), reply.url).href);
  return say(`Seat ${seat} is yours.`);
}

async function giveBack(seat) {
  const reply = await send("DELETE", mine.get(seat), undefined, { "If-Match": "*" });
  if (!reply.ok) await refused(reply);
}

const send = (method, address, body, headers = {}) => fetch(address, {
  method, body: body && JSON.stringify(body),
  headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }), ...headers },
  signal: AbortSignal.timeout(5000),
});

async function refused(reply) {
  const problem = await reply.json().catch(() => ({}));
  say(problem.detail ?? problem.title ?? `The box office answered ${reply.status}.`);
}

function keep(seat, address) { mine.set(seat, address); remember(seat); }
function forget(seat) { if (mine.delete(seat)) remember(seat); }
function remember(seat) { sessionStorage.setItem(KEPT, JSON.stringify([...mine])); paint(seat); }

// What is seen and heard ------------------------------------------------------------------------------

function draw(wanted) {
  seats = wanted;
  at("seats").replaceChildren(...Array.from({ length: seats }, (_, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = index + 1;
    button.tabIndex = index ? -1 : 0; // one stop for the Tab key; arrows move inside
    button.addEventListener("click", () => press(index + 1));
    return button;
  }));
}

function paint(seat) {
  const button = at("seats").children[seat - 1];
  if (!button) return;
  const state = mine.has(seat) && taken.has(seat) ? "mine" : taken.has(seat) ? "taken" : "";
  button.className = `seat ${state}`;
  button.setAttribute("aria-label", `Seat ${seat}, ${{ mine: "yours", taken: "taken" }[state] ?? "free"}`);
  button.setAttribute("aria-disabled", state === "taken");
}

function count() { at("free").textContent = `${seats - taken.size} of ${seats} seats are free`; }
function say(words) { at("said").textContent = words; }
function line(words, live) { at("line").textContent = words; at("line").classList.toggle("live", live); }

at("seats").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: ROW, ArrowUp: -ROW }[event.key];
  const buttons = [...at("seats").children];
  const next = buttons[buttons.indexOf(document.activeElement) + step];
  if (!step || !next) return;
  event.preventDefault();
  document.activeElement.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});

document.title = `Live seats: ${TITLES[show] ?? `show ${show}`}`;
at("title").textContent = TITLES[show] ?? `Show ${show}`;
at("who").hidden = Boolean(port);
at("who").addEventListener("submit", (event) => event.preventDefault());
connect();
