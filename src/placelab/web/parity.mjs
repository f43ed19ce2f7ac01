// For tests: read JSON lines {figure, values, place} from standard input, after a first line {figure: shared data, ...},
// and print what each figure's find() gives, one JSON line each. Numbers print in full.
import { createInterface } from "node:readline";
import { stdin } from "node:process";

const modules = {};
let shared;
for await (const line of createInterface({ input: stdin })) {
  const asked = JSON.parse(line);
  if (!shared) {
    shared = asked;
    for (const name of Object.keys(shared)) modules[name] = await import(new URL(`built/page/figures/${name}.js`, import.meta.url));
    continue;
  }
  const found = modules[asked.figure].find(asked.values, { shared: shared[asked.figure], place: asked.place });
  console.log(JSON.stringify(found));
}
