// What both pages draw: elements that hold text alone, lists that keep their elements, and bars.

export const $ = id => document.getElementById(id);

/** How a check went, in the order of a bar: the name of its colour and pattern, its sign, its verdicts in words. */
export const KINDS = [
  {name: "passed", sign: "✓", verdicts: ["passed"], word: "passed"},
  {name: "wrong", sign: "✗", verdicts: ["not right yet"], word: "not right yet"},
  {name: "crashed", sign: "!", verdicts: ["your code crashed", "your server is not running"], word: "crashed, or no server"},
  {name: "none", sign: "–", verdicts: ["not started yet"], word: "not started"},
];

/** The kind of a verdict; of none, where nothing was checked yet. */
export const kindOf = verdict => KINDS.find(kind => kind.verdicts.includes(verdict)) ?? KINDS.at(-1);

/** An element with `text` in it, never HTML, and children. */
export function element(tag, {text, ...properties} = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

/** Write only what changes, so that nothing is read aloud twice and no selection is lost. */
export function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

export function say(target, words) {
  write(target, words);
  target.hidden = !words;
}

/**
 * Show `items` as the children of `parent`, in their order. An item keeps its element, by `key(item)`, so that what
 * is folded out or has the keyboard stays so. `make()` gives a new element, `fill(element, item)` writes into it.
 */
export function list(parent, items, {key, make, fill}) {
  const before = new Map([...parent.children].map(one => [one.dataset.key, one]));
  items.forEach((item, index) => {
    const name = String(key(item));
    const child = before.get(name) ?? make();
    before.delete(name);
    child.dataset.key = name;
    fill(child, item);
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  before.forEach(one => one.remove());
}

/** Show the line that learners type: it is broken between its arguments alone. */
export function writeCode(target, line) {
  if (target.textContent === line) return;
  const parts = line.split(/(?<=, )/);
  target.replaceChildren(...parts.map(text => element("span", {className: "whole", text})));
  target.classList.toggle("long", parts.length > 1);
}

/** "1 learner", "2 learners". */
export const many = (count, one, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;

/** A time span, as a class says it. */
export function span(seconds) {
  const minutes = Math.floor(Math.max(0, seconds) / 60);
  if (minutes < 1) return "just now";
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The lesson of an exercise: "12.3" is one of 12. */
export const lessonOf = exercise => exercise.split(".")[0];

/** The bars of each lesson, in the order in which they come. */
export function byLesson(bars) {
  const found = new Map();
  for (const bar of bars) {
    const lesson = lessonOf(bar.exercise);
    if (!found.has(lesson)) found.set(lesson, []);
    found.get(lesson).push(bar);
  }
  return found;
}

/** The lesson that the room is at: the last that half of the learners have begun, else the one most have. */
export function currentLesson(bars, joined) {
  const most = [...byLesson(bars)].map(([lesson, ones]) => [lesson, Math.max(...ones.map(one => one.tried ?? 0))]);
  const half = most.filter(([, count]) => count > 0 && count * 2 >= joined).at(-1);
  return (half ?? most.sort((one, other) => other[1] - one[1])[0])?.[0];
}

/** One part of a bar or of a key: its pattern, and on it a label. */
export const part = (kind, text) => element("span", {className: `part ${kind.name}`}, element("b", {text}));

/** What the parts of a bar mean. */
export const signs = kinds => kinds.map(kind => element("li", {}, part(kind, kind.sign), kind.word));

/** A new bar for an exercise: its name, and a part for each of `kinds`. */
export const makeBar = kinds => element(
  "li", {className: "exercise"},
  element("p", {className: "of"}, element("b"), " ", element("bdi")),
  element("div", {className: "bar", role: "img"}, ...kinds.map(kind => part(kind))),
);

/** Fill it: `counts` has a number for each of `kinds`, and `told` says what is written of one. */
export function fillBar(row, {exercise, title}, kinds, counts, told = count => ` ${count}`) {
  const [id, name] = row.firstChild.querySelectorAll("b, bdi");
  write(id, exercise);
  write(name, title);
  const bar = row.lastChild;
  kinds.forEach((kind, index) => {
    const one = bar.children[index];
    one.style.flexGrow = counts[index];
    one.hidden = counts[index] === 0;
    write(one.firstChild, kind.sign + told(counts[index]));
  });
  const words = kinds.map((kind, index) => `${told(counts[index]) || " a few"} ${kind.word}`.trim()).filter((_, index) => counts[index]);
  const label = `Exercise ${exercise}: ${words.join(", ")}`;
  if (bar.getAttribute("aria-label") !== label) bar.setAttribute("aria-label", label);
}

/** A new bar for an answer in a vote. */
export const makeAnswer = () => element(
  "li", {className: "answer"},
  element("bdi"), element("div", {className: "bar"}, element("span", {className: "part votes"})), element("b"),
);

/** Fill it; `most` is the count of the longest. */
export function fillAnswer(row, {answer, count}, most) {
  const [words, bar, number] = ["bdi", ".part", ":scope > b"].map(one => row.querySelector(one));
  write(words, answer);
  words.title = answer;
  bar.style.width = `${Math.round((100 * count) / most)}%`;
  write(number, String(count));
}

export const mostOf = answers => Math.max(1, ...answers.map(one => one.count));
