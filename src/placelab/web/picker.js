// The picker: an editable combobox with a listbox, after the ARIA authoring practices. Focus stays in the text field; the
// option that the arrows reach is named by aria-activedescendant. It needs the markup of _templates/place-picker.html.
import { ENGLAND } from "./place.js";

const option = (id, { name, note }, current) => {
  const node = document.createElement("li");
  node.id = id;
  node.setAttribute("role", "option");
  node.setAttribute("aria-selected", "false");
  node.append(name);
  if (current) node.classList.add("current");
  if (note) {
    const small = document.createElement("span");
    small.className = "place-note";
    small.textContent = note;
    node.append(" ", small);
  }
  return node;
};

// `search(text)` resolves to options, `choose(code)` changes the place, `name()` is the place shown.
export function picker(head, { search, choose, name }) {
  const part = (selector) => head.querySelector(selector);
  const input = part("input");
  const popup = part(".place-popup");
  const list = part("[role=listbox]");
  const hint = part(".place-hint");
  const clear = part(".place-clear");
  const summary = part(".place-summary"); // not on the page it leads to
  const status = part(".place-status");
  const notes = part(".place-notice");
  const usual = hint.textContent;
  let options = [];
  let active = -1;
  let asked = 0;
  let counting;

  const isOpen = () => input.getAttribute("aria-expanded") === "true";
  const say = (text) => (status.textContent = text);

  function close() {
    asked += 1;
    clearTimeout(counting);
    popup.hidden = true;
    input.setAttribute("aria-expanded", "false");
    move(-1);
  }
  function move(to) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = to;
    const reached = list.children[active];
    if (!reached) return input.removeAttribute("aria-activedescendant");
    reached.setAttribute("aria-selected", "true");
    reached.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", reached.id);
  }
  // Open the list for what is typed; with the place's own name in the field, the list of all.
  async function open(start = -1) {
    const mine = (asked += 1);
    const text = input.value === name() ? "" : input.value;
    input.setAttribute("aria-expanded", "true");
    popup.hidden = false;
    try {
      const found = await search(text.slice(0, 60));
      if (mine !== asked) return;
      options = found;
      hint.textContent = found.length ? usual : "No such place. Try a council, one that was abolished, or a region.";
    } catch {
      if (mine !== asked) return;
      options = [];
      hint.textContent = "The list of places could not be loaded.";
    }
    active = -1;
    list.replaceChildren(...options.map((found, i) => option(`place-option-${i}`, found, found.name === name())));
    list.hidden = !options.length;
    list.scrollTop = 0;
    // What is typed proposes its likeliest place; an open list of all proposes nothing.
    move(start < 0 && text ? 0 : Math.min(start, options.length - 1));
    clearTimeout(counting);
    counting = setTimeout(() => say(options.length ? `${options.length} ${options.length === 1 ? "place" : "places"}.` : hint.textContent), 300);
  }
  function take(index) {
    const chosen = options[index];
    if (!chosen) return;
    close();
    input.value = chosen.name;
    choose(chosen.code);
  }
  function restore() {
    close();
    input.value = name();
  }

  input.addEventListener("input", () => open());
  input.addEventListener("click", () => isOpen() || open());
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", restore);
  input.addEventListener("keydown", (event) => {
    const last = options.length - 1;
    const steps = {
      ArrowDown: () => (isOpen() ? move(active < last ? active + 1 : 0) : open(0)),
      ArrowUp: () => (isOpen() ? move(active > 0 ? active - 1 : last) : open(Infinity)),
      Home: () => active >= 0 && move(0),
      End: () => active >= 0 && move(last),
      Enter: () => (isOpen() ? take(active) : open()),
      Escape: () => (isOpen() || input.value !== name()) && (restore(), input.select()),
    };
    if (event.isComposing || !Object.hasOwn(steps, event.key)) return;
    if (steps[event.key]() !== false) event.preventDefault();
  });
  popup.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => take([...list.children].indexOf(event.target.closest("[role=option]"))));
  clear.addEventListener("click", () => {
    input.focus();
    choose(ENGLAND);
  });

  // One notice at a time, out of the way of the text; "" takes it away.
  function notice(text, ...buttons) {
    notes.hidden = !text;
    notes.querySelector("p").textContent = text;
    notes.querySelector(".place-offers").replaceChildren(...buttons);
    if (text) say(text);
  }
  function offer(text, places) {
    notice(text, ...places.map((one) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = one.name;
      button.addEventListener("click", () => {
        input.focus();
        choose(one.code);
      });
      return button;
    }));
  }
  notes.querySelector(".place-dismiss").addEventListener("click", () => {
    notice("");
    input.focus();
  });

  return {
    notice, offer, say,
    ready: () => head.classList.add("ready"),
    show() {
      input.value = name();
      if (document.activeElement === input) input.select(); // so that typing begins anew
      clear.hidden = name() === "England";
      if (summary) summary.hidden = clear.hidden;
    },
  };
}
