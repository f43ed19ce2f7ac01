// How many areas fall in each step of a measure, with the reader's place marked (figures.histogram).
import { axisX, axisY, gridY, plot, rect, ruleX, ruleY, text } from "@observablehq/plot";
import { textWidth, wrap } from "./lines.js";

const MAX_INTEGER_TICKS = 5;
const LEFT = 42;
const RIGHT = 20;
const WIDEST = 240; // of a row of the marked place's name, in pixels

// Bars of one width; an edge falls on `anchor`.
export function bins(numbers, step, anchor = 0) {
  const at = (value) => Math.floor((value - anchor) / step + 1e-9);
  const low = at(Math.min(...numbers));
  const bars = Array.from({ length: at(Math.max(...numbers)) - low + 1 }, (_, i) => ({ x1: (low + i) * step + anchor, x2: (low + i + 1) * step + anchor, areas: 0 }));
  numbers.forEach((value) => (bars[at(value) - low].areas += 1));
  return bars;
}

// A name above its mark in rows, and how far they stand aside of it so that none leaves the picture.
function placed(name, at, width) {
  const across = (words) => textWidth(words, 700, 13);
  const rows = wrap(name, Math.floor((Math.min(WIDEST, width - 16) * name.length) / across(name)));
  const half = Math.max(...rows.map(across)) / 2 + 4;
  return { words: rows.join("\n"), dx: Math.max(half, Math.min(width - half, at)) - at };
}

// numbers: sorted or not; beyond: areas below it are dark; mark: {name, value} or null; format: for the values' axis.
export function histogram({ numbers, step, beyond, mark, label, counted, format }, { width }) {
  const bars = bins(numbers, step, beyond ?? 0);
  const top = Math.max(...bars.map((bar) => bar.areas)) * 1.3;
  const [left, right] = [bars[0].x1, bars.at(-1).x2];
  const side = (value) => (value - left) / (right - left);
  const named = mark && placed(mark.name, LEFT + side(mark.value) * (width - LEFT - RIGHT), width);
  const words = wrap(label, Math.floor(((width - 50) * label.length) / textWidth(label)));
  const before = side(beyond) > 0.3; // room for a word to the left of the threshold
  const dark = (bar) => beyond !== undefined && bar.x2 <= beyond + 1e-9;
  return plot({
    className: "live-plot", width, height: width < 480 ? 300 : 340, marginLeft: LEFT, marginRight: RIGHT, marginTop: 24, marginBottom: 32 + 16 * words.length,
    x: { label: null }, y: { label: null, domain: [0, top] },
    marks: [
      gridY({ stroke: "var(--live-grid)", strokeOpacity: 1, ticks: MAX_INTEGER_TICKS }),
      rect(bars, { x1: "x1", x2: "x2", y1: 0, y2: "areas", inset: 1, fill: (bar) => (dark(bar) ? "var(--live-dark)" : "var(--live-light)") }),
      ...(beyond === undefined
        ? []
        : [
            ruleX([beyond], { stroke: "var(--live-dark)", strokeWidth: 1.5, strokeDasharray: "4,3" }),
            text([beyond], { x: (d) => d, y: top, text: () => "threshold", dx: before ? -4 : 4, dy: 8, textAnchor: before ? "end" : "start", fill: "var(--live-dark)", fontSize: 12 }),
          ]),
      ruleY([0], { stroke: "currentColor" }),
      axisX({ ticks: width < 480 ? 4 : 9, tickFormat: format, tickSize: 0, fontSize: 12, label: null }),
      text([words.join("\n")], { frameAnchor: "bottom", lineAnchor: "top", dy: 26, fontSize: 12, lineHeight: 16 / 12 }),
      axisY({ ticks: MAX_INTEGER_TICKS, tickSize: 0, fontSize: 12, label: counted, labelArrow: "none" }),
      ...(mark
        ? [
            ruleX([mark.value], { y1: top * 0.02, y2: top * 0.87, stroke: "var(--live-accent)", strokeWidth: 2 }),
            text([named.words], { x: () => mark.value, y: top * 0.88, text: (d) => d, dx: named.dx, lineAnchor: "bottom", fill: "var(--live-accent)", fontWeight: 700, fontSize: 13, stroke: "var(--live-back)", strokeWidth: 4 }),
          ]
        : []),
    ],
  });
}
