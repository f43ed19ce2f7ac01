// What every script that builds a part of the page uses.

export const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
};

// Hands the reader a file. Nothing leaves the machine.
export function download(parts, type, name) {
  const anchor = element("a", { href: URL.createObjectURL(new Blob(parts, { type })), download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
}

const here = Math.random().toString(36).slice(2, 8);
let serial = 0;

// An id that nothing else has. JupyterLab runs these scripts once for each panel of a notebook, so counting alone would not do.
export const freshId = (what) => `${what}-${here}-${(serial += 1)}`;
