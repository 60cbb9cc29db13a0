// The instructor's page: keeps what the board tells, draws it, and sends what is chosen.

import { $, many, say, write, writeCode } from "./parts.js";
import { drawExercises, drawHands, drawPace, drawSeats, drawShared, drawSigns, drawStuck, moveInChips } from "./class_panels.js";
import { drawLearner, openLearner, openResult, seatShown, startLearner } from "./learner_dialogs.js";
import { drawVote, startVotes } from "./vote_panel.js";
import { Feed } from "./feed.js";

const MAINS = ["nobody", "board", "over"];
const LONG = 5; // tries to connect, after which the board was perhaps ended
const seats = new Map();
let board = null, heardAt = 0, lastHeard = null;

const now = () => board.now + (performance.now() - heardAt) / 1000; // by the board's clock

function take(message) {
  if (message.all) seats.clear();
  for (const seat of message.seats) {
    if (seat.removed) seats.delete(seat.seat);
    else seats.set(seat.seat, seat);
  }
  board = message;
  heardAt = performance.now();
  draw();
}

function draw() {
  if (!board) return;
  drawJoin();
  only(board.joined ? "board" : "nobody");
  drawExercises(board);
  drawStuck(board, seats, open);
  drawSeats(seats, $("order").value, open);
  drawHands(board, now(), seat => send({do: "lower", seat}), open);
  drawShared(seats, (seat, exercise) => send({do: "look", seat, exercise}), open);
  drawPace(board);
  if (parent !== window) parent.postMessage({hands: board.hands.length}, "*"); // the presenter's page; see frame-ancestors
  drawVote(board);
  const seat = seats.get(seatShown());
  if (seat) drawLearner(seat, send);
}

function drawJoin() {
  $("learners").innerText = board.joined ? `${many(board.joined, "learner")}, ${board.online} online` : "";
  write($("code"), board.code);
  for (const one of document.querySelectorAll(".join-line")) writeCode(one, board.line);
  for (const one of document.querySelectorAll(".address")) say(one, board.qr ? `or open ${board.address} in a browser` : "");
  for (const one of document.querySelectorAll("img.qr")) {
    if (board.qr && !one.getAttribute("src")) one.src = "qr.svg";
    one.hidden = !board.qr;
  }
  $("room").href = board.room;
  say($("refused"), board.refused ? `${many(board.refused, "message")} refused` : "");
}

function only(name) {
  for (const one of MAINS) $(one).hidden = one !== name;
}

function open(seat) {
  if (seats.has(seat)) openLearner(seats.get(seat), send);
}

function send(command) {
  const isSent = feed.send(command);
  if (!isSent) say($("said"), "The board is away: choose again when this page is live.");
  return isSent;
}

function over() {
  feed.end();
  document.querySelectorAll("dialog[open]").forEach(one => one.close());
  write($("over-words"), board?.isKept
    ? "The board keeps its numbers, as it was told to. You can close this page."
    : "What the board knew is deleted. You can close this page.");
  only("over");
  say($("trouble"), "");
  line("ended", false);
  $("actions").hidden = $("has-code").hidden = true;
}

function line(words, isLive) {
  write($("line"), words);
  $("line").classList.toggle("live", isLive);
}

function lost(why, tries) {
  line("not live", false);
  say($("trouble"), [whatIsWrong(why), tries > LONG ? whatToDo() : ""].join(" "));
}

function whatToDo() {
  const isOfHub = location.pathname.split("/").length > 3; // /services/board/instructor/, and not /KEY/
  return isOfHub ? "Reload this page: the Hub may want you to log in again." : "If it was ended, start it again: python3 start.py board";
}

function whatIsWrong(why) {
  if (!lastHeard) return "The board does not answer. This page tries again.";
  const from = `What you see is from ${lastHeard.toLocaleTimeString([], {hour12: false})}.`;
  if (why === "silent") return `The board has been silent for five seconds. ${from}`;
  return `The board is away. ${from} Notebooks go on, and send what they did when it is back.`;
}

$("order").addEventListener("change", draw);
$("chips").addEventListener("keydown", moveInChips);
$("reset-pace").addEventListener("click", () => send({do: "settle"}));
$("lower-all").addEventListener("click", () => send({do: "lower"}));
$("big").addEventListener("click", () => $("join-big").showModal());
$("end").addEventListener("click", () => {
  write($("end-words"), board?.isKept
    ? "The board ends for everyone. Its numbers are kept, as it was started with --keep."
    : `The board ends for everyone, and deletes what it knows of ${many(board?.joined ?? 0, "learner")}: results, hands and votes. Their notebooks keep their own work.`);
  $("asks-end").returnValue = "";
  $("asks-end").showModal();
});
$("asks-end").addEventListener("close", () => { if ($("asks-end").returnValue === "end") send({do: "end"}); });

drawSigns();
startLearner(send);
startVotes(send, draw);
setInterval(() => board && drawHands(board, now(), seat => send({do: "lower", seat}), open), 5000);

const heard = {
  board: take,
  shared: openResult,
  ended: over,
  error: message => say($("said"), message.message),
};
const feed = new Feed({
  hear: message => heard[message.type]?.(message),
  live() {
    lastHeard = new Date();
    line("live", true);
    say($("trouble"), "");
  },
  lost,
});
