// The pad for a PIN by touch alone, a screen that nobody touches goes back to the board, and words when nothing went through.
(() => {
  "use strict";
  const IDLE_MS = 60_000;
  const LENGTH = 6;
  const offline = document.getElementById("offline");
  let touchedBy = performance.now();

  const field = () => document.querySelector("#pad .pad__pin");

  const dots = () => {
    const typed = field()?.value.length ?? 0;
    document.querySelectorAll(".pad__dots span").forEach((dot, place) => dot.classList.toggle("is-typed", place < typed));
  };

  const empty = () => {
    if (field()) field().value = "";
    dots();
  };

  const hold = (figures) => {
    const pin = field();
    pin.value = figures;
    dots();
    if (figures.length < LENGTH) return;
    pin.form.dataset.busy = "1"; // one try per six figures, however often somebody taps
    pin.form.requestSubmit();
  };

  const add = (figure) => {
    const pin = field();
    if (!pin.form.dataset.busy && pin.value.length < LENGTH) hold(pin.value + figure);
  };

  const back = () => {
    field().value = field().value.slice(0, -1);
    dots();
  };

  const prepare = () => {
    const form = document.getElementById("pad");
    if (form && !form.dataset.ready) {
      form.dataset.ready = "1";
      for (const part of form.querySelectorAll(".pad__keys, .pad__dots")) part.hidden = false;
      form.querySelector(".pad__go").hidden = true;
      field().readOnly = true; // no keyboard of the device over ours
      field().classList.add("sr");
      hold(field().value.replace(/\D/g, "").slice(0, LENGTH)); // somebody may have begun before this script came
    }
    const focus = document.querySelector("#main [data-focus]");
    if (focus && !focus.dataset.ready) {
      focus.dataset.ready = "1";
      focus.focus({ preventScroll: true });
    }
  };

  const free = () => {
    document.getElementById("pad")?.removeAttribute("data-busy");
    empty();
  };

  const home = () => {
    empty();
    window.htmx?.ajax("GET", "/tablet", { target: "#main", select: "#main", swap: "outerMorph" });
  };

  document.addEventListener("click", (event) => {
    const key = event.target.closest(".pad__key");
    if (!key) return;
    if (key.dataset.figure) add(key.dataset.figure);
    else if ("clear" in key.dataset) empty();
    else back();
  });
  document.addEventListener("keydown", (event) => {
    touchedBy = performance.now();
    if (!field() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[0-9]$/.test(event.key)) add(event.key);
    else if (event.key === "Backspace") back();
    else return;
    event.preventDefault();
  });
  document.addEventListener("pointerdown", () => {
    touchedBy = performance.now();
  });
  document.addEventListener("htmx:after:swap", () => {
    offline.hidden = true;
    prepare();
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.target.id === "stream") return; // its own words stand in the head
    offline.hidden = false;
    free();
  });
  setInterval(() => {
    if (!document.querySelector("[data-away]") || performance.now() - touchedBy < IDLE_MS) return;
    touchedBy = performance.now();
    home();
  }, 1_000);
  prepare();
})();
