// Draws the newest state of everything as it comes from the stream, and passes on what the visitor does.
import { drawButton, listenToButtons } from "./push.js";
import { drawPager, listenToWrists } from "./wrists.js";
import { listenToContacts } from "./contacts.js";
import { showLights } from "./lights.js";
import { drawBytes, drawStory } from "./lines.js";
import { unrollPaper } from "./plan.js";
import { callPeople, drawCustomer, drawFolk } from "./people.js";
import { drawBox, listenToBoxes } from "./boxes.js";
import { drawWay } from "./way.js";
import { drawAir } from "./air.js";
import { drawLine, listenToFaults } from "./faults.js";
import { drawEvents, drawNode, drawPart, listenToEvents, listenToParts } from "./parts.js";
import { drawList, drawScenario, listenToScenarios } from "./scenarios.js";
import { invite, pressed, staffHint } from "./hints.js";
import { keepTime } from "./time.js";
import { listenToStream } from "./stream.js";
import { data, word, post } from "./words.js";

const AT_A_CALL = new Set(["walking", "talking", "asked_help"]);
let acting = false;

const draws = {
  scenarios: (_, item) => drawList(item),
  scenario: (_, item) => { keepTime(item); drawScenario(item); },
  motion: (_, item) => drawScenario(item),
  button: (key, item) => { drawButton(key, item); if (item.held) pressed(); },
  customer: (key, item) => drawCustomer(key, item),
  staff: (_, item) => drawStaff(item),
  pager: (key, item, first) => { drawPager(key, item, first); if (!first) staffHint(acting, true); },
  bytes: (key, item) => drawBytes(key, item),
  line: (key, item) => { drawLine(key, item); drawNode("transmitter"); },
  air: (key, item) => drawAir(key, item),
  part: (key, item) => drawPart(key, item),
  event: (_, item) => drawEvents(item),
  box: (name, item) => drawBox(name, item),
  way: (_, item) => drawWay(item),
  story: (_, item) => drawStory(item),
};

// A world in fast motion is made of the shop file; what that gained since the page was made has no place on it.
const placed = { button: data.buttons, customer: data.buttons, pager: data.pagers, bytes: data.gateways, line: data.gateways, air: data.gateways };

function drawStaff(item) {
  acting = item.on;
  document.getElementById("staff")?.setAttribute("aria-checked", String(item.on));
  for (const row of document.querySelectorAll("[data-person]")) {
    const { doing, place, away } = item.doing[row.dataset.person] ?? {};
    row.dataset.doing = item.on ? doing : "";
    row.querySelector(".doing").textContent = away ? word("doing_away") : item.on && doing ? word(`doing_${doing}`, { place }) : "";
    row.querySelector(".asks").hidden = !item.on || !AT_A_CALL.has(doing);
  }
  if (item.on) staffHint(true, false);
  drawFolk(item);
}

function listenToStaff() {
  const staff = document.getElementById("staff");
  staff?.addEventListener("click", () => post("/staff", { on: staff.getAttribute("aria-checked") !== "true" }));
  for (const ask of document.querySelectorAll("[data-ask]")) {
    const path = `/people/${encodeURIComponent(ask.closest("[data-person]").dataset.person)}`;
    ask.addEventListener("click", () => post(path, { verb: ask.dataset.ask }));
  }
}

callPeople();
unrollPaper();
listenToButtons();
listenToWrists();
listenToContacts();
if (document.getElementById("lights")) showLights();
listenToStaff();
listenToParts();
listenToFaults();
listenToEvents();
listenToBoxes();
listenToScenarios();
invite();
listenToStream(draws, placed);
