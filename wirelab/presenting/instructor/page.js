// The instructor's page: draws what the server tells, and sends what is chosen.
"use strict";

const $ = id => document.getElementById(id);
const clock = seconds => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const minutes = count => `${Math.round(count)} ${Math.round(count) === 1 ? "minute" : "minutes"}`;
const isOver = location.search === "?over"; // over the room's window, where there is no second screen
let plan, state, shown = -1;

const send = wish => fetch("do", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(wish)});

/** An element with words in it, or with HTML that the server has made from the lesson's source. */
function element(tag, {text, html, ...properties} = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  if (html === undefined) made.textContent = text ?? "";
  else made.innerHTML = html;
  return made;
}

function drawOnce() {
  document.title = `Notes: ${plan.title}`;
  $("title").textContent = plan.title;
  $("total").textContent = minutes(plan.sections.reduce((sum, one) => sum + one.minutes, 0));
  $("jumps").replaceChildren(...plan.sections.map(jump));
}

function jump(section) {
  const button = element("button", {type: "button", onclick: () => send({do: "go", cell: section.cell})});
  button.append(element("bdi", {text: section.heading}), element("span"));
  const item = element("li");
  item.append(button);
  return item;
}

function drawSection() {
  const section = plan.sections[state.section], next = plan.sections[state.section + 1];
  $("heading").textContent = section.heading;
  $("planned").textContent = minutes(section.minutes);
  $("notes").replaceChildren(...notes(section));
  $("after-title").textContent = next ? `Next: ${next.heading}, ${minutes(next.minutes)}` : "This is the last section";
  $("after-notes").replaceChildren(...(next ? next.notes.map(html => element("div", {html})) : []));
  document.querySelector("main").scrollTop = 0;
  document.querySelectorAll("nav button").forEach((button, index) => {
    button.toggleAttribute("aria-current", false);
    if (index === state.section) button.setAttribute("aria-current", "step");
  });
  document.querySelector("nav [aria-current]")?.scrollIntoView({block: "nearest"});
}

function notes(section) {
  const found = section.notes.map(html => element("div", {html}));
  for (const [question, answer] of section.predictions) {
    found.push(element("div", {html: question}), element("blockquote", {html: answer}));
    found.at(-2).prepend(element("strong", {text: "Predict:"}));
  }
  for (const html of section.breaks) {
    found.push(element("div", {html}));
    found.at(-1).prepend(element("strong", {text: "Breaks on purpose:"}));
  }
  return found.length ? found : [element("p", {text: "No notes for this section."})];
}

function drawClock() {
  $("elapsed").textContent = clock(state.elapsed);
  $("spent").textContent = clock(state.spent[state.section]);
  $("pause").textContent = state.isPaused ? "Go on with the clock" : "Pause the clock";
  $("pace").textContent = pace();
  $("pace").className = `pace ${state.tone}`;
  document.querySelectorAll("nav button").forEach((button, index) => {
    const took = state.spent[index], planned = plan.sections[index].minutes;
    button.lastChild.textContent = took >= 1 ? `${clock(took)} of ${planned}` : `${planned} min`;
    button.classList.toggle("over", took > planned * 60);
  });
}

function pace() {
  if (!state.isBegun) return "Begins with the first cell";
  if (state.isPaused) return "Paused";
  const late = Math.round(Math.abs(state.behind));
  return late < 1 ? "On time" : `${minutes(late)} ${state.behind > 0 ? "late" : "ahead"}`;
}

/** What can be left out of the sections that are still to come, this one included. */
function drawSkips() {
  const found = plan.sections.slice(state.section).flatMap(section => section.skips.map(html => ({section, html})));
  $("skips").className = state.tone;
  $("skips").replaceChildren(...(found.length ? found.map(skip) : [element("p", {text: "Nothing more."})]));
}

function skip({section, html}) {
  const made = element("div", {html});
  made.prepend(element("em", {text: `${section.heading}:`}));
  return made;
}

function drawServers() {
  const moved = state.servers.filter(isMoved);
  const named = moved.filter(server => plan.sections[state.section].ports.includes(server.wanted));
  $("servers").replaceChildren(...(state.servers.length ? state.servers.map(server) : [element("li", {text: "none"})]));
  say("ports", named.map(one => `The text says ${one.wanted}; ${one.name} has port ${one.port}.`).join(" "));
}

/** Whether another program has the port that was asked for; a server of the same lesson may have it by right. */
function isMoved({wanted, port}) {
  return wanted && wanted !== port && !state.servers.some(other => other.port === wanted);
}

function server({name, url, wanted, port}) {
  const item = element("li", {text: `${name} `});
  const isPage = url.startsWith("http"); // nothing opens the address of a WebSocket server
  item.append(isPage ? element("a", {href: url, text: url, target: "_blank", rel: "noopener"}) : url);
  if (isMoved({wanted, port})) item.append(` instead of ${wanted}, which was taken`);
  return item;
}

/** The board that runs on this computer, in a frame that stays as it is while the board does. */
function drawBoard() {
  const frame = $("board");
  $("no-board").hidden = Boolean(state.board);
  frame.hidden = !state.board;
  if (isOver || (frame.getAttribute("src") ?? "") === state.board) return;
  if (state.board) frame.src = state.board;
  else frame.removeAttribute("src");
  drawHands(0);
}

function drawHands(count) {
  $("view-class").textContent = count ? `Class: ${count} ${count === 1 ? "hand" : "hands"}` : "Class";
}

function view(name) {
  document.body.classList.toggle("class-view", name === "class");
  $("class").hidden = name !== "class";
  for (const one of ["notes", "class"]) $(`view-${one}`).setAttribute("aria-pressed", one === name);
}

function say(id, words) {
  if ($(id).textContent !== words) $(id).textContent = words;
  $(id).hidden = !words;
}

function draw() {
  if (shown !== state.section) drawSection();
  shown = state.section;
  drawClock();
  drawSkips();
  drawServers();
  drawBoard();
  const trouble = [
    [!state.windows, "The room's window is not open: open the first address that the terminal shows."],
    [state.windows && state.isUnheard, "The room's window did not take your last command: reload it, then choose again."],
    [state.isRestarted, "The kernel has been restarted: run everything up to this section."],
  ];
  say("trouble", trouble.filter(([is]) => is).map(([, words]) => words).join(" "));
}

function act(id, wish) {
  $(id).addEventListener("click", () => send(wish()));
}

const here = () => plan.sections[state.section].cell;
act("pause", () => ({do: state.isPaused ? "resume" : "pause"}));
act("restart", () => ({do: "restart"}));
act("next-cell", () => ({do: "next"}));
act("up-to-here", () => ({do: "run", cell: here()}));
act("afresh", () => ({do: "run", cell: here(), fresh: true}));
$("view-notes").addEventListener("click", () => view("notes"));
$("view-class").addEventListener("click", () => view("class"));
addEventListener("message", event => { // the board says how many hands are up
  if (event.source === $("board").contentWindow && Number.isInteger(event.data?.hands)) drawHands(event.data.hands);
});
document.body.classList.toggle("over-page", isOver);
addEventListener("keydown", event => {
  if (isOver && event.altKey && event.code === "KeyN") parent.postMessage("hide notes", "*");
});

fetch("plan").then(answer => answer.json()).then(found => {
  plan = found;
  drawOnce();
  const source = new EventSource("state");
  source.onmessage = event => {
    state = JSON.parse(event.data);
    draw();
  };
  source.onerror = () => say("trouble", "The notes' server is away. The lesson goes on; this page comes back by itself.");
});
