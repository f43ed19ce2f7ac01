/* Say whether the page was opened from a folder, without a server. Set light or dark before the page is drawn: the reader's choice if one is kept, otherwise what their system says.
   Without this script, or without any, the page is light and data-theme is not set (placelab.css uses that). */
(() => {
  if (location.protocol === "file:") document.documentElement.dataset.opened = "folder";
  let mode = null;
  try {
    mode = localStorage.getItem("mode");
  } catch {
    // A private window may keep nothing.
  }
  if (!["light", "dark", "auto"].includes(mode)) mode = "auto";
  const dark = mode === "dark" || (mode === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mode = mode;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
