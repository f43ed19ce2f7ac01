// What the game reads off a run, and how it says it: the twin of placelab/simulator/kit.py, tested against it.
import { END, ROUNDS } from "../simulator/run.js";
import { fixed, grouped, percent, pounds } from "../wording.js";

export const YEAR = 16; // results a year
export const SHOWN = 4; // results from one point of a band to the next
export const ENDS = [...ROUNDS.slice(1), END]; // when each round is over
export const row = (played) => Math.round(YEAR * ([ROUNDS[0], ...ENDS][played] - ROUNDS[0]));

const SCALES = { hundred: [100, 0], thousand: [1000, 0], weeks: [52, 1], days: [365, 0], one: [1, 1] };

export function worded(value, form) {
  if (form === "pounds") return pounds(value);
  if (form === "millions") return Math.abs(value) >= 999.5e3 ? pounds(value) : inMillions(value);
  if (form === "percent") return percent(value);
  if (form === "percent1") return percent(value, 1);
  const [times, places] = SCALES[form] ?? [1, 0];
  const text = grouped(Math.abs(times * value), places);
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

// Less than a million pounds, in tenths of one.
function inMillions(value) {
  const size = fixed(Math.abs(value) / 1e6, 1);
  return Number(size) ? `${value < 0 ? "−" : ""}£${size}m` : "£0";
}

// What a chart's axis counts in, so that its ticks are round: weeks and days, and not parts of a year.
export const unit = (form) => (SCALES[form] ?? [1])[0];

// A series as the game reads it: a running total as it stands, anything else as the mean of the year before.
export function read(series, { take }) {
  if (take === "end") return series;
  const sums = [0];
  for (const value of series) sums.push(sums.at(-1) + value);
  return series.map((_, i) => {
    const first = Math.max(0, i + 1 - YEAR);
    return (sums[i + 1] - sums[first]) / (i + 1 - first);
  });
}

const CLOSE = 0.005; // of the base case: a smaller difference is none

// "better", "worse" or "same" than the base case; the same where both print alike or differ by less than half a percent.
export function against(value, base, { as, better }) {
  if (worded(value, as) === worded(base, as) || Math.abs(value - base) < CLOSE * Math.abs(base)) return "same";
  return value < base === (better === "low") ? "better" : "worse";
}

// "January 2015" for 2015, "July 2017" for 2017.5.
export const month = (time) => `${Number.isInteger(time) ? "January" : "July"} ${Math.floor(time)}`;
