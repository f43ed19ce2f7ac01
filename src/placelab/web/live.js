// What every live figure shares: controls, a question asked first, the figure with its sentence, table and source, and
// what a reader takes away. A figure's own module brings two functions: find(values, data), which computes and is tested
// against Python, and draw(finding, options), which draws what was found with Observable Plot.

const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
};

let serial = 0;

// A value for a control, or undefined where it is none of its options or outside its range.
export function checked(control, value) {
  if (control.kind === "choice") return control.options.find(([option]) => String(option) === String(value))?.[0];
  const number = typeof value === "string" && value.trim() === "" ? NaN : Number(value);
  return Number.isFinite(number) && number >= control.low && number <= control.high ? number : undefined;
}

// Settings as a short text for an address, only those that differ from the base case; and back, hostile input ignored.
export function settingsText(controls, values, skip = []) {
  return controls
    .filter((c) => !skip.includes(c.name) && values[c.name] !== c.default)
    .map((c) => `${c.name}:${encodeURIComponent(values[c.name])}`)
    .join(",");
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

function shown(control, value) {
  const places = control.step >= 1 ? 0 : String(control.step).split(".")[1].length;
  return `${Number(value).toFixed(places)}${control.unit}`;
}

function controlFor(control, value, changed) {
  const id = `live-${(serial += 1)}`;
  if (control.kind === "choice") {
    const select = element("select", { id, "data-control": control.name, "data-lm-suppress-shortcuts": "true" });
    for (const [option, label] of control.options) {
      select.append(element("option", { value: String(option), selected: option === value }, label));
    }
    select.addEventListener("change", () => changed(control.options[select.selectedIndex][0]));
    const show = (next) => (select.selectedIndex = control.options.findIndex(([option]) => option === next));
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
  const head = element("tr", {}, ...table.columns.map((name) => element("th", { scope: "col" }, name)));
  const body = table.rows.map((row) =>
    element("tr", {}, ...row.map((cell, i) => (i ? element("td", {}, String(cell)) : element("th", { scope: "row" }, String(cell))))),
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
    const data = () => ({ shared: model.get("shared"), place: model.get("place") });

    const title = element("p", { class: "placelab-title" });
    const picture = element("div", { class: "live-picture" });
    const sentence = element("p", { class: "placelab-sentence" });
    const status = element("p", { class: "live-status", role: "status" });
    const table = element("details", {}, element("summary", {}, "The figures as a table"), element("div"));
    const source = element("figcaption");
    const figure = element("figure", { class: "placelab live" }, title, picture, sentence, table, source);
    const bars = controls.map((control) => [control, controlFor(control, values[control.name], (value) => move(control.name, value))]);
    const panel = element("div", { class: "live-controls", role: "group", "aria-label": `Settings: ${setup.title}` }, ...bars.map(([, bar]) => bar.node));
    const guessed = element("p", { class: "live-guessed" });
    const tools = element(
      "div", { class: "live-tools" },
      element("button", { type: "button", onclick: reset }, "Return to the base case"),
      element("button", { type: "button", onclick: save }, "Download as CSV"),
      element("button", { type: "button", onclick: link }, "Copy a link to this"),
    );
    const result = element("div", { class: "live-result" }, guessed, panel, figure, tools);
    let found;

    function move(name, value) {
      values = { ...values, [name]: value };
      model.set("values", values);
      model.save_changes();
      later();
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
      title.textContent = found.title;
      sentence.textContent = found.sentence;
      source.textContent = found.source;
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", found.alt);
      const width = Math.max(260, Math.min(760, picture.clientWidth || el.clientWidth || 640));
      picture.replaceChildren(found.plot ? draw(found, { width }) : "");
      if (table.open) fill();
      clearTimeout(saying);
      saying = setTimeout(() => (status.textContent = found.sentence), 400); // spoken once a movement ends
      el.dispatchEvent(new CustomEvent("live-updated", { bubbles: true }));
    }
    function fill() {
      table.lastChild.replaceChildren(found.table.rows.length ? tableNode(found.table, found.title) : "");
    }
    function reset() {
      values = Object.fromEntries(setup.controls.map((c) => [c.name, (setup.hide ?? []).includes(c.name) ? values[c.name] : c.default]));
      bars.forEach(([control, bar]) => bar.show(values[control.name]));
      model.set("values", values);
      model.save_changes();
      update();
    }
    function save() {
      const settings = setup.controls.map((c) => [c.label, c.kind === "choice" ? c.options.find(([o]) => o === values[c.name])[1] : shown(c, values[c.name])]);
      const blob = new Blob(["\ufeff", csv(found, settings)], { type: "text/csv" });
      const anchor = element("a", { href: URL.createObjectURL(blob), download: `${setup.name}.csv` });
      anchor.click();
      setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
      status.textContent = "Saved as a CSV file.";
    }
    function address() {
      const query = new URLSearchParams();
      if (values.place && values.place !== "E92000001") query.set("place", values.place);
      const text = settingsText(setup.controls, values, ["place"]);
      if (text) query.set(setup.name, text);
      const base = setup.page ? new URL(setup.page, document.baseURI) : new URL(location.href);
      base.search = query.toString();
      base.hash = "";
      return base.href;
    }
    async function link() {
      try {
        await navigator.clipboard.writeText(address());
        status.textContent = "The link is copied.";
      } catch {
        status.textContent = `The link: ${address()}`;
        status.classList.add("shown");
      }
    }

    table.addEventListener("toggle", fill);
    model.on("change:place", later);
    model.on("change:shared", later);
    model.on("change:values", () => {
      values = { ...model.get("values") };
      bars.forEach(([control, bar]) => bar.show(values[control.name]));
      later();
    });
    const resized = new ResizeObserver(() => figure.isConnected && found && later());
    resized.observe(el);

    const root = element("div", { class: "live" }, status);
    el.replaceChildren(root);
    if (setup.guess && !model.get("revealed")) {
      root.append(question(setup, (text) => {
        guessed.textContent = text;
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

// The question, a guess, and an open way past it; `reveal` gets what to show beside the result.
function question(setup, reveal) {
  let value = setup.guess.default;
  const bar = controlFor(setup.guess, value, (next) => (value = next));
  return element(
    "form", { class: "live-question", onsubmit: (event) => event.preventDefault() },
    element("p", {}, element("strong", {}, setup.question)),
    bar.node,
    element(
      "div", { class: "live-tools" },
      element("button", { type: "button", onclick: () => reveal(`You guessed ${shown(setup.guess, value)}.`) }, "Show the result"),
      element("button", { type: "button", onclick: () => reveal("You skipped the guess.") }, "Skip the guess"),
    ),
  );
}
