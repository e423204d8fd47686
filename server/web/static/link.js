// Says in words whether the board is live; after 40 s of silence it says since when it is not, and greys the rest.
(() => {
  "use strict";
  const SILENCE_S = 40;
  const stream = document.getElementById("stream");
  const link = document.getElementById("link");
  if (!stream || !link) return;
  const word = link.querySelector(".link__word");
  let heard = window.redButton.now();
  let heardBy = performance.now();
  let connection = null;
  let askedBy = 0;

  const show = (state, text) => {
    link.dataset.state = state;
    document.documentElement.classList.toggle("is-lost", state === "lost");
    if (word.textContent !== text) word.textContent = text;
  };

  const connected = (event) => {
    connection = event.detail?.connection || connection;
    heard = window.redButton.now();
    heardBy = performance.now();
  };

  const hear = (event) => {
    connected(event);
    show("live", link.dataset.live); // not before: a line without a board on it shows an old one
  };

  const stumble = (event) => {
    if (event.detail?.status === 401) location.reload(); // signed out meanwhile: shows the way to sign in
    if (link.dataset.state === "live") show("again", link.dataset.again);
  };

  stream.addEventListener("htmx:sse:after:connection", connected);
  stream.addEventListener("htmx:sse:after:message", hear);
  stream.addEventListener("pulse", (event) => {
    window.redButton.set(Number(event.detail?.data));
  });
  stream.addEventListener("htmx:sse:error", stumble);
  stream.addEventListener("htmx:sse:close", stumble);
  stream.addEventListener("htmx:sse:before:connection", stumble);

  setInterval(() => {
    if ((performance.now() - heardBy) / 1000 < SILENCE_S) return;
    show("lost", link.dataset.lost.replace("{time}", window.redButton.time(heard)));
    if (stream._htmx?.sse) {
      connection?.reader?.cancel?.().catch(() => {}); // a line that is open but dead: ask for a new one
    } else if (performance.now() - askedBy > 5_000) {
      askedBy = performance.now(); // the very first connect failed: nobody else tries again
      window.htmx.ajax("GET", stream.getAttribute("hx-sse:connect"), { source: stream });
    }
  }, 1000);
})();
