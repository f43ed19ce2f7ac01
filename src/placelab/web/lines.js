// Trends as a chart: estimates solid, projections dashed and never joined to them, a rule at the last estimate, and each
// trend's name at its end.
import { axisX, axisY, gridY, line, plot, ruleX, ruleY, text } from "@observablehq/plot";

const FONT = 12;
const ROW = 16; // height of a row of text
const GAP = 48; // between two years on the axis, at the least

// How wide words stand in a chart, in pixels: Plot sets its text in this font.
let pen;
export function textWidth(words, weight = 400, size = FONT) {
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = `${weight} ${size}px system-ui, sans-serif`;
  return Math.ceil(pen.measureText(words).width);
}

// Text in rows of at most so many letters; a longer word keeps a row to itself.
export function wrap(words, letters) {
  const rows = [];
  for (const word of words.split(" ")) {
    if (rows.length && `${rows.at(-1)} ${word}`.length <= letters) rows.push(`${rows.pop()} ${word}`);
    else rows.push(word);
  }
  return rows;
}

// Heights as near to those wanted as labels of these sizes can be without touching, in the same order (figures._spread), and
// none reaching above `top`.
export function spread(wanted, sizes, top = -Infinity) {
  const blocks = [];
  for (const i of wanted.map((_, k) => k).sort((a, b) => wanted[a] - wanted[b])) {
    blocks.push(set([i], wanted, sizes, top));
    while (blocks.length > 1 && blocks.at(-1).middle - blocks.at(-2).middle < (blocks.at(-1).size + blocks.at(-2).size) / 2) {
      const [above, below] = blocks.splice(-2);
      blocks.push(set([...above.labels, ...below.labels], wanted, sizes, top));
    }
  }
  const heights = [];
  for (const { labels, middle, offsets } of blocks) labels.forEach((k, n) => (heights[k] = middle + offsets[n]));
  return heights;
}

// Labels standing on one another, set as a whole where it moves them least.
function set(labels, wanted, sizes, top) {
  const size = labels.reduce((sum, k) => sum + sizes[k], 0);
  let below = -size / 2;
  const offsets = labels.map((k) => (below += sizes[k]) - sizes[k] / 2);
  const middle = labels.reduce((sum, k, n) => sum + wanted[k] - offsets[n], 0) / labels.length;
  return { labels, size, offsets, middle: Math.max(middle, top + size / 2) };
}

// Years under the axis: first, last estimate and horizon, and decades where there is room.
function ticks({ first, last, horizon }, perYear) {
  const kept = [first, last, horizon];
  for (let year = Math.ceil(first / 10) * 10; year < horizon; year += 10) {
    if (kept.every((other) => Math.abs(other - year) * perYear >= GAP)) kept.push(year);
  }
  return kept.sort((a, b) => a - b);
}

// trends: [{name, colour, weight, estimate, projection}], the series as points [year, value]; either may be empty.
export function trendChart({ trends, first, last, horizon, based, label, format, zero, level }, { width }) {
  const narrow = width < 480;
  const names = trends.map(({ name }) => wrap(name, narrow ? 13 : 18));
  const values = trends.flatMap((t) => [...t.estimate, ...t.projection].map(([, value]) => value));
  const [most, least] = [Math.max(...values), Math.min(...values)];
  const [low, high] = zero ? [Math.min(0, least), most * 1.04] : [least - (most - least) * 0.06, most + (most - least) * 0.06];
  const keyRows = narrow ? 2 : 1;
  const box = {
    width, height: (narrow ? 300 : 360) + ROW * keyRows, className: "live-plot", marginTop: ROW * (keyRows + 1) + 16, marginBottom: 44,
    marginLeft: 10 + Math.max(...[low, high, most].map((value) => textWidth(format(value)))),
    marginRight: 10 + Math.max(...names.flat().map((row) => textWidth(row, 700))),
  };
  const perYear = (box.width - box.marginLeft - box.marginRight) / (horizon - first);
  const pixel = (value) => ((high - value) / (high - low)) * (box.height - box.marginTop - box.marginBottom);
  const ends = trends.map((t) => t.projection.at(-1)[1]);
  const heights = spread(ends.map(pixel), names.map((rows) => rows.length * ROW + 4), -ROW / 2);
  const top = { frameAnchor: "top-left", textAnchor: "start", fontSize: FONT, fill: "currentColor" };
  const key = (words, row, left, dash) => [
    ruleY([high], { x1: first, x2: first + 24 / perYear, dx: left - box.marginLeft, dy: row * ROW + 8 - box.marginTop, stroke: "currentColor", strokeWidth: 2, strokeDasharray: dash }),
    text([words], { ...top, dx: left + 30 - box.marginLeft, dy: row * ROW + 2 - box.marginTop }),
  ];
  return plot({
    ...box, x: { label: null, domain: [first, horizon] }, y: { label: null, domain: [low, high] },
    marks: [
      gridY({ stroke: "var(--live-grid)", strokeOpacity: 1, ticks: 5 }),
      ruleX([last], { stroke: "currentColor", strokeOpacity: 0.6 }),
      zero ? ruleY([0], { stroke: "currentColor" }) : null,
      level === undefined ? null : ruleY([level], { stroke: "currentColor", strokeOpacity: 0.6 }),
      ...trends.flatMap(({ estimate, projection, colour, weight }) => [
        line(projection, { stroke: colour, strokeWidth: weight, strokeDasharray: "6,4", strokeLinecap: "butt" }),
        line(estimate, { stroke: colour, strokeWidth: weight }),
      ]),
      ...names.map((rows, i) =>
        text([rows.join("\n")], { x: () => horizon, y: () => ends[i], text: (d) => d, dx: 6, dy: heights[i] - pixel(ends[i]), textAnchor: "start", fill: trends[i].colour, fontWeight: 700, fontSize: FONT, lineHeight: ROW / FONT }),
      ),
      ...key("mid-year estimate", 0, 2),
      ...key(`projection, ${based}-based`, keyRows - 1, narrow ? 2 : 60 + textWidth("mid-year estimate"), "6,4"),
      text([label], { ...top, dx: 2 - box.marginLeft, dy: keyRows * ROW + 6 - box.marginTop }),
      axisX(ticks({ first, last, horizon }, perYear), { tickFormat: (year) => (year === last ? `${year}\nlast estimate` : `${year}`), tickSize: 0, fontSize: FONT, label: null }),
      axisY({ ticks: 5, tickFormat: format, tickSize: 0, fontSize: FONT, label: null }),
    ],
  });
}
