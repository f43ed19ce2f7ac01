/* Two settings of Sphinx's search tools, made before they load. The words found are not marked on the page that the reader
   goes to: they would be carried there through the browser's storage, which a private window may refuse. And what a result
   quotes is the page's own text, without the picker and the links around it. In a book opened from a folder a page may not
   read another, so a result there is its title alone. */
const SPHINX_HIGHLIGHT_ENABLED = false;
document.addEventListener("DOMContentLoaded", () => {
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  const asText = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(".place-picker, .folder-notice, .bd-header-article, .bd-sidebar-secondary, footer").forEach((part) => part.remove());
    return asText(page.documentElement.outerHTML, anchor);
  };
});
