// Conditions and disability, the twin of placelab/widgets/conditions.py: a place among its similar places, or all as a distribution.
import { barX, plot, ruleX, text } from "@observablehq/plot";
import { histogram } from "../histogram.js";
import { textWidth, wrap } from "../lines.js";
import { live } from "../live.js";
import { quantile } from "../series.js";
import { inWords, people, percent, shortPercent } from "../wording.js";

const STEPS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05];

// How common a condition is in every place, England last (demand.prevalence): [{…place, persons, share}]; blank stays null.
export function prevalence(shared, condition) {
  const { persons, out_of: outOf } = shared.counts[condition];
  return shared.places.map((place, i) => ({ ...place, persons: persons[i], share: persons[i] === null || outOf[i] === null ? null : persons[i] / outOf[i] }));
}

const known = (rows) => rows.filter((row) => row.share !== null);
const ascending = (rows) => known(rows).map((row) => row.share).sort((a, b) => a - b);
const byName = (a, b) => (a.name < b.name ? -1 : 1);

function sentences(shared, condition, place, england, others, own, worded) {
  const what =
    condition === shared.disability
      ? "of residents said on census day 2021 that they were disabled"
      : `of patients were on the register “${shared.conditions[condition]}” in 2019-20, modelled to where they live`;
  const toldOf = (row) => `In ${row.inSentence} ${worded(row.share)} ${what}: ${people(row.persons)} people.`;
  const told = [];
  if (own === null) {
    told.push(`Numbers in ${place.inSentence} ${place.small ? "are too small for a share to mean much" : "have not been published"}.`, toldOf(england));
  } else {
    told.push(toldOf(place));
    if (place.code !== england.code) told.push(`In England it was ${worded(england.share)}.`);
  }
  const sorted = ascending(others);
  if (sorted.length) {
    told.push(
      `In ${inWords(sorted.length)} similar places it ran from ${worded(sorted[0])} to ${worded(sorted.at(-1))}, ` +
        `with a median of ${worded(quantile(sorted, 0.5))}.`,
    );
  }
  return [...told, "These shares take no account of age: an older place has more of most conditions."].join(" ");
}

function alternative(place, every, shown, own, worded) {
  if (shown.length > 1) {
    return `Bars in alphabetical order, ${place.name} marked: ${known(shown).map((row) => `${row.name} ${worded(row.share)}`).join(", ")}.`;
  }
  const mark = own === null ? "" : ` ${place.name} is marked at ${worded(own)}.`;
  return (
    `Histogram of ${every.length} places, from ${worded(every[0])} to ${worded(every.at(-1))}, half of them between ` +
    `${worded(quantile(every, 0.25))} and ${worded(quantile(every, 0.75))}.${mark}`
  );
}

function table(rows, worded) {
  const cells = (row) =>
    row.share === null ? ["not published", "not published"] : [people(row.persons), row.small ? "too small for a rate" : worded(row.share)];
  return { columns: ["Place", "People", "Share"], rows: rows.sort(byName).map((row) => [row.name, ...cells(row)]) };
}

export function find({ condition }, { shared, place: { code, shown: codes } }) {
  const counts = prevalence(shared, condition);
  const of = (wanted) => counts.find((row) => row.code === wanted);
  const [place, england, shown] = [of(code), counts.at(-1), codes.map(of)];
  const every = ascending(counts.filter((row) => row !== england && !row.small));
  const worded = (share) => percent(share, england.share >= 0.02 ? 1 : 2);
  const own = place.small ? null : place.share;
  return {
    title: `${shared.conditions[condition]}: ${own === null ? "no share" : worded(own)} in ${place.inSentence}`,
    sentence: sentences(shared, condition, place, england, shown.filter((row) => row !== place), own, worded),
    alt: alternative(place, every, shown, own, worded),
    table: table([...new Set([...shown, england])], worded),
    source: shared.sources[condition],
    plot: {
      shares: shown.length > 1 ? known(shown).map((row) => row.share) : every,
      bars: shown.length > 1 ? known(shown).map((row) => ({ ...row, own: row === place })) : null,
      mark: own === null ? null : { name: place.name, value: own }, worded,
    },
  };
}

export const draw = ({ plot: found }, options) => (found.bars ? bars(found, options) : distribution(found, options));

// In alphabetical order. Names stand beside their bars, or above them where the page is narrow.
function bars({ bars: rows, worded }, { width }) {
  const narrow = width < 480;
  const names = new Map(rows.map((row) => [row.name, wrap(row.name, narrow ? 99 : 28)]));
  const longest = Math.max(...[...names.values()].flat().map((part) => textWidth(part, 700)));
  const words = (part, fontWeight) => [
    text(part, { x: "share", y: "name", text: (row) => worded(row.share), dx: 5, textAnchor: "start", fontSize: 12, fontWeight }),
    text(part, {
      x: 0, y: "name", text: (row) => names.get(row.name).join("\n"), fontSize: 12, fontWeight,
      ...(narrow ? { dy: -19, textAnchor: "start" } : { dx: -6, textAnchor: "end" }),
    }),
  ];
  return plot({
    className: "live-plot", width, height: rows.length * (narrow ? 44 : 34) + 30, marginTop: narrow ? 36 : 24, marginBottom: 4,
    marginLeft: narrow ? 2 : longest + 10, marginRight: 56,
    x: { axis: null, domain: [0, Math.max(...rows.map((row) => row.share))] },
    y: { axis: null, domain: rows.map((row) => row.name), paddingInner: narrow ? 0.6 : 0.3, paddingOuter: 0.1 },
    marks: [
      barX(rows, { x: "share", y: "name", fill: (row) => (row.own ? "var(--live-dark)" : "var(--live-light)") }),
      narrow ? null : ruleX([0], { stroke: "currentColor" }),
      ...words(rows.filter((row) => row.own), 700),
      ...words(rows.filter((row) => !row.own), 400),
      text(["Share of people"], { frameAnchor: "top-left", dy: narrow ? -34 : -20, fontSize: 12 }),
    ],
  });
}

function distribution({ shares, mark }, options) {
  const step = STEPS.find((size) => (shares.at(-1) - shares[0]) / size <= 16);
  return histogram({ numbers: shares, step, mark, label: "Share of people", counted: "Number of places", format: shortPercent }, options);
}

export default live({ find, draw });
