/* The frame of every page: light and dark, search, the contents in a narrow window, the section being read, and blocks
   that scroll sideways. It stands in for the stock theme's scripts, which fail where a browser keeps nothing, write to
   the console and serve parts that no page has. A plain script, so that it runs in a book opened from a folder too. */
(() => {
  const root = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  // ---- light, dark, or as the system has it
  const system = matchMedia("(prefers-color-scheme: dark)");
  const modes = system.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
  const switches = all(".theme-switch-button");
  const names = { auto: "as the system has it", light: "light", dark: "dark" };

  function show(mode) {
    root.dataset.mode = mode;
    root.dataset.theme = mode === "dark" || (mode === "auto" && system.matches) ? "dark" : "light";
    switches.forEach((button) => button.setAttribute("aria-label", `Change between light and dark. Now: ${names[mode]}`));
  }
  function next() {
    const mode = modes[(modes.indexOf(root.dataset.mode) + 1) % modes.length];
    show(mode);
    try {
      localStorage.setItem("mode", mode);
    } catch {
      // A private window may keep nothing: the choice holds on this page.
    }
  }
  switches.forEach((button) => button.addEventListener("click", next));
  system.addEventListener("change", () => show(root.dataset.mode));
  show(root.dataset.mode);

  // ---- dialogs close on a click beside them, and give the focus back by themselves
  function closeBeside(dialog) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog && beside(event, dialog.getBoundingClientRect())) dialog.close();
    });
  }
  const beside = ({ clientX, clientY }, box) =>
    clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;

  // ---- search: the page's own field where there is one, else a dialog
  const search = one("#pst-search-dialog");
  const field = one(":not(#pst-search-dialog) > form.bd-search input");
  const apple = /^(Mac|iPhone|iPad)/.test(navigator.platform);

  function find() {
    if (field) {
      field.focus();
      field.select();
    } else if (search.open) {
      search.close();
    } else {
      search.showModal();
    }
  }
  if (search) {
    closeBeside(search);
    all(".search-button__button").forEach((button) => button.addEventListener("click", find));
    if (apple) all(".kbd-shortcut__modifier").forEach((key) => (key.textContent = "⌘"));
    addEventListener("keydown", (event) => {
      const modifier = apple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
      if (!modifier || event.shiftKey || event.altKey || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      find();
    });
  }

  // ---- the contents and "on this page": beside the text, or in a dialog where the window is narrow
  function folding(button, bar, dialog) {
    if (!button || !bar || !dialog) return;
    const looks = [...bar.classList];
    const move = (from, to) => {
      to.append(...from.childNodes);
      from.classList.remove(...looks);
      to.classList.add(...looks);
    };
    closeBeside(dialog);
    button.addEventListener("click", () => {
      move(bar, dialog);
      dialog.showModal();
      button.setAttribute("aria-expanded", "true");
    });
    dialog.addEventListener("close", () => {
      move(dialog, bar);
      button.setAttribute("aria-expanded", "false");
    });
    dialog.addEventListener("click", (event) => event.target.closest("a") && dialog.close());
    button.setAttribute("aria-expanded", "false");
  }
  folding(one(".secondary-toggle"), one("#pst-secondary-sidebar"), one("#pst-secondary-sidebar-modal"));

  const contents = one("#pst-primary-sidebar");
  const toggle = one(".primary-toggle");
  const wide = matchMedia("(min-width: 992px)");
  if (contents && toggle) {
    // In a wide window the button folds the contents away; this listener is first, so it can keep the dialog shut.
    const told = () => toggle.setAttribute("aria-expanded", String(wide.matches && !contents.classList.contains("pst-sidebar-hidden")));
    toggle.addEventListener("click", (event) => {
      if (!wide.matches) return;
      event.stopImmediatePropagation();
      contents.classList.toggle("pst-sidebar-hidden");
      told();
    });
    folding(toggle, contents, one("#pst-primary-sidebar-modal"));
    wide.addEventListener("change", told);
    told();
  }

  // ---- the section being read, marked in "on this page"
  const links = new Map(all("#pst-page-toc-nav a[href^='#']").map((link) => [document.getElementById(decodeURIComponent(link.hash.slice(1))), link]));
  function mark(current) {
    for (const link of links.values()) {
      link.classList.toggle("active", link === current);
      if (link === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    all("#pst-page-toc-nav .toc-entry").forEach((entry) => entry.classList.toggle("active", entry.contains(current)));
  }
  const reading = new IntersectionObserver(
    (entries) => {
      const seen = entries.filter((entry) => entry.isIntersecting).pop();
      if (seen) mark(links.get(seen.target.parentElement));
    },
    { rootMargin: "0px 0px -70% 0px" },
  );
  for (const section of links.keys()) {
    const heading = section?.querySelector(":scope > :is(h1, h2, h3, h4, h5, h6)");
    if (heading) reading.observe(heading);
  }

  // ---- a shadow under the bar once the text has moved beneath it
  const top = one(".sbt-scroll-pixel-helper");
  if (top) new IntersectionObserver(([{ boundingClientRect }]) => document.body.classList.toggle("scrolled", boundingClientRect.y < 0)).observe(top);

  // ---- notes for facilitators: shown on every page from when they are switched on until they are switched off
  const notes = all(".facilitator-switch input");
  function facilitate(on) {
    root.classList.toggle("facilitating", on);
    notes.forEach((box) => (box.checked = on));
  }
  let facilitating = false;
  try {
    facilitating = localStorage.getItem("placelab.facilitator") === "on";
  } catch {
    // A private window: off, as for a learner.
  }
  facilitate(facilitating);
  notes.forEach((box) =>
    box.addEventListener("change", () => {
      facilitate(box.checked);
      try {
        localStorage.setItem("placelab.facilitator", box.checked ? "on" : "off");
      } catch {
        // The choice holds on this page.
      }
    }),
  );

  // ---- what scrolls sideways can be reached by keyboard, and says what it is
  function reach() {
    for (const box of all("pre, .cell_output, .cell_output > .output, .pst-scrollable-table-container, .game-part, div.math")) {
      if (box.scrollWidth <= box.clientWidth + 1) {
        if (box.dataset.scrolls) ["tabindex", "role", "aria-label", "data-scrolls"].forEach((name) => box.removeAttribute(name));
        continue;
      }
      box.dataset.scrolls = "true";
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", `${kind(box)}, wider than the window`);
    }
  }
  function kind(box) {
    if (box.matches(".pst-scrollable-table-container")) return box.querySelector("caption")?.textContent.trim() || "Table";
    if (box.matches(".game-part")) return box.querySelector("caption, h2, h3, h4")?.textContent.trim() || "Part of the game";
    if (box.matches(".math")) return "Formula";
    return box.closest(".cell_output") ? "Printed result" : "Code";
  }
  let soon;
  const later = () => {
    clearTimeout(soon);
    soon = setTimeout(reach, 150);
  };
  addEventListener("resize", later);
  document.addEventListener("toggle", later, true); // <details>: what was folded had no width
  document.addEventListener("live-updated", later);
  reach();
})();
