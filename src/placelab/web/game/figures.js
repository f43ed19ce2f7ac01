// A game's runs and the tiles, tables and pictures made from them.
import { element, freshId } from "../element.js";
import { tableNode } from "../live.js";
import { POLICIES, ROUNDS, run } from "../simulator/run.js";
import { lineChart, strips } from "./charts.js";
import { against, month, read, row, SHOWN, worded, YEAR } from "./numbers.js";

const MARKS = { better: "▲ better", worse: "▼ worse", same: "● the same" };
const SAID = { better: `${MARKS.better} than the base case`, worse: `${MARKS.worse} than the base case`, same: "● about as in the base case" };

// Everything that is shown of one game, read once: from(words).run(levers) gives { at(key, played), points(key, played) }.
export function reader(words) {
  const known = new Map();
  return (levers = {}) => {
    const name = JSON.stringify(levers);
    if (!known.has(name)) {
      const { time, series } = run(levers);
      const found = new Map();
      const whole = (key) => {
        if (!found.has(key)) found.set(key, read(series[key], words.outputs[key]));
        return found.get(key);
      };
      if (known.size > 60) known.clear();
      known.set(name, {
        at: (key, played) => whole(key)[row(played)],
        points: (key, played) => whole(key).slice(0, row(played) + 1).map((value, i) => [time[i], value]).filter((_, i) => i % SHOWN === 0),
      });
    }
    return known.get(name);
  };
}

// The band around a line: what Python drew, or distances borrowed from a ready-made policy.
export function bandOf(bands, points, key) {
  if (!bands) return [];
  const { low, high, below, above } = bands;
  return points.map(([time, value]) => {
    const i = Math.round((time - ROUNDS[0]) * (YEAR / SHOWN));
    return low ? [time, low[key][i], high[key][i]] : [time, value - below[key][i], value + above[key][i]];
  });
}

// One output: name, number, how it compares, and its line.
export function tile({ words, key, own, base, played, bands, size, width = 270, aim = false }) {
  const output = words.outputs[key];
  const [value, usual] = [own.at(key, played), base.at(key, played)];
  const points = own.points(key, played);
  const [said, usually] = [worded(value, output.as), worded(usual, output.as)];
  const when = month([...ROUNDS, 2025][played]);
  const label = `${output.label}, ${output.unit}: ${said} in ${when}${played ? `; base case ${usually}` : ""}.`;
  return element(
    "section", { class: `game-tile${aim ? " aim" : ""}`, "aria-label": output.label },
    element("h4", {}, output.label),
    element("p", { class: "game-unit" }, output.unit),
    element("p", { class: "game-number" }, said),
    played ? element("p", { class: "game-mark" }, `${SAID[against(value, usual, output)]} (${usually})`) : null,
    played ? lineChart({ lines: [{ name: "Base case", points: base.points(key, played), kind: "base" }, { name: "You", points, kind: "own" }], band: bandOf(bands, points, key), as: output.as, label, width, height: width * 0.48, size }) : null,
  );
}

// What a seat is after, and how many of its aims are better than in the base case: its own private score.
export function privateScore({ words, goals, own, base, played }) {
  const ahead = goals.filter((key) => against(own.at(key, played), base.at(key, played), words.outputs[key]) === "better").length;
  return `Your score: ${ahead} of your ${goals.length} aims ${ahead === 1 ? "is" : "are"} better than in the base case.`;
}

const policies = (words) => words.compared.map((name) => ({ name: POLICIES[name].name, levers: POLICIES[name].levers, base: name === "base" }));

// Teams and ready-made policies on every dimension of the score: a table and a picture, and never a sum.
export function scoreboard({ words, read: runs, teams, played, bands, width, size }) {
  const base = runs({});
  const others = policies(words).map((one, i) => ({ ...one, mark: one.base ? "base" : String(i), run: runs(one.levers) }));
  const own = teams.map(({ team, levers }, i) => ({ name: team, mark: teams.length > 1 ? String.fromCharCode(65 + i) : "you", own: true, run: runs(levers) }));
  const shown = [...others, ...own];
  const columns = ["", "2010", "Base case", ...own.map((one) => one.name), ...(bands ? ["Spread"] : []), ...(own.length === 1 ? ["Against the base case"] : [])];
  const rows = words.score.map((key) => {
    const { as, label, unit } = words.outputs[key];
    const cells = [`${label} (${unit})`, worded(base.at(key, 0), as), worded(base.at(key, played), as), ...own.map((one) => worded(one.run.at(key, played), as))];
    if (bands) {
      const [, low, high] = bandOf(bands, own[0].run.points(key, played), key).at(-1);
      cells.push(`${worded(low, as)} to ${worded(high, as)}`);
    }
    if (own.length === 1) cells.push(MARKS[against(own[0].run.at(key, played), base.at(key, played), words.outputs[key])]);
    return cells;
  });
  const stripRows = words.score.map((key) => {
    const values = shown.map((one) => one.run.at(key, played));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const at = (value) => (high === low ? 0.5 : (words.outputs[key].better === "high" ? value - low : high - value) / (high - low));
    return { label: words.outputs[key].label, dots: shown.map((one, i) => ({ mark: one.mark, at: at(values[i]), own: one.own })) };
  });
  const legend = shown.filter((one) => !one.base && one.mark !== "you").map((one) => element("li", {}, `${one.mark}: ${one.name}`));
  const when = month([...ROUNDS, 2025][played]);
  return element("div", {},
    tableNode({ columns, rows }, `The place in ${when}, dimension by dimension`),
    element("p", {}, "Each line runs from the worst of these to the best. No place is best on all of them, and nothing here is added up."),
    element("div", { class: "game-picture" }, strips({ rows: stripRows, label: `Where each stands on ${words.score.length} dimensions; the table above has the numbers.`, width, size })),
    element("ul", { class: "game-legend" }, ...legend));
}

// The number that everybody counts and the one that nobody does, side by side. teams: [{ team, seed, levers, untouched }]
export function counted({ words, read: runs, teams, played, bands, width, size }) {
  const base = runs({});
  const alone = teams.every(({ seed }) => seed === teams[0].seed) ? [teams[0].untouched] : []; // nobody moves what no card moves
  const dashes = [null, "14 5", "3 4", "10 4 2 4", "1 3"];
  return element("div", { class: "game-pair" }, ...words.counted.map((key) => {
    const output = words.outputs[key];
    const lines = [
      { name: "Base case", points: base.points(key, played), kind: "base" },
      ...alone.map((levers) => ({ name: "The cards alone", points: runs(levers).points(key, played), kind: "other" })),
      ...teams.map(({ team, levers }, i) => ({ name: team, points: runs(levers).points(key, played), kind: "own", dash: dashes[i % dashes.length] })),
    ];
    const label = `${output.label}, ${output.unit}. ${lines.map(({ name, points }) => `${name}: ${worded(points.at(-1)[1], output.as)}`).join("; ")}.`;
    const band = teams.length === 1 ? bandOf(bands, lines.at(-1).points, key) : [];
    return element("section", { class: "game-tile", "aria-label": output.label },
      element("h4", {}, output.label), element("p", { class: "game-unit" }, output.unit),
      lineChart({ lines, band, as: output.as, label, width: width / 2 - 40, height: width * 0.24, size, named: true }),
      element("p", {}, lines.map(({ name, points }) => `${name}: ${worded(points.at(-1)[1], output.as)}`).join(". "), "."));
  }));
}

export const list = (items, ordered = false) => element(ordered ? "ol" : "ul", {}, ...items.map((words) => element("li", {}, words)));

// A labelled range over a list of values, so that a value between two steps stays what it is. Returns { node, value() }.
export function lever({ words, offer, value, before, changed }) {
  const { label, help, as } = words.levers[offer.lever];
  const id = freshId("lever");
  const nearest = offer.options.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));
  let chosen = nearest;
  const output = element("output", { for: id });
  const input = element("input", { id, type: "range", min: 0, max: offer.options.length - 1, step: 1, value: offer.options.indexOf(nearest), "aria-describedby": `${id}-help`, "data-lever": offer.lever, disabled: offer.options.length === 1 });
  const show = () => {
    chosen = offer.options[Number(input.value)];
    output.textContent = worded(chosen, as);
    input.setAttribute("aria-valuetext", worded(chosen, as));
  };
  input.addEventListener("input", () => {
    show();
    changed?.();
  });
  show();
  const notes = [help, `Before: ${worded(before, as)}.`, offer.why].filter(Boolean).join(" ");
  return { node: element("div", { class: "game-lever" }, element("label", { for: id }, label), output, input, element("p", { id: `${id}-help` }, notes)), value: () => chosen };
}
