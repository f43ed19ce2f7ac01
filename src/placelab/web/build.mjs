// Bundle the scripts twice from the same sources: one whole file a live figure or panel for JupyterLab (anywidget loads a
// single module), and files with shared parts for the page (the browser fetches a chart library once). Writes built/.
import { build } from "esbuild";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { parse, relative, resolve } from "node:path";
import { bundle, generate } from "./simulator.mjs";

const here = (name) => new URL(name, import.meta.url).pathname;
const figures = readdirSync(here("figures")).filter((name) => name.endsWith(".js")).map((name) => here(`figures/${name}`));
const shared = { bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8", legalComments: "eof", logLevel: "warning" };

await generate(); // simulator/generated.js, which figures may import

// Written aside and then renamed, so that a test that reads built/ meanwhile finds all of it.
const aside = mkdtempSync(here(".built-"));
const whole = [...figures, here("notes/note.js"), here("notes/your-framework.js"), here("game/game.js")];
const inLab = await build({ ...shared, metafile: true, entryPoints: whole.map((path) => ({ in: path, out: parse(path).name })), outdir: `${aside}/lab` });
const inPages = await build({
  ...shared, entryPoints: [...figures, here("page.js")], outdir: `${aside}/page`, outbase: here("."),
  splitting: true, chunkNames: "parts/[name]-[hash]", metafile: true,
});
const inSimulator = await bundle(`${aside}/simulator.js`, { metafile: true });
copyFileSync(here("live.css"), `${aside}/live.css`);
copyFileSync(here("notes/notes.css"), `${aside}/notes.css`);
copyFileSync(here("game/game.css"), `${aside}/game.css`);
// What each file of the page imports at once, so that a page can ask for all of it in its first breath (book/preload.py).
const inPage = (path) => relative(`${aside}/page`, resolve(path));
const imports = {};
for (const [path, file] of Object.entries(inPages.metafile.outputs)) {
  imports[inPage(path)] = file.imports.filter(({ kind }) => kind === "import-statement").map((one) => inPage(one.path));
}
writeFileSync(`${aside}/imports.json`, JSON.stringify(imports));
// Which packages have code in any of these files, for the book's page of licences (book/licences.py).
const inputs = [inLab, inPages, inSimulator].flatMap((one) => Object.keys(one.metafile.inputs)).map((path) => resolve(path));
const folders = new Set(inputs.flatMap((path) => path.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []));
const packages = [...folders].map((folder) => JSON.parse(readFileSync(`${folder}/package.json`, "utf8")));
const told = packages.map(({ name, version, license, homepage }) => ({ name, version, licence: license, homepage: homepage ?? "" }));
writeFileSync(`${aside}/packages.json`, JSON.stringify(told.sort((one, other) => (one.name < other.name ? -1 : 1)), null, 1));
chmodSync(aside, 0o755); // mkdtemp closes it to other accounts, which on a hub is everyone
rmSync(here("built"), { recursive: true, force: true });
renameSync(aside, here("built"));
