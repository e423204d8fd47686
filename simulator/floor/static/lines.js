// Two running lists, newest first: what just happened in the shop, and the bytes on a serial line.
import { data, word, clock, fineClock, seconds } from "./words.js";

const ARROWS = { transmitter: "→", gateway: "←", air: "⇡", cable: "⌁" };

function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

// Adds only what is new, so that nothing that a visitor reads is torn away.
function grow(list, item, make) {
  const last = Number(list.dataset.last ?? 0);
  if (item.count < last) list.replaceChildren(); // the simulator was started anew
  for (const entry of item.entries) {
    if (entry.n > last || item.count < last) list.prepend(make(entry));
  }
  while (list.children.length > item.entries.length) list.lastChild.remove();
  list.dataset.last = item.count;
  return item.entries.length > 0;
}

export function drawStory(item) {
  const any = grow(document.getElementById("story"), item, (entry) => {
    const row = element("li");
    const gap = entry.after_ms === undefined || entry.after_ms === null ? "" : `+${seconds(entry.after_ms)}`;
    row.append(element("span", "", told(entry)), gap ? element("span", "gap", gap) : element("time", "", clock(entry.at)));
    return row;
  });
  document.getElementById("story-none").hidden = any;
}

function told(entry) {
  const place = data.buttons[entry.button]?.label;
  const kind = entry.mood ?? entry.deed;
  const key = kind ? `story_${entry.what}_${kind}` : `story_${entry.what}`;
  return word(key, { ...entry, place, light: word(`light_${entry.shown}`), who: data.pagers[entry.pager] });
}

export function drawBytes(name, item) {
  const list = document.querySelector(`[data-bytes="${CSS.escape(name)}"]`);
  const any = grow(list, item, (entry) => {
    const row = element("li");
    row.dataset.way = entry.way;
    const way = element("span", "way", ARROWS[entry.way]);
    way.setAttribute("role", "img");
    way.setAttribute("aria-label", word(`to_${entry.way}`));
    way.title = word(`to_${entry.way}`);
    const means = element("span", "means", word(`means_${entry.means}`, entry.values));
    row.append(element("time", "", fineClock(entry.at)), way);
    if (entry.bytes) row.append(bytes(entry.bytes));
    row.append(means);
    return row;
  });
  list.parentElement.querySelector(".none").hidden = any;
}

// "<STX>1001<CR>" with its control characters set apart from the letters.
function bytes(text) {
  const said = element("span", "said");
  for (const part of text.split(/(<[A-Z0-9 ]{1,8}>)/)) {
    if (/^<[A-Z0-9 ]{1,8}>$/.test(part)) said.append(element("span", "ctl", part.slice(1, -1)));
    else if (part) said.append(part);
  }
  return said;
}
