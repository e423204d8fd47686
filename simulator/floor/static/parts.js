// Trouble: what state each part of the way is in, and the hands that stop, freeze, kill, start and cut.
import { allLineTrouble, anyUnplugged } from "./faults.js";
import { word, clock, post } from "./words.js";

const VERBS = { running: ["freeze", "stop", "kill"], starting: ["kill"], frozen: ["thaw", "kill"], stopped: ["start"], dead: ["start"] };
const parts = new Map();

const row = (name) => document.querySelector(`[data-part="${CSS.escape(name)}"]`);

export function drawPart(name, item) {
  const one = row(name);
  if (!one) return;
  parts.set(name, item);
  one.hidden = false;
  one.dataset.state = item.state;
  one.closest(".drawer").querySelector(".no-handle").hidden = true;
  one.querySelector(".part-state").textContent = word(`state_${item.state}`, { time: clock(item.since) });
  for (const verb of one.querySelectorAll("[data-power]")) verb.hidden = !VERBS[item.state].includes(verb.dataset.power);
  const network = one.querySelector(".network");
  network.hidden = item.network === null;
  network.setAttribute("aria-checked", String(item.network !== "cut"));
  drawNode(one.closest(".drawer").id.replace("drawer-", ""));
}

// Of all parts of one kind, what is worst is said under the node, in words.
export function drawNode(kind) {
  const node = document.querySelector(`[data-node="${kind}"]`);
  const said = kind === "transmitter" ? allLineTrouble() : partTrouble(kind);
  const state = node.querySelector(".node-state");
  node.dataset.trouble = said.length ? "yes" : "no";
  node.dataset.cut = cutOf(kind) ? "yes" : "no";
  state.hidden = said.length === 0;
  state.textContent = [...new Set(said)].join(", ");
}

function partTrouble(kind) {
  const names = [...document.querySelectorAll(`#drawer-${kind} [data-part]`)].map((one) => one.dataset.part);
  const some = names.filter((name) => parts.has(name));
  const many = some.length > 1;
  return some.flatMap((name) => {
    const { state, network } = parts.get(name);
    const said = [];
    if (state !== "running") said.push(word(`is_${state}`));
    if (network === "cut") said.push(word("is_cut"));
    return said.map((text) => (many ? `${name}: ${text}` : text));
  });
}

function cutOf(kind) {
  if (kind === "transmitter") return anyUnplugged();
  return [...document.querySelectorAll(`#drawer-${kind} [data-part]`)].some((one) => parts.get(one.dataset.part)?.network === "cut");
}

function openDrawer(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  for (const other of document.querySelectorAll(".node[aria-expanded]")) {
    const mine = other === button && open;
    other.setAttribute("aria-expanded", String(mine));
    document.getElementById(other.getAttribute("aria-controls")).hidden = !mine;
  }
}

export function listenToParts() {
  for (const button of document.querySelectorAll(".node[aria-expanded]")) button.addEventListener("click", () => openDrawer(button));
  const off = (one) => one.getAttribute("aria-checked") !== "true";
  for (const part of document.querySelectorAll("[data-part]")) {
    const path = `/parts/${encodeURIComponent(part.dataset.part)}`;
    for (const verb of part.querySelectorAll("[data-power]")) verb.addEventListener("click", () => post(`${path}/power`, { verb: verb.dataset.power }));
    const network = part.querySelector(".network");
    network.addEventListener("click", () => post(`${path}/network`, { verb: off(network) ? "mend" : "cut" }));
  }
}

// Plays of the whole floor: a child, a rush, an empty shift.
export function drawEvents(item) {
  for (const button of document.querySelectorAll("[data-play]")) button.setAttribute("aria-pressed", String(Boolean(item[button.dataset.play])));
}

export function listenToEvents() {
  for (const button of document.querySelectorAll("[data-play]")) {
    button.addEventListener("click", () => post(`/events/${button.dataset.play}`, { on: button.getAttribute("aria-pressed") !== "true" }));
  }
}
