/* Sphinx's search tools ask whether the words found shall be marked on the page that the reader goes to. They would be
   carried there through the browser's storage, which a private window may refuse; so they are not. */
const SPHINX_HIGHLIGHT_ENABLED = false;
