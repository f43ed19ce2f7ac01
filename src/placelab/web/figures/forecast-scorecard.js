// The forecast scorecard, the twin of placelab/widgets/forecast_scorecard.py: an interval stated first, then scored beside the
// projection, the trend and what happened; for one place, or for all as a distribution.
import { axisX, dot, gridX, link, plot, ruleX, text } from "@observablehq/plot";
import { histogram } from "../histogram.js";
import { textWidth } from "../lines.js";
import { live } from "../live.js";
import { quantile } from "../series.js";
import { capital, count, fixed, inWords, noun, people, percent, rounded } from "../wording.js";

const METHODS = ["projection", "trend", "noChange"];
const BANDED = ["projection", "trend"];
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2];

const isNought = (words) => /^[0.%]*$/.test(words);
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

// A change with its sign: "+9%", "−5%", "0%".
function signed(share, places = 0) {
  const words = percent(share, places);
  return share > 0 && !isNought(words) ? `+${words}` : words;
}
const span = ([low, high]) => `${signed(low)} to ${signed(high)}`;
const points = (score) => `${count(score)} ${rounded(score) === 1 ? "point" : "points"}`;

// The interval score (scorecard.interval_score).
const score = ([low, high], outcome, alpha) => high - low + (2 / alpha) * (Math.max(low - outcome, 0) + Math.max(outcome - high, 0));

// What was known, expected and found in every place, England last (scorecard.expected).
function expected({ places, late, people: counts, ages, years }, age) {
  const total = (column, i) => ages[age].reduce((sum, band) => sum + counts[band][column][i], 0);
  return places.map((place, i) => {
    const [census, known, revised, projection, outturn] = ["census", "known", "revised", "projection", "outturn"].map((c) => total(c, i));
    const trend = known * (known / census) ** ((years.last - years.base) / (years.base - years.census));
    return { ...place, late: late[i], census, known, revised, projection, trend, noChange: known, outturn };
  });
}

const names = ({ years }) => ({ projection: `Projection, ${years.base}-based`, trend: `Trend since ${years.census}, carried on`, noChange: "No change" });
const band = (point, half) => [point * (1 - half), point * (1 + half)];

function knownThen(at, age, { years }) {
  const told =
    `In ${years.published} the latest figures put people aged ${age} in ${at.inSentence} at ${people(at.known)} ` +
    `in mid-${years.base}, ${noun(at.known / at.census - 1)} since mid-${years.census}.`;
  if (!at.late) return told;
  return `${told} ${at.name} took its present boundaries after ${years.base}: its figures then are those of the districts that it now covers.`;
}

export function find({ age, view, low, high }, { shared, place: { code } }) {
  const rows = expected(shared, age);
  const at = rows.find((row) => row.code === code);
  const stated = low <= high ? [low / 100, high / 100] : [high / 100, low / 100]; // whichever slider holds which end
  const found = BANDED.includes(view) ? all(rows, at, age, view, stated, shared) : one(at, age, stated, shared);
  return { ...found, known: knownThen(at, age, shared), source: shared.source };
}

// One place

function one(at, age, stated, shared) {
  const { years, alpha } = shared;
  const change = (column) => at[column] / at.known - 1;
  const half = shared.widths[age];
  const ends = { stated };
  for (const method of BANDED) ends[method] = band(at[method], half).map((end) => end / at.known - 1);
  const outturn = change("outturn");
  const scores = Object.fromEntries(Object.entries(ends).map(([row, pair]) => [row, score(pair.map((end) => 100 * end), 100 * outturn, alpha)]));
  const called = names(shared);
  return {
    title: `People aged ${age} in ${at.inSentence}: ${noun(change("projection"))} projected, ${noun(outturn)} found by ${years.last}`,
    sentence: sentences(at, age, change, ends, scores, half, shared).join(" "),
    alt: alternative(at, age, change, ends, called, years),
    table: {
      columns: ["What", `People, mid-${years.last}`, `Change from mid-${years.base}`, "Error", "Interval", "Points"],
      rows: [
        ["Interval stated", "none", "none", "none", span(stated), count(scores.stated)],
        ...METHODS.map((method) => [
          called[method], people(at[method]), signed(change(method)), signed(at[method] / at.outturn - 1, 1),
          ...(ends[method] ? [span(ends[method]), count(scores[method])] : ["none", "none"]),
        ]),
        [`Estimate, mid-${years.last}`, people(at.outturn), signed(outturn), "none", "none", "none"],
      ],
    },
    plot: { ends: Object.values(ends), scores: Object.values(scores), points: BANDED.map(change), outturn, called, base: years.base },
  };
}

function sentences(at, age, change, ends, scores, half, shared) {
  const { years, alpha } = shared;
  const outturn = change("outturn");
  const told = [
    knownThen(at, age, shared),
    `Today's estimate for mid-${years.last} is ${people(at.outturn)}, ${noun(outturn)} from the number known then.`,
    `The projection had ${people(at.projection)}, ${noun(change("projection"))}; the trend since ` +
      `${years.census}, carried on, ${people(at.trend)}, ${noun(change("trend"))}.`,
    toldOf(ends.stated, outturn, scores.stated, alpha),
    `Given a band of ${percent(half)} either side, the width that past misses of the trend rule ` +
      `suggest, the projection scores ${points(scores.projection)} and the trend ${points(scores.trend)}. Lower is better.`,
    revision(at, years),
  ];
  if (at.small) told.push(`Numbers in ${at.inSentence} are too small for a score to mean much.`);
  return told;
}

function toldOf([low, high], outturn, total, alpha) {
  const interval = `The interval stated, ${span([low, high])},`;
  if (low <= outturn && outturn <= high) return `${interval} holds what happened and scores its width: ${points(total)}.`;
  const miss = 100 * Math.max(low - outturn, outturn - high);
  return (
    `${interval} misses what happened by ${fixed(miss, 1)} percentage points and scores its width plus ` +
    `${inWords(rounded(2 / alpha))} times the miss: ${points(total)}.`
  );
}

function revision({ revised, known }, { base }) {
  const moved = revised / known - 1;
  const size = percent(Math.abs(moved), 1);
  if (isNought(size)) return `The number known for mid-${base} has hardly been revised since.`;
  return `The start has moved too: mid-${base} is now put ${size} ${moved < 0 ? "below" : "above"} the number known then.`;
}

function alternative(at, age, change, ends, called, years) {
  const bands = BANDED.map((method) => `${called[method].toLowerCase()}, ${signed(change(method))} in a band of ${span(ends[method])}`).join("; ");
  return (
    `Chart of intervals for the change in people aged ${age} in ${at.inSentence}, mid-${years.base} to mid-${years.last}. ` +
    `Interval stated: ${span(ends.stated)}. ${capital(bands)}. A dashed rule marks what happened: ${signed(change("outturn"))}.`
  );
}

// All places

// Methods against one another (scorecard.comparison).
function comparison(rows, half, alpha) {
  const away = (method) => mean(rows.map((row) => Math.abs(row[method] - row.outturn)));
  return Object.fromEntries(
    METHODS.map((method) => {
      const bands = rows.map((row) => band(row[method], half));
      return [
        method,
        {
          error: mean(rows.map((row) => Math.abs(row[method] / row.outturn - 1))),
          relative: away(method) / away("noChange"),
          tooHigh: rows.filter((row) => row[method] > row.outturn).length,
          held: mean(rows.map((row, i) => Number(row.outturn >= bands[i][0] && row.outturn <= bands[i][1]))),
          score: mean(rows.map((row, i) => score(bands[i].map((end) => (100 * end) / row.known), (100 * row.outturn) / row.known, alpha))),
        },
      ];
    }),
  );
}

function all(rows, at, age, method, stated, shared) {
  const { years, alpha, widths } = shared;
  const compared = rows.slice(0, -1).filter((row) => !row.small);
  const every = compared.map((row) => row[method] / row.outturn - 1).sort((a, b) => a - b);
  const changes = compared.map((row) => row.outturn / row.known - 1);
  const held = changes.filter((change) => change >= stated[0] && change <= stated[1]).length;
  const share = held / compared.length;
  const total = mean(changes.map((change) => score(stated.map((end) => 100 * end), 100 * change, alpha)));
  const table = comparison(compared, widths[age], alpha);
  const own = at.small ? null : at[method] / at.outturn - 1;
  const name = method === "projection" ? `${years.base}-based projection` : `trend since ${years.census}`;
  const called = names(shared);
  const { projection, trend, noChange } = table;
  const off = (error) => (isNought(percent(Math.abs(error), 1)) ? "right to within a tenth of one per cent" : `${percent(Math.abs(error), 1)} too ${error > 0 ? "high" : "low"}`);
  return {
    title: `For people aged ${age} in ${years.last} the ${name} was too high in ${every.filter((error) => error > 0).length} of ${every.length} places`,
    sentence: [
      `For people aged ${age} in mid-${years.last} the ${years.base}-based projection missed by ${percent(projection.error, 1)} on ` +
        `average, too high or too low; the trend since ${years.census}, carried on, by ${percent(trend.error, 1)}; and no ` +
        `change from mid-${years.base} by ${percent(noChange.error, 1)}.`,
      own === null ? `Numbers in ${at.inSentence} are too small for a score to mean much.` : `In ${at.inSentence} the ${name} was ${off(own)}.`,
      `A band of ${percent(widths[age])} either side, meant to hold what happened in 80% of places, held it in ` +
        `${percent(projection.held)} around the projection and in ${percent(trend.held)} around the trend.`,
      `The interval stated, ${span(stated)}, would have held what happened in ${held} of ${compared.length} places, ${percent(share)}.`,
    ].join(" "),
    alt:
      `Histogram of the error of the ${name} in ${every.length} places, from ${signed(every[0], 1)} to ${signed(every.at(-1), 1)}, ` +
      `half of them between ${signed(quantile(every, 0.25), 1)} and ${signed(quantile(every, 0.75), 1)}.` +
      (own === null ? "" : ` ${at.name} is marked at ${signed(own, 1)}.`),
    table: {
      columns: ["Method", "Mean absolute error", "Against no change", "Too high in", "Interval held", "Mean points"],
      rows: [
        ...METHODS.map((each) => {
          const row = table[each];
          const banded = BANDED.includes(each) ? [percent(row.held), count(row.score)] : ["none", "none"];
          return [called[each], percent(row.error, 1), fixed(row.relative, 2), `${row.tooHigh} of ${every.length}`, ...banded];
        }),
        [`Interval stated, ${span(stated)}`, "none", "none", "none", percent(share), count(total)],
      ],
    },
    plot: {
      errors: every, measures: METHODS.flatMap((each) => [table[each].error, table[each].relative, table[each].tooHigh]),
      banded: BANDED.flatMap((each) => [table[each].held, table[each].score]), stated: [share, total],
      mark: own === null ? null : { name: at.name, value: own }, last: years.last,
    },
  };
}

export const draw = ({ plot: found }, options) => (found.errors ? distribution(found, options) : intervals(found, options));

function distribution({ errors, mark, last }, options) {
  const step = STEPS.find((size) => (errors.at(-1) - errors[0]) / size <= 18);
  const label = `Error, as a share of the estimate for mid-${last}`;
  return histogram({ numbers: errors, step, mark, label, counted: "Number of places", format: (share) => signed(share) }, options);
}

// Bars from end to end, each with its name above it and a ring at its number; a dashed rule marks what happened.
function intervals({ ends, points: numbers, outturn, called, base }, { width }) {
  const rows = [["Interval stated", "var(--live-accent)"], [called.projection, "var(--live-dark)"], [called.trend, "var(--live-dark)"]].map(([name, colour], i) => ({
    name, colour, low: ends[i][0], high: ends[i][1], y: i, point: i ? numbers[i - 1] : null,
  }));
  const edges = [...ends.flat(), outturn, 0];
  const [least, most] = [Math.min(...edges), Math.max(...edges)];
  const pad = (most - least) * 0.04 || 0.01;
  const box = { width, height: 48 * rows.length + 92, marginLeft: 8, marginRight: 8, marginTop: 34, marginBottom: 44 };
  const happened = `What happened: ${signed(outturn)}`;
  const at = ((outturn - least + pad) / (most - least + 2 * pad)) * (width - box.marginLeft - box.marginRight);
  const side = textWidth(happened, 700) / 2 + 4;
  const anchor = at < side ? "start" : at > width - 16 - side ? "end" : "middle";
  return plot({
    ...box, className: "live-plot",
    x: { label: null, domain: [least - pad, most + pad] }, y: { axis: null, domain: [-0.65, rows.length - 0.6], reverse: true },
    marks: [
      gridX({ stroke: "var(--live-grid)", strokeOpacity: 1, ticks: width < 480 ? 4 : 8 }),
      ruleX([0], { stroke: "currentColor" }),
      link(rows, { x1: "low", x2: "high", y1: "y", y2: "y", stroke: "colour", strokeWidth: 8, strokeLinecap: "butt" }),
      dot(rows.filter((row) => row.point !== null), { x: "point", y: "y", r: 6, fill: "var(--live-back)", stroke: "colour", strokeWidth: 2.5 }),
      ruleX([outturn], { stroke: "currentColor", strokeWidth: 2, strokeDasharray: "5,3" }),
      text(rows, { x: least - pad, y: "y", text: "name", dx: 4, dy: -17, textAnchor: "start", fill: "colour", fontWeight: 700, fontSize: 12, stroke: "var(--live-back)", strokeWidth: 4 }),
      text([happened], { x: () => outturn, frameAnchor: "top", dy: -18, textAnchor: anchor, fontWeight: 700, fontSize: 12 }),
      axisX({ ticks: width < 480 ? 4 : 8, tickFormat: (share) => signed(share), tickSize: 0, fontSize: 12, label: null }),
      text([`Change from the number known for mid-${base}`], { frameAnchor: "bottom-left", lineAnchor: "top", dy: 26, textAnchor: "start", fontSize: 12 }),
    ],
  });
}

export default live({ find, draw });
