// For a first visit: one inviting word at one button; after the first page, a glow on the switch that lets staff answer.
import { data, word } from "./words.js";
import { onPaper, put, sheet } from "./plan.js";

const bubble = document.getElementById("bubble");
const known = () => Number(localStorage.getItem("hints") ?? 0);

// A red button in the middle of the shop: the eye is there already.
function inviting() {
  const { width, height, buttons } = sheet();
  const far = ([, { at: [x, y] }]) => Math.hypot(x - width / 2, y - height * 0.4);
  const red = Object.entries(buttons).filter(([key]) => data.buttons[key].colour === "red");
  return red.sort((a, b) => far(a) - far(b))[0];
}

export function invite() {
  if (!bubble || known() > 0 || document.body.dataset.where !== "live") return;
  const place = () => {
    const [key, { at }] = inviting() ?? [];
    if (!key) return;
    bubble.textContent = word("press_me");
    put(bubble, at);
    bubble.hidden = false;
    document.querySelectorAll(".unit").forEach((unit) => unit.toggleAttribute("data-invites", unit.dataset.button === key));
  };
  onPaper(place);
  place();
}

export function pressed() {
  if (!bubble || bubble.hidden) return;
  bubble.hidden = true;
  document.querySelector("[data-invites]")?.removeAttribute("data-invites");
  localStorage.setItem("hints", "1");
}

export function staffHint(on, paged) {
  const staff = document.getElementById("staff");
  if (!staff) return;
  if (on) localStorage.setItem("hints", "2");
  staff.toggleAttribute("data-invites", paged && !on && known() === 1);
}
