// The air time of each transmitter: who is on the air now, for how long, what waits behind it, and the last half minute.
import { data, word, seconds, percent } from "./words.js";
import { haste, now } from "./time.js";

const WINDOW = 30000; // ms
const known = new Map(); // transmitter -> transmissions
let timer = 0;

export function drawAir(name, item) {
  const pages = known.get(name) ?? known.set(name, []).get(name);
  const last = pages.at(-1);
  if (item.on && last?.since !== item.since) pages.push({ since: item.since, until: item.until });
  else if (item.on) last.until = item.until; // a transmission that goes on
  else if (!item.on && last && last.until > now()) last.until = now();
  const box = document.querySelector(`[data-air="${CSS.escape(name)}"]`);
  if (!box) return;
  box.dataset.on = item.on ? "yes" : "no";
  const who = item.addresses.map((one) => data.pagers[one] ?? one).join(", ") || word("air_carrier");
  const says = item.on ? word("air_on", { who, time: seconds(item.until - item.since) }) : word("air_silent");
  box.querySelector(".air-says").textContent = item.queue ? `${says} ${word("air_waits", { count: item.queue })}` : says;
  const node = document.querySelector('[data-node="air"]');
  if (node) node.dataset.on = [...document.querySelectorAll('[data-air][data-on="yes"]')].length ? "yes" : "no";
  move();
}

function move() {
  clearTimeout(timer);
  const span = WINDOW * (haste() > 1 ? 20 : 1);
  const end = now();
  let any = false;
  for (const [name, all] of known) {
    const pages = all.filter((page) => page.until > end - span);
    known.set(name, pages);
    any ||= pages.length > 0;
    const box = document.querySelector(`[data-air="${CSS.escape(name)}"]`);
    const band = box.querySelector(".band");
    while (band.children.length > pages.length + 1) band.lastChild.remove();
    while (band.children.length < pages.length + 1) band.append(document.createElement("i"));
    let busy = 0;
    pages.forEach((page, index) => {
      const [from, until] = [Math.max(page.since, end - span), Math.min(page.until, end)];
      busy += Math.max(0, until - from);
      const block = band.children[index + 1];
      block.style.left = `${((from - end + span) / span) * 100}%`;
      block.style.width = `${(Math.max(0, until - from) / span) * 100}%`;
    });
    box.querySelector(".air-share").textContent = pages.length ? word("air_share", { share: percent(busy / span) }) : "";
  }
  if (any && !document.hidden) timer = setTimeout(move, 100);
}
