// The room's view: counts, the code to join, and a vote. It is never told of names, seats and what somebody misses.

import { $, KINDS, byLesson, currentLesson, element, fillAnswer, fillBar, list, makeAnswer, makeBar, mostOf, signs, write, writeCode } from "./parts.js";
import { Feed } from "./feed.js";

const FEW = "fewer than five";
const SECTIONS = ["exercises", "vote", "welcome", "over"];
const LONG = 90; // characters of a question, from where on its letters are smaller
const told = count => (count < 5 ? "" : ` ${count}`); // nobody is to be the one of two who have not passed
const SHOWN = [KINDS[0], {name: "wrong", sign: "…", word: "trying"}, {name: "none", sign: "–", word: "not started"}];

function draw(summary) {
  drawJoin(summary);
  drawExercises(summary);
  drawVote(summary);
  only(summary.vote || summary.result ? "vote" : $("bars").children.length ? "exercises" : "welcome");
}

function only(name) {
  for (const one of SECTIONS) $(one).hidden = one !== name;
  $("how-to-join").hidden = name === "welcome" || name === "over";
}

function drawJoin({line, address, qr, joined}) {
  writeCode($("code"), line);
  writeCode($("big-code"), line);
  write($("address"), address.replace(/^https?:\/\/|\/$/g, ""));
  if (qr && !$("qr").getAttribute("src")) $("qr").src = "qr.svg";
  $("scan").hidden = !qr;
  $(qr ? "scan" : "join").append($("learners"));
  write($("joined"), joined === null ? "" : String(joined));
  write($("joined-word"), joined === null ? `${FEW} have joined` : "have joined");
}

/** Of a lesson, the exercises that five learners have tried. */
function drawExercises({bars, joined}) {
  const tried = bars.filter(bar => bar.tried !== null), lesson = currentLesson(tried, joined);
  list($("bars"), byLesson(tried).get(lesson) ?? [], {
    key: one => one.exercise,
    make: () => makeBar(SHOWN),
    fill: (row, one) => fillBar(row, one, SHOWN, [one.passed, one.tried - one.passed, Math.max(0, joined - one.tried)], told),
  });
  write($("title"), `Exercises of lesson ${lesson}`);
}

/** An open question before a result, as it is the newer one. */
function drawVote({vote, result}) {
  const shown = vote ?? result;
  if (!shown) return;
  write($("asks"), vote ? "Predict" : "What the room predicted");
  write($("question"), shown.question);
  $("question").classList.toggle("long", shown.question.length > LONG);
  $("how").hidden = !vote;
  list($("choices"), vote ? vote.choices : [], {key: one => one, make: () => element("li"), fill: write});
  const answers = vote ? [] : result.answers, most = mostOf(answers);
  list($("answers"), answers, {key: one => one.answer, make: makeAnswer, fill: (row, one) => fillAnswer(row, one, most)});
  write($("voted"), vote ? voted(vote.count) : votes(result));
}

const voted = count => (count === null ? "" : `${count} have voted`);

function votes({count, others}) {
  if (count === null) return `${FEW} have voted`;
  return `${count} votes${others ? `, ${others} with another answer` : ""}`;
}

function over() {
  feed.end();
  only("over");
  $("join").hidden = $("scan").hidden = true;
  write($("line"), "");
}

$("signs").replaceChildren(...signs(SHOWN));
const feed = new Feed({
  hear: message => ({room: draw, ended: over})[message.type]?.(message),
  live: () => write($("line"), ""),
  lost: () => write($("line"), "Not live at the moment"),
});
