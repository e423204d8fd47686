// Trouble of transmitters and their lines: what each is in, in words, and the switches and counts that make it.
import { data, word, seconds, post } from "./words.js";

const lines = new Map();

const boxes = (name) => document.querySelectorAll(`[data-line="${CSS.escape(name)}"]`);
const isOn = (control) => control.getAttribute("aria-checked") === "true";

export function drawLine(name, item) {
  lines.set(name, item);
  for (const line of boxes(name)) {
    for (const one of line.querySelectorAll("[data-set]")) one.setAttribute("aria-checked", String(item[one.dataset.set]));
    for (const one of line.querySelectorAll("[data-trouble]")) drawFault(one, item.troubles[one.dataset.trouble] ?? 0);
    line.dataset.trouble = said(item).length ? "yes" : "no";
    line.querySelector(".chips").replaceChildren(...said(item).map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  }
}

function drawFault(one, amount) {
  if (one.matches(".switch")) {
    one.setAttribute("aria-checked", String(amount > 0));
    return;
  }
  one.setAttribute("aria-pressed", String(amount > 0));
  one.textContent = amount > 0 ? one.dataset.end : one.dataset.make;
  one.setAttribute("aria-label", `${one.textContent}: ${data.faults[one.dataset.trouble]}`);
}

// What is wrong, in words. A count says how much of it is left.
function said({ plugged, garbled, slow, troubles }) {
  return [
    ...(plugged ? [] : [word("is_unplugged")]), ...(garbled ? [word("is_garbled")] : []), ...(slow ? [word("is_slow_line")] : []),
    ...Object.entries(troubles).map(([kind, amount]) => word(`is_trouble_${kind}`, { amount, time: seconds(amount) })),
  ];
}

export function allLineTrouble() {
  const many = lines.size > 1;
  return [...lines].flatMap(([name, item]) => said(item).map((text) => (many ? `${name}: ${text}` : text)));
}

export const anyUnplugged = () => [...lines.values()].some((one) => !one.plugged);

function makeOrEnd(path, one) {
  const trouble = one.dataset.trouble;
  if (one.matches(".switch")) return post(path, { trouble, amount: isOn(one) ? 0 : 1 });
  if (one.getAttribute("aria-pressed") === "true") return post(path, { trouble, amount: 0 });
  const field = one.parentElement.querySelector("input");
  const amount = Math.min(Number(field.max), Math.max(1, Math.round(Number(field.value)) || 1));
  field.value = amount;
  return post(path, { trouble, amount: trouble === "slow" ? amount * 1000 : amount });
}

async function normal(path, name) {
  const { plugged, garbled, slow, troubles } = lines.get(name);
  for (const trouble of Object.keys(troubles)) await post(path, { trouble, amount: 0 });
  if (garbled) await post(path, { garbled: false });
  if (slow) await post(path, { slow: false });
  if (!plugged) await post(path, { plugged: true });
}

export function listenToFaults() {
  for (const line of document.querySelectorAll("[data-line]")) {
    const { path, line: name } = line.dataset;
    for (const one of line.querySelectorAll("[data-set]")) one.addEventListener("click", () => post(path, { [one.dataset.set]: !isOn(one) }));
    for (const one of line.querySelectorAll("[data-trouble]")) one.addEventListener("click", () => makeOrEnd(path, one));
    line.querySelector("[data-normal]")?.addEventListener("click", () => normal(path, name));
  }
  for (const one of document.querySelectorAll("[data-open-faults]")) {
    one.addEventListener("click", () => {
      const panel = document.getElementById(one.dataset.openFaults);
      const faults = panel.querySelector(".faults");
      faults.open = true;
      panel.scrollIntoView({ block: "start" });
      faults.querySelector("summary").focus({ preventScroll: true });
    });
  }
}
