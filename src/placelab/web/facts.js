// The facts in prose that follow the reader's place. The page holds England's words; a place's file has its own.
import { factIn } from "./place.js";

const ENGLANDS = "England";

// Returns a function that shows the facts of a place's file, or England's for null.
export function followFacts() {
  const facts = [...document.querySelectorAll("[data-fact]")].map((node, i, all) => ({
    node, england: node.textContent, goesOn: i > 0 && inOneSentence(all[i - 1], node),
  }));
  return function show(file) {
    let before = "";
    for (const { node, england, goesOn } of facts) {
      const { text, note } = file ? (factIn(file, node.dataset.fact) ?? { text: england, note: ENGLANDS }) : { text: england, note: "" };
      node.textContent = text;
      // One sentence gives one caution once; that a figure is England's is said each time.
      if (note && !(goesOn && note === before && !note.startsWith(ENGLANDS))) node.append(noteNode(note));
      before = note;
    }
  };
}

function noteNode(note) {
  const node = document.createElement("span");
  node.className = "fact-note";
  node.textContent = ` (${note})`;
  return node;
}

// Whether no full stop and no end of a paragraph, cell or item lies between two nodes.
function inOneSentence(first, second) {
  const block = "p, li, td, th, dd, dt, figcaption";
  if (first.closest(block) !== second.closest(block)) return false;
  const between = document.createRange();
  between.setStartAfter(first);
  between.setEndBefore(second);
  return !/[.:;]\s/.test(between.toString());
}
