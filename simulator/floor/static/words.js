// The page's words and figures in its language, and the one way to tell the simulator something.
import { zone as worldZone } from "./time.js";

export const data = JSON.parse(document.getElementById("floor-data").textContent);

export function word(key, values = {}) {
  return (data.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const parts = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const hours = new Map();
function hoursIn(zone) {
  if (!hours.has(zone)) hours.set(zone, new Intl.DateTimeFormat(data.language, { ...parts, timeZone: zone }));
  return hours.get(zone);
}
export const clock = (ms) => hoursIn(worldZone()).format(ms);
export const dayClock = (ms, timeZone) => new Intl.DateTimeFormat(data.language, { weekday: "short", ...parts, timeZone: timeZone ?? undefined }).format(ms);
export const fineClock = (ms) => `${clock(ms)}.${String(Math.floor(ms) % 1000).padStart(3, "0")}`;

export function seconds(ms) {
  const digits = ms < 995 ? 2 : ms < 9950 ? 1 : 0;
  const figure = new Intl.NumberFormat(data.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return word("seconds", { seconds: figure.format(ms / 1000) });
}

const share = new Intl.NumberFormat(data.language, { style: "percent", maximumFractionDigits: 0 });
export const percent = (part) => share.format(part);
const whole = new Intl.NumberFormat(data.language, { maximumFractionDigits: 0 });
export const plain = (count) => whole.format(count);

export const after = (ms) => (ms === null || ms === undefined ? "" : word("after", { time: seconds(ms) }));

let hide = 0;
function problem(text) {
  const line = document.getElementById("problem");
  line.textContent = text;
  line.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => { line.hidden = true; }, 5000);
}

const FAILED = { 409: "failed_full", 422: "failed_letters", 503: "failed_unit" };

export async function post(path, body) {
  if (data.stream === "/motion/live" && !path.startsWith("/scenarios/")) return false; // nobody reaches into fast motion
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body ?? {}),
    });
    if (!answer.ok) problem(word(FAILED[answer.status] ?? "failed"));
    return answer.ok;
  } catch {
    problem(word("failed"));
    return false;
  }
}
