// Bundle the scripts twice from the same sources: one whole file a live figure for JupyterLab (anywidget loads a single
// module), and files with shared parts for the page (the browser fetches a chart library once). Writes built/.
import { build } from "esbuild";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";

const here = (name) => new URL(name, import.meta.url).pathname;
const figures = readdirSync(here("figures")).filter((name) => name.endsWith(".js"));
const shared = { bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8", legalComments: "eof", logLevel: "warning" };

rmSync(here("built"), { recursive: true, force: true });
mkdirSync(here("built/page"), { recursive: true });
await build({ ...shared, entryPoints: figures.map((name) => here(`figures/${name}`)), outdir: here("built/lab") });
await build({
  ...shared,
  entryPoints: [...figures.map((name) => here(`figures/${name}`)), ...["page.js"].filter((name) => existsSync(here(name))).map(here)],
  outdir: here("built/page"), outbase: here("."), splitting: true, chunkNames: "parts/[name]-[hash]",
});
copyFileSync(here("live.css"), here("built/live.css"));
