// Need from ageing, the twin of placelab/widgets/need_from_ageing.py: older people times published rates, and rates that move.
import { trendChart } from "../lines.js";
import { live } from "../live.js";
import { Trend, cell, total, yearsShown } from "../trend.js";
import { count, fixed, noun, people, percent, rounded } from "../wording.js";

const TITLES = { need: "need for help", receipt: "help received", dementia: "dementia" };

// People in need at constant rates (demand.need_trend).
export function needTrend(shared, place, what) {
  return new Trend(...["estimate", "projection"].map((kind) => total(place.people[kind], shared.rates[what], shared.first[kind])));
}

// The same when every rate changes by so much a year after the last estimate.
function turned(trend, change) {
  const { last } = trend;
  return new Trend(trend.estimate, trend.projection.map((value, year) => value * (1 + change) ** Math.max(0, year - last)));
}

const index = (trend, base) => new Trend(...[trend.estimate, trend.projection].map((s) => s.map((value) => (100 * value) / base.estimate.at(base.first))));

const moving = (change) => (change ? `${change < 0 ? "falling" : "rising"} by ${percent(Math.abs(change), 1)} a year` : "constant");

function sentence(shared, place, what, change, constant, varied, england) {
  const { first, last, horizon: end } = constant;
  const past = [first, last].map((year) => people(constant.estimate.at(year)));
  const ahead = [last, end].map((year) => people(constant.projection.at(year)));
  return [
    `At constant rates, the number of people aged 65 and over in ${place.inSentence} who ${shared.needs[what]} goes from ` +
      `${past[0]} in ${first} to ${past[1]} in ${last} on the estimates, ${noun(constant.estimatedChange())}.`,
    `In the ${constant.projection.first}-based projection, a separate series, it goes from ${ahead[0]} in ${last} to ` +
      `${ahead[1]} in ${end}, ${noun(constant.projectedChange())}.`,
    varied &&
      `With rates ${moving(change)} after ${last} it goes to ${people(varied.projection.at(end))} instead, ` +
        `${noun(varied.projectedChange())}.`,
    levelling(constant),
    england ? "Constant rates are an assumption, so this is no forecast." : "Constant rates are an assumption, and so is using England's here: this is no forecast.",
    place.small && `Numbers in ${place.inSentence} are too small for the result to mean much.`,
  ].filter(Boolean).join(" ");
}

// The yearly change in rates at which need at the horizon is what it is in the last estimate's year.
function levelling(constant) {
  const { last, horizon: end } = constant;
  const rate = (constant.projection.at(last) / constant.projection.at(end)) ** (1 / (end - last)) - 1;
  const size = percent(Math.abs(rate), 1);
  if (rate < 0) return `Rates would have to fall by ${size} every year for the number in ${end} to be no more than in ${last}.`;
  return `Rates could rise by ${size} every year before the number in ${end} was more than in ${last}.`;
}

function alternative(place, what, change, shown, varied) {
  const { first, last, horizon: end } = shown;
  const more = varied ? ` With rates ${moving(change)}, another dashed line, it ends at ${fixed(varied.projection.at(end))}.` : "";
  return (
    `Line chart of ${TITLES[what]} in ${place.inSentence} as an index, ${first} = 100. On estimates, a solid line, ` +
    `it reaches ${fixed(shown.estimate.at(last))} in ${last}. On the projection at constant rates, a dashed line, it goes from ` +
    `${fixed(shown.projection.at(last))} in ${last} to ${fixed(shown.projection.at(end))} in ${end}.${more}`
  );
}

// To the hundred, in small places to the ten: the rates are no finer.
function coarse(value) {
  const step = value >= 1000 ? 100 : 10;
  return count(step * rounded(value / step));
}

function table(change, constant, varied) {
  const columns = [["Estimate, constant rates", constant.estimate], ["Projection, constant rates", constant.projection]];
  if (varied) columns.push([`Projection, rates ${moving(change)}`, varied.projection]);
  return {
    columns: ["Mid-year", ...columns.map(([heading]) => heading)],
    rows: yearsShown(constant).map((year) => [year, ...columns.map(([, series]) => cell(series, year, coarse))]),
  };
}

export function find({ what, change: percents }, { shared, place }) {
  const change = percents / 100;
  const constant = needTrend(shared, place, what);
  const varied = change ? turned(constant, change) : null;
  const [shown, shownVaried] = [index(constant, constant), varied && index(varied, constant)];
  const cause = varied ? `Ageing, with rates ${moving(change)}` : "Ageing alone";
  return {
    title: `${cause}, in ${place.inSentence}: ${noun((varied ?? constant).projectedChange(), 0, "projected")} in ${TITLES[what]} from ${constant.last} to ${constant.horizon}`,
    sentence: sentence(shared, place, what, change, constant, varied, place.code === shared.england),
    alt: alternative(place, what, change, shown, shownVaried),
    table: table(change, constant, varied),
    source: shared.sources[what],
    plot: {
      shown, change,
      estimate: shown.estimate.values, projection: shown.projection.values,
      varied: shownVaried ? shownVaried.projection.from(shown.last).values : [], // before that it is the constant line
    },
  };
}

export function draw({ plot: { shown, change, varied } }, options) {
  const { first, last, horizon } = shown;
  const trends = [{ name: "Rates constant", colour: "var(--live-dark)", weight: 2.6, estimate: shown.estimate.points, projection: shown.projection.points }];
  if (varied.length) {
    trends.push({ name: `Rates ${moving(change)}`, colour: "var(--live-accent)", weight: 2, estimate: [], projection: varied.map((value, i) => [last + i, value]) });
  }
  return trendChart({ trends, first, last, horizon, based: shown.projection.first, label: `Index, ${first} = 100`, format: count, zero: true }, options);
}

export default live({ find, draw });
