// Draws the newest state of everything as it comes from /live, and passes on what the visitor does.
import { drawButton, listenToButtons } from "./push.js";
import { drawPager } from "./pagers.js";
import { drawBytes, drawStory } from "./lines.js";
import { data, word, clock, post } from "./words.js";

const AT_A_CALL = new Set(["walking", "talking", "asked_help"]);

const draws = {
  button: (key, item) => drawButton(key, item),
  pager: (key, item, first) => drawPager(key, item, first),
  bytes: (key, item) => drawBytes(key, item),
  line: (key, item) => drawLine(key, item),
  story: (_, item) => drawStory(item),
  staff: (_, item) => drawStaff(item),
};

function draw(items, first) {
  for (const [key, item] of Object.entries(items)) {
    const dot = key.indexOf(":");
    draws[dot < 0 ? key : key.slice(0, dot)]?.(key.slice(dot + 1), item, first);
  }
}

function drawLine(name, item) {
  const line = document.querySelector(`[data-line="${CSS.escape(name)}"]`);
  line.querySelector(".cable").setAttribute("aria-checked", String(item.plugged));
  line.querySelector(`input[value="${item.mood}"]`).checked = true;
}

function drawStaff(item) {
  document.getElementById("staff")?.setAttribute("aria-checked", String(item.on));
  document.querySelector(".people")?.toggleAttribute("hidden", !item.on);
  for (const row of document.querySelectorAll("[data-person]")) {
    const { doing, place } = item.doing[row.dataset.person];
    row.querySelector(".doing").textContent = item.on ? word(`doing_${doing}`, { place }) : "";
    row.querySelector(".asks").hidden = !item.on || !AT_A_CALL.has(doing);
  }
  for (const [login, { doing, place }] of Object.entries(item.doing)) stand(login, doing, item.on ? roomOf(place) : null);
}

// People in the rooms repeat for the eye what the list of staff says in words.
function roomOf(place) {
  const all = Object.entries(data.buttons);
  const found = place && (all.find(([, one]) => one.label === place) ?? all.find(([, one]) => one.zone === place));
  return found ? document.querySelector(`[data-button="${CSS.escape(found[0])}"]`).closest(".room").querySelector(".here") : null;
}

const figures = new Map();
function stand(login, doing, room) {
  const one = figures.get(login) ?? figure(data.people[login]);
  figures.set(login, one);
  one.dataset.doing = doing;
  if (!room) one.remove();
  else if (one.parentElement !== room) room.append(one);
}

function figure(name) {
  const one = document.createElement("li");
  one.append(document.getElementById("figure").content.cloneNode(true), name);
  return one;
}

const live = document.getElementById("live");
function say(state, text) {
  live.dataset.live = state;
  document.getElementById("live-words").textContent = text;
}

function connect() {
  let lost = false;
  const source = new EventSource("/live");
  source.addEventListener("all", (event) => {
    lost = false;
    say("yes", word("live"));
    draw(JSON.parse(event.data), true);
  });
  source.addEventListener("some", (event) => draw(JSON.parse(event.data), false));
  source.addEventListener("error", () => {
    if (!lost) say("no", word("lost", { time: clock(Date.now()) }));
    lost = true;
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  });
}

function listenToSwitches() {
  const flip = (button) => button.getAttribute("aria-checked") !== "true";
  const staff = document.getElementById("staff");
  staff?.addEventListener("click", () => post("/staff", { on: flip(staff) }));
  for (const ask of document.querySelectorAll("[data-ask]")) {
    const path = `/people/${encodeURIComponent(ask.closest("[data-person]").dataset.person)}`;
    ask.addEventListener("click", () => post(path, { verb: ask.dataset.ask }));
  }
  for (const line of document.querySelectorAll("[data-line]")) {
    const path = `/transmitters/${encodeURIComponent(line.dataset.line)}`;
    const cable = line.querySelector(".cable");
    cable.addEventListener("click", () => post(path, { plugged: flip(cable) }));
    line.addEventListener("change", (event) => post(path, { mood: event.target.value }));
  }
}

function rememberSteps() {
  const steps = document.getElementById("steps");
  if (localStorage.getItem("steps") === "folded") steps.open = false;
  steps.addEventListener("toggle", () => localStorage.setItem("steps", steps.open ? "open" : "folded"));
}

say("", word("connecting"));
document.documentElement.lang = data.language;
rememberSteps();
listenToButtons();
listenToSwitches();
connect();
