// Days to watch: the list, what is played, its clock and progress, and at the end what had to happen, with ticks.
import { data, word, post, dayClock } from "./words.js";

const MOVING = new Set(["starting", "playing"]);
const panel = document.getElementById("scenarios");
const chosen = document.getElementById("speed");
const inMotion = document.body.dataset.where === "motion";
const played = { live: null, motion: null };
const titles = new Map();

const say = (id, text) => { document.getElementById(`playing-${id}`).textContent = text; };
const mine = (texts) => texts?.[data.language] ?? texts?.en ?? "";
const times = (speed) => (speed ? word("speed_times", { times: speed }) : word("speed_full"));

export function drawList(item) {
  panel.hidden = item.list.length === 0;
  chosen.closest("label").hidden = !item.motion;
  chosen.replaceChildren(new Option(word("speed_own"), ""), ...item.speeds.map((speed) => new Option(times(speed), speed)));
  document.getElementById("plays").replaceChildren(...item.list.map((one) => row(one, item.motion)));
  drawPlaying();
}

function row(one, motion) {
  titles.set(one.id, mine(one.title));
  const made = document.getElementById("play").content.firstElementChild.cloneNode(true);
  made.dataset.scenario = one.id;
  made.querySelector("b").textContent = mine(one.title);
  made.querySelector("p").textContent = mine(one.summary);
  const [fast, live] = [made.querySelector(".go"), made.querySelector(".go-live")];
  fast.hidden = !motion;
  fast.setAttribute("aria-label", word("play_it", { name: mine(one.title) }));
  fast.addEventListener("click", () => play(one.id, "motion"));
  live.hidden = inMotion || one.live_lasts === null;
  live.setAttribute("aria-label", word("play_here", { name: mine(one.title) }));
  live.addEventListener("click", () => play(one.id, "live"));
  return made;
}

const path = (id) => `/scenarios/${encodeURIComponent(id)}`;

// Whatever is played there already makes room.
async function play(id, where) {
  const other = played[where];
  if (other && MOVING.has(other.state)) await post(path(other.id), { action: "stop", where });
  const speed = where === "motion" && chosen.value !== "" ? Number(chosen.value) : null;
  const begun = await post(path(id), { action: "play", where, speed });
  if (begun && where === "motion" && !inMotion) location.assign(`/motion?lang=${data.language}`);
}

export function drawScenario(item) {
  played[item.where] = item;
  drawPlaying();
}

// In the live shop: what is played here before what is played in fast motion.
function shown() {
  if (inMotion) return played.motion;
  const some = [played.live, played.motion].filter((one) => one?.id && one.state !== "idle");
  return some.find((one) => MOVING.has(one.state)) ?? some[0];
}

function drawPlaying() {
  const one = shown();
  const box = document.getElementById("playing");
  box.hidden = !one?.id;
  for (const each of document.querySelectorAll("[data-scenario]")) each.dataset.now = each.dataset.scenario === one?.id ? "yes" : "no";
  if (box.hidden) return;
  box.dataset.state = one.state;
  say("title", titles.get(one.id) ?? one.id);
  say("state", word(`scenario_${one.state}`));
  say("clock", one.virtual_at === null ? "" : dayClock(one.virtual_at, one.zone));
  say("speed", one.where === "live" ? "" : times(one.speed));
  say("trouble", one.trouble);
  document.getElementById("playing-trouble").hidden = !one.trouble;
  document.getElementById("playing-progress").value = one.progress;
  document.getElementById("playing-stop").hidden = !MOVING.has(one.state);
  document.getElementById("playing-watch").hidden = inMotion || one.where === "live";
  drawExpects(one);
}

function drawExpects(one) {
  const said = JSON.stringify(one.expectations);
  const list = document.getElementById("expects");
  if (list.dataset.said === said) return;
  list.dataset.said = said;
  list.replaceChildren(...one.expectations.map(({ text, ok, found }) => {
    const made = document.createElement("li");
    made.dataset.ok = ok === null ? "open" : String(ok);
    const sign = Object.assign(document.createElement("span"), { className: "sign", textContent: ok === null ? "·" : ok ? "✓" : "✕" });
    sign.setAttribute("role", "img");
    sign.setAttribute("aria-label", word(ok === null ? "expect_open" : ok ? "expect_true" : "expect_false"));
    made.append(sign, Object.assign(document.createElement("span"), { textContent: mine(text) }), Object.assign(document.createElement("i"), { textContent: found }));
    return made;
  }));
}

export function listenToScenarios() {
  document.getElementById("playing-stop").addEventListener("click", () => post(path(shown().id), { action: "stop", where: shown().where }));
}
