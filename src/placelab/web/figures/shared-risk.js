// Shared risk, the twin of placelab/widgets/shared_risk.py: who must find how much in a bad year, alone and under an arrangement.
import { barX, plot, text } from "@observablehq/plot";
import { live } from "../live.js";
import { textWidth } from "../lines.js";
import { capital, fixed, people, percent, pounds, rounded } from "../wording.js";

// Small matrices as rows (risk.borne): what becomes of a covariance that goes through a matrix.
const times = (one, other) => one.map((row) => other[0].map((_, j) => row.reduce((sum, value, k) => sum + value * other[k][j], 0)));
const turned = (matrix) => matrix[0].map((_, j) => matrix.map((row) => row[j]));
const borne = (matrix, covariance) => times(times(matrix, covariance), turned(matrix));
const add = (numbers) => numbers.reduce((sum, value) => sum + value, 0);

// Who bears how much of whose loss (risk.arrangement): columns add up to 1.
function arrangement(kind, [council, nhs], share) {
  if (kind === "alone") return [[1, 0], [0, 1]];
  if (kind === "pooled") return [council, nhs].map((money) => Array(2).fill(money / (council + nhs)));
  if (kind === "shared") return [[1 - share, share], [share, 1 - share]];
  return [[1 - share, 0], [0, 1], [share, 0]];
}

// risk.outcome
export function outcome({ z90, worst }, { money: council, spread }, chosen) {
  const budgets = [council, council * chosen.nhs_budget];
  const spreads = [budgets[0] * spread, budgets[1] * chosen.nhs_spread];
  const joint = spreads[0] * spreads[1] * chosen.correlation;
  const before = borne(
    [[1 - chosen.held_back, 0], [chosen.spill_over * chosen.held_back, 1]],
    [[spreads[0] * spreads[0], joint], [joint, spreads[1] * spreads[1]]],
  );
  const matrix = arrangement(chosen.arrangement, budgets, chosen.share);
  const after = borne(matrix, before);
  const badYear = (covariance) => covariance.map((row, i) => z90 * Math.sqrt(row[i]));
  const [alone, under, whole] = [badYear(before), badYear(after), Math.sqrt(add(after.map(add)))];
  const extra = matrix.length - 2; // a care provider, whose budget is its contract
  const need = z90 * council * spread;
  return {
    need, held_back: need * chosen.held_back, under,
    budgets: [...budgets, ...Array(extra).fill(council * chosen.share)],
    alone: [...alone, ...Array(extra).fill(0)],
    worst: under.map((value) => (worst / z90) * value),
    parts: after.map((row) => (whole > 0 ? (z90 * add(row)) / whole : 0)),
    total: z90 * whole,
    gains: matrix.map(([ofCouncil, ofNhs]) => ofCouncil - chosen.spill_over * ofNhs),
  };
}

function money(value) {
  if (Math.abs(value) >= 995_000 && Math.abs(value) < 99.95e6) return `${value < 0 ? "−" : ""}£${fixed(Math.abs(value) / 1e6, 1)}m`;
  return pounds(Math.abs(value) >= 995_000 ? value : 1e4 * rounded(value / 1e4));
}

const joined = (words) => `${words.slice(0, -1).join(", ")}${words.length > 2 ? "," : ""} and ${words.at(-1)}`;
const instead = (now, before) => (money(now) === money(before) ? `${money(now)} as before` : `${money(now)} instead of ${money(before)}`);

function title({ openings }, { who }, found, kind) {
  const start = `${openings[kind]}, ${who} would have`;
  if (kind === "alone") return `${start} ${money(found.alone[0])} to find in a bad year and the NHS ${money(found.alone[1])}`;
  const [council, nhs] = [0, 1].map((i) => instead(found.under[i], found.alone[i]));
  if (kind === "block") return `${start} ${council} to find in a bad year, the NHS ${nhs} and the care provider ${money(found.under[2])}`;
  return `${start} ${council} to find in a bad year, and the NHS ${nhs}`;
}

// The council's bad year before anything is shared, and what it does about it.
function need(place, found, heldBack) {
  const told =
    `In one year in ten ${place.who} would need at least ${money(found.need)} more for adult social care than expected, ` +
    `${percent(found.need / place.money, 1)} of its net spending of ${money(place.money)}, ${place.since}.`;
  if (!heldBack) return `${told} It holds back no care and must find all of it.`;
  if (heldBack === 1) return `${told} It recovers all of it by holding back care.`;
  return `${told} It recovers ${percent(heldBack)} of that by holding back care and must find the other ${money(found.alone[0])}.`;
}

// What the arrangement does to the two, and to what they must have ready taken together.
function effect(shared, found, { arrangement: kind, share }) {
  const [before, after] = [add(found.alone), add(found.under)];
  if (kind === "alone") {
    return `Each must be ready for its own bad year, ${money(before)} added together, where the bad year of both as a whole is ${money(found.total)}.`;
  }
  if (kind === "block") {
    if (!share) return "The contract passes nothing on.";
    return (
      `The contract moves risk and lessens none of it: added together they must still have ${money(after)} ready. The ` +
      `provider's bad year is ${percent(found.under[2] / found.budgets[2], 1)} of its contract of ` +
      `${money(found.budgets[2])}, and it has no taxpayer to turn to.`
    );
  }
  const less = before > 0 ? 1 - after / before : 0;
  const fall =
    less < shared.same
      ? `Added together, they must still have ${money(after)} ready: nothing is lost by it and nothing saved.`
      : `Added together, what they must have ready falls from ${money(before)} to ${money(after)}, ` +
        `${percent(less)} less, because their bad years do not always come together.`;
  return `${verdict(shared, kind, found)} ${fall}`;
}

// Whom an arrangement helps and whose bad year it adds to.
function verdict({ doing, bearers, same: tolerance }, kind, found) {
  const of = { less: [], more: [], same: [] };
  [0, 1].forEach((i) => {
    const [now, before] = [found.under[i], found.alone[i]];
    of[Math.abs(now - before) <= tolerance * before ? "same" : now < before ? "less" : "more"].push(bearers[i]);
  });
  const told = [
    of.less.length && `helps ${of.less.length > 1 ? "both" : of.less[0]}`,
    of.more.length && `adds to ${of.more[0]}'s bad year`,
    of.same.length && `makes little difference to ${of.same.length > 1 ? "either" : of.same[0]}`,
  ].filter(Boolean);
  return `${doing[kind]} ${told.join(" and ")}.`;
}

// What each gains or pays when a pound of care is held back.
function reason({ bearers }, { gains }) {
  const told = gains.map((gain, i) => {
    const size = fixed(Math.abs(gain), 2);
    return size === "0.00" ? `${bearers[i]} no better or worse off` : `${bearers[i]} £${size} ${gain > 0 ? "better" : "worse"} off`;
  });
  return `Each £1 of care held back leaves ${joined([...told, "people £1.00 of care short"])}.`;
}

function care({ weeks }, { hour, week, paid }, { held_back: held }) {
  if (!held) return "";
  return (
    `The ${money(held)} of care held back in a bad year would have paid for ${people(held / hour)} hours of home ` +
    `care, or a year in a care home for ${people(held / week / weeks)} people, ${paid}: an illustration.`
  );
}

// Each bearer and all together: [name, [alone, under, worst, parts]] (shared_risk.rows).
function rows({ bearers }, found) {
  const named = found.under.map((_, i) => [capital(bearers[i]), [found.alone[i], found.under[i], found.worst[i], found.parts[i]]]);
  return [...named, ["Added together", [0, 1, 2, 3].map((i) => add(named.map(([, values]) => values[i])))]];
}

function table(name, kind, named) {
  const columns = ["Bad year, alone", `Bad year, ${name}`, `Mean of worst tenth, ${name}`, `When the whole has a bad year, ${name}`];
  const shown = [0, 1, 2, 3].filter((i) => kind !== "alone" || i !== 1);
  return { columns: ["Who", ...shown.map((i) => columns[i])], rows: named.map(([who, values]) => [who, ...shown.map((i) => money(values[i]))]) };
}

function alternative(name, kind, { who }, named) {
  const told = named.map(([bearer, [alone, under]]) => `${bearer} ${money(alone)} alone${kind === "alone" ? "" : ` and ${money(under)} ${name}`}`);
  return `Bar chart of what each must find in a bad year, for ${who}. ${told.join("; ")}.`;
}

export function find(values, { shared, place }) {
  const chosen = { ...values, share: values.share / 100, nhs_spread: values.nhs_spread / 100, held_back: values.held_back / 100 };
  const kind = chosen.arrangement;
  const [found, name] = [outcome(shared, place, chosen), shared.names[kind]];
  const named = rows(shared, found);
  return {
    title: title(shared, place, found, kind),
    sentence: [
      need(place, found, chosen.held_back), effect(shared, found, chosen), reason(shared, found), care(shared, place, found),
      ...place.notes, "Only the council's money and spread are measured; the rest are assumptions.",
    ].filter(Boolean).join(" "),
    alt: alternative(name, kind, place, named),
    table: table(name, kind, named),
    source: shared.source,
    plot: { ...found, named, name, kind },
  };
}

// For each bearer its name, and under it a bar held alone and a bar under the arrangement.
export function draw({ plot: { named, name, kind } }, { width }) {
  const each = kind === "alone" ? ["alone"] : ["alone", name];
  const bars = named.flatMap(([who, values]) => each.map((which, i) => ({ key: `${who}, ${which}`, which, value: values[i], dark: i === 1 })));
  const left = Math.max(...each.map((which) => textWidth(which, 700))) + 10;
  const words = (rows, options) => text(rows, { y: "key", fontSize: 12, ...options });
  const marked = (dark) => bars.filter((bar) => bar.dark === dark);
  return plot({
    className: "live-plot", width, height: (named.length + bars.length) * 26 + 30, marginTop: 26, marginBottom: 4, marginLeft: left, marginRight: 62,
    x: { axis: null, domain: [0, Math.max(...bars.map((bar) => bar.value), 1)] },
    y: { axis: null, domain: named.flatMap(([who]) => [who, ...each.map((which) => `${who}, ${which}`)]), padding: 0.12 },
    marks: [
      text(["To find in a bad year"], { frameAnchor: "top-left", dx: -left, dy: -22, fontSize: 12 }),
      words(named.map(([who]) => ({ key: who })), { x: 0, text: "key", dx: -left, dy: 3, textAnchor: "start", fontWeight: 700, fontSize: 13 }),
      barX(bars, { x: "value", y: "key", fill: (bar) => (bar.dark ? "var(--live-dark)" : "var(--live-light)") }),
      ...[false, true].flatMap((dark) => [
        words(marked(dark), { x: 0, text: "which", dx: -6, textAnchor: "end", fontWeight: dark ? 700 : 400 }),
        words(marked(dark), { x: "value", text: (bar) => money(bar.value), dx: 5, textAnchor: "start", fontWeight: dark ? 700 : 400 }),
      ]),
    ],
  });
}

export default live({ find, draw });
