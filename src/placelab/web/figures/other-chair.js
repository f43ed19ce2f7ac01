// The other chair, the twin of placelab/widgets/other_chair.py: one winter from four desks, looked up among the runs.
import { areaY, axisX, axisY, dot, gridY, line, plot, rect, ruleY, text } from "@observablehq/plot";
import { element } from "../element.js";
import { live } from "../live.js";
import { capital, count, fixed, people, pounds, rounded } from "../wording.js";

const ORDER = ["hospital", "council", "family", "gp"]; // of the runs; general practice changes least, so it turns fastest

const runOf = ({ runs, late }, values) => runs[ORDER.reduce((at, desk) => 3 * at + values[desk], late.indexOf(values.late))];

// Words

// A count to about two figures.
function about(value) {
  const size = Math.abs(value);
  const step = size < 99.5 ? 1 : size < 995 ? 10 : size < 9950 ? 100 : 1000;
  return count(step * rounded(value / step));
}

const either = (low, high) => (low === high ? low : `${low} to ${high}`);
const span = (low, high) => either(about(low), about(high));
const small = (words) => words.slice(0, 1).toLowerCase() + words.slice(1);
const spoken = (parts) => parts.filter(Boolean).join(" ");

function signed(value) {
  const words = about(Math.abs(value));
  return words === "0" ? words : `${value < 0 ? "−" : "+"}${words}`;
}

// A change as a verb with its range.
function changes(low, middle, high) {
  const ends = either(signed(low), signed(high));
  if (about(Math.abs(middle)) === "0") return ends === "0" ? "do not change" : `hardly change (${ends})`;
  return `${middle < 0 ? "fall" : "rise"} by ${about(Math.abs(middle))} (${ends})`;
}

const by = ({ dates, days }, day) => (day < days ? dates[Math.floor(day)] : "after March");
const on = (shared, day) => (day < shared.days ? `on ${by(shared, day)}` : by(shared, day));

function decided({ desks, clauses }, values) {
  const own = clauses[values.desk][values[values.desk]];
  const others = desks.filter((desk) => desk !== values.desk && values[desk]).map((desk) => clauses[desk][values[desk]]);
  if (!others.length) return `At your desk ${own}. Everybody else carries on.`;
  return `At your desk ${own}. Elsewhere ${others.join(", ")}${others.length === 3 ? "" : "; the rest carry on"}.`;
}

const answered = ({ answer }, late) =>
  "To the question: where the council alone puts hospital patients first, each 100 days of waiting spared in hospital " +
  `go with about ${answer[late]} more days without care at home, of people who wait and of people who stopped waiting.`;

export function find(values, { shared, place }) {
  const seen = values.see === "own" ? values.desk : values.see;
  const run = runOf(shared, values);
  const base = runOf(shared, { hospital: 0, gp: 0, council: 0, family: 0, late: values.late });
  const told = decided(shared, values) + (seen === values.desk ? "" : ` This is the same winter from ${shared.from[seen]}.`);
  const closing = shared.blind[seen] + (run === base ? ` ${answered(shared, values.late)}` : "");
  return seen === "family" ? family(shared, run, base, told, closing) : many({ shared, place, seen, values, run, base, moved: run !== base }, told, closing);
}

// The three desks that see many people

// How many of the model's places the reader's place is.
const scaleOf = ({ shared, place }) => (place.code === shared.england || place.small ? 1 : place.older / shared.older);

function many(view, told, closing) {
  const { shared, seen, run, base, moved } = view;
  const scale = scaleOf(view);
  const [name, title, label] = shared.series[seen];
  const series = (one) => one.series[name].map((row) => row.map((value) => scale * value));
  const total = (key, one) => one.totals[shared.numbers.indexOf(key)].map((value) => scale * value);
  const [low, median, high] = series(run);
  const rows = shared.totals[seen].map(([key, words]) => [words, total(key, run), total(key, base)]);
  const found = { label, low, median, high, before: moved ? series(base)[1] : [], rows, moved, scale };
  return {
    title: title.replace("{}", about(total(shared.averaged[seen], run)[1] / shared.per[seen])),
    sentence: `${told} ${sentence(view, found)} ${closing} ${placed(view)}`,
    alt: alternative(shared, found),
    table: table(found),
    source: shared.source,
    plot: { ...found, edges: shared.edges, months: shared.months, rows: rows.map(([, now, was]) => [now, moved ? was : []]), words: rows.map(([words]) => words) },
  };
}

function sentence({ shared, seen, values, run }, { label, low, median, high, rows, moved, scale }) {
  const [words, now] = rows[0];
  return spoken([
    `Each figure is the middle one of ${shared.winters} winters, with the range of eight in ten in brackets.`,
    `${label} go from ${about(median[0])} in the first fortnight to ${about(median.at(-1))} at the end of March`,
    `(${span(low.at(-1), high.at(-1))}).`,
    seen === "gp" && shared.extra,
    `${words} over the winter: ${about(now[1])} (${span(now[0], now[2])}).`,
    moved && `Against carrying on, in the same winters, ${small(words)} ${changes(...now.slice(3))}.`,
    seen === "council" && values.council === 1 &&
      `The higher fee costs about ${pounds(10_000 * rounded((scale * shared.fee * run.care) / 10_000))} more over the winter.`,
    values.late === "admissions" && "Here half of all crises at home bring an admission, which studies of the cuts did not find.",
  ]);
}

function placed({ shared, place }) {
  const model = people(shared.older);
  if (place.code === shared.england) return `The place is made up: it has ${model} people aged 65 and over.`;
  if (place.small) return `Too few people live in ${place.inSentence} for this: the place shown is made up, with ${model} people aged 65 and over.`;
  return (
    `The counts are scaled to the ${people(place.older)} people aged 65 and over in ${place.inSentence} in mid-${shared.year}. So are the ` +
    `ranges, which fit a place with ${model}: for a larger one they are too wide, for a smaller one too narrow.`
  );
}

function alternative({ dates, edges }, { label, low, median, high, before, rows, moved }) {
  const most = median.indexOf(Math.max(...median));
  const base = moved ? ` Carrying on, a dashed line, they end at ${about(before.at(-1))}.` : "";
  const bars = rows.map(([words, now, was]) => `${small(words)}, ${about(now[1])}${moved ? ` against ${about(was[1])} when carrying on` : ""}`);
  return (
    `Line chart by fortnight from 1 November to 31 March, with a band for eight winters in ten. ${label}: ` +
    `${about(median[0])} at first, most at ${about(median[most])} in the fortnight from ${dates[edges[most]]}, ` +
    `${about(median.at(-1))} at the end (${span(low.at(-1), high.at(-1))}).${base} Below it, a bar with its range for each total: ` +
    `${bars.join("; ")}.`
  );
}

function table({ rows, moved }) {
  const columns = [
    ["Over the winter", ([words]) => words],
    ["Middle winter", ([, now]) => about(now[1])],
    ["Eight winters in ten", ([, now]) => span(now[0], now[2])],
    moved && ["Carrying on", ([, , was]) => about(was[1])],
    moved && ["Change", ([, now]) => signed(now[4])],
    moved && ["Change, eight in ten", ([, now]) => either(signed(now[3]), signed(now[5]))],
  ].filter(Boolean);
  return { columns: columns.map(([name]) => name), rows: rows.map((row) => columns.map(([, cell]) => cell(row))) };
}

// The family

// Days of each kind of time in the middle winter, from coming in to the end of March.
function spansOf({ arrives, days }, run) {
  const ends = [arrives, arrives + run.bed[1] / 24, ...run.days[1], days];
  return ends.slice(1).map((end, i) => Math.max(0, end - ends[i]));
}

function family(shared, run, base, told, closing) {
  const moved = run !== base;
  const [, , home, care] = run.days[1];
  const [spans, before] = [spansOf(shared, run), moved ? spansOf(shared, base) : []];
  return {
    title: familyTitle(shared, home, care),
    sentence: `${told} ${familySentence(shared, run)} ${closing} His winter does not depend on the size of the place.`,
    alt: familyAlternative(shared, spans, before),
    table: familyTable(shared, run, base, moved),
    source: shared.source,
    plot: { spans, before, names: shared.spans, arrives: shared.arrives, days: shared.days, months: shared.months },
  };
}

function familyTitle(shared, home, care) {
  if (by(shared, home) === by(shared, care)) return `The family's winter: father is home with care ${on(shared, home)}`;
  return `The family's winter: father is home ${on(shared, home)} and has care ${care < shared.days ? "from" : "only"} ${by(shared, care)}`;
}

const daysOf = (days) => `${about(days)} ${about(days) === "1" ? "day" : "days"}`;

function familySentence(shared, run) {
  const [low, [fit, left, home, care], high] = run.days;
  const [[, paid, helped], [interim, back]] = [run.father[1], run.often];
  return spoken([
    `Father comes in on ${shared.dates[Math.floor(shared.arrives)]}, is treated and is fit to leave by ${by(shared, fit)}.`,
    `In the middle one of ${shared.winters} winters he then waits ${daysOf(left - fit)} and leaves hospital ${on(shared, left)}`,
    `(${either(by(shared, low[1]), by(shared, high[1]))} in eight winters of ten).`,
    `He is at home ${on(shared, home)}. Care starts ${on(shared, care)} (${either(by(shared, low[3]), by(shared, high[3]))}).`,
    run.week && `He came in needing ${count(shared.hours)} hours of care a week; by then it is ${fixed(run.week, 1)}.`,
    `To the end of March services give ${about(paid)} hours of care and the family ${about(helped)}.`,
    interim && `In ${interim} of the winters he is moved to an interim bed in a care home.`,
    back && `In ${back} of the winters he has a crisis while he waits at home.`,
  ]);
}

const pieces = ({ spans: names }, spans) =>
  names.map((name, i) => [name, spans[i]]).filter(([, days]) => days >= 0.5).map(([name, days]) => `${small(name)}, ${daysOf(days)}`).join("; ");

function familyAlternative(shared, spans, before) {
  const base = before.length ? ` A second bar, for carrying on: ${pieces(shared, before)}.` : "";
  return `Father's days from ${shared.dates[Math.floor(shared.arrives)]} to the end of March as a bar in pieces: ${pieces(shared, spans)}.${base}`;
}

function familyTable(shared, run, base, moved) {
  const day = (i) => [...run.days.map((row) => by(shared, row[i])), by(shared, base.days[1][i])];
  const number = (i) => [...run.father.map((row) => about(row[i])), about(base.father[1][i])];
  const rows = [
    ["Waits for a bed, hours", ...run.bed.map(about), about(base.bed[1])],
    ...["Fit to leave", "Leaves hospital", "At home", "Care starts"].map((name, i) => [name, ...day(i)]),
    ...["Moves before home", "Hours of care from services", "Hours of care from the family"].map((name, i) => [name, ...number(i)]),
  ];
  return {
    columns: ["Father", "Middle winter", "Eight winters in ten", ...(moved ? ["Carrying on"] : [])],
    rows: rows.map(([name, low, middle, high, was]) => [name, middle, either(low, high), ...(moved ? [was] : [])]),
  };
}

// The figure

const ticksOf = (months, first) => ({ ticks: months.map(([day]) => day).filter((day) => day >= first), tickFormat: (day) => months.find(([at]) => at === day)[1], tickSize: 0, fontSize: 12, label: null });

export function draw({ plot: found }, { width }) {
  if (found.spans) return timeline(found, width);
  const key = `Shaded, and the length of a bar: eight winters in ten.${found.moved ? " Dashed, and grey: carrying on." : ""}`;
  return element("div", {}, ribbon(found, width), element("small", {}, key), ranges(found, width));
}

// The line in its band, carrying on dashed.
function ribbon({ label, low, median, high, before, edges, months }, width) {
  const points = median.map((value, i) => ({ x: (edges[i] + edges[i + 1]) / 2, value, low: low[i], high: high[i], before: before[i] }));
  const top = Math.max(...high, ...before) * 1.1;
  return plot({
    className: "live-plot", width, height: width < 480 ? 230 : 270, marginTop: 30, marginLeft: 46, marginBottom: 28,
    x: { label: null, domain: [0, edges.at(-1)] }, y: { label: null, domain: [0, top] },
    marks: [
      gridY({ stroke: "var(--live-grid)", strokeOpacity: 1, ticks: 5 }),
      areaY(points, { x: "x", y1: "low", y2: "high", fill: "var(--live-light)", fillOpacity: 0.4 }),
      ...(before.length ? [line(points, { x: "x", y: "before", stroke: "var(--live-ink)", strokeOpacity: 0.75, strokeWidth: 1.6, strokeDasharray: "5,4" })] : []),
      line(points, { x: "x", y: "value", stroke: "var(--live-dark)", strokeWidth: 2.5 }),
      ruleY([0], { stroke: "currentColor" }),
      axisX(ticksOf(months, 0)),
      axisY({ ticks: 5, tickFormat: about, tickSize: 0, fontSize: 12, label, labelArrow: "none" }),
    ],
  });
}

const ROW = 22;

// Each total as a bar from low to high with a dot at its middle, on a scale of its own; carrying on beneath it.
function ranges({ rows, words, moved }, width) {
  const shown = [];
  let at = 0;
  rows.forEach(([now, was], i) => {
    const most = Math.max(now[2], moved ? was[2] : 0) || 1;
    shown.push({ y: at, words: words[i] });
    for (const [numbers, colour, name] of [[now, "var(--live-dark)", "this winter"], ...(moved ? [[was, "var(--live-edge)", "carrying on"]] : [])]) {
      at += 0.85;
      shown.push({ y: at, low: numbers[0] / most, middle: numbers[1] / most, high: numbers[2] / most, colour, said: `${about(numbers[1])}${moved ? `  ${name}` : ""}` });
    }
    at += 1.15;
  });
  const bars = shown.filter(({ colour }) => colour);
  return plot({
    className: "live-plot", width, height: at * ROW, marginTop: 12, marginBottom: 0, marginLeft: 4, marginRight: moved ? 140 : 64,
    x: { axis: null, domain: [0, 1] }, y: { axis: null, domain: [0, at - 0.6], reverse: false, range: [12, (at - 0.6) * ROW] },
    marks: [
      text(shown.filter((d) => d.words), { x: 0, y: "y", text: "words", textAnchor: "start", fontSize: 13, fontWeight: 600, fill: "currentColor" }),
      ruleY(bars, { y: "y", x1: "low", x2: "high", stroke: "colour", strokeWidth: 7, strokeOpacity: 0.45 }),
      dot(bars, { x: "middle", y: "y", r: 5, fill: "colour" }),
      text(bars, { x: () => 1, y: "y", dx: 10, text: "said", textAnchor: "start", fontSize: 12, fill: "colour" }),
    ],
  });
}

const TIMES = ["var(--live-grid)", "var(--live-mid)", "var(--live-accent)", "var(--live-shade-2)", "var(--live-light)", "var(--live-dark)"];

// Father's days as a bar in pieces, carrying on beneath it, with a key of every kind of time that has half a day.
function timeline({ spans, before, names, arrives, days, months }, width) {
  const bars = [["This winter", spans], ["Carrying on", before]].filter(([, one]) => one.length);
  const parts = bars.flatMap(([name, one], row) => {
    let left = arrives;
    return one.map((length, i) => ({ row, name, i, x1: left, x2: (left += length), length }));
  });
  const key = names.map((name, i) => [name, i]).filter(([, i]) => parts.some((part) => part.i === i && part.length >= 0.5));
  const [bar, top] = [58, 8];
  const height = top + bars.length * bar + 30 + key.length * 20;
  const middle = (row) => row * bar + 34;
  const under = (i) => top + bars.length * bar + 36 + i * 20;
  return plot({
    className: "live-plot", width, height, marginTop: top, marginBottom: height - top - bars.length * bar, marginLeft: 4, marginRight: 12,
    x: { label: null, domain: [arrives, days] }, y: { axis: null, domain: [0, bars.length * bar], range: [top, top + bars.length * bar] },
    marks: [
      rect(parts.filter(({ length }) => length > 0), {
        x1: "x1", x2: "x2", y1: ({ row }) => middle(row) - 14, y2: ({ row }) => middle(row) + 14, fill: ({ i }) => TIMES[i], insetRight: 1, stroke: "var(--live-edge)", strokeOpacity: 0.35,
      }),
      text(bars, { x: arrives, y: (_, row) => middle(row) - 24, text: ([name]) => name, textAnchor: "start", fontSize: 13, fontWeight: 600, fill: "currentColor" }),
      axisX(ticksOf(months, arrives)),
      ...key.flatMap(([name, i], n) => [
        dot([0], { x: arrives, y: 0, dx: 7, dy: under(n) - top, r: 6, symbol: "square", fill: TIMES[i], stroke: "var(--live-edge)" }),
        text([name], { x: arrives, y: 0, dx: 20, dy: under(n) - top, text: (d) => d, textAnchor: "start", fontSize: 12, fill: "currentColor" }),
      ]),
    ],
  });
}

export default live({ find, draw });
