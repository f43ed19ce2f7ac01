// What a reader wrote, as one document: the twin of placelab/framework.py, tested against it. Pure: no page, no storage.
import { capital, count, inWords } from "../wording.js";

export const FORMAT = "leading-a-place-notes";
export const VERSION = 1;
export const FILE_NAME = "leading-a-place-notes.json";
export const LARGEST = 2_000_000; // characters of a file
const LONGEST = 100_000; // characters of one note or field
const MOST_NOTES = 200;
const MOST_COMMITMENTS = 40;
const ALSO = "[Also kept]"; // stands between two versions of one note
export const PARTS = { what: "What I will do", when: "By when", who: "With whom", sign: "How I will know" };

const ID = /^[a-z][a-z0-9-]{0,60}$/;
const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const length = (text) => [...text].length;

// A file or a change that cannot be taken; its message says what is wrong, where, and how to mend it. Nothing has been changed.
export class NotKept extends Error {}

export const nothing = () => ({ notes: new Map(), commitments: [] });

export const clean = (text) =>
  text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "").replace(/\p{Surrogate}/gu, "\ufffd");

export const trimmed = (text) => text.replace(/^[ \t\n]+|[ \t\n]+$/g, "");

// Reading and writing the file

export function write({ notes, commitments }) {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, notes: Object.fromEntries(notes), commitments }, null, 1)}\n`;
}

export function read(text) {
  if (length(text) > LARGEST) throw new NotKept(`The file is larger than any notes of this book. Choose the file that it saved, ${FILE_NAME}.`);
  const found = parsed(text.replace(/^\ufeff/, ""));
  const own = (name, instead) => (Object.hasOwn(found, name) ? found[name] : instead);
  if (!isRecord(found) || own("format") !== FORMAT) {
    throw new NotKept(`The file does not hold notes of this book. Choose the file that it saved, ${FILE_NAME}.`);
  }
  const version = own("version");
  if (version !== VERSION) {
    const told = Number.isInteger(version) && version >= 0 && version < 1000 ? version : "unknown";
    throw new NotKept(
      `The file is of version ${told}, and this edition of the book reads version ${VERSION}. ` +
        "Open it in the edition that saved it, or save it again there.",
    );
  }
  const given = own("notes", {});
  if (!isRecord(given)) throw new NotKept('In the file, "notes" should be a list of names, each with its text, in curly brackets.');
  const entries = Object.entries(given);
  if (entries.length > MOST_NOTES) throw new NotKept(`The file holds ${entries.length} notes; the book asks for fewer than ${MOST_NOTES}.`);
  const notes = new Map(entries.map(([id, words]) => [id, noteIn(id, words)]).filter(([, words]) => words));
  const listed = own("commitments", []);
  if (!Array.isArray(listed)) throw new NotKept('In the file, "commitments" should be a list in square brackets.');
  if (listed.length > MOST_COMMITMENTS) throw new NotKept(`The file holds ${listed.length} commitments; there is room for ${MOST_COMMITMENTS}.`);
  return { notes, commitments: listed.map((one, i) => commitmentIn(i + 1, one)).filter((one) => !blank(one)) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    const rest = trimmed(clean(text));
    if (!rest) throw new NotKept(`The file is empty. Choose the file that this book saved, ${FILE_NAME}.`);
    if (rest.startsWith("{") && !rest.endsWith("}")) {
      const lines = rest.split("\n").length;
      throw new NotKept(`The file breaks off in line ${lines}, before its end. Copy it again from where it was saved.`);
    }
    throw new NotKept(
      "The file cannot be read: a quotation mark, comma or bracket is missing or out of place. " +
        "If it was edited, undo the last change; if not, copy it again from where it was saved.",
    );
  }
}

function noteIn(id, words) {
  if (!ID.test(id)) throw new NotKept("In the file, a note has a name that is not one of the book's: small letters and hyphens alone.");
  if (typeof words !== "string") throw new NotKept(`In the file, note "${id}" should be text in quotation marks.`);
  return limited(clean(words), `note "${id}"`);
}

const partOf = (one, part) => (Object.hasOwn(one, part) ? one[part] : "");

function commitmentIn(number, one) {
  if (!isRecord(one) || !Object.keys(PARTS).every((part) => typeof partOf(one, part) === "string")) {
    const listed = Object.keys(PARTS).map((part) => `"${part}"`).join(", ");
    throw new NotKept(`In the file, commitment ${number} should hold ${listed}, each as text in quotation marks.`);
  }
  return asCommitment(one, `commitment ${number}`);
}

const asCommitment = (one, where) =>
  Object.fromEntries(Object.keys(PARTS).map((part) => [part, limited(clean(String(partOf(one, part))), where)]));

function limited(text, where) {
  if (length(text) > LONGEST) throw new NotKept(`The text of ${where} is too long to be kept. Shorten it to ${count(LONGEST)} characters.`);
  return trimmed(text) ? text : "";
}

export const blank = (commitment) => !Object.values(commitment).some(trimmed);
const same = (one, other) => Object.keys(PARTS).every((part) => one[part] === other[part]);

// What can be read again.
function fitting(kept) {
  if (length(write(kept)) > LARGEST) throw new NotKept("Together this is more than can be kept. Save a file of what is here and shorten some notes.");
  return kept;
}

// Changing what is kept

// Two versions of one text: the longer where it holds the other whole, else both, one's own first.
export function joined(own, other) {
  const [one, two] = [trimmed(own), trimmed(other)];
  if (`\n${one}\n`.includes(`\n${two}\n`) || !two) return own;
  if (`\n${two}\n`.includes(`\n${one}\n`) || !one) return other;
  return `${one}\n\n${ALSO}\n\n${two}`;
}

// One note rewritten. `was` is what its writer saw before: where something else is kept by now, both texts are.
export function withNote({ notes, commitments }, id, text, was) {
  if (!ID.test(id)) throw new NotKept("This note has no name that the book knows, so it was not kept.");
  const current = notes.get(id) ?? "";
  const given = clean(text);
  const next = limited([clean(was), given].includes(current) ? given : joined(current, given), "this note");
  const rest = new Map(notes);
  rest.delete(id);
  if (next) rest.set(id, next);
  return fitting({ notes: rest, commitments });
}

// One commitment added, rewritten (`was` is what it said before) or, where `now` says nothing, taken out.
export function withCommitment({ notes, commitments }, now, was = null) {
  const next = asCommitment(now, "this commitment");
  const at = was ? commitments.findIndex((one) => same(one, was)) : -1;
  let listed = commitments;
  if (at >= 0) listed = listed.toSpliced(at, 1, ...(blank(next) ? [] : [next]));
  else if (!blank(next) && !listed.some((one) => same(one, next))) listed = [...listed, next];
  if (listed.length > MOST_COMMITMENTS) throw new NotKept(`There is room for ${MOST_COMMITMENTS} commitments. Take one out first.`);
  return fitting({ notes, commitments: listed });
}

// Two documents as one, one's own words first; and the ids of the notes of which two versions are now kept.
export function merge(own, other) {
  const before = (id) => own.notes.get(id) ?? "";
  const notes = [...other.notes].map(([id, text]) => [id, joined(before(id), text)]);
  const clashes = notes.filter(([id, text]) => text !== before(id) && text !== other.notes.get(id)).map(([id]) => id);
  const together = new Map([...own.notes, ...notes.map(([id, text]) => [id, limited(text, `note "${id}", put together,`)])]);
  const listed = [...own.commitments, ...other.commitments.filter((one) => !own.commitments.some((mine) => same(mine, one)))];
  if (listed.length > MOST_COMMITMENTS || together.size > MOST_NOTES) {
    throw new NotKept(
      `Together with what is here the file holds ${listed.length} commitments and ${together.size} notes; there is room ` +
        `for ${MOST_COMMITMENTS} and ${MOST_NOTES}. Save your own file, clear this page and open the other one alone.`,
    );
  }
  return { both: fitting({ notes: together, commitments: listed }), clashes };
}

// What a merge did, as sentences.
export function told(own, both, clashes, chapters) {
  const names = headings(chapters);
  const notes = [...both.notes].filter(([id, text]) => text !== (own.notes.get(id) ?? "")).length - clashes.length;
  const commitments = both.commitments.length - own.commitments.length;
  if (!notes && !commitments && !clashes.length) return "The file holds nothing that was not here already.";
  const came = [[notes, "note"], [commitments, "commitment"]].map(([number, one]) => `${inWords(number)} ${one}${number === 1 ? "" : "s"}`);
  const said = [`${capital(came.join(" and "))} came from the file.`];
  if (clashes.length) {
    const where = clashes.map((id) => names.get(id) ?? id).join("; ");
    said.push(`Where both had a note, both texts are kept, yours first, with ${ALSO} between them: ${where}.`);
  }
  return said.join(" ");
}

// Setting it out. `chapters` is what notes.py knows: [{heading, asked: [{id, heading, label, prompt, page}]}].

export const headings = (chapters) =>
  new Map(chapters.flatMap((chapter) => chapter.asked.map((one) => [one.id, one.heading || chapter.heading])));

export function unknown({ notes }, chapters) {
  const known = headings(chapters);
  return [...notes.keys()].filter((id) => !known.has(id)).sort();
}

// The reader's own document as Markdown: commitments, then what was written, chapter by chapter.
export function markdown(kept, chapters) {
  const { notes, commitments } = kept;
  const lines = ["# My framework", ""];
  if (commitments.length) lines.push("## What I will do", "");
  commitments.forEach((one, i) => {
    lines.push(`${i + 1}. ${line(one.what) || "Not said yet"}`);
    for (const [part, name] of Object.entries(PARTS)) if (part !== "what") lines.push(`   - ${name}: ${line(one[part]) || "not said yet"}`);
    lines.push("");
  });
  if (notes.size) lines.push("## What I wrote", "");
  for (const chapter of chapters) {
    const written = chapter.asked.filter(({ id }) => notes.has(id));
    if (written.length) lines.push(`### ${chapter.heading}`, "");
    for (const { id, heading, prompt } of written) {
      if (heading) lines.push(`#### ${heading}`, "");
      lines.push(`*${prompt}*`, "", escaped(trimmed(notes.get(id))), "");
    }
  }
  const others = unknown(kept, chapters);
  if (others.length) lines.push("### From another edition of the book", "");
  for (const id of others) lines.push(`#### ${id}`, "", escaped(trimmed(notes.get(id))), "");
  if (!notes.size && !commitments.length) lines.push("Nothing is written yet.", "");
  return lines.join("\n");
}

const line = (text) => escaped(trimmed(text.replace(/[ \t\n]+/g, " ")));

// A reader's words as Markdown: no tag and no heading may begin in them.
const escaped = (text) => text.replace(/<|(^|\n)([ \t]*)#/g, (all, start, gap) => (all === "<" ? "\\<" : `${start}${gap}\\#`));
