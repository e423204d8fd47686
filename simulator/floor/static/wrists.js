// Wrist pagers: the display as the device would show it, the vibration, a look from near, and what came before.
import { data, word, clock, after } from "./words.js";
import { feel } from "./people.js";
import { haste, now } from "./time.js";

const BUZZ = 2600; // ms
const LIGHT = 9000;
const RECENT = 120000; // ms: so long a page stays on the display, also under newer ones
const MORE = 2;
const items = new Map();
const seen = new Map();
const timers = new Map();

const find = (address) => document.querySelector(`[data-pager="${CSS.escape(address)}"]`);

export function drawPager(address, item, first) {
  const pager = find(address);
  const newest = item.entries.at(-1);
  const fresh = seen.has(address) && item.count > seen.get(address);
  seen.set(address, item.count);
  items.set(address, item);
  if (newest) display(pager, address, item.entries);
  if (large.open && large.dataset.pager === address) drawLarge(address);
  if (newest && fresh && !(first && now() - newest.at > BUZZ)) arrived(pager, address, newest);
}

// A tone pager has nothing to read: it says only how it called.
export function shownText(page) {
  return page.format === "tone" ? `♪ ${word("tone", { n: page.alert })} ${"▮".repeat(page.alert)}` : page.text;
}

const redraws = new Map();
function display(pager, address, entries) {
  const newest = entries.at(-1);
  const old = now() - newest.at >= RECENT;
  pager.dataset.open = old ? "no" : "yes";
  const text = pager.querySelector(".lcd-text");
  text.textContent = wrap(shownText(newest), Number(text.dataset.columns));
  pager.querySelector(".lcd-time").textContent = clock(newest.at).slice(0, 5);
  pager.querySelector(".after").textContent = old ? "" : after(newest.after_ms);
  const recent = entries.slice(0, -1).filter((page) => now() - page.at < RECENT).slice(-MORE).toReversed();
  const more = pager.querySelector(".lcd-more");
  more.replaceChildren(...recent.map((page) => line("span", clock(page.at).slice(0, 5), shownText(page))));
  more.hidden = recent.length === 0;
  clearTimeout(redraws.get(address));
  if (!old) redraws.set(address, setTimeout(() => display(pager, address, entries), Math.min(RECENT, 20000) / haste()));
}

function line(tag, time, text, gap) {
  const made = document.createElement(tag);
  const when = Object.assign(document.createElement("time"), { textContent: time });
  made.append(when, Object.assign(document.createElement("span"), { textContent: text }));
  if (gap !== undefined) made.append(Object.assign(document.createElement("i"), { textContent: gap }));
  return made;
}

// The display breaks a line at a blank when there is one, else in the middle of a word.
function wrap(text, columns) {
  const lines = [];
  let rest = text;
  while (rest.length > columns) {
    const blank = rest.lastIndexOf(" ", columns);
    const end = blank > columns / 3 ? blank : columns;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest].join("\n");
}

function arrived(pager, address, page) {
  feel(address);
  const shaken = large.open && large.dataset.pager === address ? [pager, large] : [pager];
  for (const one of shaken) {
    one.dataset.buzz = "yes";
    one.dataset.lit = "yes";
  }
  (timers.get(address) ?? []).forEach(clearTimeout);
  timers.set(address, [
    setTimeout(() => { for (const one of shaken) one.dataset.buzz = "no"; }, BUZZ / haste()),
    setTimeout(() => { for (const one of shaken) one.dataset.lit = "no"; }, LIGHT / haste()),
  ]);
  if (haste() > 1) return;
  const key = page.after_ms === null ? "page_arrived" : "page_arrived_after";
  const text = word(key, { who: data.pagers[address], text: shownText(page), after: after(page.after_ms) });
  document.getElementById("arrived").textContent = text;
  if (!inSight(pager) && !large.open) toast(pager, text);
}

function inSight(pager) {
  const { top, bottom } = pager.querySelector(".case").getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}

let hide = 0;
function toast(pager, text) {
  const note = document.getElementById("toast");
  note.onclick = () => { note.hidden = true; };
  pager.id = `pager-${pager.dataset.pager}`;
  note.href = `#${pager.id}`;
  note.textContent = text;
  note.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => { note.hidden = true; }, 6000);
}

// One pager from near. Esc and the cross close it; the focus goes back to the wrist.
const large = document.getElementById("large");
const say = (id, text) => { document.getElementById(`large-${id}`).textContent = text; };

function drawLarge(address) {
  const pager = find(address);
  const entries = items.get(address)?.entries ?? [];
  const newest = entries.at(-1);
  const shown = pager.querySelector(".lcd-text");
  say("name", data.pagers[address]);
  say("kind", pager.querySelector(".kind").textContent);
  say("initials", pager.querySelector(".lcd-name").textContent);
  say("time", clock(newest?.at ?? now()).slice(0, 5));
  say("text", newest ? wrap(shownText(newest), Number(shown.dataset.columns)) : "");
  say("after", after(newest?.after_ms));
  document.getElementById("large-text").dataset.format = shown.dataset.format;
  const rows = entries.slice(0, -1).toReversed().map((page) => line("li", clock(page.at), shownText(page), after(page.after_ms)));
  document.getElementById("large-history").replaceChildren(...rows);
  document.getElementById("large-none").hidden = rows.length > 0;
}

export function listenToWrists() {
  for (const pager of document.querySelectorAll("[data-pager]")) {
    pager.querySelector(".watch").addEventListener("click", () => {
      large.dataset.pager = pager.dataset.pager;
      large.dataset.lit = pager.dataset.lit ?? "no";
      large.dataset.buzz = "no";
      drawLarge(pager.dataset.pager);
      large.showModal();
    });
  }
  document.getElementById("large-close").addEventListener("click", () => large.close());
  large.addEventListener("click", (event) => { if (event.target === large) large.close(); });
}
