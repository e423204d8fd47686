// Push buttons: a finger down and up, by mouse, touch, keyboard or assistive technology; and their lights.
import { word, post } from "./words.js";

const SHORTEST = 120; // ms: no finger is faster, and no unit takes a shorter touch for a press
const beeps = new Map();

const find = (key) => document.querySelector(`[data-button="${CSS.escape(key)}"]`);

export function drawButton(key, item) {
  const unit = find(key);
  unit.dataset.up = item.up ? "yes" : "no";
  unit.dataset.lit = item.lit ? "yes" : "no";
  unit.dataset.shown = item.shown;
  unit.dataset.held = item.held ? "yes" : "no";
  unit.dataset.takeable = item.takeable ? "yes" : "no";
  const says = unit.querySelector(".says");
  const text = word(item.up ? `light_${item.shown}` : "light_down");
  if (says.textContent !== text) says.textContent = text;
  drawSound(unit, key, item);
}

function drawSound(unit, key, item) {
  const before = beeps.get(key);
  const timer = before?.timer;
  const heard = before !== undefined && item.beeps > before.count;
  beeps.set(key, { count: item.beeps, timer });
  if (item.sounds || heard) {
    unit.dataset.sound = "yes";
    clearTimeout(timer);
    const quiet = () => { unit.dataset.sound = "no"; };
    beeps.get(key).timer = item.sounds ? 0 : setTimeout(quiet, 500);
  } else if (!timer) {
    unit.dataset.sound = "no";
  }
}

// One finger per button: down goes out at once, up follows SHORTEST after down was answered. Counted from the click
// instead, a slow answer would leave the contact closed for a moment only, and the unit would take it for a sleeve.
class Finger {
  constructor(key) {
    this.path = `/buttons/${encodeURIComponent(key)}`;
    this.down = null;
  }

  push() {
    if (this.down) return;
    const touch = { closed: 0, let: null };
    touch.sent = post(`${this.path}/down`).then(() => { touch.closed = performance.now(); });
    this.down = touch;
  }

  async lift() {
    const touch = this.down;
    if (!touch || touch.let) return;
    touch.let = true;
    await touch.sent;
    const rest = SHORTEST - (performance.now() - touch.closed);
    if (rest > 0) await new Promise((done) => setTimeout(done, rest));
    await post(`${this.path}/up`);
    this.down = null;
  }
}

function listen(unit) {
  const push = unit.querySelector(".push");
  const finger = new Finger(unit.dataset.button);
  let moved = false; // pointer or key has already done what a click would do again
  push.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    moved = true;
    push.setPointerCapture(event.pointerId);
    finger.push();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) push.addEventListener(end, () => finger.lift());
  push.addEventListener("contextmenu", (event) => event.preventDefault());
  push.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) finger.push();
  });
  push.addEventListener("keyup", (event) => {
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      finger.lift();
    }
  });
  push.addEventListener("blur", () => finger.lift());
  push.addEventListener("click", () => {
    if (!moved) post(`${finger.path}/press`, { ms: 200 });
    moved = false;
  });
  addEventListener("pagehide", () => {
    if (finger.down) navigator.sendBeacon(`${finger.path}/up`);
  });
}

// Staff key, quiet call, drill, taking back: one tap each, with the menu put away again.
function listenToDeeds(unit) {
  for (const one of unit.querySelectorAll("[data-deed]")) {
    one.addEventListener("click", () => {
      const menu = one.closest("details");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      post(`/buttons/${encodeURIComponent(unit.dataset.button)}/do`, { deed: one.dataset.deed });
    });
  }
}

function putMenusAway(but) {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(but)) menu.open = false;
}

export function listenToButtons() {
  for (const unit of document.querySelectorAll("[data-button]")) {
    listen(unit);
    listenToDeeds(unit);
  }
  addEventListener("pointerdown", (event) => putMenusAway(event.target));
  addEventListener("focusin", (event) => putMenusAway(event.target));
  addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
