// Two running lists: what just happened in the shop, newest first, and the talk on a serial line as it goes on.
import { boxed } from "./boxes.js";
import { data, word, clock, fineClock, seconds } from "./words.js";

function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

// Adds only what is new, so that nothing that a visitor reads is torn away. `first`: newest at the top.
function grow(list, item, make, first) {
  const last = Number(list.dataset.last ?? 0);
  const anew = item.count < last; // the simulator was started again
  if (anew) list.replaceChildren();
  for (const entry of item.entries) {
    if (entry.n <= last && !anew) {
      if (entry.times > 1) list.querySelector(`[data-n="${entry.n}"]`)?.replaceWith(make(entry));
      continue;
    }
    if (first) list.prepend(make(entry));
    else list.append(make(entry));
  }
  while (list.children.length > item.entries.length) (first ? list.lastChild : list.firstChild).remove();
  list.dataset.last = item.count;
  return item.entries.length > 0;
}

export function drawStory(item) {
  const any = grow(document.getElementById("story"), item, (entry) => {
    const row = element("li");
    row.dataset.what = entry.what;
    row.append(element("time", "", clock(entry.at)), element("span", "told", told(entry)));
    if (entry.after_ms !== undefined && entry.after_ms !== null) row.append(element("span", "gap", `+${seconds(entry.after_ms)}`));
    return row;
  }, true);
  document.getElementById("story-none").hidden = any;
}

function told(entry) {
  const place = data.buttons[entry.button]?.label ?? entry.at_place;
  const kind = entry.what === "trouble" ? entry.trouble : entry.deed ?? entry.fault;
  const key = kind ? `story_${entry.what}_${kind}` : `story_${entry.what}`;
  return word(key, { ...entry, place, light: word(`light_${entry.shown}`), part: partName(entry.part), box: entry.box && boxed(entry.box),
    who: entry.login ? data.people[entry.login]?.name : data.pagers[entry.pager],
    fault: data.faults[entry.trouble], time: entry.held_ms || entry.amount ? seconds(entry.held_ms ?? entry.amount) : "" });
}

function partName(part) {
  return part === "broker" || part === "server" ? word(`part_${part}`) : part;
}

export function drawBytes(name, item) {
  const list = document.querySelector(`[data-bytes="${CSS.escape(name)}"]`);
  const box = list.parentElement;
  const follows = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  const any = grow(list, item, talk, false);
  box.querySelector(".none").hidden = any;
  if (follows) box.scrollTop = box.scrollHeight;
}

// Who speaks stands on the own side, like two people in a letter: the words first, then the bytes that carried them.
function talk(entry) {
  const row = element("li");
  row.dataset.way = entry.way;
  row.dataset.n = entry.n;
  const who = element("span", "unseen", `${word(`to_${entry.way}`)}: `);
  const says = element("div", "says-what");
  says.append(who, element("span", "means", word(`means_${entry.means}`, entry.values)), element("time", "", entry.times > 1 ? `${word("times", { times: entry.times })} · ${fineClock(entry.at)}` : fineClock(entry.at)));
  if (entry.bytes && entry.way !== "air") says.append(bytes(entry.bytes));
  row.append(says);
  return row;
}

const WORDS = { "7C D2 15 D8": "sync", "7A 89 C1 97": "idle" };

// "<STX>1001<CR>" with its control characters set apart from the letters; of POCSAG what begins a batch and what fills it.
function bytes(text) {
  const said = element("span", "said");
  for (const part of text.split(/(<[A-Z0-9 ]{1,8}>|7C D2 15 D8|7A 89 C1 97)/)) {
    if (/^<[A-Z0-9 ]{1,8}>$/.test(part)) said.append(element("span", "ctl", part.slice(1, -1)));
    else if (part in WORDS) said.append(element("span", WORDS[part], part));
    else if (part) said.append(element("span", "raw", part));
  }
  return said;
}
