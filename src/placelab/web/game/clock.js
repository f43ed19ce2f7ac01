// A clock that counts down and keeps going while screens change.
import { element } from "../element.js";

export function clock(minutes) {
  let [left, running, timer] = [minutes * 60, false, 0];
  const face = element("output", { class: "game-time", role: "timer", "aria-label": "Time left" });
  const over = element("span", { class: "game-over", role: "status" });
  const go = element("button", { type: "button", onclick: () => (running ? stop() : start()) });
  const again = element("button", { type: "button", onclick: () => set(minutes) }, "Reset");
  const more = element("button", { type: "button", onclick: () => tell((left += 60)) }, "Add a minute");
  function tell() {
    const late = left < 0;
    face.textContent = `${late ? "−" : ""}${Math.floor(Math.abs(left) / 60)}:${String(Math.abs(left) % 60).padStart(2, "0")}`;
    face.classList.toggle("late", late);
    go.textContent = running ? "Pause the clock" : "Start the clock";
    if (left === 0 && running) over.textContent = "Time is up.";
    else if (left > 0) over.textContent = "";
  }
  function start() {
    running = true;
    timer = setInterval(() => {
      left -= 1;
      tell();
    }, 1000);
    tell();
  }
  function stop() {
    running = false;
    clearInterval(timer);
    tell();
  }
  let spell; // what the clock was last set for; the same screen drawn again leaves it running
  function set(to, what = {}) {
    if (what === spell) return;
    spell = what;
    stop();
    minutes = to;
    left = to * 60;
    tell();
  }
  tell();
  return { node: element("div", { class: "game-clock" }, face, go, again, more, over), set, stop };
}
