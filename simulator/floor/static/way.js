// The way of the last press: each part lights up as it is passed, with its moment, and the whole as one bar to scale.
import { data, word, seconds, percent } from "./words.js";

const NODES = ["finger", "unit", "server", "gateway", "transmitter", "air", "wrist"];
const LABELLED = 0.13; // of the bar: a narrower part has no room for words

const node = (name) => document.querySelector(`[data-node="${name}"]`);

export function drawWay(item) {
  if (!item.button) return;
  const after = { finger: 0, ...item.after_ms };
  for (const name of NODES) {
    node(name).dataset.passed = name in after ? "yes" : "no";
    node(name).querySelector(".stamp").textContent = name in after && name !== "finger" ? seconds(after[name]) : "";
  }
  if ("wrist" in after) node("air").dataset.passed = "yes";
  node("broker").dataset.passed = "server" in after || "gateway" in after ? "yes" : "no";
  document.getElementById("chain").dataset.going = "wrist" in after ? "no" : "yes";
  const place = data.buttons[item.button]?.label;
  const who = data.pagers[item.pager] ?? "";
  document.getElementById("way-says").textContent = "wrist" in after
    ? word("way_done", { place, time: seconds(after.wrist), who }) : word("way_going", { place });
  drawScale(after);
}

// Receipt and order overtake each other: the bar is the way to the wrist, cut where the clock says.
function drawScale(after) {
  const late = after.server > (after.gateway ?? Infinity); // its receipt was still on its way back to the button
  const hops = Object.entries(after).filter(([name]) => name !== "server" || !late).sort(([, a], [, b]) => a - b);
  const last = hops.at(-1)[1];
  document.getElementById("scale").hidden = last === 0;
  const spans = hops.slice(1).map(([name, ms], index) => {
    const took = ms - hops[index][1];
    const span = document.createElement("span");
    span.dataset.hop = name;
    span.style.flexGrow = String(Math.max(took, last * 0.004));
    const text = `${word(`hop_${name}`)} ${seconds(took)}`;
    span.title = `${text} (${percent(took / last)})`;
    if (took / last >= LABELLED) span.textContent = text;
    return span;
  });
  document.querySelector("#scale .spans").replaceChildren(...spans);
}
