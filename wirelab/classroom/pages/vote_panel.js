// A vote on a prediction: open it, see how many have voted, close it, look at the answers, show them to the room.

import { $, element, fillAnswer, list, makeAnswer, mostOf, write } from "./parts.js";

const LONGEST = 200; // characters of a question
let looksAt = null; // the closed vote that is shown here; none while the next question is chosen
let seen = null; // the newest closed vote that this page was told of
const left = new Map(); // by vote, the answers that the room is not to read

export function drawVote({vote, votes, joined}) {
  if (votes[0] && votes[0].id !== seen) looksAt = seen = votes[0].id;
  const closed = votes.find(one => one.id === looksAt), shown = vote ?? closed;
  $("ask").hidden = Boolean(shown);
  $("asked").hidden = !shown;
  if (shown) drawAsked(shown, Boolean(vote), joined);
  drawEarlier(votes);
}

function drawAsked(vote, isOpen, joined) {
  write($("asked-question"), vote.question);
  $("voted").replaceChildren(element("b", {text: vote.count}), isOpen ? ` of ${joined} have voted` : ` voted`);
  $("how-to-vote").hidden = $("close-vote").hidden = !isOpen;
  $("show-vote").hidden = isOpen || vote.isShown;
  $("hide-vote").hidden = isOpen || !vote.isShown;
  $("next-vote").hidden = isOpen;
  const answers = isOpen ? [] : vote.answers, most = mostOf(answers);
  list($("given"), answers, {
    key: one => one.answer,
    make: makeChoice,
    fill(row, one) {
      fillAnswer(row, one, most);
      const tick = row.querySelector("input");
      tick.disabled = vote.isShown;
      tick.checked = !leftOut(vote.id).has(one.answer);
      tick.onchange = () => leftOut(vote.id)[tick.checked ? "delete" : "add"](one.answer);
    },
  });
  write($("vote-note"), note(vote, isOpen));
}

/** An answer that can be left out. */
function makeChoice() {
  const row = makeAnswer();
  const label = element("label", {}, element("input", {type: "checkbox"}), row.firstChild);
  row.prepend(label);
  return row;
}

function leftOut(id) {
  if (!left.has(id)) left.set(id, new Set());
  return left.get(id);
}

function note(vote, isOpen) {
  if (isOpen) return "";
  if (vote.isShown) return "The room sees these bars.";
  return vote.answers.length ? "The room does not see this yet. Clear the box of an answer that it is not to read." : "Nobody voted.";
}

function drawEarlier(votes) {
  const earlier = votes.filter(one => one.id !== looksAt);
  $("earlier").hidden = !earlier.length || $("ask").hidden;
  list($("earlier-list"), earlier, {
    key: one => one.id,
    make: () => element("li", {}, element("button", {type: "button"}, element("bdi"))),
    fill(row, one) {
      write(row.querySelector("bdi"), one.question);
      row.firstChild.dataset.vote = one.id;
    },
  });
}

/** Let the panel send what is chosen in it, and draw itself again with `redraw()` where the board is not asked. */
export function startVotes(send, redraw) {
  const look = id => {
    looksAt = id;
    redraw();
  };
  $("ask").addEventListener("click", () => $("asks-room").showModal());
  $("no-vote").addEventListener("click", () => $("asks-room").close());
  $("ask-form").addEventListener("submit", () => {
    const choices = $("choices").value.split(",").map(one => one.trim()).filter(Boolean);
    if (!send({do: "open", question: $("question").value.trim(), choices})) return;
    $("ask-form").reset();
  });
  $("known").addEventListener("change", () => { $("question").value = cut($("known").value); });
  $("close-vote").addEventListener("click", () => send({do: "close"}));
  $("show-vote").addEventListener("click", () => send({do: "show", id: looksAt, without: [...leftOut(looksAt)]}));
  $("hide-vote").addEventListener("click", () => send({do: "hide"}));
  $("next-vote").addEventListener("click", () => look(null));
  $("earlier-list").addEventListener("click", event => {
    const chosen = event.target.closest("button")?.dataset.vote;
    if (chosen) look(Number(chosen));
  });
  fetch("questions.json").then(answer => (answer.ok ? answer.json() : [])).then(offer, () => offer([]));
}

/** The questions of the course, lesson by lesson. */
function offer(lessons) {
  const groups = lessons.filter(one => one.questions.length).map(({title, questions}) => {
    const group = element("optgroup", {label: title});
    group.append(...questions.map(text => element("option", {text, value: text})));
    return group;
  });
  $("known").append(...groups);
  $("known").parentElement.hidden = !groups.length;
}

const cut = text => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).replace(/\s+\S*$/, "")}…`);
