// For tests and the benchmark: play what standard input asks for, JSON lines { levers, parameters }, with the bundled module named first,
// and print what each run gives, one JSON line each. Numbers print in full. With --time N, print milliseconds of N runs instead.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { run } = await import(pathToFileURL(process.argv[2]));
if (process.argv[3] === "--time") {
  const times = [];
  for (let number = 0; number < +process.argv[4]; number++) {
    const start = performance.now();
    run({ fee_rate: 1 + number / 1e6 });
    times.push(performance.now() - start);
  }
  console.log(JSON.stringify(times));
} else {
  for await (const line of createInterface({ input: process.stdin })) {
    const { levers, parameters } = JSON.parse(line);
    console.log(JSON.stringify(run(levers, { parameters })));
  }
}
