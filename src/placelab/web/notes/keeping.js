// How a panel talks to whoever keeps the reader's words: Python in JupyterLab, browser.js in a page. A panel sends what it wants
// done ({do: "read" | "note" | "commitment" | "import" | "clear", ...}); the answer is {kept, said, wrong, aside}.
import { element, freshId } from "../element.js";
import { clean, trimmed } from "./kept.js";

const PATIENCE = 8000; // ms
const PAUSE = 500; // ms without a keystroke before what is written is kept
const NO_ANSWER = "Nobody answers, so this is not kept yet. Run the cell again; copy your words first.";

export function conversation(model, listen) {
  const waiting = new Map();
  const hear = (answer) => {
    waiting.get(answer.n)?.(answer);
    listen(answer);
  };
  model.on("msg:custom", hear);
  return {
    ask(wish) {
      return new Promise((resolve) => {
        const n = freshId("wish");
        const late = setTimeout(() => settle({ said: NO_ANSWER, wrong: true }), PATIENCE);
        function settle(answer) {
          clearTimeout(late);
          waiting.delete(n);
          resolve(answer);
        }
        waiting.set(n, settle);
        model.send({ ...wish, n });
      });
    },
    end: () => model.off("msg:custom", hear),
  };
}

// A labelled field whose words are mirrored for paper. `written` is told of every change by the reader.
export function field(label, { long = false, describedBy, written }) {
  const id = freshId("note");
  const input = element(long ? "textarea" : "input", {
    id, class: "note-field", rows: long ? 4 : null, type: long ? null : "text", maxlength: long ? 20000 : 500, autocomplete: "off",
    "aria-describedby": describedBy, "data-lm-suppress-shortcuts": "true",
  });
  const paper = element("p", { class: "note-paper", "aria-hidden": "true" });
  const get = () => (trimmed(clean(input.value)) ? clean(input.value) : ""); // as it will be kept
  const set = (text) => {
    if (input.value !== text) input.value = text;
    paper.textContent = text;
  };
  input.addEventListener("input", () => {
    paper.textContent = input.value;
    written();
  });
  return { node: element("div", { class: "note-part" }, element("label", { for: id }, label), input, paper), input, set, get };
}

// Keeps one value, a note's text or a commitment, in step with its keeper. `get` and `set` are the fields', `same` compares,
// `ask(now, was)` sends a change and `held(answer, now, was)` says what the keeper holds after it. What the reader is writing
// is never overwritten: an answer that says otherwise waits.
export function synchronised({ get, set, same, ask, held, done }) {
  let confirmed = get(); // what the keeper is known to hold
  let last = confirmed; // what it holds once it has answered
  let pending = 0;
  let later;
  async function flush() {
    clearTimeout(later);
    const [now, was] = [get(), last];
    if (same(now, was)) return;
    last = now;
    pending += 1;
    const answer = await ask(now, was);
    pending -= 1;
    confirmed = answer.kept ? held(answer.kept, now, was) : confirmed;
    if (!answer.kept && !pending) last = confirmed; // to be tried again
    else follow();
    done(answer);
  }
  function follow() {
    if (pending || !same(get(), last)) return;
    last = confirmed;
    if (!same(get(), confirmed)) set(confirmed);
  }
  return {
    flush,
    written() {
      clearTimeout(later);
      later = setTimeout(flush, PAUSE);
    },
    take(found) {
      confirmed = found;
      follow();
    },
    settled: () => !pending && same(get(), last),
  };
}

// What is being written is kept when its page is left, too. Returns what ends that.
export function flushOnLeaving(flush) {
  const hidden = () => document.visibilityState === "hidden" && flush();
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", hidden);
  return () => {
    removeEventListener("pagehide", flush);
    document.removeEventListener("visibilitychange", hidden);
  };
}

export function say(status, { said = "", wrong = false }) {
  status.classList.toggle("wrong", wrong);
  if (status.textContent !== said) status.textContent = said; // the same words are not spoken again
}

// One note: its field and what is said of it.
export function noteField({ ask, id, label, describedBy }) {
  const status = element("p", { class: "note-status", role: "status" });
  const part = field(label, { long: true, describedBy, written: () => sync.written() });
  const inKept = (kept) => (Object.hasOwn(kept.notes, id) ? String(kept.notes[id]) : "");
  const sync = synchronised({
    get: part.get,
    set: part.set,
    same: (one, other) => one === other,
    ask: (text, was) => ask({ do: "note", id, text, was }),
    held: inKept,
    done: (answer) => say(status, answer),
  });
  part.input.addEventListener("change", sync.flush);
  return {
    node: element("div", { class: "note" }, part.node, status),
    flush: sync.flush,
    take: (kept) => sync.take(inKept(kept)),
    say: (answer) => say(status, answer),
  };
}
