/* Two settings of Sphinx's search tools, made before they load. The words found are not marked on the page that the reader
   goes to: they would be carried there through the browser's storage, which a private window may refuse. And what a result
   quotes is the page's own text, without the picker and the links around it. */
const SPHINX_HIGHLIGHT_ENABLED = false;
document.addEventListener("DOMContentLoaded", () => {
  const asText = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(".place-picker, .bd-header-article, .bd-sidebar-secondary, footer").forEach((part) => part.remove());
    return asText(page.documentElement.outerHTML, anchor);
  };
});
