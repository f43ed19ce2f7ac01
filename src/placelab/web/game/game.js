// The game on the place simulator: a team's panel, the facilitator's view and the comparison of teams. The model runs here; the rules
// and the file are Python's (widgets/game.py), which is told each seat's decision at once. Every text is set as text.
import { element } from "../element.js";
import { conversation } from "../notes/keeping.js";
import { compare, facilitator } from "./others.js";
import { clock } from "./clock.js";
import { debrief, miniDebrief } from "./debrief.js";
import { reader } from "./figures.js";
import { hub, pass, seat, start } from "./screens.js";

const UNSURE = "Nobody answers: the kernel may have stopped. What was decided before is in the file. Copy what you have typed, run the notebook's cells again from the top, and press Resume.";

function panel(el, label) {
  const body = element("div", { class: "game-body" });
  const status = element("p", { class: "game-status", role: "status" });
  const whole = element("button", { type: "button", onclick: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()) }, "Fill the screen");
  const tools = element("div", { class: "game-tools" }, whole);
  const filled = () => (whole.textContent = document.fullscreenElement === root ? "Leave the full screen" : "Fill the screen");
  document.addEventListener("fullscreenchange", filled);
  const root = element("div", { class: "game", role: "region", "aria-label": label }, tools, status, body);
  // JupyterLab would take arrow keys and Enter for its own shortcuts; it looks at the element in focus alone.
  root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
  el.replaceChildren(root);
  const size = () => Math.max(13, parseFloat(getComputedStyle(body).fontSize) * 0.75);
  // Nodes of a screen, with its heading in focus so that a keyboard and a voice begin there.
  const show = (...nodes) => {
    body.replaceChildren(...nodes);
    const heading = body.querySelector("h3");
    heading?.setAttribute("tabindex", "-1");
    if (body.contains(document.activeElement) || document.activeElement === document.body || root.contains(document.activeElement)) heading?.focus({ preventScroll: true });
  };
  const say = ({ said = "", wrong = false }) => {
    status.classList.toggle("wrong", wrong);
    status.textContent = said;
  };
  return { root, tools, body, show, say, size, width: () => Math.max(320, body.clientWidth), end: () => document.removeEventListener("fullscreenchange", filled) };
}

function team({ model, el }) {
  const words = model.get("words");
  const frame = panel(el, "The place simulator: the game");
  const time = clock(words.round_minutes[0]);
  frame.tools.prepend(time.node);
  const runs = reader(words);
  const table = { words, read: runs, frame, time, game: null, file: "", found: [], bands: null, drafts: {} };
  let screen = { name: "hub" };
  let asked = -1; // the round after which the band was last asked for
  let debriefed = false;

  const talk = conversation(model, (answer) => take(answer));
  const ask = async (wish) => {
    const answer = await talk.ask({ ...wish, round: table.game ? table.game.played + 1 : 0 });
    if (answer.game || answer.found) return frame.say(answer), answer;
    if (document.fullscreenElement) document.exitFullscreen(); // JupyterLab's own word on the kernel lies behind it
    const unsure = { said: UNSURE, wrong: true };
    frame.say(unsure);
    return unsure;
  };

  function take(answer) {
    if (answer.found) [table.game, table.found] = [null, answer.found];
    if (!answer.game) return;
    const played = table.game?.played;
    [table.game, table.file] = [answer.game, answer.file];
    if (answer.bands && answer.of === table.game.played) table.bands = answer.bands;
    if (played !== table.game.played) {
      [table.bands, table.drafts] = [null, {}];
      if (!table.game.over) time.set(words.round_minutes[table.game.played]);
    }
  }

  // The spread is drawn by Python while the players read; screens that show it are drawn again once it is there.
  async function bands() {
    const { game } = table;
    if (!game || !game.played || asked === game.played) return;
    asked = game.played;
    const answer = await talk.ask({ do: "bands" });
    if (answer.bands && ["mini", "debrief", "shared"].includes(screen.name)) draw();
  }

  const go = (name, more = {}) => {
    screen = { name, ...more };
    if (name !== "hub") frame.say({});
    draw();
  };

  const acts = {
    go,
    home: () => go("hub"),
    begin: async (name) => (await ask({ do: "begin", team: name })).game && go("hub"),
    resume: async (file) => (await ask({ do: "resume", file })).game && go("hub"),
    names: (names) => ask({ do: "names", names }),
    decide: async (which, decision) => {
      const answer = await ask({ do: "seat", seat: which, ...decision });
      if (answer.game && !answer.wrong) go("hub");
      return answer;
    },
    advance: async () => {
      const answer = await ask({ do: "advance" });
      if (answer.game && !answer.wrong) {
        go("hub");
        bands();
      }
    },
    reset: async () => {
      await ask({ do: "reset" });
      [asked, debriefed, table.drafts] = [-1, false, {}];
      go("hub");
    },
    goOn: () => {
      debriefed = true;
      time.set(words.round_minutes[table.game.played]);
      go("hub");
    },
  };

  function draw() {
    const { game } = table;
    if (!game) return frame.show(...start(table, acts));
    const begun = Object.keys(game.decided).length > 0;
    if (screen.name === "hub" && game.over) screen = { name: "debrief", step: 0, played: game.played };
    if (screen.name === "hub" && game.played === words.silo_rounds && !begun && !debriefed) screen = { name: "mini" };
    const made = { hub, pass, seat, mini: miniDebrief, shared: miniDebrief, debrief }[screen.name](table, acts, screen);
    frame.show(...made);
  }

  const resized = () => ["mini", "debrief", "shared"].includes(screen.name) && draw();
  document.addEventListener("fullscreenchange", resized);
  ask({ do: "read" }).then(() => {
    draw();
    bands();
  });
  return () => {
    time.stop();
    document.removeEventListener("fullscreenchange", resized);
    frame.end();
    talk.end();
  };
}

function render(context) {
  const view = context.model.get("view");
  if (view === "team") return team(context);
  const frame = panel(context.el, view === "compare" ? "The teams compared" : "The facilitator's view");
  const words = context.model.get("words");
  const talk = conversation(context.model, () => {});
  const make = { facilitator, compare }[view];
  const end = make({ words, read: reader(words), frame, ask: talk.ask });
  return () => {
    end?.();
    frame.end();
    talk.end();
  };
}

export default { render };
