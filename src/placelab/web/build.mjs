// Bundle the scripts twice from the same sources: one whole file a live figure or panel for JupyterLab (anywidget loads a
// single module), and files with shared parts for the page (the browser fetches a chart library once). Writes built/.
import { build } from "esbuild";
import { copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { parse, relative, resolve } from "node:path";
import { bundle, generate } from "./simulator.mjs";

const here = (name) => new URL(name, import.meta.url).pathname;
const figures = readdirSync(here("figures")).filter((name) => name.endsWith(".js")).map((name) => here(`figures/${name}`));
const shared = { bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8", legalComments: "eof", logLevel: "warning" };

await generate(); // simulator/generated.js, which figures may import

// Written aside and then renamed, so that a test that reads built/ meanwhile finds all of it.
const aside = mkdtempSync(here(".built-"));
const whole = [...figures, here("notes/note.js"), here("notes/your-framework.js"), here("game/game.js")];
await build({ ...shared, entryPoints: whole.map((path) => ({ in: path, out: parse(path).name })), outdir: `${aside}/lab` });
const { metafile } = await build({
  ...shared, entryPoints: [...figures, here("page.js")], outdir: `${aside}/page`, outbase: here("."),
  splitting: true, chunkNames: "parts/[name]-[hash]", metafile: true,
});
await bundle(`${aside}/simulator.js`);
copyFileSync(here("live.css"), `${aside}/live.css`);
copyFileSync(here("notes/notes.css"), `${aside}/notes.css`);
copyFileSync(here("game/game.css"), `${aside}/game.css`);
// What each file of the page imports at once, so that a page can ask for all of it in its first breath (book/preload.py).
const inPage = (path) => relative(`${aside}/page`, resolve(path));
const imports = {};
for (const [path, file] of Object.entries(metafile.outputs)) {
  imports[inPage(path)] = file.imports.filter(({ kind }) => kind === "import-statement").map((one) => inPage(one.path));
}
writeFileSync(`${aside}/imports.json`, JSON.stringify(imports));
rmSync(here("built"), { recursive: true, force: true });
renameSync(aside, here("built"));
