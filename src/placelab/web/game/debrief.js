// When play pauses after round 3, and when it is over: what everybody saw, side by side, and the structure beneath.
import { element } from "../element.js";
import { worded } from "./numbers.js";
import { loopPicture } from "./charts.js";
import { counted, list, scoreboard, tile } from "./figures.js";
import { fresh } from "./screens.js";

const button = (label, onclick, more = {}) => element("button", { type: "button", onclick, ...more }, label);

// Every seat's three aims on one screen.
function dashboard({ words, game, read, bands, frame }, played) {
  const [own, base] = [read(game.levers), read({})];
  const rows = words.roles.map((role) =>
    element("section", { "aria-label": role.name }, element("h4", {}, role.name),
      element("div", { class: "game-tiles" }, ...role.goals.map((key) => tile({ words, key, own, base, played, bands, size: frame.size() * 0.65, width: 230 })))));
  return element("div", {}, bands ? element("p", { class: "game-key" }, bands.said) : null, element("div", { class: "game-all" }, ...rows));
}

export function miniDebrief(table, { go, goOn, home }, { name, open }) {
  const { words, game } = table;
  const paused = name === "mini";
  const prompts = words.mini_debrief;
  if (paused) table.time.set(prompts.minutes, name);
  if (paused && !open) {
    return [ // the numbers wait until each seat has spoken
      element("h3", {}, `${game.team}. Half-time`), element("p", {}, `${prompts.minutes} minutes.`), list(prompts.prompts.slice(0, 1), true),
      element("div", { class: "game-row" }, button("Show what everybody saw", () => go("mini", { open: true }), { class: "main" })),
    ];
  }
  return [
    element("h3", {}, paused ? `${game.team}. Half-time: what everybody saw` : `${game.team}. The shared dashboard`),
    paused ? element("p", {}, `${prompts.minutes} minutes. Until now each seat saw its own numbers. Here are all of them.`) : element("p", {}, "Opened by your pool."),
    paused ? list(prompts.prompts.slice(1), true) : null,
    paused ? counted({ ...table, teams: [game], played: game.played, width: table.frame.width(), size: table.frame.size() }) : null,
    dashboard(table, game.played),
    element("div", { class: "game-row" }, paused ? button("Go on to round 4", goOn, { class: "main" }) : button("Back to the round", home, { class: "main" })),
  ].filter(Boolean);
}

// Who decided what, and why, round by round.
function story({ words, game }) {
  const seats = [...words.roles, words.table];
  return element("div", {}, ...game.turns.map((turn, i) => {
    const cards = game.dealt[i].map((id) => words.cards.find((one) => one.id === id).title).join("; ");
    const rows = seats.filter(({ id }) => turn[id]).map(({ id, short }) => {
      const set = Object.entries(turn[id].levers).map(([key, value]) => `${words.levers[key].label} ${worded(value, words.levers[key].as)}`).join(", ");
      return element("tr", {}, element("th", { scope: "row" }, short), element("td", {}, set), element("td", {}, turn[id].reason));
    });
    const head = element("tr", {}, ...["Seat", "Set", "Because"].map((label) => element("th", { scope: "col" }, label)));
    const veto = game.vetoes[i] ? ` Vetoed: ${words.levers[game.vetoes[i]].label}.` : "";
    return element("details", {}, element("summary", {}, `Round ${i + 1}, ${words.rounds[i].name}. Cards: ${cards}.${veto}`),
      element("table", { class: "game-story" }, element("thead", {}, head), element("tbody", {}, ...rows)));
  }));
}

function loops({ words }) {
  const place = element("div", {});
  const buttons = words.loops.map((loop) => button(`${loop.id} ${loop.name}`, () => show(loop)));
  function show(loop) {
    buttons.forEach((one, i) => one.setAttribute("aria-pressed", String(words.loops[i] === loop)));
    place.replaceChildren(
      element("p", {}, loop.story), loopPicture(loop),
      element("p", { class: "game-key" }, "Every arrow is a link of the model, straight or by way of things not drawn; a broken arrow is a decision of yours. Thick arrows run round the loop, thin ones beside it. +: the effect moves as its cause does; −: against it. B: a loop that balances. R: one that feeds on itself."),
      element("details", {}, element("summary", {}, "The links in words"), list(loop.links.map(([from, to, sign, kind]) => `More ${from.toLowerCase()}, ${sign === "+" ? "more" : "less"} ${to.toLowerCase()}${kind === "player" ? ", through you" : ""}.`))));
  }
  show(words.loops[1]);
  return element("div", {}, element("div", { class: "game-row", role: "group", "aria-label": "Loops" }, ...buttons), place);
}

export function debrief(table, acts, screen) {
  const { words, game, frame, bands, time } = table;
  const steps = words.debrief;
  const step = steps[screen.step];
  const played = screen.played ?? game.played;
  const size = frame.size();
  const look = { ...table, teams: [game], played, width: frame.width(), size };
  const nodes = {
    story: () => [story(table)],
    counted: () => [replay(game, acts, screen, played), counted(look), bands ? element("p", { class: "game-key" }, bands.said) : null],
    score: () => [replay(game, acts, screen, played), scoreboard(look), bands ? element("p", { class: "game-key" }, bands.said) : null],
    loops: () => [loops(table)],
    prompts: () => [],
  }[step.shows]();
  const back = screen.step > 0 ? button("Back", () => acts.go("debrief", { ...screen, step: screen.step - 1 })) : null;
  const next = screen.step < steps.length - 1 ? button(`Next: ${steps[screen.step + 1].title}`, () => acts.go("debrief", { ...screen, step: screen.step + 1 }), { class: "main" }) : null;
  time.set(step.minutes, screen.step);
  return [
    element("h3", {}, `${game.team}. Debrief ${screen.step + 1} of ${steps.length}: ${step.title}`),
    element("p", {}, `${step.minutes} minutes.`),
    list(step.prompts, true),
    ...nodes,
    element("div", { class: "game-row" }, back, next),
    next ? null : fresh(game, acts.reset),
  ].filter(Boolean);
}

// Look back: the same screen as it would have read after any round.
function replay(game, { go }, screen, played) {
  const choices = game.turns.map((_, i) => button(`Round ${i + 1}`, () => go("debrief", { ...screen, played: i + 1 }), { "aria-pressed": String(played === i + 1) }));
  return element("div", { class: "game-row", role: "group", "aria-label": "Replay: the place after each round" }, element("span", {}, "Replay, after"), ...choices);
}
