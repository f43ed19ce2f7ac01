// What every page loads: the picker of the reader's place, the facts in prose that follow it and, only where a page has live
// figures or room for notes, the scripts that mount them. Nothing is sent anywhere; a page fetches the place's own file and no
// other place's.
import "./page.css";
import "./notes/notes.css";
import { followFacts } from "./facts.js";
import { picker } from "./picker.js";
import { ENGLAND, inAddress, keepInAddress, lookUp, place, remember, remembered, search } from "./place.js";

const root = new URL("../", import.meta.url); // the book's own, wherever it is published
const head = document.getElementById("place-picker");
const showFacts = followFacts();
let shown = { code: ENGLAND, name: "England", file: null };
let figures = null; // resolves to what moves the live figures to another place
let turn = 0;

if (head) start();

const rooms = [...document.querySelectorAll(".placelab-note, .placelab-framework")];
if (rooms.length) {
  import("./notes/notes.js")
    .then(({ mount }) => mount(rooms, root))
    .catch(() => rooms.forEach((room) => {
      room.classList.add("notes-failed");
      room.append("The field for your note could not be loaded. Reload the page, or write it on paper.");
    }));
}

async function start() {
  const pick = picker(head, { search: (text) => search(root, text), choose: (code) => go(code), name: () => shown.name });
  pick.ready();
  const boxes = [...document.querySelectorAll(".placelab-live")];
  if (boxes.length) {
    boxes.forEach((box) => box.classList.add("live-taken"));
    figures = import("./mount.js").then(({ mount }) => mount(boxes, root, opening(), pick.notice));
    figures.catch(() => boxes.forEach((box) => box.classList.add("live-failed")));
  }
  await opening();

  // The page as it opens: the address first, then what this browser remembers, else England.
  function opening() {
    return (opening.done ??= open());
  }
  async function open() {
    const kept = remembered();
    const asked = inAddress();
    if (kept.problem) pick.notice(kept.problem);
    if (asked.problem) pick.notice(asked.problem);
    const written = asked.ours && kept.readable && !kept.problem; // by this script, for a choice that may be out of date
    if (asked.text === null || asked.problem || written || asked.text === kept.code) await go(kept.code, { quiet: true, keep: false });
    else await fromAddress(asked.text);
    return shown;
  }

  async function fromAddress(text) {
    let found;
    try {
      found = await lookUp(root, text);
    } catch {
      pick.notice("The list of places could not be loaded, so the place in this page's address was not looked up. The page speaks of England.");
      return;
    }
    if (found.places.length === 1) {
      if (found.former) pick.notice(`${found.former} is now part of ${found.places[0].name}, so this page speaks of that.`);
      await go(found.places[0].code, { quiet: true });
    } else if (found.places.length) {
      await go(ENGLAND, { quiet: true, keep: false });
      pick.offer(`${found.former} was abolished in ${found.until}. Which of its successors do you want?`, found.places);
    } else {
      await go(ENGLAND, { quiet: true, keep: false });
      pick.notice("The address of this page asks for a place that the book does not know. The page speaks of England.");
    }
  }

  // Change place: its file first, then everything on the page at once. A later choice overtakes an earlier one.
  async function go(code, { quiet = false, keep = true } = {}) {
    const mine = (turn += 1);
    let file = null;
    try {
      file = code === ENGLAND ? null : await place(root, code);
    } catch {
      if (mine !== turn) return;
      pick.show();
      pick.notice(`The figures for that place could not be loaded. The page speaks of ${shown.name}, as before.`);
      return;
    }
    if (mine !== turn) return;
    shown = { code, name: file ? file.name : "England", file };
    document.documentElement.dataset.place = code;
    showFacts(file);
    const kept = keep ? remember(code) : remembered().code === code;
    keepInAddress(code, kept);
    pick.show();
    if (!quiet) {
      pick.notice("");
      pick.say(`This book now speaks of ${file ? file.inSentence : "England"}.`);
    }
    if (keep && !kept) {
      pick.notice("This browser does not let the book remember your place. It holds on this page and in its address.");
    }
    if (figures) figures.then((follow) => follow(shown)).catch(() => {});
  }

  // Back and forward may bring a page out of memory as it was left, with another place.
  addEventListener("pageshow", (event) => {
    const kept = remembered();
    if (event.persisted && kept.readable && !kept.problem && kept.code !== shown.code) go(kept.code, { quiet: true, keep: false });
  });
}
