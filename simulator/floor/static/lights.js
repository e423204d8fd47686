// The legend of the lights: each lamp moves in the unit's own rhythm, and its sound can be heard after a click.
import { data } from "./words.js";

const HEARD = 3; // s of a sound that does not end
const PAUSE = 1.5; // s after a rhythm that does, before it is shown again
const PITCH = 2300; // Hz: what a small buzzer does
const LOUD = 0.08;
const still = matchMedia("(prefers-reduced-motion: reduce)");

const rows = [...document.querySelectorAll("[data-legend]")];
const began = new Map(); // when each lamp's rhythm began, ms
let chosen = Object.keys(data.lights)[0];
let timer = 0;
let playing = null;

const length = (rhythm) => rhythm.steps.reduce((sum, [seconds]) => sum + seconds, 0);

// Whether it is on, and seconds until that may change.
function look(rhythm, elapsed) {
  const whole = length(rhythm);
  if (whole === 0) return [rhythm.steps.at(-1)[1], Infinity];
  let at = elapsed % (rhythm.repeats ? whole : whole + PAUSE);
  for (const [seconds, on] of rhythm.steps) {
    if (at < seconds) return [on, seconds - at];
    at -= seconds;
  }
  return [rhythm.steps.at(-1)[1], PAUSE - at];
}

function move() {
  clearTimeout(timer);
  const now = performance.now();
  let next = 1;
  for (const row of rows) {
    const rhythm = data.lights[chosen][row.dataset.legend];
    const held = still.matches && playing?.row !== row;
    const [on, wait] = held ? [rhythm.steps.some(([, lit]) => lit), Infinity] : look(rhythm, (now - began.get(row)) / 1000);
    row.dataset.lit = on ? "yes" : "no";
    next = Math.min(next, wait);
  }
  if (!document.hidden) timer = setTimeout(move, Math.max(10, next * 1000 + 1));
}

function restart(some) {
  for (const row of some) began.set(row, performance.now());
  move();
}

// On and off at exact moments of the audio clock; returns how long it sounds.
function beep(audio, gain, sound) {
  const start = audio.currentTime + 0.05;
  const whole = length(sound);
  const times = sound.repeats ? Math.ceil(HEARD / whole) : 1;
  let at = start;
  for (let round = 0; round < times; round += 1) {
    for (const [seconds, on] of sound.steps) {
      gain.gain.setTargetAtTime(on && seconds > 0 ? LOUD : 0, at, 0.002);
      at += seconds;
    }
  }
  gain.gain.setTargetAtTime(0, at, 0.002);
  return at - start;
}

let audio = null;
function hear(row, button) {
  stop();
  audio ??= new AudioContext();
  audio.resume();
  const buzzer = new OscillatorNode(audio, { type: "square", frequency: PITCH });
  const gain = new GainNode(audio, { gain: 0 });
  buzzer.connect(gain).connect(audio.destination);
  const seconds = beep(audio, gain, data.sounds[row.dataset.legend]);
  buzzer.start();
  buzzer.stop(audio.currentTime + seconds + 0.2);
  button.dataset.playing = "yes";
  playing = { row, button, buzzer, end: setTimeout(stop, Math.max(seconds, HEARD) * 1000) };
  restart([row]);
}

function stop() {
  if (!playing) return;
  clearTimeout(playing.end);
  playing.buzzer.disconnect();
  playing.button.dataset.playing = "no";
  playing = null;
  move();
}

function choose(name) {
  chosen = name;
  for (const strip of document.querySelectorAll("[data-strip]")) {
    strip.toggleAttribute("hidden", !["sound", name].includes(strip.dataset.strip));
  }
  restart(rows);
}

export function showLights() {
  choose(chosen);
  for (const radio of document.querySelectorAll('[name="light-set"]')) {
    if (radio.checked) choose(radio.value);
    radio.addEventListener("change", () => choose(radio.value));
  }
  const grey = document.getElementById("without-colour");
  grey.addEventListener("click", () => {
    const on = grey.getAttribute("aria-checked") !== "true";
    grey.setAttribute("aria-checked", String(on));
    document.getElementById("lights").dataset.colour = on ? "no" : "yes";
  });
  for (const row of rows) row.querySelector("button.hear")?.addEventListener("click", (event) => hear(row, event.currentTarget));
  still.addEventListener("change", move);
  document.addEventListener("visibilitychange", move);
}
