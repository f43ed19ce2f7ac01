// A reader's own note on one prompt: one field, in JupyterLab and in a page alike.
import { element } from "../element.js";
import { conversation, flushOnLeaving, noteField } from "./keeping.js";

function render({ model, el }) {
  const { id, label, prompt, hint, gathered, describedBy } = model.get("note");
  const asked = prompt ? element("p", { class: "note-prompt", id: `note-prompt-${id}` }, prompt) : null;
  const talk = conversation(model, ({ kept }) => kept && note.take(kept));
  const note = noteField({ ask: talk.ask, id, label, describedBy: asked?.id ?? describedBy });
  const framework = gathered ? element("a", { href: gathered }, "Your framework") : "Your framework";
  el.replaceChildren(
    element("div", { class: "notes" }, asked, note.node, element("p", { class: "note-hint" }, `${hint} `, framework, " gathers your notes.")),
  );
  const stay = flushOnLeaving(note.flush);
  talk.ask({ do: "read" }).then((answer) => answer.said && note.say(answer));
  return () => {
    note.flush();
    stay();
    talk.end();
  };
}

export default { render };
