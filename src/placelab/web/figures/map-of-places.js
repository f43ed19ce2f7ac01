// Map of places, the twin of placelab/widgets/map_of_places.py: one hexagon a place, any measure in any year published.
import { dot, link, plot, text } from "@observablehq/plot";
import { wrap } from "../lines.js";
import { live } from "../live.js";
import { levels } from "../series.js";
import { capital, financialYear, fixed, inWords, percent, pounds } from "../wording.js";

const CLASSES = 5;
const ENGLAND = "E92000001";
const TOO_SMALL = "too small";
const FEW = "Too few people for a rate to mean much.";
const ROW = Math.sqrt(3) / 2; // from one row of cells to the next, in widths of a cell

// How a value, a whole number of a measure's steps, reads (mapped.FORMS).
const FORMS = {
  pounds,
  share: (v) => percent(v / 1000, 1),
  change: (v) => percent(v / 100),
  tenths: (v) => fixed(v / 10, 1),
  hundredths: (v) => fixed(v / 100, 2),
};

const yearText = (measure, year) => (measure.financial ? financialYear(year) : String(year));

export function heading(measure, year) {
  const dated = `${measure.label}, ${measure.dated.replace("{year}", yearText(measure, year))}`;
  return measure.terms ? `${dated} (${measure.terms})` : dated;
}

// Names as a phrase, as places.join has it.
export function join(names) {
  if (names.length < 2) return names.join("");
  const comma = names.length > 2 || names.some((name) => name.includes(" and ")) ? "," : "";
  return `${names.slice(0, -1).join(", ")}${comma} and ${names.at(-1)}`;
}

// Lowest and highest number of each class, equal numbers never parted.
export function classRanges(numbers, classes = CLASSES) {
  const ordered = [...numbers].sort((a, b) => a - b);
  if (!ordered.length) return [];
  const starts = [...new Set(Array.from({ length: classes }, (_, k) => ordered[Math.floor((ordered.length * k) / classes)]))];
  return starts.map((low, k) => [low, k + 1 < starts.length ? ordered[ordered.indexOf(starts[k + 1]) - 1] : ordered.at(-1)]);
}

export const classOf = (value, ranges) => (value === null ? null : ranges.findLastIndex(([low]) => value >= low));

const spell = (rows, number, year) => rows.find(([place, from, to]) => place === number && from <= year && year <= to)?.[3] ?? "";

function unavailable(measure, year) {
  const { label, years } = measure;
  const listed = years.map((y) => yearText(measure, y));
  const whole = years.length > 3 && years.at(-1) - years[0] === years.length - 1;
  const known = whole ? `${listed[0]} to ${listed.at(-1)}` : join(listed);
  const reason = `${label}: there is no figure for ${yearText(measure, year)}. It was published for ${known}.`;
  return { title: "There is no map for this year", sentence: reason, alt: reason, table: { columns: [], rows: [] }, source: "", plot: null };
}

export function find({ measure: key, year, place: code }, { shared }) {
  const measure = shared.measures[key];
  const column = measure.years.indexOf(year);
  if (column < 0) return unavailable(measure, year);
  const say = FORMS[measure.form];
  const places = shared.places.map(([own, name, inSentence, x, y, region, small], number) => ({
    code: own, name, inSentence, column: x, row: y, region: shared.regions[region], small: Boolean(small),
    value: levels(measure.series[number])[column],
    within: spell(measure.within, number, year),
    caution: spell(measure.cautions, number, year),
  }));
  const known = places.filter((p) => p.value !== null).map((p) => p.value).sort((a, b) => a - b);
  const ranges = classRanges(known);
  const blank = places.filter((p) => p.value === null && !p.small);
  const blankText = blank.some((p) => p.caution) ? "no usable figure" : "not published";
  for (const p of places) {
    p.shade = classOf(p.value, ranges);
    p.text = p.small ? TOO_SMALL : p.value === null ? blankText : say(p.value);
  }
  const cut = Math.floor((known.length - 1) / 4);
  const middle = [known[cut], known[known.length - 1 - cut]];
  const rangeText = ([low, high]) => (low === high ? say(low) : `${say(low)} to ${say(high)}`);
  const mine = places.find((p) => p.code === code);
  const title = heading(measure, year);
  return {
    title: `${title}: ${rangeText(middle)} in the middle half of places`,
    sentence: sentence({ measure, year, say, known, middle, mine, england: code === ENGLAND ? measure.england[column] : null, blank, blankText, remark: measure.remarks[column] }),
    alt: alternative({ places, ranges, rangeText, blank, blankText, mine }),
    table: { columns: ["Place", title, "Note"], words: ["Note"], rows: places.map((p) => [p.name, p.text, note(p)]) },
    source: measure.source,
    plot: {
      values: places.map((p) => p.value), classes: places.map((p) => p.shade), ranges, places, heading: title,
      labels: ranges.map(rangeText), blankText: blank.length ? blankText : "", mine: mine ? places.indexOf(mine) : null,
    },
  };
}

function note({ small, within, caution }) {
  return small ? FEW : [within && `Counted within ${within}.`, caution].filter(Boolean).join(" ");
}

function sentence({ measure, year, say, known, middle, mine, england, blank, blankText, remark }) {
  const [low, high] = middle.map(say);
  const everywhere =
    `${measure.when.replace("{year}", yearText(measure, year))}, ${measure.subject} ${measure.verbs[0]} between ${low} and ${high} ` +
    `in the middle half of the ${known.length} places with a figure, and between ${say(known[0])} and ${say(known.at(-1))} in all of them.`;
  const without = blank.length ? `${capital(blankText)}: ${join(blank.map((p) => p.inSentence))}.` : "";
  return [everywhere, placeSentence({ measure, say, middle, mine, england }), without, remark].filter(Boolean).join(" ");
}

function placeSentence({ measure, say, middle: [low, high], mine, england }) {
  const was = measure.verbs[1];
  if (england) return `In England as a whole it ${was} ${say(england[0])}${england[1] ? ` (${england[1]})` : ""}.`;
  if (!mine) return "";
  if (mine.small) return `No value is shown for ${mine.inSentence}: too few people for a rate to mean much.`;
  const where = mine.inSentence + (mine.within ? ` (counted within ${mine.within})` : "");
  if (mine.value === null) return `For ${where} there is no figure. ${mine.caution}`.trim();
  const standing = mine.value < low ? "below" : mine.value > high ? "above" : "inside";
  const told = `In ${where} it ${was} ${say(mine.value)}, ${standing} that middle half.`;
  return mine.caution ? `${told} Caution: ${mine.caution}` : told;
}

function alternative({ places, ranges, rangeText, blank, blankText, mine }) {
  const shades = ranges.map((range, k) => `${places.filter((p) => p.shade === k).length} at ${rangeText(range)}`).join("; ");
  const hatched = blank.length ? ` Hatched, ${blankText}: ${blank.length}.` : "";
  const yours = mine ? ` Outlined: ${mine.inSentence}${mine.value === null ? "" : `, at ${mine.text}`}.` : "";
  return (
    `Map of England, one hexagon for each of ${places.length} places, in ${inWords(ranges.length)} shades from the lowest values to ` +
    `the highest: ${shades}.${hatched} Left empty, ${TOO_SMALL}: ${places.filter((p) => p.small).length}.${yours}`
  );
}

// Where a cell stands, in widths of a cell, north up: odd rows half a cell to the right.
const centre = ({ column, row }) => ({ x: column + (row % 2) / 2, y: -row * ROW });

// The edges between neighbouring cells of different regions, as pairs of points.
export function borders(places) {
  const regions = new Map(places.map((p) => [`${p.column},${p.row}`, p.region]));
  const [long, short] = [0.5 / ROW, 0.25 / ROW];
  return places.flatMap((p) => {
    const { x, y } = centre(p);
    const shift = p.row % 2;
    const corners = [[x, y - long], [x + 0.5, y - short], [x + 0.5, y + short], [x - 0.5, y - short]];
    return [[p.column + 1, p.row, 1, 2], [p.column + shift, p.row + 1, 0, 1], [p.column - 1 + shift, p.row + 1, 3, 0]]
      .filter(([column, row]) => (regions.get(`${column},${row}`) ?? p.region) !== p.region)
      .map(([, , a, b]) => [corners[a], corners[b]]);
  });
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// The nearest place in the direction of an arrow key, no further to a side than ahead; of two alike, the one in the same
// column, so that a walk up or down stays straight. The place itself where there is none.
export function towards(places, from, key) {
  const [right, down] = ARROWS[key];
  const start = centre(places[from]);
  let [best, least] = [from, Infinity];
  places.forEach((place, number) => {
    const at = centre(place);
    const ahead = (at.x - start.x) * right + (at.y - start.y) * down;
    const aside = Math.abs((at.x - start.x) * down + (at.y - start.y) * right);
    if (ahead < 1e-6 || aside > ahead + 1e-6) return;
    const far = ahead + aside + (place.column === places[from].column ? 0 : 1e-3);
    if (far < least) [best, least] = [number, far];
  });
  return best;
}

const SVG = "http://www.w3.org/2000/svg";
const shape = (tag, attributes) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

let serial = 0;

function hatch(id) {
  const pattern = shape("pattern", { id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  pattern.append(shape("rect", { width: 5, height: 5, fill: "var(--live-back)" }), shape("rect", { width: 1.5, height: 5, fill: "var(--live-ink)" }));
  return pattern;
}

export function draw({ plot: found }, { width, say, memory }) {
  const { places } = found;
  const beside = width >= 520; // room for the legend beside the north of England
  const size = Math.min(34, (width - 8) / (Math.max(...places.map((p) => centre(p).x)) + 1 + (beside ? 4 : 0)));
  const top = Math.max(...places.map((p) => p.row)) * ROW;
  const point = ([x, y]) => ({ x: 4 + size * (x + 0.5), y: 4 + size * (y + top + 0.6) });
  const cells = places.map((p) => ({ ...p, ...point([centre(p).x, centre(p).y]) }));
  const edges = borders(places).map(([a, b]) => ({ x1: point(a).x, y1: point(a).y, x2: point(b).x, y2: point(b).y }));
  const foot = size * (top + 1.2) + 8;
  const id = `live-hatch-${(serial += 1)}`;
  const fill = (p) => (p.small ? "var(--live-back)" : p.shade === null ? `url(#${id})` : `var(--live-shade-${p.shade + 1})`);

  const entries = [
    ...found.labels.map((label, shade) => ({ label, shade })),
    ...(found.blankText ? [{ label: found.blankText, shade: null }] : []),
    { label: TOO_SMALL, small: true },
  ];
  const lines = wrap(found.heading, beside ? 26 : Math.floor(width / 9));
  const left = beside ? 4 + size * 11.6 : 8;
  const under = (beside ? 14 : foot + 14) + lines.length * 17;
  const each = beside ? entries.length : Math.ceil(entries.length / 2);
  const legend = entries.map((entry, i) => ({
    ...entry, x: left + 8 + (i >= each ? Math.max(120, width / 2) : 0), y: under + 10 + (i % each) * 22,
  }));
  const mine = found.mine === null ? [] : [cells[found.mine]];
  const svg = plot({
    className: "live-plot", width, height: beside ? foot : under + each * 22 + 6, margin: 0,
    x: { type: "identity", axis: null }, y: { type: "identity", axis: null }, color: { type: "identity" },
    marks: [
      dot(cells, { x: "x", y: "y", r: size / 2, symbol: "hexagon", fill, stroke: "var(--live-edge)", strokeWidth: 0.75 }),
      ...[["var(--live-back)", 3.5], ["var(--live-ink)", 1.5]].map(([stroke, strokeWidth]) => // seen on every shade
        link(edges, { x1: "x1", y1: "y1", x2: "x2", y2: "y2", stroke, strokeWidth, strokeLinecap: "round", pointerEvents: "none" })),
      ...[["var(--live-back)", 6.5], ["var(--live-accent)", 3.5]].map(([stroke, strokeWidth]) =>
        dot(mine, { x: "x", y: "y", r: size / 2, symbol: "hexagon", stroke, strokeWidth, pointerEvents: "none" })),
      ...mine.map((p) => name({ ...p, y: p.y - size * 0.65 }, width)),
      dot(legend, { x: "x", y: "y", r: 7, symbol: "hexagon", fill, stroke: "var(--live-edge)", strokeWidth: 0.75 }),
      text(legend, { x: "x", y: "y", text: "label", dx: 14, textAnchor: "start", fontSize: 13, fill: "var(--live-ink)" }),
      text(lines, { x: left, y: (_, i) => under - 10 - (lines.length - 1 - i) * 17, text: (d) => d, textAnchor: "start", fontSize: 13, fontWeight: 600, fill: "var(--live-ink)" }),
    ],
  });
  svg.prepend(hatch(id));
  svg.setAttribute("font-family", "inherit");
  walk(svg, found, { say, memory });
  return svg;
}

// The name of the reader's place, above its hexagon and towards the middle of the map.
function name(mine, width) {
  const textAnchor = mine.x < width * 0.3 ? "start" : mine.x > width * 0.6 ? "end" : "middle";
  return text([mine], {
    x: "x", y: "y", text: "name", textAnchor, lineAnchor: "bottom", lineWidth: 14,
    fill: "var(--live-accent)", fontWeight: 700, fontSize: 13, stroke: "var(--live-back)", strokeWidth: 4, pointerEvents: "none",
  });
}

// The map by keyboard and pointer: one stop for the Tab key, arrows from hexagon to hexagon, the place read out below.
function walk(svg, found, { say, memory }) {
  const { places } = found;
  const map = svg.querySelector("g[aria-label=dot]");
  const cells = [...map.querySelectorAll("path")];
  const rings = [["var(--live-back)", 6], ["var(--live-ink)", 3]].map(([stroke, width]) =>
    shape("path", { d: cells[0].getAttribute("d"), fill: "none", stroke, "stroke-width": width, "pointer-events": "none", visibility: "hidden" }));
  svg.append(...rings);
  for (const other of svg.querySelectorAll(":scope > g")) if (other !== map) other.setAttribute("aria-hidden", "true"); // told by the text alternative
  map.setAttribute("role", "application");
  map.setAttribute("aria-label", `${found.heading}. Use the arrow keys to move from place to place.`);
  const show = (number) => {
    const place = places[number];
    say(`${place.name}, ${place.region}: ${place.text}. ${note(place)}`.trim());
    rings.forEach((ring) => {
      ring.setAttribute("transform", cells[number].getAttribute("transform"));
      ring.setAttribute("visibility", "visible");
    });
  };
  const stop = (number) => cells.forEach((cell, i) => cell.setAttribute("tabindex", i === number ? 0 : -1));
  const go = (number) => {
    memory.at = number;
    stop(number);
    show(number);
  };
  cells.forEach((cell, number) => {
    cell.setAttribute("role", "img");
    cell.setAttribute("aria-label", places[number].name);
    cell.setAttribute("class", "live-cell");
    cell.setAttribute("data-lm-suppress-shortcuts", "true");
    cell.addEventListener("focus", () => go(number));
    cell.addEventListener("pointermove", (event) => {
      if (event.movementX || event.movementY) show(number); // a page that scrolls under a resting pointer says nothing
    });
    cell.addEventListener("keydown", (event) => {
      if (!(event.key in ARROWS) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      cells[towards(places, number, event.key)].focus();
    });
  });
  map.addEventListener("pointerleave", () => {
    if (memory.at !== undefined) return show(memory.at);
    rings.forEach((ring) => ring.setAttribute("visibility", "hidden"));
    say();
  });
  stop(memory.at ?? found.mine ?? 0);
  if (memory.at !== undefined) show(memory.at);
}

export default live({ find, draw });
