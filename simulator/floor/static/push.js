// Push buttons and staff keys: a finger down and up, by mouse, touch, keyboard or assistive technology; and their lights.
import { word, percent, post } from "./words.js";
import { drawContact, showContact } from "./contacts.js";

const SHORTEST = 120; // ms: no finger is faster, and no unit takes a shorter touch for a press
const LOUDEST = 10;
const beeps = new Map();

const find = (key) => document.querySelector(`[data-button="${CSS.escape(key)}"]`);
const yes = (truth) => (truth ? "yes" : "no");

export function drawButton(key, item) {
  const unit = find(key);
  unit.dataset.up = yes(item.up);
  unit.dataset.lit = yes(item.lit);
  unit.dataset.shown = item.shown;
  unit.dataset.held = yes(item.held);
  unit.dataset.keyHeld = yes(item.key_held);
  unit.dataset.stuck = yes(item.stuck);
  unit.dataset.takeable = yes(item.takeable);
  const says = unit.querySelector(".says");
  const text = word(item.up ? `light_${item.shown}` : "light_down");
  if (says.textContent !== text) says.textContent = text;
  drawSound(unit, key, item);
  drawContact(key, item);
}

function drawSound(unit, key, item) {
  unit.dataset.volume = item.volume === 0 ? "off" : item.volume * 2 <= LOUDEST ? "low" : "high";
  unit.querySelector(".volume").textContent = percent(item.volume / LOUDEST);
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

// One finger per contact: down goes out at once, up follows SHORTEST after down was answered. Counted from the click
// instead, a slow answer would leave the contact closed for a moment only, and the unit would take it for a sleeve.
class Finger {
  constructor(contact) {
    this.path = `/contacts/${encodeURIComponent(contact)}`;
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

// `meant` says which finger a key of the keyboard moves while this element has the focus.
function listen(one, finger, meant) {
  let moved = false; // pointer or key has already done what a click would do again
  const typed = new Map();
  one.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    moved = true;
    one.setPointerCapture(event.pointerId);
    finger.push();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) one.addEventListener(end, () => finger.lift());
  one.addEventListener("contextmenu", (event) => event.preventDefault());
  one.addEventListener("keydown", (event) => {
    const which = event.ctrlKey || event.altKey || event.metaKey ? null : meant(event);
    if (!which) return;
    event.preventDefault();
    if (event.repeat) return;
    typed.set(event.code, which);
    which.push();
  });
  one.addEventListener("keyup", (event) => {
    const which = typed.get(event.code);
    if (!which) return;
    event.preventDefault();
    typed.delete(event.code);
    which.lift();
  });
  one.addEventListener("blur", () => {
    finger.lift();
    for (const which of typed.values()) which.lift();
    typed.clear();
  });
  one.addEventListener("click", () => {
    if (!moved) post(`${finger.path}/press`, { ms: 200 });
    moved = false;
  });
  addEventListener("pagehide", () => {
    if (finger.down) navigator.sendBeacon(`${finger.path}/up`);
  });
}

// Both hands of one visitor: on the button, K is the staff key; on the key while the mouse holds it, space is the button.
function listenToHands(unit) {
  const push = unit.querySelector(".push");
  const key = unit.querySelector(".key");
  const finger = new Finger(push.dataset.contact);
  const keyFinger = key && new Finger(key.dataset.contact);
  const presses = (event) => event.key === " " || event.key === "Enter";
  listen(push, finger, (event) => (presses(event) ? finger : event.code === "KeyK" ? keyFinger : null));
  if (key) listen(key, keyFinger, (event) => (presses(event) ? (keyFinger.down ? finger : keyFinger) : null));
}

// Whole gestures, and the way to the trouble of this contact: one tap each, with the menu put away again.
function listenToDeeds(unit) {
  for (const one of unit.querySelectorAll("[data-deed], [data-to-contact]")) {
    one.addEventListener("click", () => {
      const menu = one.closest("details");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      if (one.dataset.deed) post(`/buttons/${encodeURIComponent(unit.dataset.button)}/do`, { deed: one.dataset.deed });
      else showContact(unit.dataset.button);
    });
  }
}

function putMenusAway(but) {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(but)) menu.open = false;
}

export function listenToButtons() {
  for (const unit of document.querySelectorAll("[data-button]")) {
    listenToHands(unit);
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
