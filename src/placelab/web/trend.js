// One quantity as an estimate and a projection: the twin of placelab.demand.Trend. The two overlap and never join.
import { levels } from "./series.js";

// Values by year, from a first year on.
export class ByYear {
  constructor(first, values) {
    this.first = first;
    this.values = values;
  }
  get last() {
    return this.first + this.values.length - 1;
  }
  at(year) {
    return this.values[year - this.first];
  }
  has(year) {
    return year >= this.first && year <= this.last;
  }
  map(change) {
    return new ByYear(this.first, this.values.map((value, i) => change(value, this.first + i)));
  }
  from(year) {
    return new ByYear(year, this.values.slice(year - this.first));
  }
  get points() {
    return this.values.map((value, i) => [this.first + i, value]);
  }
}

export class Trend {
  constructor(estimate, projection) {
    this.estimate = estimate;
    this.projection = projection;
  }
  get first() {
    return this.estimate.first;
  }
  get last() {
    return this.estimate.last;
  }
  get horizon() {
    return this.projection.last;
  }
  estimatedChange(start = this.first) {
    return this.estimate.at(this.last) / this.estimate.at(start) - 1;
  }
  projectedChange(end = this.horizon) {
    return this.projection.at(end) / this.projection.at(this.last) - 1;
  }
  overlap() {
    return this.projection.at(this.last) / this.estimate.at(this.last) - 1;
  }
}

// Groups of people, stored as yearly steps, added up with a weight each.
export function total(groups, weights, first) {
  const series = groups.map(levels);
  return new ByYear(first, series[0].map((_, year) => series.reduce((sum, group, i) => sum + weights[i] * group[year], 0)));
}

// Years that a table shows: every fifth, the ends, those that both series have, and ten years off the last estimate.
export function yearsShown({ estimate, projection, first, last, horizon }) {
  const ends = [first, last, last - 10, last + 10, horizon];
  const every = Array.from({ length: horizon - first + 1 }, (_, i) => first + i);
  return every.filter((year) => year % 5 === 0 || (estimate.has(year) && projection.has(year)) || ends.includes(year));
}

// One value of a table, "none" where the series has no such year.
export const cell = (series, year, worded) => (series.has(year) ? worded(series.at(year)) : "none");
