// The reader's own document: commitments, and every note from chapters and labs under its chapter's title; saved as Markdown or
// as a file, taken in from a file, printed. One panel for JupyterLab and the page.
import { download, element } from "../element.js";
import { conversation, field, flushOnLeaving, noteField, say, synchronised } from "./keeping.js";
import { blank, FILE_NAME, LARGEST, markdown, PARTS, unknown, write } from "./kept.js";

const ENOUGH = 7; // commitments that the panel asks for; a file may bring more

function render({ model, el }) {
  const chapters = model.get("chapters");
  let kept = { notes: new Map(), commitments: [] };
  const status = element("p", { class: "note-status", role: "status" });
  const talk = conversation(model, heard);
  const commitments = commitmentList(talk.ask);
  const notes = noteList(talk.ask, chapters);
  const flush = () => Promise.all([...commitments.flush(), ...notes.flush()]);
  const aside = element("p", { class: "note-aside", hidden: true });
  const file = element("input", { type: "file", accept: ".json,application/json", hidden: true, onchange: open });
  const tools = element(
    "div", { class: "note-tools", role: "group", "aria-label": "Your framework as a file" },
    button("Save as text (Markdown)", save(() => download([markdown(kept, chapters)], "text/markdown", "my-framework.md"), "Saved as my-framework.md.")),
    button("Save as a file to open again", save(() => download([write(kept)], "application/json", FILE_NAME), `Saved as ${FILE_NAME}.`)),
    button("Open a file", () => file.click()),
    file,
    model.get("printable") ? button("Print my framework", printed) : null,
  );
  const clearing = confirmed("Clear everything", "Clear every note and commitment? This cannot be undone.", () => talk.ask({ do: "clear" }).then((answer) => say(status, answer)));

  function heard(answer) {
    if (!answer.kept) return;
    kept = { notes: new Map(Object.entries(answer.kept.notes)), commitments: answer.kept.commitments };
    commitments.take(kept.commitments);
    notes.take(answer.kept, unknown(kept, chapters));
    const lost = answer.aside ?? [];
    aside.hidden = !lost.length;
    aside.replaceChildren(...(lost.length ? ["Something that was kept here could not be read. ", button("Save it as it is", () => lost.forEach((text, i) => download([text], "text/plain", `unreadable-notes-${i + 1}.txt`)))] : []));
  }
  function save(write, said) {
    return async () => {
      await flush(); // what is still being written is part of it
      write();
      say(status, { said });
    };
  }
  async function open() {
    const [chosen] = file.files;
    file.value = ""; // so that the same file can be chosen again
    if (!chosen) return;
    if (chosen.size > 4 * LARGEST) return say(status, { said: `The file is larger than any notes of this book. Choose the file that it saved, ${FILE_NAME}. Nothing was changed.`, wrong: true });
    await flush();
    let text;
    try {
      text = await chosen.text();
    } catch {
      return say(status, { said: "This browser could not read that file. Copy it to this machine's own disk and choose it again. Nothing was changed.", wrong: true });
    }
    say(status, await talk.ask({ do: "import", text }));
  }
  async function printed() {
    await flush();
    document.documentElement.classList.add("printing-framework");
    addEventListener("afterprint", () => document.documentElement.classList.remove("printing-framework"), { once: true });
    print();
  }

  el.replaceChildren(
    element(
      "div", { class: "notes framework" },
      element("p", { class: "note-hint" }, model.get("hint")),
      element("h2", { class: "framework-title" }, "My framework"),
      aside,
      element("h3", {}, "What I will do"), commitments.node,
      element("h3", {}, "What I wrote"), notes.node,
      tools, clearing, status,
    ),
  );
  const stay = flushOnLeaving(flush);
  talk.ask({ do: "read" }).then((answer) => answer.said && say(status, answer));
  return () => {
    flush();
    stay();
    talk.end();
  };
}

const button = (label, onclick) => element("button", { type: "button", onclick }, label);

// A button whose deed is asked about once more.
function confirmed(label, question, deed) {
  const first = button(label, () => ask(true));
  const keep = button("Keep it", () => ask(false));
  const asked = element("div", { class: "note-confirm", role: "group", "aria-label": question, hidden: true }, element("p", {}, question), button(`Yes, ${label.toLowerCase()}`, () => {
    ask(false);
    deed();
  }), " ", keep);
  function ask(open) {
    asked.hidden = !open;
    first.hidden = open;
    (open ? keep : first).focus();
  }
  return element("div", { class: "note-clear" }, first, asked);
}

// Commitments

const EMPTY = Object.fromEntries(Object.keys(PARTS).map((part) => [part, ""]));
const same = (one, other) => Object.keys(PARTS).every((part) => one[part] === other[part]);

function commitmentList(ask) {
  const rows = [];
  let kept = [];
  const list = element("div");
  const none = element("p", { class: "note-none" }, "None yet. A commitment says what you will do, by when, with whom, and how you will know.");
  const add = button("Add a commitment", () => {
    append(EMPTY);
    count();
    rows.at(-1).first.focus();
  });
  const enough = element("p", { class: "note-none" }, "That is enough to keep. Finish one before you add another.");

  function append(held) {
    const row = commitmentRow(ask, held, follow, () => {
      const at = rows.indexOf(row);
      if (at >= 0) rows.splice(at, 1);
      row.node.remove();
      count();
      (rows[Math.min(at, rows.length - 1)]?.first ?? add).focus();
    });
    rows.push(row);
    list.append(row.node);
  }
  function count() {
    rows.forEach((row, i) => row.number(i + 1));
    none.hidden = rows.length > 0;
    add.hidden = rows.length >= ENOUGH;
    enough.hidden = rows.length < ENOUGH;
  }
  // Rows follow what is kept, except while one is being written; an empty one that was just added stays.
  function follow() {
    if (!rows.every((row) => row.settled())) return;
    const [drafts, shown] = [rows.filter((row) => blank(row.get())), rows.filter((row) => !blank(row.get()))];
    if (shown.length === kept.length && shown.every((row, i) => same(row.get(), kept[i]))) return;
    rows.splice(0).forEach((row) => row.node.remove());
    kept.forEach(append);
    for (const row of drafts.filter(({ isNew }) => isNew)) {
      rows.push(row);
      list.append(row.node);
    }
    count();
  }
  count();
  return {
    node: element("div", { class: "note-commitments" }, none, list, add, enough),
    flush: () => rows.map((row) => row.flush()),
    take(found) {
      kept = found;
      follow();
    },
  };
}

function commitmentRow(ask, given, settled, gone) {
  const parts = Object.entries(PARTS).map(([part, label]) => [part, field(label, { long: part === "what" || part === "sign", written: () => sync.written() })]);
  const legend = element("legend");
  const status = element("p", { class: "note-status", role: "status" });
  const get = () => Object.fromEntries(parts.map(([part, { get }]) => [part, get()]));
  const set = (commitment) => parts.forEach(([part, { set }]) => set(commitment[part]));
  set(given);
  const sync = synchronised({
    get, set, same,
    ask: (now, was) => ask({ do: "commitment", now, was: blank(was) ? null : was }),
    held: ({ commitments }, now, was) => (blank(now) || commitments.some((one) => same(one, now)) ? now : was),
    done: (answer) => {
      say(status, answer);
      settled();
    },
  });
  parts.forEach(([, { input }]) => input.addEventListener("change", sync.flush));
  const out = confirmed("Take this one out", "Take this commitment out?", async () => {
    set(EMPTY);
    await sync.flush();
    gone();
  });
  return {
    node: element("fieldset", {}, legend, ...parts.map(([, { node }]) => node), out, status),
    first: parts[0][1].input,
    isNew: blank(given),
    number: (n) => (legend.textContent = `Commitment ${n}`),
    get, flush: sync.flush, settled: sync.settled,
  };
}

// Notes

function noteList(ask, chapters) {
  const others = element("div");
  const list = chapters.map((chapter) => {
    const asked = chapter.asked.map((one) => askedNote(ask, one));
    return { asked, node: element("section", {}, element("h4", {}, chapter.heading), ...asked.map(({ node }) => node)) };
  });
  const strangers = new Map(); // notes that this edition does not ask for
  const all = () => [...list.flatMap(({ asked }) => asked), ...strangers.values()];
  return {
    node: element("div", { class: "note-chapters" }, ...list.map(({ node }) => node), others),
    flush: () => all().map((one) => one.flush()),
    take(kept, unknown) {
      for (const id of unknown.filter((id) => !strangers.has(id))) {
        strangers.set(id, askedNote(ask, { id, heading: id, label: "Your note", prompt: "" }));
        others.replaceChildren(element("h4", {}, "From another edition of the book"), ...[...strangers.values()].map(({ node }) => node));
      }
      all().forEach((one) => one.take(kept));
      list.forEach(({ asked, node }) => node.classList.toggle("unwritten", !asked.some((one) => one.written())));
    },
  };
}

function askedNote(ask, { id, heading, label, prompt, page }) {
  const describedBy = `framework-prompt-${id}`;
  const note = noteField({ ask, id, label, describedBy });
  const state = element("span", { class: "note-state" });
  const where = page ? element("p", { class: "note-hint" }, element("a", { href: page }, heading ? "Open the lab" : "Open the chapter")) : null;
  const node = element(
    "details", { class: "note-asked" },
    element("summary", {}, heading || "The chapter's question", state),
    element("p", { class: "note-prompt", id: describedBy }, prompt), note.node, where,
  );
  let written;
  return {
    node,
    flush: note.flush,
    written: () => written,
    take(kept) {
      note.take(kept);
      const now = Object.hasOwn(kept.notes, id);
      if (now === written) return;
      written = now;
      node.classList.toggle("unwritten", !now);
      state.textContent = now ? "" : ": nothing written yet";
      if (now) node.open = true;
    },
  };
}

export default { render };
