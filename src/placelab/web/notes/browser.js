// Keeps the reader's words in this browser and nowhere else. What the storage holds is treated as if somebody hostile had
// written it; what cannot be read is set aside, never thrown away.
import { merge, nothing, NotKept, read, told, withCommitment, withNote, write } from "./kept.js";

const KEY = "placelab.notes";
const ASIDE = "placelab.notes.aside"; // and when
const DENIED = "This browser does not let the book keep notes. What you write is lost when you leave this page: copy it, print it or save it as a file first.";
const FULL = "This browser has no room left for notes, so your last words are on this page alone. Copy them, print them or save them as a file.";

const UNREADABLE =
  "What this browser had kept as your notes could not be read. It is set aside; the page “Your framework” can save it as a file.";

const plain = ({ notes, commitments }) => ({ notes: Object.fromEntries(notes), commitments });

export class Keeper {
  #chapters;
  #panels = new Set();
  #memory = nothing(); // as last read or changed
  #unsaved = false; // the memory holds what the storage refused
  #stuck = false; // the storage holds what can neither be read nor be set aside

  // `chapters` names the pages in what is said of a file.
  constructor(chapters = []) {
    this.#chapters = chapters;
    addEventListener("storage", ({ key }) => {
      if (key !== KEY && key !== null) return;
      this.#load();
      this.#tell({});
    });
  }

  // A stand-in for the model that JupyterLab would give a panel.
  model(traits) {
    const heard = new Set();
    this.#panels.add(heard);
    return {
      get: (name) => traits[name],
      on: (_, listener) => heard.add(listener),
      off: (_, listener) => heard.delete(listener),
      send: (wish) => this.#answer(wish, heard),
    };
  }

  #answer({ n, ...wish }, heard) {
    const problem = this.#load();
    let answer;
    try {
      answer = { ...problem, ...this.#done(wish) };
    } catch (refused) {
      if (!(refused instanceof NotKept)) throw refused;
      answer = { said: `${refused.message} Nothing was changed.`, wrong: true };
    }
    this.#tell(answer, heard, n);
  }

  #done(wish) {
    const before = this.#memory;
    if (wish.do === "read") return {};
    const { both, said = "Kept in this browser." } = {
      note: () => ({ both: withNote(before, wish.id, wish.text, wish.was) }),
      commitment: () => ({ both: withCommitment(before, wish.now, wish.was) }),
      import: () => this.#merged(read(wish.text)),
      clear: () => this.#cleared(),
    }[wish.do]();
    this.#memory = both;
    const refused = this.#store(write(both));
    return refused ? { said: refused, wrong: true } : { said, wrong: false };
  }

  #cleared() {
    this.#stuck = false;
    for (const key of this.#asideKeys()) localStorage.removeItem(key);
    return { both: nothing(), said: "Cleared. This browser keeps none of your notes and commitments." };
  }

  #merged(other) {
    const { both, clashes } = merge(this.#memory, other);
    return { both, said: told(this.#memory, both, clashes, this.#chapters) };
  }

  // Every panel of the page learns what is kept; the one that asked also hears what became of it.
  #tell(answer, asked, n) {
    const kept = plain(this.#memory);
    const aside = this.#aside();
    for (const heard of this.#panels) for (const listener of heard) listener(heard === asked ? { ...answer, n, kept, aside } : { kept, aside });
  }

  // Takes up what the storage holds. Returns what went wrong, if anything.
  #load() {
    let text;
    try {
      text = localStorage.getItem(KEY);
    } catch {
      return { said: DENIED, wrong: true };
    }
    if (this.#unsaved) return {};
    try {
      this.#memory = text === null ? nothing() : read(text);
      return {};
    } catch (problem) {
      if (!(problem instanceof NotKept)) throw problem;
    }
    try {
      localStorage.setItem(`${ASIDE}.${Date.now()}`, text);
      localStorage.removeItem(KEY);
      this.#stuck = false;
    } catch {
      this.#stuck = true;
    }
    this.#memory = nothing();
    return { said: UNREADABLE, wrong: true };
  }

  // Returns why the storage refused, or nothing.
  #store(text) {
    try {
      if (this.#stuck) throw new Error("it holds what must not be lost");
      if (text === write(nothing())) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, text);
      this.#unsaved = false;
      return "";
    } catch (problem) {
      this.#unsaved = true;
      return problem.name === "SecurityError" ? DENIED : FULL;
    }
  }

  #asideKeys() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(ASIDE));
    } catch {
      return [];
    }
  }

  // What could not be read, as it was.
  #aside() {
    return [...this.#asideKeys(), ...(this.#stuck ? [KEY] : [])].map((key) => localStorage.getItem(key));
  }
}
