// The paper on which everything stands: which size is shown, where buttons hang, and how one walks from here to there.
import { data } from "./words.js";

const MARGIN = 26; // below the wall: the doors and their name
const EDGE = 110;
const stage = document.getElementById("stage");
const listeners = [];
let shown = null;

const choice = (width) => (width < 640 ? "narrow" : width < 1120 ? "medium" : "wide");
export const sheet = () => shown && data.plans[shown];
export const onPaper = (listener) => listeners.push(listener);

// A place on the paper as left and top of something that lies on it.
export const at = ([x, y]) => ({ left: `${(x / sheet().width) * 100}%`, top: `${(y / (sheet().height + MARGIN)) * 100}%` });

export function put(one, place) {
  Object.assign(one.style, at(place));
}

// From one place to another along the aisles: rows are crossed where there is a gap, the nearest to the way.
export function path(from, to) {
  const { rows } = sheet();
  const way = [from.at];
  if (from.row === to.row && Math.hypot(from.at[0] - to.at[0], from.at[1] - to.at[1]) < 60) return [...way, to.at];
  let x = from.at[0];
  way.push([x, rows[from.row].aisle]);
  const step = to.row > from.row ? 1 : -1;
  for (let row = from.row; row !== to.row; row += step) {
    const crossed = step > 0 ? row + 1 : row; // the departments that stand behind this aisle
    const detour = (gap) => Math.abs(gap - x) + Math.abs(gap - to.at[0]);
    x = rows[crossed].gaps.reduce((best, gap) => (detour(gap) < detour(best) ? gap : best));
    way.push([x, rows[row].aisle], [x, rows[row + step].aisle]);
  }
  return [...way, [to.at[0], rows[to.row].aisle], to.at];
}

export const door = () => ({ at: sheet().door, row: sheet().rows.length - 1 });

// Where somebody stands before a button: customers to the left, staff to the right, colleagues behind them.
export function before(key, nth) {
  const { before: [x, y], row } = sheet().buttons[key];
  return { at: [x + (nth === 0 ? -18 : 18 + 24 * (nth - 1)), y + (nth > 1 ? 5 : 0)], row };
}

export function seat(zone, nth) {
  const { row, seats } = sheet().zones[zone];
  return { at: seats[nth % seats.length], row };
}

// What comes up at a button near a wall stays inside of it.
function hang(unit, place) {
  put(unit, place);
  unit.dataset.edge = place[0] < EDGE ? "left" : place[0] > sheet().width - EDGE ? "right" : "none";
}

function layOut() {
  const width = stage.clientWidth;
  const chosen = choice(width);
  stage.style.setProperty("--u", `${width / data.plans[chosen].width}px`);
  if (chosen === shown) return;
  shown = chosen;
  stage.dataset.sheet = chosen;
  for (const [key, { at: place }] of Object.entries(sheet().buttons)) hang(document.querySelector(`[data-button="${CSS.escape(key)}"]`), place);
  for (const listener of listeners) listener();
}

export function unrollPaper() {
  if (!stage) return;
  new ResizeObserver(layOut).observe(stage);
  layOut();
}
