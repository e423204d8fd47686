// Counts seconds in the page from the server's own clock, so that the stream has to send changes only.
(() => {
  "use strict";
  let ahead = 0; // seconds by which the server's clock is ahead of ours

  const minutes = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    const rest = whole % 3600;
    const pad = (number) => String(number).padStart(2, "0");
    if (whole >= 3600) return `${Math.floor(whole / 3600)}:${pad(Math.floor(rest / 60))}:${pad(rest % 60)}`;
    return `${Math.floor(rest / 60)}:${pad(rest % 60)}`;
  };

  const write = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  const now = () => Date.now() / 1000 + ahead;

  const tick = () => {
    const at = now();
    for (const element of document.querySelectorAll("[data-since]")) {
      write(element, minutes(at - Number(element.dataset.since)));
    }
    for (const element of document.querySelectorAll("[data-until]")) {
      write(element, minutes(Number(element.dataset.until) - at));
    }
    for (const bar of document.querySelectorAll("progress[data-from]")) {
      bar.value = Math.min(Math.max(at - Number(bar.dataset.from), 0), bar.max);
    }
    for (const card of document.querySelectorAll("[data-late-at]")) {
      if (at >= Number(card.dataset.lateAt)) {
        card.classList.replace("card--waiting", "card--late");
        card.querySelector(".when-left").hidden = true;
        card.querySelector(".when-over").hidden = false;
      }
    }
    const clock = document.getElementById("wall-clock");
    if (clock) write(clock, time(at));
  };

  let format;
  const time = (at) => {
    const zone = document.getElementById("wall-clock").dataset.zone;
    format ||= new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
    return format.format(new Date(at * 1000));
  };

  const set = (server) => {
    if (server > 0) ahead = server - Date.now() / 1000;
  };

  const adopt = () => {
    const board = document.getElementById("board");
    if (board && board.dataset.now !== adopt.last) {
      adopt.last = board.dataset.now;
      set(Number(board.dataset.now));
    }
    tick();
  };

  window.redButton = { now, time, set };
  adopt();
  document.addEventListener("htmx:after:swap", adopt);
  setInterval(tick, 250);
})();
