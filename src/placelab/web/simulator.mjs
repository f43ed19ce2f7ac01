// Generate JavaScript from the simulator's one model file (placelab/simulator/place.mdl) with SDEverywhere, and bundle it with the
// runtime as one module for the page, the widget and node. build.mjs calls it. `node simulator.mjs --all FILE` writes a module that
// returns every variable, for the tests that compare engines.
import { parseAndGenerate } from "@sdeverywhere/compile";
import { build } from "esbuild";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const MODEL = here("../simulator/place.mdl");
const OUTPUTS = JSON.parse(readFileSync(here("../simulator/outputs.json"), "utf8"));

// "Fee rate 1" as fee_rate_1: how levers, parameters and results are named outside the model.
const id = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "");

// Constants with a range: name, value, range and step. Levers and events have one a round.
function constants(text) {
  const found = text.matchAll(/^([A-Z][^=\n]*) = (-?[\d.eE-]+)\n\t~\t[^[\n]*\[([-\d.]+),([-\d.]+)(?:,([\d.]+))?\]\n\t~\t(LEVER|EVENT)?/gm);
  return [...found].map(([, name, value, low, high, step, kind]) => ({ name, value: +value, low: +low, high: +high, step: +step, kind }));
}

// What the page must know of levers and parameters to check what it is given.
function described(inputs) {
  const levers = {};
  const parameters = {};
  for (const { name, value, low, high, step, kind } of inputs) {
    if (!kind) parameters[id(name)] = [value, low, high];
    else if (name.endsWith(" 1")) levers[id(name.slice(0, -2))] = { value, low, high, step, kind: kind.toLowerCase() };
  }
  return { levers, parameters };
}

export async function generated(all = false) {
  const text = readFileSync(MODEL, "utf8");
  const inputs = constants(text);
  const every = [...text.matchAll(/^([A-Z][^=\n~]*?) = /gm)].map(([, name]) => name).filter((name) => !/^[A-Z ]+$/.test(name));
  const outputs = all ? every : Object.values(OUTPUTS).flat();
  const spec = { inputVarNames: inputs.map(({ name }) => name), outputVarNames: [...new Set(outputs)] };
  const folder = mkdtempSync(join(tmpdir(), "place-")); // SDEverywhere also writes what it returns
  const code = await parseAndGenerate(text, "vensim", spec, ["generateJS"], dirname(MODEL), "place", folder);
  rmSync(folder, { recursive: true, force: true });
  // The list of all variables is only for outputs chosen at run time, which nothing here does; and the module need not be asynchronous.
  const slim = code.replace(/const modelListing = \{[\s\S]*?\n\}\n/, "const modelListing = undefined;\n").replace("export default async function", "export default function");
  if (slim.includes("modelListing = {") || slim.includes("async function")) throw new Error("simulator.mjs no longer fits what SDEverywhere generates");
  const names = { inputs: spec.inputVarNames.map(id), outputs: spec.outputVarNames.map(id), ...described(inputs) };
  return `// Generated from place.mdl by simulator.mjs.\n${slim}\nexport const names = ${JSON.stringify(names)};\n`;
}

function written(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.aside`, text);
  renameSync(`${file}.aside`, file);
}

// simulator/generated.js, which simulator/run.js imports; figures and widgets import that.
export async function generate() {
  written(here("simulator/generated.js"), await generated());
}

// One module that exports run() and what goes with it.
export async function bundle(outfile, options = {}) {
  return build({
    entryPoints: [here("simulator/run.js")], outfile, bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8", legalComments: "eof",
    logLevel: "warning", ...options,
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv[2] === "--all") {
    const source = await generated(true);
    const everything = { name: "every variable", setup: ({ onLoad }) => onLoad({ filter: /simulator[\\/]generated\.js$/ }, () => ({ contents: source, loader: "js" })) };
    await bundle(resolve(process.argv[3]), { plugins: [everything] });
  } else {
    await generate();
    await bundle(here("built/simulator.js"));
  }
}
