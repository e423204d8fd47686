// Trouble with one contact at a time: another switch, sleeves, spikes, a child, glue; and what the unit made of it.
import { word, plain, post } from "./words.js";

const items = new Map();
const which = document.getElementById("contact-of");
const fitted = document.getElementById("contact-switch");
const stuck = document.getElementById("contact-stuck");
const path = () => `/buttons/${encodeURIComponent(which.value)}`;

export function drawContact(key, item) {
  items.set(key, item);
  if (which?.value === key) draw();
}

export function showContact(key) {
  which.value = key;
  draw();
  document.getElementById("contacts").scrollIntoView({ block: "start" });
  which.focus();
}

function draw() {
  const item = items.get(which.value);
  if (!item) return;
  if (document.activeElement !== fitted) fitted.value = item.switch;
  stuck.setAttribute("aria-checked", String(item.stuck));
  const { pushes, refused, bounce_ms: bounce, faults } = item.counted;
  say("made-here", plain(item.pushes));
  say("made-pushes", plain(pushes));
  say("made-refused", Object.entries(refused).map(([why, count]) => word(`refused_${why}`, { count: plain(count) })).join(", "));
  say("made-bounce", bounce ? word("milliseconds", { ms: plain(bounce) }) : "");
  say("made-faults", faults.map((kind) => word(`fault_${kind}`)).join(", "));
}

function say(id, text) {
  document.getElementById(id).textContent = text || "–";
}

export function listenToContacts() {
  if (!which) return;
  which.addEventListener("change", draw);
  fitted.addEventListener("change", () => post(`${path()}/switch`, { switch: fitted.value }));
  for (const trick of document.querySelectorAll("[data-trick]")) {
    trick.addEventListener("click", () => post(`${path()}/do`, { deed: trick.dataset.trick }));
  }
  stuck.addEventListener("click", () => {
    post(`${path()}/do`, { deed: stuck.getAttribute("aria-checked") === "true" ? "release" : "stick" });
  });
}
