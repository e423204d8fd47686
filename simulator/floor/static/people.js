// People on the plan, for the eye: staff stand in their zone, feel the wrist, walk, talk, go back; customers wait and leave.
// What they do is said in words in the list of staff and in the story.
import { data } from "./words.js";
import { at, before, door, onPaper, path, put, seat, sheet } from "./plan.js";
import { haste, now } from "./time.js";

const SPEED = 150; // units of the paper in a second
const LONGEST = 7000; // ms: a far walk is a brisk one
const BUZZ = 2600;
const AT_CALL = new Set(["walking", "talking", "asked_help"]);
const WITH_CUSTOMER = new Set(["talking", "asked_help"]);
const HERE = new Set(["waiting", "helped"]);
const still = matchMedia("(prefers-reduced-motion: reduce)");

const folk = document.getElementById("folk");
const staff = new Map(); // login -> figure
const customers = new Map(); // button -> figure
const seats = new Map(); // login -> its place among those of the same zone

function figure(template, name) {
  const one = document.createElement("li");
  one.className = name;
  one.append(document.getElementById(template).content.cloneNode(true));
  folk.append(one);
  return { one, place: null, walk: null, target: "" };
}

function stand(who, place) {
  who.walk?.cancel();
  who.walk = null;
  who.place = place;
  put(who.one, place.at);
  who.one.dataset.walks = "no";
}

// Where a walker is now, as a place to go on from.
function here(who) {
  if (!who.walk || who.walk.playState === "finished") return who.place;
  const box = folk.getBoundingClientRect();
  const spot = who.one.getBoundingClientRect();
  const scale = sheet().width / box.width;
  const y = (spot.bottom - box.top) * scale;
  const rows = sheet().rows.map((row, index) => [Math.abs(row.aisle - y), index]);
  return { at: [(spot.left + spot.width / 2 - box.left) * scale, y], row: Math.min(...rows.map(([far]) => far)) < 80 ? rows.sort((a, b) => a[0] - b[0])[0][1] : who.place.row };
}

function walk(who, place, hurry = 1) {
  const from = here(who);
  if (!from || still.matches || document.hidden) return stand(who, place);
  const way = path(from, place);
  const ends = way.slice(1).map(([x, y], index) => Math.hypot(x - way[index][0], y - way[index][1]));
  const length = ends.reduce((sum, part) => sum + part, 0);
  who.walk?.cancel();
  who.place = place;
  put(who.one, place.at);
  if (length < 2) return undefined;
  let gone = 0;
  const frames = way.map((spot, index) => ({ ...at(spot), offset: index === 0 ? 0 : Math.min(1, (gone += ends[index - 1]) / length) }));
  const duration = Math.min(LONGEST, (length / SPEED) * 1000) / (haste() * hurry);
  who.walk = who.one.animate(frames, { duration, easing: "linear" });
  who.one.dataset.walks = "yes";
  who.walk.onfinish = () => { who.one.dataset.walks = "no"; };
  return undefined;
}

function homeOf(login) {
  const home = data.people[login].home;
  return sheet().zones[home] ? seat(home, seats.get(login)) : door();
}

// The button that a place means: one where a customer stands before all others.
function buttonAt(place) {
  const all = Object.entries(data.buttons);
  const found = all.filter(([, one]) => one.label === place);
  const some = found.length ? found : all.filter(([, one]) => one.zone === place);
  return (some.find(([key]) => customers.has(key)) ?? some[0])?.[0];
}

function moveStaff(login, doing, button) {
  const who = staff.get(login);
  if (!button) {
    if (who.target !== "home") walk(who, homeOf(login));
    who.target = "home";
    return;
  }
  if (who.target === button) {
    if (WITH_CUSTOMER.has(doing)) who.walk?.updatePlaybackRate(3);
    return;
  }
  const others = [...staff.values()].filter((one) => one.target === button).length;
  who.target = button;
  walk(who, before(button, 1 + others), WITH_CUSTOMER.has(doing) ? 3 : 1);
}

export function drawFolk(item) {
  if (!folk || !sheet()) return;
  for (const [login, { doing, place, away }] of Object.entries(item.doing)) {
    const who = staff.get(login);
    if (!who) continue;
    who.one.dataset.doing = doing;
    who.one.dataset.on = item.on && !away ? "yes" : "no";
    moveStaff(login, doing, item.on && AT_CALL.has(doing) ? buttonAt(place) : null);
  }
}

const wearers = new Map(Object.entries(data.people).map(([login, { pager }]) => [pager, login]));
export function feel(address) {
  const who = staff.get(wearers.get(address));
  if (!who) return;
  who.one.dataset.feels = "yes";
  clearTimeout(who.feels);
  who.feels = setTimeout(() => { who.one.dataset.feels = "no"; }, BUZZ / haste());
}

export function drawCustomer(key, item) {
  if (!folk || !sheet()) return;
  let who = customers.get(key);
  if (who && who.n !== item.n) {
    if (!who.leaves) who.one.remove();
    customers.delete(key);
    who = undefined;
  }
  if (!item.n) return;
  if (!who) {
    if (!HERE.has(item.mood)) return;
    who = figure("customer", "customer");
    who.n = item.n;
    customers.set(key, who);
    stand(who, before(key, 0));
  }
  who.item = item;
  who.one.dataset.mood = item.mood;
  wait(who);
  if (!HERE.has(item.mood) && !who.leaves) leave(who);
}

function leave(who) {
  who.leaves = true;
  setTimeout(() => {
    walk(who, door());
    const away = () => who.one.remove();
    if (!who.walk) away();
    else who.walk.onfinish = away;
  }, 1200 / haste());
}

function wait(who) {
  const left = Math.max(0, 1 - (now() - who.item.since) / (who.item.patience_s * 1000));
  who.one.style.setProperty("--left", String(Math.round(left * 100)));
  who.one.dataset.patience = left > 0.5 ? "calm" : left > 0.2 ? "uneasy" : "short";
}

export function callPeople() {
  if (!folk) return;
  const crowd = new Map();
  for (const [login, { home, initials }] of Object.entries(data.people)) {
    const who = figure("person", "person");
    who.one.append(Object.assign(document.createElement("b"), { textContent: initials }));
    staff.set(login, who);
    seats.set(login, crowd.get(home) ?? 0);
    crowd.set(home, seats.get(login) + 1);
  }
  onPaper(() => {
    for (const [login, who] of staff) stand(who, who.target && who.target !== "home" ? before(who.target, 1) : homeOf(login));
    for (const [key, who] of customers) stand(who, before(key, 0));
  });
  setInterval(() => { for (const who of customers.values()) if (who.item.mood === "waiting") wait(who); }, 500);
}
