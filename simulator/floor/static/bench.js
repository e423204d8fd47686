// The bench: choose a transmitter, send it a page, and see what comes of it.
import { drawAir } from "./air.js";
import { drawLine, listenToFaults } from "./faults.js";
import { drawBytes } from "./lines.js";
import { drawPager, listenToWrists } from "./wrists.js";
import { listenToStream } from "./stream.js";
import { data, word, seconds, post } from "./words.js";

const SIGNS = { transmitted: "✓", confirmed: "✓", failed: "✕", expired: "✕", cancelled: "✕", unknown: "?" };
const tries = [...document.querySelectorAll("[data-try]")];
const radios = [...document.querySelectorAll('[name="kind"]')];
let first = true;

function drawBench({ on, state, cause }) {
  document.getElementById("off").hidden = on !== null;
  document.getElementById("shown").hidden = on === null;
  for (const one of tries) one.hidden = one.dataset.try !== on;
  for (const radio of radios) {
    const mine = radio.value === on;
    radio.checked = mine;
    const kind = radio.closest(".kind");
    kind.dataset.state = mine ? state : "";
    kind.querySelector(".kind-state").textContent = mine ? word(`bench_${state}`, { cause }) : "";
  }
  if (first) wished(on);
  first = false;
}

// A link from the shop floor names a kind.
function wished(on) {
  const name = decodeURIComponent(location.hash.slice(1));
  if (name !== on && radios.some((radio) => radio.value === name)) post(`/bench/${name}`);
}

function drawSent(driver, { entries }) {
  const list = document.querySelector(`[data-sent="${CSS.escape(driver)}"]`);
  list.nextElementSibling.hidden = entries.length > 0;
  list.replaceChildren(...entries.toReversed().map(row));
}

function row({ text, to, state, proof, error, ms }) {
  const made = document.createElement("li");
  made.dataset.state = state;
  const add = (name, words) => made.append(Object.assign(document.createElement("span"), { className: name, textContent: words }));
  add("sign", SIGNS[state] ?? "…");
  add("what", `${data.pagers[to]}: ${text || "♪"}`);
  add("took", ms === null ? "" : seconds(ms));
  const done = state === "transmitted" || state === "confirmed" ? `, ${word(`proof_${proof}`)}` : "";
  add("came", `${word(`result_${state}`)}${done}${error ? `: ${error}` : ""}`);
  return made;
}

function send(form, pagers) {
  const { text, format } = Object.fromEntries(new FormData(form));
  post(`/bench/${form.dataset.page}/page`, { text, format, pagers });
}

for (const radio of radios) radio.addEventListener("change", () => post(`/bench/${radio.value}`));
for (const form of document.querySelectorAll("[data-page]")) {
  form.addEventListener("submit", (event) => { event.preventDefault(); send(form, 1); });
  form.querySelector("[data-all]").addEventListener("click", () => send(form, 3));
  form.addEventListener("change", () => { form.querySelector(".text").hidden = ["tone", "code"].includes(new FormData(form).get("format")); });
}
listenToFaults();
listenToWrists();
listenToStream({
  bench: (_, item) => drawBench(item),
  sent: (driver, item) => drawSent(driver, item),
  bytes: (driver, item) => drawBytes(driver, item),
  line: (driver, item) => drawLine(driver, item),
  air: (driver, item) => drawAir(driver, item),
  pager: (number, item, whole) => drawPager(number, item, whole),
});
