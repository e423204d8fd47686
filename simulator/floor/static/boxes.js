// Devices that a visitor unpacks: what each is at, and the one thing that can be done next.
import { data, word, post } from "./words.js";

const SIGNS = /\/[0-9A-Za-z-]{8,9}\/[0-9A-Za-z-]{26,34}\s*$/; // the end of a whole join string
const TAKES_JOIN = new Set(["no_join", "failed"]);
const find = (name) => document.querySelector(`[data-box="${CSS.escape(name)}"]`);

const groups = (text, length) => text.match(new RegExp(`.{1,${length}}`, "g"))?.join(" ") ?? "";

export function drawBox(name, item) {
  const box = find(name);
  if (!box) return;
  box.dataset.stage = item.stage;
  const wrong = item.trouble && item.stage !== "granted";
  box.dataset.trouble = wrong ? "yes" : "no";
  box.querySelector(".box-says").textContent = word(wrong ? `trouble_${item.trouble}` : `box_${item.stage}`);
  box.querySelector("[data-device]").textContent = item.device;
  box.querySelector(".hand").hidden = !TAKES_JOIN.has(item.stage);
  box.querySelector("[data-unpack]").hidden = item.stage !== "closed";
  box.querySelector("[data-pack]").hidden = item.stage === "closed";
  const push = box.querySelector("[data-push]");
  if (push) push.hidden = item.stage !== "press" && item.stage !== "granted";
  const compares = box.dataset.kind === "gateway" && item.stage === "confirm";
  fill(box.querySelector(".figures"), "b", compares ? groups(item.figures, 3) : "");
  fill(box.querySelector(".print"), "code", groups(item.fingerprint, 4));
  const unit = document.querySelector(`[data-button="${CSS.escape(`${name}.1`)}"]`);
  if (unit) unit.hidden = item.stage === "closed";
}

function fill(line, inside, text) {
  line.querySelector(inside).textContent = text;
  line.hidden = !text;
}

async function hand(box) {
  const field = box.querySelector("input");
  const answer = await fetch(`/boxes/${encodeURIComponent(box.dataset.box)}/join`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text: field.value }),
  }).catch(() => null);
  box.querySelector(".wrong").textContent = answer?.ok ? "" : word(answer?.status === 422 ? "trouble_join" : "failed");
  field.setAttribute("aria-invalid", String(!answer?.ok));
  if (answer?.ok) field.value = "";
}

export function listenToBoxes() {
  for (const box of document.querySelectorAll("[data-box]")) {
    const path = `/boxes/${encodeURIComponent(box.dataset.box)}`;
    box.querySelector("[data-unpack]").addEventListener("click", async () => {
      if (await post(`${path}/unpack`)) box.querySelector("input").focus();
    });
    box.querySelector("[data-pack]").addEventListener("click", () => post(`${path}/pack`));
    const push = box.querySelector("[data-push]");
    push?.addEventListener("click", () => post(`/contacts/${encodeURIComponent(push.dataset.push)}/press`, { ms: 200 }));
    box.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); hand(box); });
    // pasted whole, it needs no further click
    box.querySelector("input").addEventListener("paste", () => setTimeout(() => { if (SIGNS.test(box.querySelector("input").value)) hand(box); }));
  }
}

export const boxed = (name) => (name in data.boxes ? word(`boxed_${find(name)?.dataset.kind ?? "button"}`, { number: data.boxes[name] }) : name);
