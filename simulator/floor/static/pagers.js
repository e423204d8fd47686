// Wrist pagers: the display as the device would show it, the vibration, and what came before.
import { data, word, clock, after } from "./words.js";

const BUZZ = 2600; // ms
const LIGHT = 9000;
const RECENT = 120000; // ms: so long a page stays on the display under newer ones
const MORE = 2;
const seen = new Map();
const timers = new Map();

const find = (address) => document.querySelector(`[data-pager="${CSS.escape(address)}"]`);

export function drawPager(address, item, first) {
  const pager = find(address);
  const newest = item.entries.at(-1);
  const fresh = seen.has(address) && item.count > seen.get(address);
  seen.set(address, item.count);
  if (!newest) return;
  display(pager, newest);
  earlier(pager, item.entries.slice(0, -1));
  pager.querySelector(".after").textContent = after(newest.after_ms);
  history(pager, item.entries.slice(0, -1).reverse());
  if (fresh && !(first && Date.now() - newest.at > BUZZ)) arrived(pager, address, newest);
}

export function shownText(page) {
  return page.format === "tone" ? `♪ ${word("tone", { n: page.alert })}` : page.text;
}

function display(pager, page) {
  const text = pager.querySelector(".lcd-text");
  text.textContent = wrap(shownText(page), Number(text.dataset.columns));
  pager.querySelector(".lcd-time").textContent = clock(page.at).slice(0, 5);
}

// Pages that came shortly before stay readable under the newest one; later they are in the history alone.
const redraws = new Map();
function earlier(pager, entries) {
  const recent = entries.filter((page) => Date.now() - page.at < RECENT).slice(-MORE);
  const list = pager.querySelector(".lcd-more");
  list.replaceChildren(...recent.toReversed().map((page) => {
    const line = document.createElement("li");
    const time = document.createElement("time");
    time.textContent = clock(page.at).slice(0, 5);
    line.append(time, shownText(page));
    return line;
  }));
  list.hidden = recent.length === 0;
  clearTimeout(redraws.get(pager));
  if (recent.length) redraws.set(pager, setTimeout(() => earlier(pager, entries), recent[0].at + RECENT - Date.now() + 50));
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
  pager.dataset.buzz = "yes";
  pager.dataset.lit = "yes";
  (timers.get(address) ?? []).forEach(clearTimeout);
  timers.set(address, [
    setTimeout(() => { pager.dataset.buzz = "no"; }, BUZZ),
    setTimeout(() => { pager.dataset.lit = "no"; }, LIGHT),
  ]);
  const who = data.pagers[address];
  const key = page.after_ms === null ? "page_arrived" : "page_arrived_after";
  const text = word(key, { who, text: shownText(page), after: after(page.after_ms) });
  document.getElementById("arrived").textContent = text;
  if (!inSight(pager)) toast(pager, text);
}

function inSight(pager) {
  const { top, bottom } = pager.querySelector(".case").getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}

let hide = 0;
function toast(pager, text) {
  const line = document.getElementById("toast");
  line.onclick = () => { line.hidden = true; };
  pager.id = `pager-${pager.dataset.pager}`;
  line.href = `#${pager.id}`;
  line.textContent = text;
  line.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => { line.hidden = true; }, 6000);
}

function history(pager, pages) {
  const list = pager.querySelector(".history ol");
  list.replaceChildren(...pages.map(row));
  pager.querySelector(".history .none").hidden = pages.length > 0;
  pager.querySelector(".history .count").textContent = pages.length ? `(${pages.length})` : "";
}

function row(page) {
  const line = document.createElement("li");
  const time = document.createElement("time");
  time.textContent = clock(page.at);
  const text = document.createElement("span");
  text.textContent = shownText(page);
  const gap = document.createElement("i");
  gap.textContent = after(page.after_ms);
  line.append(time, text, gap);
  return line;
}
