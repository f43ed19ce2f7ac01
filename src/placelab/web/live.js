// What every live figure shares: controls, a question asked first, the figure with its sentence, table and source, and
// what a reader takes away. A figure's own module brings two functions: find(values, data), which computes and is tested
// against Python, and draw(finding, options), which draws what was found with Observable Plot.

import { download, element, freshId } from "./element.js";

// A value for a control, or undefined where it is none of its options or outside its range.
export function checked(control, value) {
  if (control.kind === "choice") return control.options.find(([option]) => String(option) === String(value))?.[0];
  const number = typeof value === "string" && value.trim() === "" ? NaN : Number(value);
  return Number.isFinite(number) && number >= control.low && number <= control.high ? number : undefined;
}

// Settings as a short text for an address, only those that differ from where the figure opens (`start`: what its page prints, else
// the base case); and back, hostile input ignored.
const written = (controls, values) => controls.map((c) => `${c.name}:${encodeURIComponent(values[c.name])}`).join(",");

export function settingsText(controls, values, skip = [], start = {}) {
  return written(controls.filter((c) => !skip.includes(c.name) && values[c.name] !== (start[c.name] ?? c.default)), values);
}

// The same for a page that opens at something not known here, as a notebook's link does: every setting, save those that the
// preset named among them brings along.
export function wholeText(controls, values, skip = [], presets) {
  const brought = presets?.sets[values[presets.control]] ?? {};
  return written(controls.filter((c) => !skip.includes(c.name) && values[c.name] !== brought[c.name]), values);
}

export function settingsFrom(controls, text) {
  const values = {};
  const refused = [];
  for (const part of String(text).slice(0, 600).split(",").filter(Boolean)) {
    const [name, raw = ""] = part.split(":");
    const control = controls.find((c) => c.name === name);
    let value;
    try {
      value = control && checked(control, decodeURIComponent(raw));
    } catch {
      value = undefined;
    }
    if (value === undefined) refused.push(name.replace(/[^\w-]/g, "").slice(0, 30));
    else values[name] = value;
  }
  return { values, refused };
}

// Values after one control moved. Where a figure has presets {control, own, sets: {option: {name: value}}}, choosing an option
// sets the other controls, and moving one of those makes the choice the option that they then stand at, or else `own`.
export function moved(presets, values, name, value) {
  const next = { ...values, [name]: value };
  if (!presets) return next;
  if (name === presets.control) return { ...next, ...presets.sets[value] };
  const options = Object.entries(presets.sets);
  if (!options.some(([, set]) => name in set)) return next;
  const match = options.find(([, set]) => Object.entries(set).every(([other, at]) => next[other] === at));
  return { ...next, [presets.control]: match ? match[0] : presets.own };
}

// The options of a choice at these values. Where a figure has what a choice may be depend on another control, the choice carries
// `offered` {by: that control, options: {its value: [[value, label], ...]}}; a value from elsewhere stays listed, and says so.
export function offered(control, values, value) {
  const options = control.offered?.options[values[control.offered.by]] ?? control.options;
  if (options.some(([option]) => option === value)) return options;
  return [...options, ...control.options.filter(([option]) => option === value).map(([option, label]) => [option, `${label} (not available)`])];
}

// Values after the control `name` moved: a choice that depends on it goes to the nearest value offered now.
export function settled(controls, values, name) {
  const next = { ...values };
  for (const control of controls.filter((c) => c.offered?.by === name)) {
    const options = control.offered.options[values[name]].map(([option]) => option);
    const gap = (option) => (option === values[control.name] ? -1 : Math.abs(option - values[control.name]));
    next[control.name] = options.reduce((best, option) => (gap(option) < gap(best) ? option : best));
  }
  return next;
}

function shown(control, value) {
  const places = control.step >= 1 ? 0 : String(control.step).split(".")[1].length;
  return `${Number(value).toFixed(places).replace(/^-(?=.*[1-9])/, "−").replace(/^-/, "")}${control.unit}`;
}

function controlFor(control, value, changed, values = {}) {
  const id = freshId("live");
  if (control.kind === "choice") {
    const select = element("select", { id, "data-control": control.name, "data-lm-suppress-shortcuts": "true" });
    let listed;
    const show = (next, all) => {
      const options = offered(control, all, next);
      if (options !== listed) select.replaceChildren(...options.map(([option, label]) => element("option", { value: String(option) }, label)));
      listed = options;
      select.selectedIndex = listed.findIndex(([option]) => option === next);
    };
    show(value, values);
    select.addEventListener("change", () => changed(listed[select.selectedIndex][0]));
    return { node: element("div", { class: "live-control" }, element("label", { for: id }, control.label), select), show };
  }
  const output = element("output", { for: id }, shown(control, value));
  const range = element("input", {
    id, type: "range", min: control.low, max: control.high, step: control.step, value,
    "aria-valuetext": shown(control, value), "data-control": control.name, "data-lm-suppress-shortcuts": "true",
  });
  const show = (next) => {
    range.value = next;
    output.textContent = shown(control, next);
    range.setAttribute("aria-valuetext", shown(control, next));
  };
  range.addEventListener("input", () => {
    show(Number(range.value));
    changed(Number(range.value));
  });
  return { node: element("div", { class: "live-control" }, element("label", { for: id }, control.label), range, output), show };
}

export function tableNode(table, caption) {
  const words = (i) => (table.words?.includes(table.columns[i]) ? { class: "words" } : {}); // a column of words, not of figures
  const head = element("tr", {}, ...table.columns.map((name, i) => element("th", { scope: "col", ...words(i) }, name)));
  const body = table.rows.map((row) =>
    element("tr", {}, ...row.map((cell, i) => (i ? element("td", words(i), String(cell)) : element("th", { scope: "row" }, String(cell))))),
  );
  return element(
    "div", { class: "placelab-table", tabindex: "0", role: "region", "aria-label": caption },
    element("table", {}, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...body)),
  );
}

const csvCell = (cell) => {
  const text = String(cell);
  const guarded = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text; // a spreadsheet must not run it
  return /[",\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
};

export function csv(finding, settings) {
  const rows = [[finding.title], [finding.sentence], ...settings, [], finding.table.columns, ...finding.table.rows, [], [finding.source]];
  return rows.map((row) => row.map(csvCell).join(",")).join("\r\n");
}

export function live({ find, draw }) {
  function render({ model, el }) {
    const setup = model.get("setup");
    const controls = setup.controls.filter((control) => !(setup.hide ?? []).includes(control.name));
    let values = { ...model.get("values") };
    let queued = false;
    let saying;
    let wide; // the picture's width, asked for once until the figure's changes: to ask makes the browser lay out the whole page
    const data = () => ({ shared: model.get("shared"), place: model.get("place") });

    const title = element("p", { class: "placelab-title" });
    const picture = element("div", { class: "live-picture" });
    const sentence = element("p", { class: "placelab-sentence" });
    const status = element("p", { class: "live-status", role: "status" });
    const table = element("details", {}, element("summary", {}, "The figures as a table"), element("div"));
    const source = element("figcaption");
    // An interactive picture, one that can be walked through, is a group, and what it says is read out below it; until then a hint.
    const readout = setup.interactive ? element("p", { class: "live-readout", role: "status" }, setup.interactive) : null;
    const say = (text = setup.interactive) => (readout.textContent = text);
    const memory = {}; // what the drawing wants to remember from one time to the next
    const figure = element("figure", { class: "placelab live" }, title, picture, readout, sentence, table, source);
    const bars = controls.map((control) => [control, controlFor(control, values[control.name], (value) => move(control.name, value), values)]);
    const panel = element("div", { class: "live-controls", role: "group", "aria-label": `Settings: ${setup.title}` }, ...bars.map(([, bar]) => bar.node));
    const guessed = element("p", { class: "live-guessed" });
    const known = element("p"); // what the figure tells before the guess (found.known)
    const tools = element(
      "div", { class: "live-tools" },
      element("button", { type: "button", onclick: reset }, "Return to the base case"),
      element("button", { type: "button", onclick: save }, "Download as CSV"),
      element("button", { type: "button", onclick: link }, "Copy a link to this"),
    );
    const result = element("div", { class: "live-result" }, guessed, panel, figure, tools);
    let found;

    function move(name, value) {
      const before = { ...values, [name]: value };
      values = settled(setup.controls, moved(setup.presets, values, name, value), name);
      show(before);
      model.set("values", values);
      model.save_changes();
      later();
    }
    function show(before = {}) { // only what changed, so that nothing else is announced
      bars.forEach(([control, bar]) => (control.offered || values[control.name] !== before[control.name]) && bar.show(values[control.name], values));
      bars.forEach(([{ only }, bar]) => only && (bar.node.hidden = values[only.by] !== only.is)); // of many controls, a few at a time
    }
    function later() {
      if (queued) return;
      queued = true;
      requestAnimationFrame(() => {
        queued = false;
        update();
      });
    }
    function update() {
      found = find(values, data());
      known.textContent = found.known ?? "";
      known.hidden = !found.known;
      if (!result.parentNode) return; // not before the guess: what is spoken would give the result away
      title.textContent = found.title;
      sentence.textContent = found.sentence;
      source.textContent = found.source;
      picture.setAttribute("role", readout ? "group" : "img");
      picture.setAttribute("aria-label", found.alt);
      const width = Math.max(260, Math.min(760, (wide ||= picture.clientWidth) || el.clientWidth || 640));
      const held = picture.matches(":focus-within");
      picture.replaceChildren(found.plot ? draw(found, { width, say, memory }) : "");
      picture.querySelectorAll("g[aria-label]:not([role])").forEach((g) => g.removeAttribute("aria-label")); // Plot's names of its marks
      if (held) picture.querySelector("[tabindex='0']")?.focus({ preventScroll: true });
      table.hidden = !found.table.rows.length;
      if (!readout) picture.firstElementChild?.setAttribute("aria-hidden", "true"); // the label above says it all
      if (table.open) fill();
      clearTimeout(saying);
      saying = setTimeout(() => (status.textContent = found.sentence), 400); // spoken once a movement ends
      el.dispatchEvent(new CustomEvent("live-updated", { bubbles: true }));
    }
    function fill() {
      const held = table.lastChild.matches(":focus-within"); // who stands in the table stays there when it is written anew
      table.lastChild.replaceChildren(found.table.rows.length ? tableNode(found.table, found.title) : "");
      if (held) table.lastChild.querySelector("[tabindex='0']")?.focus({ preventScroll: true });
    }
    function reset() {
      values = Object.fromEntries(setup.controls.map((c) => [c.name, (setup.hide ?? []).includes(c.name) ? values[c.name] : c.default]));
      show();
      model.set("values", values);
      model.save_changes();
      update();
    }
    function save() {
      const settings = setup.controls.map((c) => [c.label, c.kind === "choice" ? offered(c, values, values[c.name]).find(([o]) => o === values[c.name])[1] : shown(c, values[c.name])]);
      download(["\ufeff", csv(found, settings)], "text/csv", `${setup.name}.csv`);
      status.textContent = "Saved as a CSV file.";
    }
    function address() {
      const query = new URLSearchParams();
      if (values.place && values.place !== "E92000001") query.set("place", values.place);
      const text = setup.page ? wholeText(setup.controls, values, ["place"], setup.presets) : settingsText(setup.controls, values, ["place"], setup.start);
      if (text) query.set(setup.name, text);
      // In a notebook `page` is the book's own page for this; without the book's address it is only where in the book.
      if (setup.page && !/^https?:/.test(setup.page)) return `${setup.page}?${query}`;
      const base = new URL(setup.page ?? location.href);
      base.search = query.toString();
      base.hash = "";
      return base.href;
    }
    async function link() {
      const to = address();
      const rest = /^https?:/.test(to) ? "" : " Put the address of your book before it.";
      try {
        await navigator.clipboard.writeText(to);
        status.textContent = `The link is copied.${rest}`;
        status.classList.toggle("shown", rest !== "");
      } catch {
        status.textContent = `The link: ${to}${rest && `.${rest}`}`;
        status.classList.add("shown");
      }
    }

    table.addEventListener("toggle", fill);
    model.on("change:place", later);
    model.on("change:shared", later);
    model.on("change:values", () => {
      values = { ...model.get("values") };
      show();
      later();
    });
    show(values);
    let drawnFor; // the width; an opened table changes the height alone, and that needs no new drawing
    const resized = new ResizeObserver(() => {
      if (el.clientWidth !== drawnFor) wide = 0;
      if (figure.isConnected && found && el.clientWidth !== drawnFor) later();
      drawnFor = el.clientWidth;
    });
    resized.observe(el);

    const root = element("div", { class: "live" }, status);
    el.replaceChildren(root);
    if (setup.guess && !model.get("revealed")) {
      update();
      root.append(question(setup, values, known, (text, given) => {
        guessed.textContent = text;
        values = { ...values, ...given };
        show();
        model.set("values", values);
        model.set("revealed", text);
        model.save_changes();
        root.querySelector(".live-question").replaceWith(result);
        update();
        result.setAttribute("tabindex", "-1");
        result.focus({ preventScroll: true });
      }));
    } else {
      guessed.textContent = model.get("revealed") || "";
      root.append(result);
      update();
    }
    return () => resized.disconnect();
  }
  return { render };
}

// The question, what is known, a guess, and an open way past it. `setup.guess` is a slider of its own, or names the controls
// that hold the answer; `setup.reasons` asks for words too, which stay in the page. `reveal` gets what to show beside the result,
// and the values given to those controls.
function question(setup, values, known, reveal) {
  const named = Array.isArray(setup.guess);
  const asked = named ? setup.controls.filter((control) => setup.guess.includes(control.name)) : [setup.guess];
  const given = Object.fromEntries(asked.map((control) => [control.name, named ? values[control.name] : control.default]));
  const bars = asked.map((control) => controlFor(control, given[control.name], (next) => (given[control.name] = next)));
  const id = freshId("reasons");
  const field = setup.reasons && element("textarea", { id, rows: 3, maxlength: 600, "data-lm-suppress-shortcuts": "true" });
  const reasons = () => (field?.value.trim() ? ` You wrote: “${field.value.trim()}”` : "");
  const words = () => asked.map((control) => `${named ? `${control.label.toLowerCase()} ` : ""}${shown(control, given[control.name])}`).join(", ");
  return element(
    "form", { class: "live-question", onsubmit: (event) => event.preventDefault() },
    element("p", {}, element("strong", {}, setup.question)),
    known,
    ...bars.map((bar) => bar.node),
    field && element("div", { class: "live-control" }, element("label", { for: id }, setup.reasons), field),
    element(
      "div", { class: "live-tools" },
      element("button", { type: "button", onclick: () => reveal(`You guessed ${words()}.${reasons()}`, named ? given : {}) }, "Show the result"),
      element("button", { type: "button", onclick: () => reveal("You skipped the guess.", {}) }, "Skip the guess"),
    ),
  );
}
