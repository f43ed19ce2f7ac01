// One in ten, the twin of placelab/widgets/one_in_ten.py: how many councils cut by more than a threshold?
import { histogram } from "../histogram.js";
import { live } from "../live.js";
import { levels, quantile } from "../series.js";
import { capital, change as changed, fixed, oneIn, percent } from "../wording.js";

const STEP = 0.05;
const EDGE = 0.6; // a change beyond it is drawn at it

const firstDay = (year) => `${year.slice(0, 4)}-04-01`;

const ALONE = { none: "no council", "almost none": "almost no council", "an unknown share": "an unknown share of councils" };
const councils = (share) => ALONE[oneIn(share)] ?? `${oneIn(share)} councils`;

// Why a change between two years cannot be shown on a basis; empty when it can (spending.why_not).
export function whyNot(basis, start, end) {
  const missing = (year) => `${basis.label}: ${year} was not published; there is ${basis.years[0]} to ${basis.years.at(-1)}`;
  const sentence = (message) => `${capital(message)}.`;
  if (!basis.years.includes(start)) return sentence(missing(start) + basis.only);
  if (end <= start) return `The end year (${end}) must come after the base year (${start}).`;
  if (!basis.years.includes(end)) return sentence(missing(end) + basis.only);
  return "";
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
    title: `${capital(councils(counted.share))} cut by more than ${limit}`,
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

const held = (value) => Math.max(-EDGE, Math.min(EDGE, value));

export function draw({ plot: { numbers, threshold, mark, measure } }, options) {
  return histogram(
    {
      numbers: numbers.map(held), step: STEP, beyond: -threshold, mark: mark && { ...mark, value: held(mark.value) },
      label: `Real-terms change in ${measure}`, counted: "Number of councils", format: (value) => percent(value),
    },
    options,
  );
}

export default live({ find, draw });
