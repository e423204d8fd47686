// The stream of a page: the newest state of whatever changed, and in words whether it still comes.
import { data, word, clock } from "./words.js";

const live = document.getElementById("live");
function say(state, text) {
  live.dataset.live = state;
  document.getElementById("live-words").textContent = text;
}

// In the order of `draws`: a customer is there before whoever comes to help. `placed`: kinds of which only some are drawn.
function draw(draws, placed, items, first) {
  const kinds = Object.keys(draws);
  const sorted = Object.entries(items).map(([key, item]) => {
    const dot = key.indexOf(":");
    return [dot < 0 ? key : key.slice(0, dot), key.slice(dot + 1), item];
  });
  sorted.sort(([a], [b]) => kinds.indexOf(a) - kinds.indexOf(b));
  for (const [kind, key, item] of sorted) if (!placed[kind] || key in placed[kind]) draws[kind]?.(key, item, first);
}

export function listenToStream(draws, placed = {}) {
  let lost = false;
  const source = new EventSource(data.stream);
  source.addEventListener("all", (event) => {
    lost = false;
    say("yes", word(data.stream === "/motion/live" ? "motion" : "live"));
    draw(draws, placed, JSON.parse(event.data), true);
  });
  source.addEventListener("some", (event) => draw(draws, placed, JSON.parse(event.data), false));
  source.addEventListener("error", () => {
    if (!lost) say("no", word("lost", { time: clock(Date.now()) }));
    lost = true;
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listenToStream(draws, placed), 2000);
  });
}

say("", word("connecting"));
document.documentElement.lang = data.language;
