// The place simulator in JavaScript: run(levers, { parameters, events }) plays 2010 to 2025 from the start. The same in the page, in the
// widget and in node. Levers are numbers by round, so a replay from a save is exact.
import { createSynchronousModelRunner } from "@sdeverywhere/runtime";
import load, { names } from "./generated.js";
import policies from "../../simulator/policies.json";
import groups from "../../simulator/outputs.json";

export const ROUNDS = [2010, 2012.5, 2015, 2017.5, 2020, 2022.5];
export const END = 2025;
export const LEVERS = names.levers; // id: { value (default), low, high, step, kind: "lever" or "event" }
export const PARAMETERS = names.parameters; // id: [default, low, high]
export const POLICIES = policies; // id: { name, levers }
export const GROUPS = groups; // dashboard: names of its variables in the model
export const id = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "");

const runner = createSynchronousModelRunner(load());
const place = Object.fromEntries(names.inputs.map((name, index) => [name, index]));
const defaults = names.inputs.map((name) => {
  const lever = LEVERS[name.replace(/_[1-6]$/, "")];
  return lever && /_[1-6]$/.test(name) ? lever.value : PARAMETERS[name][0];
});

function checked(value, low, high, what) {
  if (typeof value !== "number" || !(value >= low && value <= high)) throw new RangeError(`${what}: ${JSON.stringify(value)} is not a number from ${low} to ${high}`);
  return value;
}

/**
 * One run of 15 years.
 * @param {Object<string, number | (number | null)[]>} levers by id: one number for all rounds, or up to six, one a round; null or a
 *   round that is missing leaves the default. Events are given in the same way.
 * @param {{ parameters?: Object<string, number> }} options parameters by id
 * @returns {{ time: number[], series: Object<string, number[]> }} every 1/16 year, by id, in the units of the model
 * @throws {RangeError} for an unknown name, too many rounds, or a value out of range
 */
export function run(levers = {}, { parameters = {} } = {}) {
  const inputs = [...defaults];
  for (const [name, given] of Object.entries(levers)) {
    if (!Object.hasOwn(LEVERS, name)) throw new RangeError(`no lever ${JSON.stringify(name)}; choose from ${Object.keys(LEVERS).join(", ")}`);
    const values = Array.isArray(given) ? given : ROUNDS.map(() => given);
    if (values.length > ROUNDS.length) throw new RangeError(`lever "${name}" has ${values.length} values; there are ${ROUNDS.length} rounds`);
    const { low, high } = LEVERS[name];
    values.forEach((value, index) => {
      if (value !== null && value !== undefined) inputs[place[`${name}_${index + 1}`]] = checked(value, low, high, `lever "${name}", round ${index + 1}`);
    });
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (!Object.hasOwn(PARAMETERS, name)) throw new RangeError(`no parameter ${JSON.stringify(name)} that can be changed`);
    const [, low, high] = PARAMETERS[name];
    inputs[place[name]] = checked(value, low, high, `parameter "${name}"`);
  }
  const { varSeries } = runner.runModelSync(inputs, runner.createOutputs());
  return {
    time: varSeries[0].points.map(({ x }) => x),
    series: Object.fromEntries(varSeries.map(({ points }, index) => [names.outputs[index], points.map(({ y }) => y)])),
  };
}
