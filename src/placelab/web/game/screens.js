// What a team sees while it plays: the start, the round, the seat that changes hands, and the seat itself.
import { element, freshId } from "../element.js";
import { LEVERS, ROUNDS } from "../simulator/run.js";
import { lever, privateScore, tile } from "./figures.js";
import { month } from "./numbers.js";

const button = (label, onclick, more = {}) => element("button", { type: "button", onclick, ...more }, label);
const onEnter = (input, act) => input.addEventListener("keydown", (event) => event.key === "Enter" && act());
const titled = (words, cards) => cards.map((id) => words.cards.find((one) => one.id === id));

export function start({ found }, { begin, resume }) {
  const id = freshId("team");
  const input = element("input", { id, type: "text", maxlength: 40, autocomplete: "off" });
  const go = () => begin(input.value);
  onEnter(input, go);
  const form = element("div", { class: "game-start" }, element("label", { for: id }, "Your team's name"), input, button("Begin", go, { class: "main" }));
  const again = found.map(({ team, played, file }) => element("li", {}, button(`Resume ${team}`, () => resume(file)), ` after ${played} of 6 rounds, from ${file}`));
  return [
    element("h3", {}, "The place simulator"),
    element("p", {}, "One borough of 300,000 people. Six seats. Fifteen years, in six rounds."),
    form,
    again.length ? element("h4", {}, "Games in this folder") : null,
    again.length ? element("ul", { class: "game-found" }, ...again) : null,
  ].filter(Boolean);
}

const cardNode = ({ kind, title, text, rule }) =>
  element("section", { class: `game-card ${kind}`, "aria-label": title },
    element("p", { class: "game-kind" }, kind === "directive" ? "Order from the centre" : "Event"),
    element("h4", {}, title), element("p", {}, text), element("p", { class: "game-rule" }, rule));

export function hub({ words, game }, { go, advance, reset, names }) {
  const number = game.played + 1;
  const round = words.rounds[game.played];
  const seats = [...words.roles, words.table].filter(({ id }) => game.offers[id]);
  const rows = seats.map(({ id, name }) => {
    const done = Boolean(game.decided[id]);
    const who = game.names[id] ? ` (${game.names[id]})` : "";
    return element("li", { class: done ? "done" : "" },
      button(done ? "Decide again" : "Take the seat", () => go("pass", { seat: id }), { "aria-label": `${done ? "Decide again" : "Take the seat"}: ${name}` }),
      element("span", {}, `${name}${who}`), element("span", { class: "game-done" }, done ? "✓ decided" : "to decide"));
  });
  const left = seats.filter(({ id }) => !game.decided[id]).length;
  const pooled = (game.levers.pooled_fund ?? []).some((value) => value > 0);
  return [
    element("h3", {}, `${game.team}. Round ${number} of 6: ${round.name}`),
    game.played ? element("p", {}, `It is ${month(ROUNDS[game.played])}. What came of round ${game.played} is on each seat's dashboard.`) : null,
    element("p", { class: "game-news" }, round.news),
    element("div", { class: "game-cards" }, ...titled(words, game.cards).map(cardNode)),
    game.veto ? element("p", { class: "game-rule" }, `Clinical veto in this round: “${words.levers[game.veto].label}” stays where it was.`) : null,
    element("ul", { class: "game-seats" }, ...rows),
    element("div", { class: "game-row" },
      button(`Play ${round.name}`, advance, { class: "main", disabled: left > 0 }),
      pooled ? button("Shared dashboard", () => go("shared")) : null),
    element("p", {}, left ? `${left} of ${seats.length} still to decide.` : "Everyone has decided. Nothing can be changed once it is played."),
    game.played === 0 ? who(words, game, names) : null,
    fresh(game, reset),
  ].filter(Boolean);
}

function who(words, game, names) {
  const inputs = words.roles.map(({ id, name }) => {
    const field = freshId("who");
    const input = element("input", { id: field, type: "text", maxlength: 40, value: game.names[id] ?? "", autocomplete: "off", "data-seat": id });
    return [element("label", { for: field }, name), input];
  });
  const keep = () => names(Object.fromEntries(inputs.map(([, input]) => [input.dataset.seat, input.value])));
  for (const [, input] of inputs) onEnter(input, keep);
  return element("details", {}, element("summary", {}, "Who sits where (if you like)"),
    element("div", { class: "game-who" }, ...inputs.flat(), button("Keep the names", keep)));
}

export function fresh(game, reset) {
  const ask = element("div", {}, button("Begin this team's game anew", () => {
    ask.replaceChildren(
      element("p", {}, `Begin anew? ${game.played} of 6 rounds have been played. The file as it is now is kept under another name.`),
      button("Yes, begin anew", reset), " ", button("No, go on", () => ask.replaceChildren(first)));
    ask.querySelector("button").focus();
  }));
  const first = ask.firstChild;
  return element("details", {}, element("summary", {}, "Reset"), ask);
}

export function pass({ words, game }, { go, home }, { seat: id }) {
  const { name } = [...words.roles, words.table].find((one) => one.id === id);
  const who = game.names[id] ? `: ${game.names[id]}` : "";
  const table = id === words.table.id;
  return [
    element("h3", {}, table ? "Everybody to the screen" : `Pass the keyboard to the ${name}${who}`),
    element("p", { class: "game-away" }, table ? "What follows is decided together, aloud." : "Everyone else looks away, please. What comes next is for this seat's eyes."),
    element("div", { class: "game-row" }, button(table ? "We are here" : "I am in the seat", () => go("seat", { seat: id }), { class: "main" }), button("Back", home)),
  ];
}

function before(game, id) {
  return game.levers[id]?.at(-1) ?? LEVERS[id].value;
}

// How far a veto reaches, in the seat that holds it.
function vetoChoice(words, game) {
  const id = freshId("veto");
  const select = element("select", { id },
    element("option", { value: "" }, "No veto in this round"),
    ...game.vetoable.map((one) => element("option", { value: one, selected: one === game.veto }, `Keep as it was: ${words.levers[one].label}`)));
  const left = game.vetoes_left;
  const node = element("div", { class: "game-lever" }, element("label", { for: id }, "Your clinicians' veto"), select,
    element("p", {}, left > 0 ? `You can play it ${left === 1 ? "once" : "twice"} more. A lever that a card rules, or that is held down, cannot be vetoed.` : "You have played it as often as you may."));
  return { node, value: () => select.value };
}

export function seat({ words, game, read, bands, frame, drafts }, { decide, home }, { seat: id }) {
  const role = [...words.roles, words.table].find((one) => one.id === id);
  const [own, base] = [read(game.levers), read({})];
  const { played } = game;
  const begun = game.decided[id] ?? drafts[id]; // what the seat decided, or typed before it left or was opened again
  const levers = game.offers[id].map((offer) => lever({ words, offer, value: begun?.levers[offer.lever] ?? offer.value, before: before(game, offer.lever) }));
  const veto = id === "hospital" ? vetoChoice(words, game) : null;
  const field = freshId("reason");
  const reason = element("textarea", { id: field, rows: 3, maxlength: 2000 });
  reason.value = begun?.reason ?? "";
  const trouble = element("p", { class: "game-trouble", role: "alert" });
  const keep = () => (drafts[id] = { levers: Object.fromEntries(game.offers[id].map((offer, i) => [offer.lever, levers[i].value()])), reason: reason.value, veto: veto?.value() ?? "" });
  const leave = () => {
    keep();
    home();
  };
  const done = button(id === words.table.id ? "We have decided" : "I have decided", async () => {
    const answer = await decide(id, keep());
    if (answer.wrong) trouble.textContent = answer.said;
  }, { class: "main" });
  const tiles = [...new Set([...(role.goals ?? []), ...(role.shows ?? [])])].map((key) => tile({ words, key, own, base, played, bands, size: frame.size() * 0.8, aim: role.goals.includes(key) }));
  return [
    element("h3", {}, `${role.name}. Round ${played + 1}: ${words.rounds[played].name}`),
    element("p", {}, role.brief),
    role.want ? element("p", {}, `What you want: ${role.want[0].toLowerCase()}${role.want.slice(1)}`) : null,
    element("p", { class: "game-key" }, titled(words, game.cards).map(({ title, rule }) => `${title}: ${rule}`).join(" ")),
    role.goals && played ? element("p", { class: "game-score" }, privateScore({ words, goals: role.goals, own, base, played })) : null,
    tiles.length && played ? element("p", { class: "game-key" }, "Blue is your place. The broken line is the base case: the place does as England did, without your cards. Your three aims have a thick edge.", bands ? ` ${bands.said}` : "") : null,
    element("div", { class: "game-tiles" }, ...tiles),
    element("div", { class: `game-decision${role.levers.length > 3 ? " many" : ""}` },
      element("div", {}, element("h4", {}, role.levers.length > 1 ? "Your levers" : "Your lever"), element("div", { class: "game-levers" }, ...levers.map((one) => one.node), veto?.node ?? "")),
      element("div", {}, element("h4", {}, "Your reason, before you decide"), element("label", { for: field }, "What do you expect this to do, by when, and why?"), reason,
        trouble, element("div", { class: "game-row" }, done, button("Leave without deciding", leave)))),
  ].filter(Boolean);
}
