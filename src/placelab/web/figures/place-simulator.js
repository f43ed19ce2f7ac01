// The place simulator in the page, the twin of placelab/widgets/place_simulator.py (and place_levers.py): fifteen years of an
// invented place under one set of levers, against the base case. The model itself is JavaScript made from place.mdl.
import { areaY, axisX, axisY, dot, gridY, line, link, plot, ruleX, ruleY, text } from "@observablehq/plot";
import { element } from "../element.js";
import { textWidth, wrap } from "../lines.js";
import { live } from "../live.js";
import { LEVERS, POLICIES, ROUNDS, run } from "../simulator/run.js";
import { capital, count, fixed, inWords, percent, pounds } from "../wording.js";

const A_YEAR = 16; // results a year
const [COUNTED, UNCOUNTED] = ["delayed_patients", "going_without"];

const FORMS = {
  count,
  share: (value) => percent(value, 1),
  points: (value) => `${fixed(value, 1)} points`,
  pounds,
  two: (value) => fixed(value, 2),
  hundred: (value) => fixed(100 * value, 1),
  tenth: (value) => fixed(value, 1),
};

// A policy's value of one lever in each round.
function rounds(policy, lever) {
  const given = POLICIES[policy].levers[lever];
  const listed = Array.isArray(given) ? given : ROUNDS.map(() => given);
  return ROUNDS.map((_, k) => listed[k] ?? LEVERS[lever].value);
}

// The settings as the model takes them: every lever's value in each round.
function schedule(values, { levers }) {
  return Object.fromEntries(
    levers.map(([lever, , scale]) => {
      const before = rounds(values.before, lever);
      return [lever, ROUNDS.map((start, k) => (start < values.from ? before[k] : values[lever] / scale))];
    }),
  );
}

// The policy that a schedule is the same as, or the reader's own.
function named(plan, { own }) {
  const same = (policy) => Object.entries(plan).every(([lever, values]) => rounds(policy, lever).every((value, k) => value === values[k]));
  return Object.keys(POLICIES).find(same) ?? own;
}

let base; // the base case, run once

const yearMean = (series, year) => series.slice(A_YEAR * (year - 2010), A_YEAR * (year - 2009)).reduce((sum, value) => sum + value, 0) / A_YEAR;
const measured = ([key, , , , summed], series, { last }) => (summed ? series[key].at(-1) : yearMean(series[key], last));

// "14% more", "14% fewer", "as many".
function against(value, other) {
  const words = percent(Math.abs(value / other - 1));
  return /[1-9]/.test(words) ? `${words} ${value > other ? "more" : "fewer"}` : "as many";
}

// "+1,234", "−0.3 points", "none" where it rounds to nothing.
function difference(form, value, other) {
  const words = form === "share" ? FORMS.points(100 * Math.abs(value - other)) : FORMS[form](Math.abs(value - other));
  return /[1-9]/.test(words) ? `${value > other ? "+" : "−"}${words}` : "none";
}

// A lever's value as its slider shows it.
function level([, , scale, unit], value) {
  const number = Number((value * scale).toFixed(6));
  return `${number < 0 ? "−" : ""}${fixed(Math.abs(number), Number.isInteger(number) ? 0 : 1)}${unit}`;
}

// What a run does with one lever, "" where nothing.
function moved(lever, values, { starts }) {
  const normal = LEVERS[lever[0]].value;
  if (values.every((value) => value === normal)) return "";
  const turns = values.flatMap((value, k) => (k && value !== values[k - 1] ? [k] : []));
  const told = values.map((value) => level(lever, value));
  let each = told[0];
  if (turns.length > 1) each = `${told.slice(0, -1).join(", ")} and ${told.at(-1)} in the six rounds`;
  else if (turns.length) each = `${told[0]} until ${starts[ROUNDS[turns[0]]]}, then ${told.at(-1)}`;
  return `${lever[1]}: ${each} (base case ${level(lever, normal)})`;
}

function title(policy, now, shared) {
  const { last, own, policies } = shared;
  const [counted, uncounted] = [COUNTED, UNCOUNTED].map((key) => against(yearMean(now[key], last), yearMean(base[key], last)));
  return `${policy === own ? "Your own levers" : policies[policy]}. In ${last}, against the base case: ${counted} delayed patients, ${uncounted} people going without care`;
}

function sentence(done, now, { last, few }) {
  const both = (key) => [now, base].map((one) => yearMean(one[key], last));
  const [counted, uncounted, onNoList] = [both(COUNTED), both(UNCOUNTED), both("unmet_need")];
  const money = now.sum_of_balances.at(-1) - base.sum_of_balances.at(-1);
  let opening = `${done.join("; ")}.`;
  if (!done.length) opening = "No lever is moved: the place does as England did.";
  else if (done.length > few) opening = `${capital(inWords(done.length))} levers are moved.`;
  return [
    opening,
    `In ${last}, ${fixed(counted[0], 1)} patients a day are delayed in hospital by social care (${fixed(counted[1], 1)} in the base ` +
      `case), and ${count(uncounted[0])} people at home go without care that they need (${count(uncounted[1])}), ` +
      `${count(onNoList[0])} of them on no list (${count(onNoList[1])}).`,
    done.length && since(now),
    done.length && `All balances together end ${pounds(Math.abs(money))} ${money >= 0 ? "more" : "less"} than in the base case.`,
  ].filter(Boolean).join(" ");
}

// Both tubs over the whole run, and what that means where they part.
function since(now) {
  const [days, years] = ["delayed_bed_days", "years_without_care"].map((key) => against(now[key].at(-1), base[key].at(-1)));
  const told = `Over the fifteen years it has ${days} delayed days, and ${years} years lived without care`;
  if (days.endsWith("fewer") && years.endsWith("more")) return `${told}: the number that is watched looks better and the one that is not is worse.`;
  if (days.endsWith("more") && years.endsWith("fewer")) return `${told}: the number that is watched looks worse and the one that is not is better.`;
  return `${told}.`;
}

// 1 where a run is better than the base case in one dimension, -1 where it is worse, 0 where nobody could tell.
function side(dimension, now, shared) {
  const [, , form, better] = dimension;
  const [value, other] = [now, base].map((one) => measured(dimension, one, shared));
  if (difference(form, value, other) === "none") return 0;
  return better * (value > other ? 1 : -1);
}

const judged = ({ dimensions }) => dimensions.filter(([, , , better]) => better);

function alternative(now, shared) {
  const middle = 2017;
  const lines = shared.series.map(([key, label]) => {
    const form = FORMS[key === COUNTED ? "tenth" : "count"];
    const [own, other] = [now, base].map((one) => [2010, middle, shared.last].map((year) => form(yearMean(one[key], year))));
    return `${label}: from ${own[0]} in 2010 to ${own[1]} in ${middle} and ${own[2]} in ${shared.last}; in the base case ${other[1]} in ${middle} and ${other[2]} in ${shared.last}.`;
  });
  const told = [[1, "Better than the base case"], [-1, "Worse"], [0, "The same"]].flatMap(([which, name]) => {
    const labels = judged(shared).filter((one) => side(one, now, shared) === which).map(([, label]) => label.split(",")[0]);
    return labels.length ? [`${name}: ${labels.join("; ")}`] : [];
  });
  return [
    "Two line charts from 2010 to 2025, this run a solid line and the base case a dashed one.",
    ...lines,
    `Below, the place score in its parts, each a dot on a scale of its own. ${told.join(". ")}.`,
  ].join(" ");
}

function table(now, shared) {
  const { dimensions, series, years, last } = shared;
  const row = (label, form, value, other) => [label, FORMS[form](value), FORMS[form](other), difference(form, value, other)];
  return {
    columns: ["Measure", "This run", "Base case", "Difference"],
    rows: [
      ...dimensions.map((one) => row(one[4] ? one[1] : `${one[1]}, ${last}`, one[2], measured(one, now, shared), measured(one, base, shared))),
      ...series.flatMap(([key, label]) =>
        years.map((year) => row(`${label}, ${year}`, key === COUNTED ? "tenth" : "count", yearMean(now[key], year), yearMean(base[key], year))),
      ),
    ],
  };
}

export function find(values, { shared }) {
  base ??= run().series;
  const plan = schedule(values, shared);
  const now = run(plan).series;
  const done = shared.levers.map((lever) => moved(lever, plan[lever[0]], shared)).filter(Boolean);
  return {
    title: title(named(plan, shared), now, shared),
    sentence: sentence(done, now, shared),
    alt: alternative(now, shared),
    table: table(now, shared),
    source: shared.source,
    plot: {
      delayed: now[COUNTED], without: now[UNCOUNTED],
      scores: shared.dimensions.map((one) => measured(one, now, shared)), before: shared.dimensions.map((one) => measured(one, base, shared)),
      now, shared,
    },
  };
}

// For each part of the score the largest difference from the base case that a ready-made policy makes; worked out once.
let widest;
function spans(shared) {
  if (widest) return widest;
  const all = Object.values(POLICIES).map(({ levers }) => run(levers).series);
  const most = (one) => Math.max(...all.map((series) => Math.abs(measured(one, series, shared) - measured(one, base, shared)))) || 1;
  return (widest = Object.fromEntries(judged(shared).map((one) => [one[0], most(one)])));
}

export function draw({ plot: found }, { width }) {
  const each = width < 560 ? width : Math.floor((width - 16) / 2);
  const label = Object.fromEntries(found.shared.series.map(([key, , long]) => [key, long]));
  return element(
    "div", {},
    element(
      "div", { class: "live-pair" },
      chart(label[COUNTED], found.delayed, base[COUNTED], each),
      chart(label[UNCOUNTED], found.without, base[UNCOUNTED], each),
    ),
    score(found, width),
  );
}

const points = (series) => series.map((value, k) => [2010 + k / A_YEAR, value]);

function chart(label, now, before, width) {
  const rows = wrap(label, Math.floor(width / 7.8));
  const top = 1.1 * Math.max(...now, ...before);
  const marginTop = 14 + 16 * rows.length + 20;
  const sample = (x, words, stroke, dash) => [
    ruleY([top], { x1: x, x2: x + (24 * 15) / (width - 60), dy: -12, stroke, strokeWidth: 2.5, strokeDasharray: dash }),
    text([words], { x: x + (30 * 15) / (width - 60), y: top, dy: -12, textAnchor: "start", fontSize: 12, fill: "currentColor" }),
  ];
  const gap = ((54 + textWidth("this run")) * 15) / (width - 60);
  return plot({
    className: "live-plot", width, height: 190 + marginTop, marginTop, marginLeft: 46, marginRight: 18, marginBottom: 26,
    x: { label: null, domain: [2010, 2025] }, y: { label: null, domain: [0, top] },
    marks: [
      text([rows.join("\n")], { frameAnchor: "top-left", textAnchor: "start", dx: -44, dy: -marginTop + 2, text: (d) => d, fontSize: 12.5, fontWeight: 600, lineHeight: 1.28, fill: "currentColor" }),
      ...sample(2010, "this run", "var(--live-dark)"),
      ...sample(2010 + gap, "base case", "var(--live-edge)", "5,4"),
      gridY({ stroke: "var(--live-grid)", strokeOpacity: 1, ticks: 5 }),
      areaY(points(now).map(([x, y], k) => [x, y, before[k]]), { x: "0", y1: "1", y2: "2", fill: "var(--live-light)", fillOpacity: 0.25 }),
      line(points(before), { stroke: "var(--live-edge)", strokeWidth: 1.8, strokeDasharray: "5,4" }),
      line(points(now), { stroke: "var(--live-dark)", strokeWidth: 2.5 }),
      ruleY([0], { stroke: "currentColor" }),
      axisX([2010, 2015, 2020, 2025], { tickFormat: String, tickSize: 0, fontSize: 12, label: null }),
      axisY({ ticks: 5, tickFormat: count, tickSize: 0, fontSize: 12, label: null }),
    ],
  });
}

const LINE = 16; // height of a row of text

// Each part of the score as a dot: the base case in the middle, better to the right, on a scale that the ready-made policies set.
function score({ now, shared }, width) {
  const rows = judged(shared).map((one, row) => {
    const [key, label, form, better] = one;
    const [value, other] = [now, base].map((series) => measured(one, series, shared));
    const at = Math.max(-1, Math.min(1, (better * (value - other)) / spans(shared)[key]));
    return { row, label, at: side(one, now, shared) && at, said: difference(form, value, other) };
  });
  const marginRight = 12 + Math.max(...rows.map(({ said }) => textWidth(said, 600)));
  const names = rows.map(({ label }) => wrap(label, Math.floor(width / 6.8)));
  const tall = Math.max(...names.map((words) => words.length)) * LINE;
  const height = (tall + 24) * rows.length;
  const middle = ({ row }) => (row + 1) * (tall + 24) - 13; // of the bar, under its label
  return plot({
    className: "live-plot", width, height: 34 + height, marginTop: 34, marginBottom: 0, marginLeft: 8, marginRight,
    x: { axis: null, domain: [-1.04, 1.04] }, y: { axis: null, domain: [height, 0] },
    marks: [
      ruleX([0], { stroke: "var(--live-edge)", strokeWidth: 1.6, strokeDasharray: "5,4" }),
      ...[[-1.04, "worse", "start"], [0, "base case", "middle"], [1.04, "better", "end"]].map(([x, words, textAnchor]) =>
        text([words], { x, y: 0, dy: -10, textAnchor, fontSize: 12, fontWeight: 600, fill: "currentColor" }),
      ),
      link(rows, { x1: 0, x2: "at", y1: middle, y2: middle, stroke: "var(--live-light)", strokeWidth: 5 }),
      dot(rows, { x: "at", y: middle, r: 5.5, fill: "var(--live-dark)" }),
      text(rows, { x: -1.04, y: (d) => middle(d) - 11, text: ({ row }) => names[row].join("\n"), textAnchor: "start", lineAnchor: "bottom", fontSize: 12, lineHeight: LINE / 12, fill: "currentColor", stroke: "var(--live-back)", strokeWidth: 3 }),
      text(rows, { x: 1.04, y: middle, dx: 8, text: "said", textAnchor: "start", fontSize: 12, fontWeight: 600, fill: "var(--live-dark)" }),
    ],
  });
}

export default live({ find, draw });
