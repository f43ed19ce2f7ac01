// One in ten, the twin of placelab/widgets/one_in_ten.py: how many councils cut by more than a threshold?
import { axisX, axisY, gridY, plot, rect, ruleX, ruleY, text } from "@observablehq/plot";
import { live } from "../live.js";
import { capital, change as changed, fixed, oneIn, percent } from "../wording.js";

const STEP = 0.05;
const EDGE = 0.6; // a change beyond it is drawn at it
const MAX_INTEGER_TICKS = 5;

const firstDay = (year) => `${year.slice(0, 4)}-04-01`;

// Why a change between two years cannot be shown on a basis; empty when it can (spending.why_not).
export function whyNot(basis, start, end) {
  const missing = (year) => `${basis.label}: ${year} was not published; there is ${basis.years[0]} to ${basis.years.at(-1)}`;
  const sentence = (message) => `${capital(message)}.`;
  if (!basis.years.includes(start)) return sentence(missing(start) + basis.only);
  if (end <= start) return `The end year (${end}) must come after the base year (${start}).`;
  if (!basis.years.includes(end)) return sentence(missing(end) + basis.only);
  return "";
}

// A series stored as first value and yearly steps, as levels; worked out once.
const known = new WeakMap();
function levels(steps) {
  if (!known.has(steps)) {
    let total = 0;
    known.set(steps, steps.map((step) => (step === null ? null : (total += step))));
  }
  return known.get(steps);
}

// Change of every comparable area (spending.change): [{area, name, type, region, small, fifth, change, note}].
export function changes(shared, { basis: key, start, end, per, population }) {
  const basis = shared.bases[key];
  const areas = shared.areas[shared.partition[start]];
  const money = (year, area) => {
    const column = basis.years.indexOf(year);
    let total = null;
    for (const code of area.members) {
      const council = shared.councils[code];
      if (council.born >= firstDay(year) || council.until < firstDay(year)) continue;
      const series = council.money[key];
      if (series === undefined) continue; // no return on this basis at all, in any year
      const value = series[column];
      if (value === null) return null;
      if (value !== undefined) total = (total ?? 0) + value;
    }
    return total;
  };
  const heads = (year, area) => {
    if (per === "total") return 1;
    const age = shared.people[per];
    const at = Number(year.slice(0, 4));
    const first = population === "first published" && at >= shared.rebased;
    const series = first ? age["first published"] : age.estimate;
    let total = null;
    for (const code of first ? area.members : area.places) {
      const value = series[code] && levels(series[code])[at - (first ? shared.firstYear : shared.estimateYear)];
      if (value != null) total = (total ?? 0) + value;
    }
    return total;
  };
  const prices = shared.deflator[end] / shared.deflator[start];
  return areas.map((area) => {
    const [before, after] = [money(start, area), money(end, area)];
    const [beforeHeads, afterHeads] = [heads(start, area), heads(end, area)];
    const from = before === null || beforeHeads === null || before <= 0 ? null : (before * prices) / beforeHeads;
    const to = after === null || afterHeads === null ? null : after / afterHeads;
    const cautions = (shared.notes[basis.table] ?? []).filter(([code, year]) => year >= start && year <= end && area.members.includes(code));
    let note = [...new Set(cautions.map(([, , words]) => words))].join(" ");
    if (from === null && !note) note = `No usable figure was published for ${start}.`;
    if (to === null && !note) note = `No usable figure was published for ${end}.`;
    return { ...area, change: from === null || to === null ? null : to / from - 1, note };
  });
}

export function cuts(rows, threshold) {
  const counted = rows.filter((row) => !row.small && row.change !== null);
  const over = counted.filter((row) => row.change < -threshold).length;
  return { over, cut: counted.filter((row) => row.change < 0).length, areas: counted.length, share: counted.length ? over / counted.length : NaN };
}

function byGroup(rows, threshold) {
  const usable = rows.filter((row) => !row.small && row.change !== null);
  const names = (field) => [...new Set(usable.map((row) => row[field]))].sort();
  const groups = [
    ["All councils", usable],
    ...names("type").map((name) => [`Type: ${name}`, usable.filter((row) => row.type === name)]),
    ...names("region").map((name) => [`Region: ${name}`, usable.filter((row) => row.region === name)]),
  ];
  return (fifths) => {
    const all = [...groups, ...fifths.map((name) => [`Deprivation: ${name}`, usable.filter((row) => row.fifth === name)])];
    return {
      columns: ["Councils", "Number compared", `Cut by more than ${fixed(100 * threshold)}%`, "Share"],
      rows: all.map(([name, part]) => [name, cuts(part, threshold)]).map(([name, c]) => [name, c.areas, c.over, shareText(c.share)]),
    };
  };
}

const shareText = (share) => (Number.isNaN(share) ? "none compared" : percent(share));

// Linear interpolation between sorted values, as pandas' quantile.
export function quantile(sorted, q) {
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return low + 1 < sorted.length ? sorted[low] + (sorted[low + 1] - sorted[low]) * (at - low) : sorted[low];
}

const nothing = { columns: [], rows: [] };

export function find(values, { shared }) {
  const { basis: key, start, end, per, population } = values;
  const basis = shared.bases[key];
  let reason = whyNot(basis, start, end);
  if (!reason) reason = shared.unavailable[`${per}|${population}`]?.[end] ?? shared.unavailable[`${per}|${population}`]?.[start] ?? "";
  if (reason) return { title: "This comparison cannot be made", sentence: reason, alt: reason, table: nothing, source: "", plot: null };
  const rows = changes(shared, values);
  const threshold = values.threshold / 100;
  const counted = cuts(rows, threshold);
  const limit = `${fixed(values.threshold)}%`;
  const measure = `${basis.label} ${shared.per[per]}`;
  const sentence =
    `${counted.over} of ${counted.areas} councils (${percent(counted.share, 1)}) cut ${measure} by more than ` +
    `${limit} in real terms between ${start} and ${end}; ${counted.cut} cut it at all.`;
  const place = shared.places[values.place];
  const mine = place && rows.find((row) => row.places.includes(values.place));
  const numbers = rows.filter((row) => !row.small && row.change !== null).map((row) => row.change).sort((a, b) => a - b);
  return {
    title: `${capital(oneIn(counted.share))} councils cut by more than ${limit}`,
    sentence: `${sentence} ${mine ? placeSentence(place, mine) : ""}`.trim(),
    alt: alternative(numbers, counted, limit, mine),
    table: byGroup(rows, threshold)(shared.fifths),
    source: source(shared, basis, values, rows),
    plot: { numbers, ratios: numbers.map((n) => 1 + n), threshold, mark: mine && mine.change !== null ? { name: mine.name, value: mine.change } : null, measure },
  };
}

function placeSentence(place, mine) {
  const where = mine.name === place.name ? place.inSentence : `${place.inSentence} (counted within ${mine.name})`;
  if (mine.change === null) return `For ${where} there is no figure: ${mine.note}`;
  const small = mine.small ? " It is too small for its rate to mean much, and is left out of the count." : "";
  const note = mine.note ? ` Caution: ${mine.note}` : "";
  return `In ${where} spending ${changed(mine.change)}.${small}${note}`;
}

function alternative(numbers, counted, limit, mine) {
  if (!numbers.length) return "No council can be shown.";
  const yours = mine && mine.change !== null ? ` ${mine.name} stands at ${percent(mine.change)}.` : "";
  return (
    `Histogram of ${numbers.length} councils by change in spending, from ${percent(numbers[0])} to ${percent(numbers.at(-1))}, ` +
    `half of them between ${percent(quantile(numbers, 0.25))} and ${percent(quantile(numbers, 0.75))}. ` +
    `${counted.over} lie beyond a cut of ${limit}.${yours}`
  );
}

function source(shared, basis, { per, population }, rows) {
  const used = [basis.table, "gdp_deflator"];
  if (per !== "total") used.push(population === "estimate" ? "population_estimates" : "population_first_published");
  const lines = [...new Set(used.map((name) => shared.citations[name].line))];
  const licences = [...new Set(used.flatMap((name) => shared.citations[name].licences))].sort();
  const leftOut = rows.filter((row) => row.small).map((row) => row.name).join(", ");
  const joined = rows.filter((row) => row.area.includes("+")).map((row) => row.name).join("; ");
  const together = joined ? ` Counted together, because a boundary between them moved: ${joined}.` : "";
  return `Source: ${lines.join(". ")}. ${licences.join("; ")}. Left out as too small: ${leftOut}.${together}`;
}

// Bars of councils by change, an edge on the threshold; the reader's place marked.
export function bins(numbers, threshold) {
  const held = numbers.map((value) => Math.max(-EDGE, Math.min(EDGE, value)));
  const step = (value) => Math.floor((value + threshold) / STEP + 1e-9);
  const low = step(Math.min(...held));
  const high = Math.max(step(Math.max(...held)), low);
  const bars = Array.from({ length: high - low + 1 }, (_, i) => ({ x1: (low + i) * STEP - threshold, x2: (low + i + 1) * STEP - threshold, councils: 0 }));
  held.forEach((value) => (bars[step(value) - low].councils += 1));
  return bars;
}

export function draw({ plot: found }, { width }) {
  const bars = bins(found.numbers, found.threshold);
  const top = Math.max(...bars.map((bar) => bar.councils)) * 1.3;
  const { mark } = found;
  const at = mark && Math.max(-EDGE, Math.min(EDGE, mark.value));
  const anchor = at === null ? "middle" : at < bars[0].x1 + 0.1 ? "start" : at > bars.at(-1).x2 - 0.1 ? "end" : "middle";
  return plot({
    className: "live-plot", width, height: width < 480 ? 300 : 340, marginLeft: 42, marginTop: 24, marginBottom: 48,
    x: { label: null }, y: { label: null, domain: [0, top] },
    marks: [
      gridY({ stroke: "var(--live-grid)", strokeOpacity: 1, ticks: MAX_INTEGER_TICKS }),
      rect(bars, { x1: "x1", x2: "x2", y1: 0, y2: "councils", inset: 1, fill: (bar) => (bar.x2 <= -found.threshold + 1e-9 ? "var(--live-dark)" : "var(--live-light)") }),
      ruleX([-found.threshold], { stroke: "var(--live-dark)", strokeWidth: 1.5, strokeDasharray: "4,3" }),
      text([-found.threshold], { x: (d) => d, y: top, text: () => "threshold", dx: -4, dy: 8, textAnchor: "end", fill: "var(--live-dark)", fontSize: 12 }),
      ruleY([0], { stroke: "currentColor" }),
      axisX({ ticks: width < 480 ? 5 : 9, tickFormat: (v) => percent(v), tickSize: 0, fontSize: 12, label: `Real-terms change in ${found.measure}`, labelAnchor: "center", labelArrow: "none", labelOffset: 40 }),
      axisY({ ticks: MAX_INTEGER_TICKS, tickSize: 0, fontSize: 12, label: "Number of councils", labelArrow: "none" }),
      ...(mark
        ? [
            ruleX([at], { y1: top * 0.02, y2: top * 0.87, stroke: "var(--live-accent)", strokeWidth: 2 }),
            text([mark.name], { x: () => at, y: top * 0.88, text: (d) => d, textAnchor: anchor, lineAnchor: "bottom", lineWidth: 16, fill: "var(--live-accent)", fontWeight: 700, fontSize: 13, stroke: "var(--live-back)", strokeWidth: 4 }),
          ]
        : []),
    ],
  });
}

export default live({ find, draw });
