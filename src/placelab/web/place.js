// The reader's place: where it is kept, what the book knows of it, and what may be trusted. An address, this browser's storage
// and a fetched file are all treated as if somebody hostile had written them.

export const ENGLAND = "E92000001";
const KEY = "placelab.place";
const CODE = /^E\d{8}$/;
const LONGEST = 60; // no name or code is longer
const PATIENCE = 20_000; // ms

// Kept in this browser: {code, readable, problem}.
export function remembered() {
  let text;
  try {
    text = localStorage.getItem(KEY);
  } catch {
    return { code: ENGLAND, readable: false };
  }
  if (text === null) return { code: ENGLAND, readable: true };
  if (CODE.test(text)) return { code: text, readable: true };
  remember(ENGLAND);
  return { code: ENGLAND, readable: true, problem: "What this browser had kept as your place could not be read, and is forgotten." };
}

// Keep a place, or forget it for England. False where the browser refuses.
export function remember(code) {
  try {
    if (code === ENGLAND) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, code);
    return true;
  } catch {
    return false;
  }
}

// What the address asks for: {text, ours, problem}; `ours` where this script wrote it there, and the browser keeps the same.
export function inAddress() {
  const text = new URLSearchParams(location.search).get("place");
  if (!text?.trim()) return { text: null };
  if (text.length > LONGEST) {
    keepInAddress(ENGLAND);
    return { text, problem: "The address of this page asks for a place in a way that the book cannot read, so it was left out." };
  }
  return { text: text.trim(), ours: history.state?.place === text };
}

// The address names the place shown, so that it can be copied; England needs no naming. `kept`: the browser remembers it too.
export function keepInAddress(code, kept = false) {
  const address = new URL(location.href);
  if (code === ENGLAND) address.searchParams.delete("place");
  else address.searchParams.set("place", code);
  if (address.href !== location.href) history.replaceState({ ...history.state, place: kept ? code : undefined }, "", address);
}

const fetched = new Map();

// JSON of this site, fetched once; a failure may be tried again.
export function json(root, path) {
  if (!fetched.has(path)) {
    const answer = fetch(new URL(path, root), { signal: AbortSignal.timeout(PATIENCE) }).then((response) => {
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return response.json();
    });
    answer.catch(() => fetched.delete(path));
    fetched.set(path, answer);
  }
  return fetched.get(path);
}

const isText = (value, longest = LONGEST) => typeof value === "string" && value.length > 0 && value.length <= longest;
const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

// A place's file. Rejects for one that is missing, or is not the file of this place.
export async function place(root, code) {
  if (!CODE.test(code)) throw new Error("not a code");
  const file = await json(root, `_places/${code}.json`);
  const sound = isRecord(file) && file.code === code && isText(file.name) && isText(file.inSentence) && isRecord(file.facts) && isRecord(file.figures);
  if (!sound) {
    fetched.delete(`_places/${code}.json`);
    throw new Error("not a place's file");
  }
  return file;
}

// A fact's words in a place's file: {text, note}, or null where it has none or they are not words.
export function factIn(file, id) {
  const told = Object.hasOwn(file.facts, id) ? file.facts[id] : null;
  if (!isRecord(told) || !isText(told.text, 400)) return null;
  return { text: told.text, note: isText(told.note, 600) ? told.note : "" };
}

let listed;

// What the picker searches: [{code, name, type, region, words, former: [names]}] and abolished areas, from one small file.
async function index(root) {
  const file = await json(root, "_places/index.json");
  if (listed?.file === file) return listed;
  const places = new Map(file.places.map(([code, name, type, region]) => [code, { code, name, type, region, words: plain(name), took: [] }]));
  const former = file.former.map(([code, name, until, successors]) => ({ code, name, until, places: successors.map((c) => places.get(c)) }));
  for (const old of former) {
    const sameName = [...places.values()].some((p) => p.words === plain(old.name));
    if (!sameName) old.places.forEach((p) => p.took.push({ words: plain(old.name), note: `${old.name} until ${old.until}` }));
  }
  listed = { file, places, former };
  return listed;
}

// Letters and figures alone, so that "st helens" finds St. Helens and "stoke on trent" Stoke-on-Trent.
const plain = (text) => text.toLowerCase().replaceAll("&", " and ").replace(/[^a-z0-9]+/g, " ").trim();
const beginsWord = (text, wanted) => ` ${text}`.includes(` ${wanted}`);

// What a code or a name stands for: {places, former, until}; no place where it is unknown, several where one was divided.
export async function lookUp(root, text) {
  const { places, former } = await index(root);
  const wanted = plain(text);
  if (text === ENGLAND || wanted === "england") return { places: [{ code: ENGLAND, name: "England" }] };
  const found = places.get(text) ?? [...places.values()].find((p) => p.words === wanted);
  if (found) return { places: [found] };
  const old = former.find((f) => f.code === text) ?? former.find((f) => wanted && plain(f.name) === wanted);
  if (!old) return { places: [] };
  const renamed = old.places.length === 1 && old.places[0].words === plain(old.name);
  return { places: old.places, former: renamed ? "" : old.name, until: old.until };
}

// Places for what a reader typed, the likeliest first, each with what it was found by: [{code, name, note}].
export async function search(root, text) {
  const { places } = await index(root);
  const wanted = plain(text);
  const england = { code: ENGLAND, name: "England", note: "" };
  if (!wanted) return [england, ...[...places.values()].map((p) => ({ ...p, note: p.region }))];
  const found = [];
  if (beginsWord("england", wanted)) found.push([0, england]);
  for (const p of places.values()) {
    const old = p.took.find((took) => beginsWord(took.words, wanted));
    const note = old ? old.note : p.region;
    if (p.words === wanted) found.push([0, { ...p, note }]);
    else if (p.words.startsWith(wanted)) found.push([1, { ...p, note }]);
    else if (beginsWord(p.words, wanted)) found.push([2, { ...p, note }]);
    else if (old) found.push([3, { ...p, note }]);
    else if (beginsWord(plain(p.region), wanted)) found.push([4, { ...p, note }]);
    else if (wanted.length > 2 && p.words.includes(wanted)) found.push([5, { ...p, note }]);
  }
  return found.sort(([a], [b]) => a - b).map(([, option]) => option); // sort is stable: alphabetical within a rank
}
