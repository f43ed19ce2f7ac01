// The funding gap, the twin of placelab/widgets/funding_gap.py: a place's spending to date, then need against funding.
import { areaY, axisX, axisY, gridY, line, plot, ruleX, ruleY, text } from "@observablehq/plot";
import { spread } from "../lines.js";
import { live } from "../live.js";
import { financialYear, percent, pounds, rounded } from "../wording.js";

const LEVEL = 0.005; // a gap smaller than this share of funding is as near as the sliders come to closing it
const OWN = "own";

const yearStart = (year) => Number(year.slice(0, 4));
const path = (rate, t) => (1 + rate) ** t;

// Share of need that prevention avoids in year t (gap.avoided_path): nothing until `delay` years after it starts.
const avoided = (chosen, cap, t) => (t > chosen.delay ? Math.min(chosen.prevention * chosen.effect, cap) : 0);

// Need and funding by year, £, from a row's sums (gap.project); `chosen` has rates as shares.
export function project(sums, chosen, cap) {
  const out = { need: [], funding: [], prevention: [], council_tax: [], grants: [], charges: [], adults: sums.adults };
  sums.care.forEach((still, t) => {
    const grown = path(chosen.need_per_head, t) * path(chosen.unit_cost, t) * (1 - avoided(chosen, cap, t));
    const council_tax = sums.council_tax * path(chosen.council_tax, t);
    const grants = sums.grants * path(chosen.grants, t);
    const charges = sums.clients[t] * grown * (path(chosen.charges, t) - 1);
    const funding = council_tax + grants + charges;
    const prevention = t ? chosen.prevention * funding : 0;
    const year = { need: still * grown + prevention, funding, prevention, council_tax, grants, charges };
    for (const [name, value] of Object.entries(year)) out[name].push(value);
  });
  return out;
}

const SHARES = ["need_per_head", "unit_cost", "council_tax", "grants", "charges", "prevention"];

function assumptions(values) {
  const shares = Object.fromEntries(SHARES.map((name) => [name, values[name] / 100]));
  return { ...shares, effect: values.effect, delay: values.delay };
}

// The short name of the scenario whose settings the levers stand at, or OWN.
function followed(scenarios, values) {
  const same = ([, { set }]) => Object.entries(set).every(([name, at]) => Math.abs(values[name] - at) < 1e-9);
  return Object.entries(scenarios).find(same)?.[0] ?? OWN;
}

// The gap of one year: what gap.Gap holds.
function gapAt(projection, t) {
  const [need, funding] = [projection.need[t], projection.funding[t]];
  const gap = need - funding;
  return { need, funding, pounds: gap, perAdult: gap / projection.adults[t], share: gap / funding };
}

const money = (value) => pounds(Math.abs(value) >= 999_500 ? value : 1000 * rounded(value / 1000));
const whole = (value) => pounds(rounded(value));
const size = (share) => {
  const words = percent(Math.abs(share));
  return words === "0%" && Math.abs(share) > 1e-9 ? "less than 1%" : words;
};
const named = ({ pounds: gap }) => (gap >= 0 ? "gap" : "surplus");

export function find(values, { shared, place }) {
  const chosen = assumptions(values);
  const projection = project(place.sums, chosen, shared.cap);
  const base = project(place.sums, assumptions(shared.base), shared.cap);
  const scenario = followed(shared.scenarios, values);
  const moved = scenario !== "base";
  const last = shared.years.length - 1;
  const end = gapAt(projection, last);
  const parts = [
    costs(shared, place, projection, end),
    sources(place, projection, last),
    `In ${shared.years[0]} the gap is zero by construction: it counts what is added from then on, and need that already goes unmet is not in it.`,
    prevention(shared, chosen),
    comparison(shared, scenario, gapAt(base, last)),
    joined(place.own, chosen, shared.cap, last),
    beside(shared, place, projection),
    ...place.notes,
  ];
  return {
    title: title(shared, place, end),
    sentence: parts.filter(Boolean).join(" "),
    alt: alternative(shared, place, projection, moved),
    table: byYear(shared, projection, moved ? base : null),
    source: [shared.citation, shared.scenarios[scenario]?.source, shared.leftOut].filter(Boolean).join(" "),
    plot: {
      years: shared.years, prices: shared.prices, spentYears: place.spent.years, spent: place.spent.money, end,
      ...projection, base_need: base.need, base_funding: base.funding,
    },
  };
}

function title({ years }, { who }, end) {
  const year = years.at(-1);
  if (Math.abs(end.share) < LEVEL) return `On these assumptions funding would all but match need in ${who} by ${year}`;
  if (end.pounds < 0) return `On these assumptions ${who} would have ${money(-end.pounds)} a year to spare by ${year}`;
  return `On these assumptions ${who} would be ${money(end.pounds)} a year short by ${year}`;
}

function costs({ years, prices }, { who }, projection, end) {
  const spent = projection.prevention.at(-1);
  const ofWhich = spent ? `, ${money(spent)} of it for prevention` : "";
  return (
    `In ${years.at(-1)} need in ${who} would cost ${money(end.need)}${ofWhich}, against funding of ${money(end.funding)}, in ${prices} prices. ` +
    `The ${named(end)} of ${money(Math.abs(end.pounds))} is ${whole(Math.abs(end.perAdult))} for each adult and ${size(end.share)} of that year's funding.`
  );
}

function sources({ taxYear }, projection, last) {
  const [tax, grants, charges] = [projection.council_tax[last], projection.grants[last], projection.charges[last]];
  const fromCharges = charges ? `; charges would bring ${money(Math.abs(charges))} ${charges < 0 ? "less" : "more"} than by keeping step with cost` : "";
  return (
    `Council tax would bring ${money(tax)} of the funding and grants with business rates ${money(grants)}, ` +
    `if care draws on them as all core services did in ${taxYear}${fromCharges}.`
  );
}

function prevention({ years, cap }, chosen) {
  if (!chosen.prevention) return chosen.effect ? "Nothing more is spent on prevention, so it avoids nothing." : "";
  const spent = `Prevention takes ${percent(chosen.prevention, 1)} of funding each year`;
  if (!chosen.effect) return `${spent} and is given no effect.`;
  const wanted = chosen.prevention * chosen.effect;
  const held = wanted > cap ? ", the most this model allows" : "";
  return `${spent} and avoids ${percent(Math.min(wanted, cap), 1)} of need from ${financialYear(yearStart(years[0]) + 1 + chosen.delay)} on${held}.`;
}

function comparison({ scenarios }, scenario, end) {
  if (scenario === "base") return "This is the base case.";
  const known = scenarios[scenario];
  const follows = known ? `The settings are those of "${known.label}": ${known.reading}. ` : "";
  return `${follows}In the base case there is a ${named(end)} of ${money(Math.abs(end.pounds))}, or ${size(end.share)} of funding.`;
}

// What a reader whose place is shown with a neighbour should know: why, and what it comes to for the place alone.
function joined(own, chosen, cap, last) {
  if (!own) return "";
  const end = gapAt(project(own.sums, chosen, cap), last);
  return (
    `The figures are those of ${own.together} together, whose past can only be told as one. For ${own.name} alone ` +
    `the ${named(end)} would be ${money(Math.abs(end.pounds))}, or ${size(end.share)} of its funding.`
  );
}

function beside({ years }, { beside: published }, projection) {
  if (!published) return "";
  const here = gapAt(projection, years.indexOf(published.year));
  return `${published.before} ${named(here)} of ${money(Math.abs(here.pounds))}. ${published.after}`;
}

function alternative({ years, prices }, { who, spent }, projection, moved) {
  const [first, end] = [gapAt(projection, 0), gapAt(projection, years.length - 1)];
  const [low, high] = [Math.min, Math.max].map((most) => spent.money.indexOf(most(...spent.money)));
  const words = end.pounds >= 0 ? "The shaded gap between them widens to" : "Funding rises above need by";
  return (
    `Line chart of spending in ${who}, in ${prices} prices: ${money(spent.money[0])} in ${spent.years[0]}, ` +
    `lowest at ${money(spent.money[low])} in ${spent.years[low]} and highest at ${money(spent.money[high])} in ${spent.years[high]}. ` +
    `From ${money(first.need)} in ${years[0]} two lines part: need reaches ${money(end.need)} and funding ${money(end.funding)} in ${years.at(-1)}. ` +
    `${words} ${money(Math.abs(end.pounds))}.${moved ? " Thin grey lines show the base case." : ""}`
  );
}

// Every other year and the last, worded (funding_gap.by_year).
function byYear({ years }, projection, base) {
  const last = years.length - 1;
  const shown = years.map((_, t) => t).filter((t) => t === 0 || (last - t) % 2 === 0);
  const columns = [
    ["Year", (t) => years[t]],
    ["Need", (t) => money(projection.need[t])],
    ["Funding", (t) => money(projection.funding[t])],
    ["From council tax", (t) => money(projection.council_tax[t])],
    ["From grants", (t) => money(projection.grants[t])],
    projection.charges.some(Boolean) && ["From charges", (t) => money(projection.charges[t])],
    ["Gap", (t) => money(gapAt(projection, t).pounds)],
    ["For each adult", (t) => whole(gapAt(projection, t).perAdult)],
    ["Share of funding", (t) => percent(gapAt(projection, t).share)],
    base && ["Gap, base case", (t) => money(gapAt(base, t).pounds)],
  ].filter(Boolean);
  return { columns: columns.map(([name]) => name), rows: shown.map((t) => columns.map(([, cell]) => cell(t))) };
}

// The figure

// The area between two lines, split where they cross: [{x, low, high, short}], `short` where need is above funding.
export function between(xs, need, funding) {
  const out = [];
  xs.forEach((x, i) => {
    const here = need[i] - funding[i];
    if (i) {
      const before = need[i - 1] - funding[i - 1];
      if (before * here < 0) {
        const part = before / (before - here);
        const at = { x: xs[i - 1] + part * (x - xs[i - 1]), y: need[i - 1] + part * (need[i] - need[i - 1]) };
        out.push({ x: at.x, low: at.y, high: at.y, short: before > 0, run: out.at(-1).run }, { x: at.x, low: at.y, high: at.y, short: here > 0, run: i });
      }
    }
    out.push({ x, low: Math.min(need[i], funding[i]), high: Math.max(need[i], funding[i]), short: here > 0, run: out.at(-1)?.run ?? 0 });
  });
  // A run takes its side from its last point: at its first the lines may still touch.
  const sides = new Map(out.map(({ run, short }) => [run, short]));
  return out.map((point) => ({ ...point, short: sides.get(point.run) }));
}

const differs = (one, other) => Math.abs(one.at(-1) / other.at(-1) - 1) > 1e-9;

export function draw({ plot: found }, { width }) {
  const narrow = width < 480;
  const most = Math.max(...found.need, ...found.funding, ...found.spent, ...found.base_need, ...found.base_funding);
  const [scale, unit] = most >= 1e9 ? [1e9, "£ billion"] : [1e6, "£ million"];
  const xs = found.years.map(yearStart);
  const spentAt = found.spentYears.map(yearStart);
  const [first, now, last] = [spentAt[0], xs[0], xs.at(-1)];
  const series = (values, at = xs) => values.map((value, i) => ({ x: at[i], y: value / scale }));
  const stroke = (values, colour, options = {}) => line(values, { x: "x", y: "y", stroke: colour, strokeWidth: 2.25, strokeLinecap: "round", ...options });
  const greys = ["need", "funding"].filter((name) => differs(found[`base_${name}`], found[name]));

  const [height, marginTop, marginBottom] = [narrow ? 320 : 380, 42, 28];
  const inner = height - marginTop - marginBottom;
  const top = (most / scale) * 1.04;
  const pixel = (value) => marginTop + (1 - value / scale / top) * inner;
  const labels = endLabels(found, greys, narrow);
  const heights = spread(labels.map(({ value }) => pixel(value)), labels.map(({ height: size }) => size));
  const shades = between(xs, found.need.map((v) => v / scale), found.funding.map((v) => v / scale));
  const side = (words, dx, textAnchor) => text([words], { x: now, y: top, text: (d) => d, dx, dy: -4, textAnchor, lineAnchor: "bottom", fontSize: 12, fill: "currentColor" });
  const fives = Array.from({ length: Math.floor((last - first) / 5) }, (_, i) => first + 5 * i);
  return plot({
    className: "live-plot", width, height, marginTop, marginBottom, marginLeft: narrow ? 34 : 42, marginRight: narrow ? 90 : 132,
    x: { label: null, domain: [first, last] }, y: { label: null, domain: [0, top] },
    marks: [
      gridY({ stroke: "var(--live-grid)", strokeOpacity: 1, ticks: 5 }),
      areaY(shades, { x: "x", y1: "low", y2: "high", z: "run", fill: (d) => (d.short ? "var(--live-accent)" : "var(--live-mid)"), fillOpacity: 0.24 }),
      ruleX([now], { stroke: "var(--live-line)", y1: 0, y2: top }),
      side("Spent", -5, "end"),
      side("Projected", 5, "start"),
      ruleY([0], { stroke: "currentColor" }),
      ...greys.map((name) => stroke(series(found[`base_${name}`]), "var(--live-ink)", { strokeOpacity: 0.6, strokeWidth: 1 })),
      // Dashed across years without a complete figure.
      ...(spentAt.at(-1) < now ? [stroke([...series(found.spent, spentAt).slice(-1), ...series(found.need).slice(0, 1)], "var(--live-dark)", { strokeDasharray: "4,4" })] : []),
      stroke(series(found.spent, spentAt), "var(--live-dark)"),
      stroke(series(found.funding), "var(--live-dark)"),
      stroke(series(found.need), "var(--live-accent)"),
      ...labels.map(({ words, value, fill, fontWeight, fontSize }, i) =>
        text([words], { x: last, y: value / scale, text: (d) => d, dx: 7, dy: heights[i] - pixel(value), textAnchor: "start", fill, fontWeight, fontSize })),
      axisX({ ticks: narrow ? [first, now, last] : [...fives, last], tickFormat: financialYear, tickSize: 4, fontSize: 12 }),
      axisY({ ticks: 5, tickSize: 0, fontSize: 12, label: `${unit} a year, ${found.prices} prices`, labelArrow: "none" }),
    ],
  });
}

// What is written at the ends of the lines and of the shading between them; on two lines each where there is little room.
function endLabels({ end, base_need, base_funding }, greys, narrow) {
  const gap = end.pounds >= 0 ? ["Gap", "var(--live-accent)"] : ["To spare", "var(--live-mid)"];
  const label = (name, value, sum, fill, fontWeight) => ({
    words: `${name}${narrow ? "\n" : " "}${money(sum)}`, value, fill, fontWeight, fontSize: 13, height: narrow ? 34 : 19,
  });
  return [
    label("Need", end.need, end.need, "var(--live-accent)", 400),
    label(gap[0], (end.need + end.funding) / 2, Math.abs(end.pounds), gap[1], 700),
    label("Funding", end.funding, end.funding, "var(--live-dark)", 400),
    ...greys.map((name) => ({
      words: `base ${name}`, value: { need: base_need, funding: base_funding }[name].at(-1), fill: "var(--live-ink)", fontWeight: 400, fontSize: 12, height: 16,
    })),
  ];
}

export default live({ find, draw });
