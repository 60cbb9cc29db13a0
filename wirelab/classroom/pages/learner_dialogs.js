// Windows over the instructor's page: what one learner did, and a result that was shared.

import { $, element, kindOf, part, write } from "./parts.js";
import { nameOf } from "./class_panels.js";

let shown = null; // the seat in the window

export const seatShown = () => ($("learner").open ? shown : null);

export function openLearner(seat, send) {
  shown = seat.seat;
  $("learner-sure").hidden = true;
  $("learner-remove").hidden = false;
  drawLearner(seat, send);
  if (!$("learner").open) $("learner").showModal();
}

export function drawLearner(seat, send) {
  write($("learner-title"), seat.nickname ? `${seat.nickname}, seat ${seat.seat}` : `Seat ${seat.seat}`);
  write($("learner-words"), [
    seat.online ? "The notebook is connected." : "No notebook is connected.",
    seat.hand === null ? "" : "The hand is up.", seat.pace ? `The pace is ${seat.pace}.` : "",
  ].join(" "));
  const done = Object.entries(seat.exercises).sort((one, other) => other[1].time - one[1].time);
  $("learner-rows").replaceChildren(...done.map(one => row(seat, one, send)));
  $("learner-table").hidden = !done.length;
}

function row(seat, [exercise, {verdict, tries, earned, points, missed}], send) {
  const kind = kindOf(verdict), look = element("td");
  if (seat.shared.includes(exercise)) {
    const button = element("button", {type: "button", text: "Look"});
    button.onclick = () => send({do: "look", seat: seat.seat, exercise});
    look.append(button);
  }
  const sign = element("td", {}, element("span", {className: "verdict"}, part(kind, kind.sign), verdict));
  const cells = [String(tries), `${earned} of ${points}`, missed].map(text => element("td", {}, element("bdi", {text})));
  return element("tr", {}, element("th", {text: exercise, scope: "row"}), sign, ...cells, look);
}

export function startLearner(send) {
  $("learner-remove").addEventListener("click", () => {
    $("learner-sure").hidden = false;
    $("learner-remove").hidden = true;
    $("learner-keep").focus();
  });
  $("learner-keep").addEventListener("click", () => {
    $("learner-sure").hidden = true;
    $("learner-remove").hidden = false;
  });
  $("learner-gone").addEventListener("click", () => {
    send({do: "remove", seat: shown});
    $("learner").close();
  });
}

/** A result of a check that a learner has shared, as the learner sees it. */
export function openResult({seat, nickname, exercise, result}) {
  write($("screen-title"), `${exercise} ${result.title ?? ""}: ${result.verdict ?? ""}`);
  write($("screen-who"), `Shared by ${nameOf({seat, nickname})}`);
  const findings = (result.findings ?? []).map(finding);
  $("screen-result").replaceChildren(
    ...(result.said ? [element("pre", {text: result.said})] : []),
    element("ul", {}, ...findings),
    ...(result.hints ?? []).map(text => element("p", {className: "hint", text})),
  );
  if (!$("screen").open) $("screen").showModal();
  $("screen-result").scrollTop = 0;
}

function finding(one) {
  const kind = kindOf(one.passed ? "passed" : "not right yet");
  const made = element("li", {}, element("p", {className: "verdict"}, part(kind, kind.sign), element("bdi", {text: one.what})));
  const told = [["expected", one.expected], ["got", one.got], ["asked", one.asked], ["printed", one.printed], ["so", one.explained], ["bytes", one.wire]];
  const rows = told.filter(([, text]) => text && !one.passed).flatMap(
    ([word, text]) => [element("dt", {text: word}), element("dd", {}, element("pre", {text}))]);
  if (rows.length) made.append(element("dl", {}, ...rows));
  return made;
}
