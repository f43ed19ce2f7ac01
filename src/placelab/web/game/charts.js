// The game's pictures: one line against the base case, dots on several dimensions, and a loop of causes.
import { areaY, axisX, axisY, dot, gridX, line, plot, ruleX, text } from "@observablehq/plot";
import { element, freshId } from "../element.js";
import { spread, wrap } from "../lines.js";
import { END, ROUNDS } from "../simulator/run.js";
import { unit, worded } from "./numbers.js";

const ticks = [2010, 2015, 2020, 2025];

function framed(svg, label) {
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  return svg;
}

// Lines [{ name, points: [[time, value]], kind: "own" | "base" | "other" }] from 2010 to 2025, and a band [[time, low, high]].
export function lineChart({ lines: told, band: around = [], as, label, width, height, size, named = false }) {
  const times = unit(as);
  const print = (v) => worded(v / times, as);
  const lines = told.map((one) => ({ ...one, points: one.points.map(([time, value]) => [time, times * value]) }));
  const band = around.map(([time, low, high]) => [time, times * low, times * high]);
  const marks = [
    axisX({ ticks, tickFormat: String, tickSize: 4, fontSize: size }),
    axisY({ ticks: 3, tickFormat: print, label: null, tickSize: 0, fontSize: size }),
    ruleX(ROUNDS.slice(1), { stroke: "var(--game-grid)" }),
  ];
  if (band.length) marks.push(areaY(band, { x: "0", y1: "1", y2: "2", fill: "var(--game-own)", fillOpacity: 0.18 }));
  for (const { points, kind, dash } of lines) {
    const base = kind === "base";
    marks.push(line(points, {
      x: "0", y: "1", stroke: base ? "var(--game-ink)" : kind === "own" ? "var(--game-own)" : "var(--game-other)",
      strokeWidth: base ? 2 : 4, strokeDasharray: base ? "6 5" : dash ?? null,
    }));
  }
  const wide = Math.max(...lines.flatMap(({ points }) => points.map(([, v]) => print(v).length)), 3);
  const options = {
    width, height, marginLeft: wide * size * 0.62 + 12, marginRight: named ? 8 + Math.max(...lines.map(({ name }) => name.length)) * size * 0.56 : size, marginBottom: size * 2,
    marginTop: size * 0.7, style: { fontSize: `${size}px`, background: "transparent", color: "currentColor" },
    x: { domain: [ROUNDS[0], END], label: null }, y: { nice: true, label: null }, marks,
  };
  if (!named) return framed(plot(options), label);
  // Names at the ends of the lines, moved apart where they would touch.
  const scale = plot(options).scale("y");
  const ends = lines.map(({ points }) => scale.apply(points.at(-1)[1]));
  const heights = spread(ends, ends.map(() => size * 1.2));
  const names = lines.map(({ name, points }, i) => text([points.at(-1)], {
    x: "0", y: "1", text: () => name, textAnchor: "start", dx: 8, dy: heights[i] - ends[i], fontSize: size, fill: "currentColor",
  }));
  return framed(plot({ ...options, marks: [...marks, ...names] }), label);
}

// Dots of one row that lie on one another are one dot, with all their marks.
const TOUCH = 0.02;
function joined(dots) {
  const kept = [];
  for (const one of dots) {
    const near = kept.find(({ row, at }) => row === one.row && Math.abs(at - one.at) < TOUCH);
    if (near) near.mark += `, ${one.mark}`;
    else kept.push({ ...one });
  }
  return kept;
}

// Dots on several dimensions, each from its worst to its best among those shown. rows: [{ label, dots: [{ name, at: 0..1, own }] }]
export function strips({ rows, label, width, size }) {
  const dots = rows.flatMap(({ label: row, dots: all }) => all.map((one) => ({ ...one, row })));
  const own = dots.filter((one) => one.own);
  const others = joined(dots.filter((one) => !one.own));
  return framed(plot({
    width, height: rows.length * size * 3.4 + size * 3, marginLeft: size * 15, marginRight: size * 3, marginTop: size, marginBottom: size * 2.4,
    style: { fontSize: `${size}px`, background: "transparent", color: "currentColor", overflow: "visible" },
    x: { domain: [0, 1], label: null, inset: size * 1.2 }, y: { domain: rows.map((one) => one.label), label: null },
    marks: [
      axisX({ ticks: [0, 1], tickFormat: (v) => (v ? "best of these" : "worst of these"), tickSize: 0, fontSize: size }),
      axisY({ tickSize: 0, lineWidth: 14, fontSize: size }),
      gridX([0, 1], { stroke: "var(--game-grid)" }),
      dot(others, { x: "at", y: "row", r: size * 0.35, fill: "var(--game-back)", stroke: "var(--game-ink)", strokeWidth: 2 }),
      text(others, { x: "at", y: "row", text: "mark", dy: -size * 0.95, fontSize: size * 0.85, fill: "currentColor" }),
      dot(own, { x: "at", y: "row", r: size * 0.45, fill: "var(--game-own)" }),
      text(own, { x: "at", y: "row", text: "mark", dy: size * 1.15, fontSize: size * 0.85, fontWeight: 700, fill: "currentColor" }),
    ],
  }), label);
}

const NS = "http://www.w3.org/2000/svg";
function drawn(tag, attributes, ...children) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const BOX = [190, 62];
const PAIR = 13; // how far each of two arrows there and back stands from their middle
const SIGN = 22; // how far a sign stands from its arrow
// Where a line from one box's middle towards another leaves the box.
function edge([x, y], [toX, toY]) {
  const [dx, dy] = [toX - x, toY - y];
  const share = Math.min((BOX[0] / 2 + 6) / (Math.abs(dx) || 1e-9), (BOX[1] / 2 + 6) / (Math.abs(dy) || 1e-9));
  return [x + dx * share, y + dy * share];
}

// The way to the left of a line: outwards, where a loop runs clockwise.
function aside([x, y], [toX, toY]) {
  const long = Math.hypot(toX - x, toY - y);
  return [(toY - y) / long, (x - toX) / long];
}

// A name on one row, or on two where it is too long for the box.
function twoRows(name) {
  let letters = 13;
  while (wrap(name, letters).length > 2) letters += 1;
  return wrap(name, letters);
}

// One loop: its variables in a ring, clockwise, the links round it and those beside it. links: [[cause, effect, sign, kind]].
// Beside means within the ring, unless too many lie beside it.
export function loopPicture({ name, links }) {
  const [width, height] = [1000, 540];
  const round = new Set(links.filter(([, , , kind]) => kind !== "beside").map(([from]) => from));
  const others = new Set(links.flatMap(([from, to]) => [from, to]).filter((one) => !round.has(one)));
  const all = [...round, ...others];
  const inner = others.size > 2 ? 0 : others.size;
  const names = all.slice(0, all.length - inner);
  const at = Object.fromEntries(all.map((one, i) => {
    if (i >= names.length) return [one, [width / 2, height / 2 + (i - names.length - (inner - 1) / 2) * 130]];
    const angle = (2 * Math.PI * i) / names.length - Math.PI / 2;
    return [one, [width / 2 + Math.cos(angle) * (width / 2 - 110), height / 2 + Math.sin(angle) * (height / 2 - 45)]];
  }));
  const head = freshId("arrow");
  const marker = drawn("marker", { id: head, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 14, markerHeight: 14, markerUnits: "userSpaceOnUse", orient: "auto" }, drawn("path", { d: "M0 0L10 5L0 10z", fill: "currentColor" }));
  const arrows = links.map(([from, to, sign, kind]) => {
    const [dx, dy] = aside(at[from], at[to]);
    const shift = links.some(([one, other]) => one === to && other === from) ? PAIR : 0;
    const [[x1, y1], [x2, y2]] = [edge(at[from], at[to]), edge(at[to], at[from])].map(([x, y]) => [x + dx * shift, y + dy * shift]);
    const line = drawn("line", { x1, y1, x2, y2, stroke: "currentColor", "stroke-width": kind === "beside" ? 2 : 4, "marker-end": `url(#${head})` });
    if (kind === "player") line.setAttribute("stroke-dasharray", "10 8");
    const gap = kind === "beside" ? -SIGN : SIGN; // within the ring, where its box is not
    const mark = drawn("text", { x: (x1 + x2) / 2 + dx * gap, y: (y1 + y2) / 2 + dy * gap + 10, "text-anchor": "middle", fill: "currentColor", "font-size": 30, "font-weight": 700 }, sign);
    return drawn("g", {}, line, mark);
  });
  const boxes = all.map((one) => {
    const [x, y] = at[one];
    const rows = twoRows(one);
    return drawn("g", {},
      drawn("rect", { x: x - BOX[0] / 2, y: y - BOX[1] / 2, width: BOX[0], height: BOX[1], rx: 10, fill: "var(--game-back)", stroke: "currentColor", "stroke-width": 2 }),
      ...rows.map((words, i) => drawn("text", { x, y: y + 8 + (i - (rows.length - 1) / 2) * 25, "text-anchor": "middle", fill: "currentColor", "font-size": 22 }, words)));
  });
  const label = `${name}: ${links.map(([from, to, sign]) => `${from} to ${to}, ${sign === "+" ? "the same way" : "the other way"}`).join("; ")}.`;
  return element("div", { class: "game-loop" }, framed(drawn("svg", { viewBox: `0 0 ${width} ${height}` }, drawn("defs", {}, marker), ...arrows, ...boxes), label));
}
