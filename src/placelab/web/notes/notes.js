// Notes in a page: each room for a note becomes a text field, and the room of "Your framework" becomes that document.
import note from "./note.js";
import { Keeper } from "./browser.js";

const HINT = "What you write stays in this browser and is never sent.";
const PAGE = "notebooks/your-framework.html";

export async function mount(boxes, root) {
  const shown = [...boxes].map((box) => [box, box.querySelector(":scope > script")]).map(([box, state]) => [box, state && chaptersIn(state, root)]);
  const keeper = new Keeper(shown.map(([, chapters]) => chapters).find(Boolean));
  const framework = shown.some(([, chapters]) => chapters) ? (await import("./your-framework.js")).default : null;
  for (const [box, chapters] of shown) {
    const home = document.createElement("div");
    const model = keeper.model(chapters ? { chapters, hint: HINT, printable: true } : { note: noteIn(box, root) });
    (chapters ? framework : note).render({ model, el: home });
    box.append(home);
    box.classList.add("notes-mounted");
  }
}

// Where a chapter prints the prompt above the room, that is what the field is described by.
function noteIn(box, root) {
  const asked = box.querySelector(".note-prompt") ?? box.closest(".admonition")?.querySelector("p:not(.admonition-title)");
  if (asked) asked.id ||= `note-prompt-${box.dataset.note}`;
  return { id: box.dataset.note, label: box.dataset.label, prompt: "", hint: HINT, gathered: new URL(PAGE, root).href, describedBy: asked?.id };
}

function chaptersIn(state, root) {
  const link = (one) => ({ ...one, page: new URL(`${one.where}.html`, root).href });
  return JSON.parse(state.textContent).map((chapter) => ({ ...chapter, asked: chapter.asked.map(link) }));
}
