// Demand trends, the twin of placelab/widgets/demand_trends.py: people of an age, estimated and projected, beside others.
import { trendChart } from "../lines.js";
import { live } from "../live.js";
import { Trend, cell, total, yearsShown } from "../trend.js";
import { capital, change as changed, count, fixed, inWords, noun, people, percent, shortPercent, would } from "../wording.js";

const KINDS = ["estimate", "projection"];
const nothing = { columns: [], rows: [] };

// An age group seen one way (demand.trend); `number` is how many places were added up.
export function trend(shared, people, age, view, number = 1) {
  const series = (kind) => {
    const sum = (group) => {
      const bands = shared.ages[group].map((band) => people[kind][band]);
      return total(bands, bands.map(() => 1), shared.first[kind]);
    };
    if (view === "people") return sum(age).map((value) => value / number);
    if (view === "share") return over(sum(age), sum("all ages"), 1);
    return over(sum("65 and over"), sum("18 to 64"), 100);
  };
  if (view === "index") return indexed(trend(shared, people, age, "people"));
  return new Trend(...KINDS.map(series));
}

const over = (part, whole, scale) => part.map((value, year) => (scale * value) / whole.at(year));

function indexed(counts) {
  const base = counts.estimate.at(counts.first);
  return new Trend(...KINDS.map((kind) => counts[kind].map((value) => (100 * value) / base)));
}

// What a place is compared with: how it reads in a sentence and beside a line, and its people.
function groupOf({ england }, place, compare) {
  if (compare === "england" && place.code !== england.code) return { inSentence: "England", label: "England", people: england.people };
  if (compare !== "similar" || !place.similar) return null;
  const number = place.similar.names.length;
  const label = `${inWords(number)} similar places`;
  return { inSentence: `${label} taken together`, label, people: place.similar.people, number, names: place.similar.names };
}

const whoOf = (age) => (age === "all ages" ? "people of all ages" : `people aged ${age}`);
const based = (trend) => `the ${trend.projection.first}-based projection, a separate series,`;

function overlap(trend, who) {
  const size = percent(Math.abs(trend.overlap()), 1);
  if (size === "0.0%") return `For ${trend.last} the projection has as many ${who} as the estimate, to within 0.1%.`;
  return `For ${trend.last} the projection has ${size} ${trend.overlap() > 0 ? "more" : "fewer"} ${who} than the estimate.`;
}

function toldCount(of, place, age, group) {
  const [t, who, where] = [of(place, "people"), whoOf(age), place.inSentence];
  const { first, last, horizon: end } = t;
  const mid = last - 10;
  const told = [
    `${capital(who)} in ${where}: ${noun(t.estimatedChange())} from ${first} to ${last}`,
    `The number of ${who} in ${where} ${changed(t.estimatedChange())} between ${first} and ${last}, from ` +
      `${people(t.estimate.at(first))} to ${people(t.estimate.at(last))}; between ${mid} and ${last} it ` +
      `${changed(t.estimatedChange(mid))}.`,
    `In ${based(t)} it ${would(t.projectedChange())} between ${last} and ${end}, to ${people(t.projection.at(end))}.`,
    overlap(t, who),
  ];
  if (!group) return told;
  const other = of(group, "people");
  return [
    ...told,
    `In ${group.inSentence} the number ${changed(other.estimatedChange())} between ${first} and ${last}, and ` +
      `in the projection it ${would(other.projectedChange())} between ${last} and ${end}.`,
  ];
}

function toldShare(of, place, age, group) {
  const [t, who, where] = [of(place, "share"), whoOf(age), place.inSentence];
  const { first, last, horizon: end } = t;
  const [now, then] = [last, first].map((year) => percent(t.estimate.at(year), 1));
  const told = [
    `${capital(who)} in ${where}: ${now} of all people in ${last}, ${then} in ${first}`,
    `${capital(who)} made up ${now} of all people in ${where} in ${last}, ${then} in ${first}.`,
    `In ${based(t)} their share is ${percent(t.projection.at(last), 1)} in ${last} and ${percent(t.projection.at(end), 1)} in ${end}.`,
    overlap(of(place, "people"), who),
  ];
  if (!group) return told;
  const other = of(group, "share");
  return [
    ...told,
    `In ${group.inSentence} their share was ${percent(other.estimate.at(last), 1)} in ${last}, and ` +
      `the projection has ${percent(other.projection.at(end), 1)} in ${end}.`,
  ];
}

function toldRatio(of, place, age, group) {
  const [t, where] = [of(place, "ratio"), place.inSentence];
  const { first, last, horizon: end } = t;
  const told = [
    `Old-age ratio in ${where}: ${fixed(t.estimate.at(last), 1)} in ${last}, ${fixed(t.estimate.at(first), 1)} in ${first}`,
    `For every 100 people aged 18 to 64, ${where} had ${fixed(t.estimate.at(last), 1)} aged 65 and over in ${last} and ` +
      `${fixed(t.estimate.at(first), 1)} in ${first}.`,
    `In ${based(t)} the ratio is ${fixed(t.projection.at(last), 1)} in ${last}, where the estimate is ` +
      `${fixed(t.estimate.at(last), 1)}, and ${fixed(t.projection.at(end), 1)} in ${end}.`,
  ];
  if (!group) return told;
  const other = of(group, "ratio");
  return [
    ...told,
    `In ${group.inSentence} it was ${fixed(other.estimate.at(last), 1)} in ${last}, and the projection has ` +
      `${fixed(other.projection.at(end), 1)} in ${end}.`,
  ];
}

const TOLD = { people: toldCount, index: toldCount, share: toldShare, ratio: toldRatio };

function remarks(place, { age, view, compare }, group, drawn) {
  return [
    place.small && `Numbers in ${place.inSentence} are too small for rates and percentages to mean much.`,
    compare === "similar" && !group && `There is no set of similar places for ${place.inSentence}.`,
    view === "ratio" && age !== "65 and over" && "The ratio takes no age group: it always sets 65 and over against 18 to 64.",
    group && !drawn && "England is not drawn: its numbers are of another size.",
    view === "people" && drawn && "The chart shows the average of the similar places.",
  ].filter(Boolean);
}

const inView = (view, value) => (view === "people" ? count(value) : view === "share" ? percent(value, 1) : fixed(value, 1));

function alternative(trends, view) {
  const units = { people: "people", index: `an index, ${trends[0].trend.first} estimate = 100`, share: "share of all people" };
  const parts = trends.map(({ name, trend: t }) => {
    const ends = [t.estimate.at(t.first), t.estimate.at(t.last), t.projection.at(t.last), t.projection.at(t.horizon)];
    const [a, b, c, d] = ends.map((value) => inView(view, value));
    return (
      `${capital(name)}: the estimate, a solid line, goes from ${a} in ${t.first} to ${b} in ${t.last}; the ` +
      `projection, a dashed line from ${t.projection.first}, passes ${c} in ${t.last} and ends at ${d} in ${t.horizon}.`
    );
  });
  return [`Line chart of ${units[view] ?? "people aged 65 and over for every 100 aged 18 to 64"}.`, ...parts].join(" ");
}

function table(trends, view) {
  const both = trends.flatMap(({ name, trend: t }) => KINDS.map((kind) => [`${capital(name)}: ${kind}`, t[kind]]));
  return {
    columns: ["Mid-year", ...both.map(([heading]) => heading)],
    rows: yearsShown(trends[0].trend).map((year) => [year, ...both.map(([, series]) => cell(series, year, (value) => inView(view, value)))]),
  };
}

export function find({ age, view, compare }, { shared, place }) {
  if (view === "share" && age === "all ages") {
    const reason = "People of all ages are the whole, so they have no share to show. Choose a narrower age group.";
    return { title: "Choose a narrower age group", sentence: reason, alt: reason, table: nothing, source: "", plot: null };
  }
  const group = groupOf(shared, place, compare);
  const of = (who, seen) => trend(shared, who.people, age, seen, who.number);
  const [title, ...told] = TOLD[view](of, place, age, group);
  const drawn = view === "people" && group?.people === shared.england.people ? null : group;
  const trends = [{ name: place.name, trend: of(place, view) }];
  if (drawn) trends.push({ name: drawn.label, trend: of(drawn, view) });
  return {
    title,
    sentence: [...told, ...remarks(place, { age, view, compare }, group, drawn)].join(" "),
    alt: alternative(trends, view),
    table: table(trends, view),
    source: group?.names ? `${shared.source} Similar places: ${group.names.join(", ")}.` : shared.source,
    plot: { trends, view, estimates: trends.map(({ trend: t }) => t.estimate.values), projections: trends.map(({ trend: t }) => t.projection.values) },
  };
}

export function draw({ plot: { trends, view, estimates, projections } }, options) {
  const { first, last, horizon, projection } = trends[0].trend;
  const million = view === "people" && Math.max(...estimates.flat(), ...projections.flat()) >= 2e6;
  const label = {
    people: million ? "People (millions)" : "People",
    index: `Index, ${first} estimate = 100`,
    share: "Share of all people",
    ratio: "Aged 65+ per 100 aged 18 to 64",
  }[view];
  const format = view === "share" ? shortPercent : million ? (value) => `${Number(fixed(value / 1e6, 2))}` : count;
  const styles = [{ colour: "var(--live-dark)", weight: 2.6 }, { colour: "var(--live-accent)", weight: 1.8 }];
  const drawn = trends.map(({ name, trend: t }, i) => ({ name: capital(name), estimate: t.estimate.points, projection: t.projection.points, ...styles[i] }));
  const shape = view === "index" ? { zero: false, level: 100 } : { zero: true };
  return trendChart({ trends: drawn, first, last, horizon, based: projection.first, label, format, ...shape }, options);
}

export default live({ find, draw });
