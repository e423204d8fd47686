// Two soft notes for a new call, three falling ones when nobody could be called. Browsers want a click first.
(() => {
  "use strict";
  const KEY = "sound";
  const button = document.getElementById("bell");
  const stream = document.getElementById("stream");
  if (!button || !stream || !window.AudioContext) return;
  let context = null;
  let on = localStorage.getItem(KEY) === "on";

  const show = () => {
    button.setAttribute("aria-pressed", String(on));
    button.querySelector(".bell__word").textContent = on ? button.dataset.on : button.dataset.off;
  };

  const wake = async () => {
    context ||= new AudioContext();
    if (context.state !== "running") await context.resume().catch(() => {});
  };

  const note = (frequency, after, length) => {
    const start = context.currentTime + after;
    const voice = context.createOscillator();
    const volume = context.createGain();
    voice.frequency.value = frequency;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.25, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + length);
    voice.connect(volume).connect(context.destination);
    voice.start(start);
    voice.stop(start + length);
  };

  const play = (notes) => {
    if (!on || !context || context.state !== "running") return;
    notes.forEach((frequency, place) => note(frequency, place * 0.22, 0.9));
    document.documentElement.dataset.chimes = String(Number(document.documentElement.dataset.chimes || 0) + 1);
  };

  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    on = !on;
    localStorage.setItem(KEY, on ? "on" : "off");
    show();
    wake().then(() => play([659, 880]));
  });
  document.addEventListener("pointerdown", () => on && wake());
  document.addEventListener("keydown", () => on && wake());
  stream.addEventListener("chime", () => play([659, 880]));
  stream.addEventListener("shout", () => play([880, 659, 440]));
})();
