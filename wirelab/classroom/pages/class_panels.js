// What the instructor sees of the class: exercises, what people are stuck on, learners, hands and pace.

import { $, KINDS, byLesson, currentLesson, element, fillBar, kindOf, list, makeBar, many, part, signs, span, write } from "./parts.js";

const MANY = 60; // learners, from where on their chips are smaller
const PACES = ["too slow", "all right", "too fast"];

/** What a seat is called: its nickname, or its number. */
export const nameOf = ({seat, nickname}) => nickname || `seat ${seat}`;

export const lastOf = seat => seat.exercises[seat.at];

export function drawExercises({bars, joined}) {
  const current = currentLesson(bars, joined);
  // The room's lesson first, then the others, newest first.
  const lessons = [...byLesson(bars)].reverse().sort((one, other) => (other[0] === current) - (one[0] === current));
  list($("lessons"), lessons, {
    key: ([lesson]) => lesson,
    make: () => element("div", {}, element("h3"), element("ul")),
    fill(group, [lesson, ones]) {
      write(group.firstChild, `Lesson ${lesson}`);
      list(group.lastChild, ones, {
        key: one => one.exercise,
        make: () => makeBar(KINDS),
        fill: (row, one) => fillBar(row, one, KINDS, countsOf(one, joined)),
      });
    },
  });
  $("no-bars").hidden = bars.length > 0;
}

/** How many learners are at each kind of verdict; who never tried the exercise has not started. */
function countsOf({verdicts, tried}, joined) {
  const counts = KINDS.map(kind => kind.verdicts.reduce((sum, verdict) => sum + (verdicts[verdict] ?? 0), 0));
  counts[counts.length - 1] += Math.max(0, joined - tried);
  return counts;
}

export function drawStuck({stuck}, seats, open) {
  list($("missed"), stuck, {
    key: one => `${one.exercise} ${one.missed}`,
    make: () => element(
      "li", {}, element("b"),
      element("div", {},
        element("p", {className: "what"}, element("span"), " ", element("bdi")),
        element("p", {className: "hint"}),
        element("details", {}, element("summary"), element("p", {className: "names"}))),
    ),
    fill(row, one) {
      const [exercise, missed] = row.querySelectorAll(".what > *"), hint = row.querySelector(".hint");
      write(row.firstChild, String(one.count));
      write(exercise, one.exercise);
      write(missed, one.missed);
      write(hint, one.hint);
      hint.hidden = !one.hint;
      write(row.querySelector("summary"), `${many(one.count, "learner")}, ${many(one.tries, "try", "tries")}`);
      list(row.querySelector(".names"), one.seats.map(seat => seats.get(seat)).filter(Boolean), nameButtons(open));
    },
  });
  $("nothing-missed").hidden = stuck.length > 0;
}

const nameButtons = open => ({
  key: seat => seat.seat,
  make: () => element("button", {type: "button", className: "name"}, element("bdi")),
  fill(button, seat) {
    write(button.firstChild, nameOf(seat));
    button.onclick = () => open(seat.seat);
  },
});

const ORDERS = {
  seat: (one, other) => one.seat - other.seat,
  help: (one, other) => need(other) - need(one) || one.seat - other.seat,
};

/** Who may need help: a raised hand first, then who tried most often without passing. */
function need(seat) {
  const last = lastOf(seat);
  return (seat.hand === null ? 0 : 1e6) + (last && last.verdict !== "passed" ? last.tries : 0);
}

export function drawSeats(seats, order, open) {
  const shown = [...seats.values()].sort(ORDERS[order]);
  $("chips").classList.toggle("many", shown.length > MANY);
  list($("chips"), shown, {key: one => one.seat, make: makeChip, fill: (chip, seat) => fillChip(chip, seat, open)});
  if (!$("chips").querySelector("button[tabindex='0']")) $("chips").querySelector("button")?.setAttribute("tabindex", 0);
}

const makeChip = () => element(
  "li", {}, element("button", {type: "button", tabIndex: -1, className: "chip"}, part(KINDS.at(-1)), element("span", {className: "who"}, element("bdi"), element("small"))),
);

function fillChip(chip, seat, open) {
  const button = chip.firstChild, [sign, who] = button.children, last = lastOf(seat), kind = kindOf(last?.verdict);
  sign.className = `part ${kind.name}`;
  write(sign.firstChild, kind.sign);
  write(who.firstChild, nameOf(seat));
  write(who.lastChild, doing(seat, last));
  button.classList.toggle("away", !seat.online);
  button.classList.toggle("hand", seat.hand !== null);
  const label = `${nameOf(seat)}, ${doing(seat, last)}${last ? `, ${last.verdict}` : ""}`;
  if (button.title !== label) button.title = button.ariaLabel = label;
  button.onclick = () => open(seat.seat);
}

function doing(seat, last) {
  const tries = last && last.verdict !== "passed" && last.tries > 1 ? `, ${last.tries} tries` : "";
  const state = seat.hand === null ? (seat.online ? "" : "away, ") : "hand up, ";
  return state + (seat.at ? seat.at + tries : "no check yet");
}

/** One stop for the Tab key; the arrows move inside. */
export function moveInChips(event) {
  const chips = [...$("chips").querySelectorAll("button")], from = chips.indexOf(document.activeElement);
  const columns = chips.filter(one => one.offsetTop === chips[0].offsetTop).length;
  const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns}[event.key];
  const next = from >= 0 && step && chips[from + step];
  if (!next) return;
  event.preventDefault();
  chips[from].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

export function drawHands({hands}, now, lower, open) {
  list($("raised"), hands, {
    key: one => one.seat,
    make: () => element("li", {}, nameButtons(open).make(), element("span"), element("button", {type: "button", text: "Done"})),
    fill(row, one) {
      const [name, since, done] = row.children;
      nameButtons(open).fill(name, one);
      write(since, `${one.at ? `${one.at}, ` : ""}${span(now - one.since)}`);
      done.ariaLabel = `${nameOf(one)}: done`;
      done.onclick = () => lower(one.seat);
    },
  });
  $("no-hands").hidden = hands.length > 0;
}

/** Results that learners have shared, the newest check first. */
export function drawShared(seats, look, open) {
  const shared = [...seats.values()].flatMap(seat => seat.shared.map(exercise => ({...seat, exercise})));
  const time = one => one.exercises[one.exercise]?.time ?? 0;
  list($("results"), shared.sort((one, other) => time(other) - time(one)), {
    key: one => `${one.seat} ${one.exercise}`,
    make: () => element("li", {}, nameButtons(open).make(), element("span"), element("button", {type: "button", text: "Look"})),
    fill(row, one) {
      const [name, exercise, button] = row.children;
      nameButtons(open).fill(name, one);
      write(exercise, one.exercise);
      button.ariaLabel = `Look at ${one.exercise} of ${nameOf(one)}`;
      button.onclick = () => look(one.seat, one.exercise);
    },
  });
  $("shared").hidden = !shared.length;
}

export function drawPace({pace}) {
  const most = Math.max(1, ...PACES.map(word => pace[word]));
  list($("paces"), PACES, {
    key: word => word,
    make: () => element("li", {}, element("span"), element("div", {className: "bar"}, element("span", {className: "part votes"})), element("b")),
    fill(row, word) {
      write(row.firstChild, word);
      row.querySelector(".part").style.width = `${(100 * pace[word]) / most}%`;
      write(row.lastChild, String(pace[word]));
    },
  });
}

export const drawSigns = () => $("signs").replaceChildren(...signs(KINDS));
