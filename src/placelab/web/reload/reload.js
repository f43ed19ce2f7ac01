// Reloads a page of the book when its author saves it, and says what is wrong with the book. Only `make live` sends this.
const at = new URL(document.currentScript.src).searchParams.get("at");
const folder = new URL(".", document.currentScript.src);

const style = document.createElement("link");
style.rel = "stylesheet";
style.href = new URL("reload.css", folder);
document.head.append(style);

const here = decodeURIComponent(location.pathname).replace(/^\//, "").replace(/(^|\/)$/, "$1index.html");

function say(problems) {
  let box = document.querySelector(".live-problems");
  if (!problems) {
    box?.remove();
    return;
  }
  if (!box) {
    box = document.createElement("div");
    box.className = "live-problems";
    box.setAttribute("role", "alert");
    document.body.append(box);
  }
  box.textContent = problems;
}

const news = new EventSource(new URL(`news?at=${at}`, folder));
news.onmessage = (event) => {
  const { pages, problems } = JSON.parse(event.data);
  if (pages.includes("*") || pages.includes(here)) {
    news.close();
    location.reload();
  } else {
    say(problems);
  }
};
