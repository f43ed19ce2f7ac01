// Live figures in a page: each box holds a static figure and its settings; the figure's own script is put in its place, with a
// stand-in for the model that JupyterLab would give it. What cannot be loaded leaves the static figure where it is.
import { settingsFrom, settingsText } from "./live.js";
import { ENGLAND, json, place as fileOf } from "./place.js";

const NAME = /^[a-z][a-z-]{0,40}$/;
const SETTLED = 400; // ms after a movement before the address follows it

// The part of an anywidget model that live.js uses.
class Model {
  #traits;
  #heard = new Map();
  constructor(traits) {
    this.#traits = traits;
  }
  get(name) {
    return this.#traits[name];
  }
  set(name, value) {
    if (this.#traits[name] === value) return;
    this.#traits[name] = value;
    for (const listener of this.#heard.get(`change:${name}`) ?? []) listener();
  }
  save_changes() {} // nobody else holds a copy
  on(event, listener) {
    this.#heard.set(event, [...(this.#heard.get(event) ?? []), listener]);
  }
  off(event, listener) {
    this.#heard.set(event, (this.#heard.get(event) ?? []).filter((one) => one !== listener));
  }
}

// Mounts every box; `opening` resolves to the place shown as {code, name, file}. Returns a function that shows another place.
export async function mount(boxes, root, opening, notice) {
  const figures = boxes.map((box) => prepare(box, root, notice)); // scripts and shared files load while the place does
  const followers = [];
  let shown = await opening;
  await Promise.all(
    boxes.map(async (box, i) => {
      try {
        followers.push((await figures[i])(await dataFor(shown)));
      } catch (problem) {
        console.warn(`live figure ${box.dataset.live}: ${problem.message}`);
        fail(box);
      }
    }),
  );
  addEventListener("beforeprint", () => openTables(boxes));

  // England's file is fetched only here: a page's prose has England's words already.
  async function dataFor({ code, name, file }) {
    return { code, name, file: file ?? (await fileOf(root, ENGLAND)) };
  }
  return async function follow(next) {
    if (next === shown) return;
    shown = next;
    const data = await dataFor(next);
    if (shown === next) followers.forEach((show) => show(data));
  };
}

function fail(box) {
  box.classList.add("live-failed");
  const note = document.createElement("p");
  note.className = "live-failed-note";
  note.textContent = "This figure's controls could not be loaded. It stands as it was printed.";
  box.append(note);
}

// Loads what one box needs. Resolves to a function that renders it for a place and returns what shows another one.
async function prepare(box, root, notice) {
  const name = box.dataset.live;
  if (!NAME.test(name)) throw new Error("no such figure");
  const { setup, values: printed } = JSON.parse(box.querySelector(":scope > script").textContent);
  const [script, shared] = await Promise.all([
    import(new URL(`_live/figures/${name}.js`, root).href),
    json(root, `_places/shared/${name}.json`),
  ]);
  return function render({ code, name: called, file }) {
    const controls = setup.controls.filter((control) => !setup.hide.includes(control.name));
    const { values: asked, refused } = settingsFrom(controls, new URLSearchParams(location.search).get(name) ?? "");
    if (refused.length) notice(`Some settings in this page's address are not ones that the figure has, and were left out: ${refused.join(", ")}.`);
    const at = { code, called };
    setup.start = printed;
    const model = new Model({ setup, shared, place: dataOf(file), values: { ...printed, ...setup.presets?.sets[asked[setup.presets.control]], ...asked, ...placed(at) }, revealed: "" });

    function dataOf(file) {
      if (!Object.hasOwn(file.figures, name)) throw new Error("nothing about it in the place's file");
      return file.figures[name];
    }
    // The picker rules the place; its control keeps the one option that is chosen, for what the figure saves.
    function placed({ code, called }) {
      const control = setup.controls.find((one) => one.name === "place");
      if (!control) return {};
      control.options = [[code, called]];
      return { place: code };
    }
    function follow({ code, name: called, file }) {
      model.set("place", dataOf(file));
      model.set("values", { ...model.get("values"), ...placed({ code, called }) });
    }
    let later;
    model.on("change:values", () => {
      clearTimeout(later);
      later = setTimeout(() => keepSettings(name, settingsText(controls, model.get("values"), [], printed)), SETTLED);
    });
    const home = document.createElement("div");
    box.append(home);
    try {
      script.default.render({ model, el: home });
    } catch (problem) {
      home.remove();
      throw problem;
    }
    box.classList.add("live-mounted");
    return follow;
  };
}

// The address names the settings, so that a reload or a copied address has them.
function keepSettings(name, text) {
  const address = new URL(location.href);
  if (text) address.searchParams.set(name, text);
  else address.searchParams.delete(name);
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

// On paper a table cannot be opened: each is filled and opened for the printer, and closed again.
function openTables(boxes) {
  const closed = boxes.flatMap((box) => [...box.querySelectorAll(".live details:not([open])")]);
  for (const details of closed) {
    details.open = true;
    details.dispatchEvent(new Event("toggle"));
  }
  addEventListener("afterprint", () => closed.forEach((details) => (details.open = false)), { once: true });
}
