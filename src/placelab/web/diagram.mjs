// Draw Graphviz DOT from standard input as SVG, for placelab/book/diagrams.py. Graphviz's own words go to standard error.
import { instance } from "@viz-js/viz";
import { readFileSync } from "node:fs";

const { output, errors } = (await instance()).render(readFileSync(0, "utf8"), { format: "svg" });
const faults = errors.filter(({ message }) => !message.includes("no value for width of non-ASCII")); // only an estimate of a sign's width
for (const { level, message } of faults) console.error(level ? `${level}: ${message.trim()}` : message.trim());
if (output === undefined || faults.length) process.exit(1);
console.log(output);
