// Closes the menu by Escape or by a click beside it; without this it closes by its own head.
// On a phone the navigation is wider than the screen: the screen one is on is moved into sight.
(() => {
  "use strict";
  for (const here of document.querySelectorAll(".nav [aria-current]")) {
    const nav = here.closest(".nav");
    const left = here.getBoundingClientRect().left - nav.getBoundingClientRect().left;
    nav.scrollLeft += left - (nav.clientWidth - here.offsetWidth) / 2;
  }
  const menu = document.getElementById("menu");
  if (!menu) return;
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
