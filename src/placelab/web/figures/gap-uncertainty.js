// How sure is the gap, the twin of placelab/uncertainty.py and placelab/widgets/gap_uncertainty.py: ten thousand draws as a
// band, a tornado, scenarios side by side, and what would close the gap. Sums are made in the order in which Python makes
// them, and rates compound year on year, so that both get the same bits.
import { areaY, axisX, axisY, dot, gridX, gridY, line, plot, ruleX, ruleY, text } from "@observablehq/plot";
import { spread as spaced, textWidth, wrap } from "../lines.js";
import { live } from "../live.js";
import { capital, count, financialYear, fixed, inWords, percent, pounds, rounded } from "../wording.js";

const UNITS = { pounds: " a year", adult: " an adult", share: " of funding" };
const SETTABLE = ["need_per_head", "unit_cost", "council_tax", "grants", "charges"];

// Draws

// Points of a Halton sequence by dimension (uncertainty.points); worked out once.
let kept;
function points({ draws, halton: { primes, skipped } }) {
  kept ??= primes.map((prime) => {
    const row = new Float64Array(draws);
    for (let i = 0; i < draws; i += 1) {
      let place = 1;
      for (let left = i + 1 + skipped; left; left = Math.floor(left / prime)) {
        place /= prime;
        row[i] += place * (left % prime);
      }
    }
    return row;
  });
  return kept;
}

// The value below which a share of a triangular distribution lies: its peak at 0 (uncertainty.quantile).
function quantile(chance, low, high) {
  const span = high - low;
  if (span === 0) return 0;
  return chance * span < -low ? low + Math.sqrt(chance * span * -low) : high - Math.sqrt((1 - chance) * span * high);
}

// Differences from the base case, {assumption: numbers}, 0 where held (uncertainty.deviations).
function deviations(shared, width, held) {
  const chances = points(shared);
  return Object.fromEntries(Object.entries(shared.ranges).map(([name, { low, high }], j) => {
    const [a, b] = [width * low, width * high];
    return [name, held.includes(name) ? new Float64Array(shared.draws) : chances[j].map((chance) => quantile(chance, a, b))];
  }));
}

const columns = (ranges, length) => Object.fromEntries(Object.keys(ranges).map((name) => [name, new Float64Array(length)]));

// The model over draws

// Cost of need before price in year t, for one draw (uncertainty._cost).
function cost(parts, t, moved, lean, young, old) {
  const [younger, older, leaning, perYounger, perOlder, perLeaning] = parts;
  const over = older[t] + moved * perOlder[t] + lean * (leaning[t] + moved * perLeaning[t]);
  return (younger[t] - moved * perYounger[t]) * young + over * old;
}

// Need and funding by year and draw, £ (uncertainty.outcomes).
function outcomes({ parts, clients, council_tax, grants }, by, centre, cap) {
  const ofClients = typeof clients === "number" ? parts.map((part) => part.map((value) => clients * value)) : clients;
  const years = parts[0].length;
  const draws = by.unit_cost.length;
  const need = Array.from({ length: years }, () => new Float64Array(draws));
  const funding = Array.from({ length: years }, () => new Float64Array(draws));
  for (let i = 0; i < draws; i += 1) {
    const rate = (name) => 1 + (centre[name] + by[name][i]);
    const grows = rate("need_per_head") * rate("unit_cost");
    const [taxGrows, grantsGrow, chargesGrow] = [rate("council_tax"), rate("grants"), rate("charges")];
    const [youngGrow, oldGrow] = [1 + by.younger_people[i], 1 + by.older_people[i]];
    const [moved, lean] = [by.split[i], by.oldest[i]];
    const avoided = Math.min(centre.prevention * (centre.effect + by.effect[i]), cap);
    let [price, young, old, tax, granted, charged] = [1, 1, 1, 1, 1, 1];
    need[0][i] = funding[0][i] = council_tax + grants; // the gap is zero in the first year by construction
    for (let t = 1; t < years; t += 1) {
      price *= grows;
      young *= youngGrow;
      old *= oldGrow;
      tax *= taxGrows;
      granted *= grantsGrow;
      charged *= chargesGrow;
      const left = t > centre.delay ? 1 - avoided : 1;
      const care = cost(parts, t, moved, lean, young, old) * price * left;
      const extra = cost(ofClients, t, moved, lean, young, old) * price * left * (charged - 1);
      const paid = council_tax * tax + grants * granted + extra;
      funding[t][i] = paid;
      need[t][i] = care + centre.prevention * paid;
    }
  }
  return { need, funding };
}

// The gap of one year in a measure, one number a draw.
function gapIn({ need, funding }, adults, measure, t) {
  return need[t].map((value, i) => {
    const gap = value - funding[t][i];
    if (measure === "pounds") return gap;
    return gap / (measure === "adult" ? adults[t] : funding[t][i]);
  });
}

// Values below which those shares of the draws lie, between draws by straight line (uncertainty.quantiles).
function quantiles(values, shares) {
  const ordered = Float64Array.from(values).sort();
  const last = ordered.length - 1;
  return shares.map((share) => {
    const position = last * share;
    const k = Math.min(Math.trunc(position), last);
    return ordered[k] + (ordered[Math.min(k + 1, last)] - ordered[k]) * (position - k);
  });
}

// What the views share

class Setting {
  constructor({ view, measure, width, funding, prevention }, { shared, place }) {
    Object.assign(this, { view, measure, width, shared, place, prevention: prevention / 100 });
    this.held = funding === "held" ? shared.funding : [];
    this.last = shared.years.length - 1;
    this.end = shared.years.at(-1);
    this.ranges = Math.abs(width - 1) < 1e-9 ? "the stated ranges" : `ranges ${fixed(width, 1)} times as wide as stated`;
    const none = columns(shared.ranges, 1);
    this.base = this.run(none, { ...shared.base, prevention: 0 });
  }

  around(centre) {
    return { ...centre, prevention: this.prevention };
  }

  run(by, centre) {
    return outcomes(this.place, by, centre, this.shared.cap);
  }

  gap(found, t = this.last, measure = this.measure) {
    return gapIn(found, this.place.adults, measure, t);
  }

  amount(value) {
    const size = Math.abs(value);
    if (this.measure === "share") return percent(size);
    if (this.measure === "adult") return pounds(rounded(size));
    return pounds(size >= 999_500 ? size : 1000 * rounded(size / 1000));
  }

  signed(value) {
    const words = this.amount(value);
    return value < 0 && /[^£0%]/.test(words) ? `−${words}` : words;
  }

  stands(value) {
    return `a ${value >= 0 ? "gap" : "surplus"} of ${this.amount(value)}${UNITS[this.measure]}`;
  }

  spread(low, high) {
    const [a, b, unit] = [this.amount(low), this.amount(high), UNITS[this.measure]];
    if (low >= 0) return `between ${a} and ${b}${unit} short`;
    if (high < 0) return `with between ${b} and ${a}${unit} to spare`;
    return `between ${a}${unit} to spare and ${b} short`;
  }

  sentence(...told) {
    const spent = this.prevention && `Prevention takes ${percent(this.prevention, 1)} of funding each year, on top of what is spent today.`;
    return [...told, spent, ...this.place.notes].filter(Boolean).join(" ");
  }
}

function ofDraws(share) {
  if (share === 0) return "none of the draws";
  if (share === 1) return "all draws";
  if (share < 0.005) return "fewer than 1 in 100 draws";
  if (share > 0.995) return "more than 99 of 100 draws";
  return `${rounded(100 * share)} of 100 draws`;
}

function valueText({ kind, base }, difference) {
  const at = base + difference;
  if (kind === "rate") return percent(at, 1);
  return kind === "ratio" ? `£${fixed(at, 2)}` : percent(at);
}

// Band over time

function band(chosen) {
  const { shared, place, end } = chosen;
  const found = chosen.run(deviations(shared, chosen.width, chosen.held), chosen.around(shared.base));
  const bands = shared.years.map((_, t) => quantiles(chosen.gap(found, t), shared.tenths));
  const base = shared.years.map((_, t) => chosen.gap(chosen.base, t)[0]);
  const [low, middle, high] = bands.at(-1);
  const [lastGaps, stated] = [chosen.gap(found, chosen.last, "pounds"), chosen.gap(chosen.base, chosen.last, "pounds")[0]];
  const share = (test) => lastGaps.reduce((sum, gap) => sum + (test(gap) ? 1 : 0), 0) / shared.draws;
  const [larger, none] = [share((gap) => gap > stated), share((gap) => gap <= 0)];
  const ends = `${chosen.signed(low)} and ${chosen.signed(high)}${UNITS[chosen.measure]}`;
  const shown = shared.years.map((_, t) => t).filter((t) => t === 0 || (chosen.last - t) % 2 === 0);
  return {
    title: `By ${end}, 80 of 100 draws from these ranges leave ${place.who} ${chosen.spread(low, high)}`,
    sentence: chosen.sentence(
      `In the base case there is ${chosen.stands(base.at(-1))} in ${end}.`,
      `With ${chosen.held.length ? "need and cost" : "every assumption"} drawn ${count(shared.draws)} times from ${chosen.ranges}, the middle draw gives ` +
        `${chosen.stands(middle)}, and 80 of 100 draws lie between ${ends}.`,
      `The gap is larger than in the base case in ${ofDraws(larger)}, and closed in ${ofDraws(none)}.`,
      "Those are shares of draws under ranges that we chose and state, with their peaks at the base case. They are no measure of how likely anything is.",
    ),
    alt:
      `Band chart of the gap in ${place.who} from ${shared.years[0]} to ${end}, in ${shared.prices} prices. The band, 80 of 100 draws, ` +
      `widens from nothing to between ${ends}. Its middle line ends at ${chosen.signed(middle)}, the base case's at ${chosen.signed(base.at(-1))}.`,
    table: {
      columns: ["Year", "10 of 100 draws below", "Middle draw", "90 of 100 draws below", "Base case"],
      rows: shown.map((t) => [shared.years[t], ...bands[t].map((value) => chosen.signed(value)), chosen.signed(base[t])]),
    },
    plot: { p10: bands.map((b) => b[0]), p50: bands.map((b) => b[1]), p90: bands.map((b) => b[2]), base, larger, none },
  };
}

// One assumption at a time

// The gap with one assumption at each end of its range, widest swing first (uncertainty.tornado).
function swings(chosen) {
  const { shared } = chosen;
  const names = Object.keys(shared.ranges).filter((name) => !chosen.held.includes(name));
  const drawn = columns(shared.ranges, 1 + 2 * names.length);
  names.forEach((name, i) => {
    drawn[name][1 + 2 * i] = chosen.width * shared.ranges[name].low;
    drawn[name][2 + 2 * i] = chosen.width * shared.ranges[name].high;
  });
  const found = chosen.gap(chosen.run(drawn, chosen.around(shared.base)));
  const rows = names.map((name, i) => ({ name, low: found[1 + 2 * i], high: found[2 + 2 * i], swing: Math.abs(found[2 + 2 * i] - found[1 + 2 * i]) }));
  return { base: found[0], rows: rows.sort((a, b) => b.swing - a.swing) };
}

function tornado(chosen) {
  const { shared: { ranges }, place, end } = chosen;
  const { base, rows } = swings(chosen);
  const unit = UNITS[chosen.measure];
  const moving = rows.filter(({ swing }) => swing > 0);
  const phrases = moving.map(({ name }) => ranges[name].phrase);
  const sizes = moving.map(({ swing }) => chosen.amount(swing));
  const ends = ({ low, high }) => [chosen.width * low, chosen.width * high];
  return {
    title: `${capital(phrases[0])} moves the gap in ${place.who} most: ${sizes[0]}${unit} from end to end of its range`,
    sentence: chosen.sentence(
      `With all else at the base case, ${phrases[0]} takes the gap in ${end} from ${chosen.stands(moving[0].low)} at the low end of its range ` +
        `to ${chosen.stands(moving[0].high)} at the high end.`,
      `Next come ${phrases[1]} (${sizes[1]} from end to end) and ${phrases[2]} (${sizes[2]}); ${phrases.at(-1)} moves it least (${sizes.at(-1)}).`,
      !chosen.prevention && "What prevention avoids moves nothing here, because nothing is spent on it.",
      chosen.held.length > 0 && "Council tax, grants and charges are held at the base case.",
      `The ends are those of ${chosen.ranges}. Bars cannot be added up, and a long bar may say more about how wide the range is than about how much the matter weighs.`,
    ),
    alt:
      `Bar chart with a bar for each assumption, widest first, around ${chosen.signed(base)}${unit}: ` +
      `${rows.map(({ name, low, high }) => `${ranges[name].label}, ${chosen.signed(low)} to ${chosen.signed(high)}`).join("; ")}.`,
    table: {
      columns: ["Assumption", "Low end", "Base case", "High end", "Gap at the low end", "Gap at the high end", "Low end, as stated, from", "High end, as stated, from"],
      words: ["Low end, as stated, from", "High end, as stated, from"],
      rows: rows.map(({ name, low, high }) => {
        const [least, most] = ends(ranges[name]).map((difference) => valueText(ranges[name], difference));
        return [ranges[name].label, least, valueText(ranges[name], 0), most, chosen.signed(low), chosen.signed(high), ...ranges[name].from.map(capital)];
      }),
    },
    plot: {
      names: rows.map(({ name }) => name), lows: rows.map(({ low }) => low), highs: rows.map(({ high }) => high), base,
      labels: rows.map(({ name }) => `${ranges[name].label}: ${ends(ranges[name]).map((difference) => valueText(ranges[name], difference)).join(" to ")}`),
    },
  };
}

// Published scenarios side by side

function scenarios(chosen) {
  const { shared, place, end } = chosen;
  const none = columns(shared.ranges, 1);
  const rows = shared.scenarios.map(({ label, centre, held }) => {
    const drawn = deviations(shared, chosen.width, [...chosen.held, ...held]);
    const [low, middle, high] = quantiles(chosen.gap(chosen.run(drawn, chosen.around(centre))), shared.tenths);
    return { label, at: chosen.gap(chosen.run(none, chosen.around(centre)))[0], low, middle, high };
  });
  const base = chosen.gap(chosen.base)[0];
  const [least, most] = [Math.min, Math.max].map((most) => rows.find(({ at }) => at === most(...rows.map((row) => row.at))));
  const holding = rows.filter(({ low, high }) => low <= base && base <= high).length;
  const number = inWords(rows.length);
  return {
    title: `By ${end}, published scenarios leave ${place.who} ${chosen.spread(least.at, most.at)}`,
    sentence: chosen.sentence(
      `The base case gives ${chosen.stands(base)}. Of ${number} scenarios, it among them, “${least.label}” gives the least and “${most.label}” the most.`,
      `Around each, a bar holds 80 of 100 draws: what the scenario sets is held, and the rest is drawn from ${chosen.ranges}${chosen.held.length ? ", funding held" : ""}.`,
      `The base case's gap lies inside ${holding ? inWords(holding) : "none"} of the ${number} bars.`,
      "A scenario says what would follow from its settings; nobody published it as a forecast of this place.",
    ),
    alt:
      `Chart of the gap in ${place.who} in ${end} under ${number} scenarios, each a dot with a bar: ` +
      `${rows.map(({ label, at, low, high }) => `${label}, ${chosen.signed(at)}, bar from ${chosen.signed(low)} to ${chosen.signed(high)}`).join("; ")}.`,
    table: {
      columns: ["Scenario", "At its own settings", "10 of 100 draws below", "Middle draw", "90 of 100 draws below"],
      rows: rows.map(({ label, at, low, middle, high }) => [label, ...[at, low, middle, high].map((value) => chosen.signed(value))]),
    },
    plot: {
      base, labels: rows.map(({ label, at }) => `${label}: ${chosen.signed(at)}`),
      ...Object.fromEntries(["at", "low", "middle", "high"].map((name) => [name, rows.map((row) => row[name])])),
    },
  };
}

// What would close it

// For each lever the yearly rate that alone would close the gap, null where none can (gap.closing); charges keep step here.
function closingRates({ place, last, shared: { base, cap }, prevention }) {
  const kept = { ...base, prevention };
  const years = last;
  const ofClients = typeof place.clients === "number" ? place.parts.map((part) => part.map((value) => place.clients * value)) : place.clients;
  const grown = ((1 + kept.need_per_head) * (1 + kept.unit_cost)) ** years;
  const avoided = years > kept.delay ? Math.min(prevention * kept.effect, cap) : 0;
  const [care, clients] = [place.parts, ofClients].map((parts) => cost(parts, last, 0, 0, 1, 1) * grown * (1 - avoided));
  const tax = place.council_tax * (1 + kept.council_tax) ** years;
  const grants = place.grants * (1 + kept.grants) ** years;
  const left = 1 - prevention; // what prevention leaves of each pound of funding
  const rate = (times) => (times > 0 ? times ** (1 / years) - 1 : null);
  const volume = rate((left * (tax + grants)) / care);
  const wanted = care / left; // of council tax and grants
  const scaled = (lever) => volume === null ? null : (1 + kept[lever]) * (1 + volume) - 1;
  return {
    need_per_head: scaled("need_per_head"), unit_cost: scaled("unit_cost"),
    council_tax: rate((wanted - grants) / place.council_tax), grants: rate((wanted - tax) / place.grants),
    funding: rate(wanted / (place.council_tax + place.grants)), charges: rate(1 + (wanted - tax - grants) / clients),
  };
}

function closing(chosen) {
  const { shared, place, end } = chosen;
  const rates = closingRates(chosen);
  const rows = shared.levers.map(([name, called]) => {
    const now = SETTABLE.includes(name) ? shared.base[name] : 0;
    const range = shared.ranges[name];
    const [low, high] = range ? [now + chosen.width * range.low, now + chosen.width * range.high] : [null, null];
    return { called, now, low, high, rate: rates[name] };
  });
  const tenths = (value) => rounded(1000 * value);
  const within = ({ low, high, rate }) => low !== null && rate !== null && tenths(low) <= tenths(rate) && tenths(rate) <= tenths(high);
  const inside = rows.filter(within).map(({ called }) => called);
  const words = (rate) => (rate === null ? "no rate can" : percent(rate, 1));
  const rangeText = ({ low, high }) => (low === null ? "no range of its own" : `${percent(low, 1)} to ${percent(high, 1)}`);
  const listed = inside.length < 2 ? inside.join("") : `${inside.slice(0, -1).join(", ")}${inside.length > 2 ? "," : ""} and ${inside.at(-1)}`;
  const both = rates.funding;
  const factor = (value) => (value === null ? null : 1 + value);
  return {
    title: `On these assumptions council tax and grants both ${both >= 0 ? "rising" : "falling"} by ${percent(Math.abs(both), 1)} a year would close the gap in ${place.who} by ${end}`,
    sentence: chosen.sentence(
      "In real terms and on its own, each lever would have to go, a year, from the base case to: " +
        `${rows.map(({ called, now, rate }) => `${called}, from ${percent(now, 1)} to ${words(rate)}`).join("; ")}.`,
      inside.length
        ? `Inside ${inside.length === 1 ? "its range" : "their ranges"} (${chosen.ranges}): ${listed}.`
        : `None of the five has its rate inside ${chosen.ranges}.`,
      "A rate is arithmetic. It does not say who would have to do what, or go without, for it to come true.",
    ),
    alt:
      `Chart of the yearly rate at which each lever alone would close the gap in ${place.who} in ${end}, a dot, beside its stated range, a bar: ` +
      `${rows.map((row) => `${row.called}, ${words(row.rate)}, ${rangeText(row)}`).join("; ")}.`,
    table: {
      columns: ["Lever", "Base case", "To close the gap", "Its range", "Inside its range"],
      rows: rows.map((row) => [capital(row.called), percent(row.now, 1), words(row.rate), rangeText(row), row.low === null ? "has none" : within(row) ? "yes" : "no"]),
    },
    plot: {
      closing: rows.map(({ rate }) => factor(rate)), now: rows.map(({ now }) => now),
      low: rows.map(({ low }) => factor(low)), high: rows.map(({ high }) => factor(high)),
      labels: rows.map(({ called, rate }) => `${capital(called)}: ${words(rate)}`),
    },
  };
}

const VIEWS = { band, tornado, scenarios, closing };

export function find(values, { shared: given, place }) {
  const shared = { ...given, ranges: Object.fromEntries(given.ranges.map((one) => [one.name, one])) }; // in their order
  const chosen = new Setting(values, { shared, place });
  const found = VIEWS[values.view](chosen);
  const { years, prices, source } = shared;
  return { ...found, source, plot: { ...found.plot, view: values.view, measure: values.measure, years, prices, words: (value) => chosen.signed(value) } };
}

// The figures

// What to divide by on the axis, and what to write beside it.
function scaled({ measure, prices }, values) {
  if (measure === "share") return [0.01, "% of the year's funding"];
  if (measure === "adult") return [1, `£ for each adult, ${prices} prices`];
  const [by, unit] = Math.max(...values.map(Math.abs)) >= 1e9 ? [1e9, "£ billion"] : [1e6, "£ million"];
  return [by, `${unit} a year, ${prices} prices`];
}

function drawBand(found, width) {
  const narrow = width < 480;
  const [scale, label] = scaled(found, [...found.p10, ...found.p90]);
  const xs = found.years.map((year) => Number(year.slice(0, 4)));
  const rows = xs.map((x, t) => ({ x, low: found.p10[t] / scale, middle: found.p50[t] / scale, high: found.p90[t] / scale, base: found.base[t] / scale }));
  const values = rows.flatMap(({ low, high, base }) => [low, high, base]);
  const [least, most] = [Math.min(0, ...values), Math.max(...values)];
  const domain = [least < 0 ? least * 1.06 : 0, Math.max(most, 0) * 1.06];
  const [height, marginTop, marginBottom] = [narrow ? 330 : 380, 34, 28];
  const pixel = (value) => marginTop + ((domain[1] - value) / (domain[1] - domain[0])) * (height - marginTop - marginBottom);
  const last = rows.at(-1);
  const labels = [
    ["90 in 100 below", found.p90, last.high, "var(--live-mid)"], ["middle draw", found.p50, last.middle, "var(--live-dark)"],
    ["10 in 100 below", found.p10, last.low, "var(--live-mid)"], ["base case", found.base, last.base, "var(--live-accent)"],
  ].map(([words, series, at, fill]) => ({ rows: [words, found.words(series.at(-1))], at, fill }));
  const heights = spaced(labels.map(({ at }) => pixel(at)), labels.map(() => 34));
  const stroke = (y, colour, options = {}) => line(rows, { x: "x", y, stroke: colour, strokeWidth: 2.25, ...options });
  return plot({
    className: "live-plot", width, height, marginTop, marginBottom, marginLeft: 44,
    marginRight: 12 + Math.max(...labels.flatMap((one) => one.rows.map((row) => textWidth(row)))),
    x: { label: null, domain: [xs[0], xs.at(-1)] }, y: { label: null, domain },
    marks: [
      gridY({ stroke: "var(--live-grid)", strokeOpacity: 1, ticks: 5 }),
      areaY(rows, { x: "x", y1: "low", y2: "high", fill: "var(--live-light)", fillOpacity: 0.4 }),
      ruleY([0], { stroke: "currentColor" }),
      stroke("high", "var(--live-mid)", { strokeWidth: 1 }),
      stroke("low", "var(--live-mid)", { strokeWidth: 1 }),
      stroke("middle", "var(--live-dark)"),
      stroke("base", "var(--live-accent)", { strokeDasharray: "6,4" }),
      ...labels.map(({ rows: words, at, fill }, i) =>
        text([words.join("\n")], { x: xs.at(-1), y: at, text: (d) => d, dx: 7, dy: heights[i] - pixel(at), textAnchor: "start", fill, fontSize: 12 })),
      axisX({ ticks: narrow ? [xs[0], xs.at(-1)] : [xs[0], xs[0] + 3, xs[0] + 7, xs.at(-1)], tickFormat: financialYear, tickSize: 4, fontSize: 12 }),
      axisY({ ticks: 5, tickSize: 0, fontSize: 12, label: `Gap, ${label}`, labelArrow: "none" }),
    ],
  });
}

// Bars one under another, each with its name above it and a dot where there is one; `mark` rules what they are read against.
function drawBars(bars, mark, label, width) {
  const narrow = width < 480;
  const names = bars.map(({ name }) => wrap(name, Math.floor((width - 16) / 7.6)));
  const ROW = 16;
  let top = 0;
  const placed = bars.map((bar, i) => {
    const at = top + names[i].length * ROW + 10;
    top = at + 16;
    return { ...bar, at, named: top - 16 - 11 };
  });
  const values = [...bars.flatMap(({ low, high, point }) => [low, high, point]).filter((value) => value != null), mark.at, 0];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const pad = (most - least) * 0.04;
  const [marginTop, marginBottom] = [24, 46];
  const side = (mark.at - least) / (most - least);
  const rows = wrap(label, Math.floor(width / 6.5));
  return plot({
    className: "live-plot", width, height: top + marginTop + marginBottom + ROW * (rows.length - 1), marginTop, marginBottom: marginBottom + ROW * (rows.length - 1), marginLeft: 8, marginRight: 8,
    x: { label: null, domain: [least - pad, most + pad] }, y: { axis: null, domain: [top, 0] },
    marks: [
      gridX({ stroke: "var(--live-grid)", strokeOpacity: 1, ticks: narrow ? 4 : 8 }),
      ruleX([0], { stroke: "currentColor" }),
      ruleX([mark.at], { stroke: "currentColor", strokeWidth: 2, strokeDasharray: "6,4" }),
      text([mark.words], { x: mark.at, y: 0, text: (d) => d, dy: -6, lineAnchor: "bottom", textAnchor: side < 0.3 ? "start" : side > 0.7 ? "end" : "middle", fontSize: 12, fill: "currentColor" }),
      ruleY(placed.filter(({ low }) => low != null), { x1: "low", x2: "high", y: "at", stroke: "var(--live-dark)", strokeWidth: 6 }),
      dot(placed.filter(({ point }) => point != null), { x: "point", y: "at", r: 5.5, fill: "var(--live-back)", stroke: "var(--live-accent)", strokeWidth: 2.5 }),
      ...placed.map(({ named }, i) =>
        text([names[i].join("\n")], { frameAnchor: "left", x: null, y: named, text: (d) => d, textAnchor: "start", lineAnchor: "bottom", fontSize: 12, lineHeight: ROW / 12, fontWeight: 700, fill: "currentColor", stroke: "var(--live-back)", strokeWidth: 4, strokeOpacity: 0.85 })),
      axisX({ ticks: narrow ? 4 : 8, tickSize: 4, fontSize: 12, label: null }),
      text([rows.join("\n")], { frameAnchor: "bottom-left", text: (d) => d, dy: 26, lineAnchor: "top", textAnchor: "start", fontSize: 12, lineHeight: ROW / 12, fill: "currentColor" }),
    ],
  });
}

export function draw({ plot: found }, { width }) {
  if (found.view === "band") return drawBand(found, width);
  const end = found.years.at(-1);
  if (found.view === "closing") {
    const rate = (value) => (value === null ? null : 100 * (value - 1));
    const bars = found.labels.map((name, i) => ({ name, low: rate(found.low[i]), high: rate(found.high[i]), point: rate(found.closing[i]) }));
    return drawBars(bars, { at: 0, words: "level in real terms" }, "% a year, real terms; bar: stated range, dot: closes the gap", width);
  }
  const lows = found.view === "tornado" ? found.lows : found.low;
  const highs = found.view === "tornado" ? found.highs : found.high;
  const dots = found.view === "tornado" ? found.highs : found.at;
  const [scale, label] = scaled(found, [...lows, ...highs, ...dots]);
  const bars = found.labels.map((name, i) => ({
    name, low: Math.min(lows[i], highs[i]) / scale, high: Math.max(lows[i], highs[i]) / scale, point: dots[i] / scale,
  }));
  const key = found.view === "tornado" ? "dot: high end of the range" : "dot: the scenario's own settings";
  return drawBars(bars, { at: found.base / scale, words: "base case" }, `Gap in ${end}, ${label}; ${key}`, width);
}

export default live({ find, draw });
