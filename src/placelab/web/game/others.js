// What a team does not see while it plays: the facilitator's view, and several teams compared.
import { element } from "../element.js";
import { POLICIES } from "../simulator/run.js";
import { tableNode } from "../live.js";
import { clock } from "./clock.js";
import { counted, list, scoreboard } from "./figures.js";
import { worded } from "./numbers.js";

const heading = (level, words) => element(`h${level}`, {}, words);

// What ready-made policies come to after each round, so that a facilitator knows what is to be expected.
function expected(words, read, alone) {
  const played = [...words.compared.map((name) => POLICIES[name]), { name: "Only the cards: nobody moves a lever", levers: alone }];
  return words.counted.map((key) => {
    const { label, unit, as } = words.outputs[key];
    const rows = played.map(({ name, levers }) => [name, ...[0, 1, 2, 3, 4, 5, 6].map((round) => worded(read(levers).at(key, round), as))]);
    return tableNode({ columns: ["If a team plays like this", "2010", ...[1, 2, 3, 4, 5, 6].map((n) => `Round ${n}`)], rows }, `${label}, ${unit}`);
  });
}

export function facilitator({ words, read, frame, ask }) {
  const time = clock(words.round_minutes[0]);
  frame.tools.prepend(time.node);
  const rounds = words.round_minutes.map((minutes, i) => element("button", { type: "button", onclick: () => time.set(minutes) }, `Round ${i + 1}: ${minutes} min`));
  const half = element("button", { type: "button", onclick: () => time.set(words.mini_debrief.minutes) }, `Half-time: ${words.mini_debrief.minutes} min`);
  const debriefs = words.debrief.map(({ title, minutes }) => element("button", { type: "button", onclick: () => time.set(minutes) }, `${title}: ${minutes} min`));
  const dealt = element("div", {});
  const likely = element("div", {});
  const ends = words.facilitator.dead_ends.map(({ sign, why, do: what }) => [sign, why, what]);
  frame.show(
    heading(3, "For the facilitator"),
    element("div", { class: "game-row", role: "group", "aria-label": "Set the clock" }, ...rounds.slice(0, 3), half, ...rounds.slice(3), ...debriefs),
    heading(4, "What to say, and what not to"), list(words.facilitator.prompts),
    heading(4, "What to expect"), element("p", {}, "The first four are ready-made policies without cards. The last has these cards and nothing else: a team's own choices show against it."), likely,
    heading(4, "Dead ends"), tableNode({ columns: ["You see", "Why", "What helps"], rows: ends, words: ["Why", "What helps"] }, "Dead ends, and what helps"),
    heading(4, "Cards that will come"), dealt,
    heading(4, "Half-time"), list(words.mini_debrief.prompts, true),
    heading(4, "Debrief"), ...words.debrief.map(({ title, minutes, prompts }) => element("section", {}, element("p", {}, `${title} (${minutes} minutes)`), list(prompts))),
  );
  ask({ do: "read" }).then((answer) => {
    const rows = (answer.dealt ?? []).map((pair, i) => [String(i + 1), ...pair.map((id) => words.cards.find((one) => one.id === id).title)]);
    likely.replaceChildren(...expected(words, read, answer.levers ?? {}));
    dealt.replaceChildren(tableNode({ columns: ["Round", "Order", "Event"], rows, words: ["Order", "Event"] }, "Every team with this seed is dealt the same"));
  });
  return time.stop;
}

export function compare({ words, read, frame, ask }) {
  async function draw() {
    const answer = await ask({ do: "read" });
    const again = element("button", { type: "button", onclick: draw }, "Read the folder again");
    const games = answer.games ?? [];
    frame.say(answer);
    if (!games.length) return frame.show(heading(3, "The teams compared"), element("p", {}, "Put every team's file, named game-….json, into one folder beside this notebook."), again);
    const played = Math.min(...games.map((one) => one.played));
    const look = { words, read, teams: games, played, width: frame.width(), size: frame.size() };
    const seeds = new Set(games.map((one) => one.seed));
    frame.show(
      heading(3, "The teams compared"),
      element("p", {}, `After ${played} of 6 rounds, as many as every team has played, in the order of the teams' names.`),
      seeds.size > 1 ? element("p", {}, "Their cards differ, because they began with different seeds.") : "",
      counted(look), scoreboard(look), again,
    );
  }
  document.addEventListener("fullscreenchange", draw);
  draw();
  return () => document.removeEventListener("fullscreenchange", draw);
}
