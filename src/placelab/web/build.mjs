// Bundle the scripts twice from the same sources: one whole file a live figure for JupyterLab (anywidget loads a single
// module), and files with shared parts for the page (the browser fetches a chart library once). Writes built/.
import { build } from "esbuild";
import { copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";

const here = (name) => new URL(name, import.meta.url).pathname;
const figures = readdirSync(here("figures")).filter((name) => name.endsWith(".js")).map((name) => here(`figures/${name}`));
const shared = { bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8", legalComments: "eof", logLevel: "warning" };

// Written aside and then renamed, so that a test that reads built/ meanwhile finds all of it.
const aside = mkdtempSync(here(".built-"));
await build({ ...shared, entryPoints: figures, outdir: `${aside}/lab` });
await build({
  ...shared, entryPoints: [...figures, here("page.js")], outdir: `${aside}/page`, outbase: here("."),
  splitting: true, chunkNames: "parts/[name]-[hash]",
});
copyFileSync(here("live.css"), `${aside}/live.css`);
rmSync(here("built"), { recursive: true, force: true });
renameSync(aside, here("built"));
