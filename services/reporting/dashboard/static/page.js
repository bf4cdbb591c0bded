// The page: which sections are shown, when they are read again, and how fresh they are.

import { Refused, ask, hasToken, keepOnly, readCatalogue } from "./api.js";
import cockpit from "./cockpit.js";
import { announce, h, one, put, retext } from "./dom.js";
import { buildFilters, drawFilters } from "./filters.js";
import funnel from "./funnel.js";
import idle from "./idle.js";
import { named, watchLogin } from "./login.js";
import map from "./map.js";
import outcomes from "./outcomes.js";
import progress from "./progress.js";
import published from "./published.js";
import scorecard from "./scorecard.js";
import { choose, get, onChange } from "./state.js";
import trend from "./trend.js";
import { language, moment, number, say, speak } from "./words.js";

// A page on which figures move asks often, an idle one seldom: one question, answered by a 304 of a few bytes.
const PULSE = "v1/reports/progress";
const OFTEN_MS = 2_000;
const SELDOM_MS = 10_000;
const SLOWER = 1.4;
const ALL_AFTER_MS = 60_000;
const LATE_S = 5;

const SECTIONS = [progress, cockpit, map, funnel, trend, outcomes, idle, scorecard, published];
const built = new Map();
let pace = OFTEN_MS;
let readAt = 0;
let beat = null;
let turns = 0;
let login;
const first = language();

const bodyOf = (section) => one(`#${section.id} .body`);

/** Read and draw one section; what goes wrong in one stays in it. */
async function show(section) {
  const place = one(`#${section.id}`);
  if (!section.shown()) return void (place.hidden = true);
  const host = bodyOf(section);
  // Made anew for another language, and for another reader: who has a token is offered more.
  const made = `${language()} ${hasToken()}`;
  if (built.get(section) !== made) {
    section.build(host);
    built.set(section, made);
  }
  const turn = turns;
  try {
    const read = await section.read();
    // Somebody has chosen something else meanwhile: the answer is that of an old question.
    if (turn !== turns) return undefined;
    place.hidden = Boolean(read.hidden);
    section.draw(read);
    refuse(section, null);
    return read.answers;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) login.expired();
    place.hidden = false;
    refuse(section, error);
    return undefined;
  }
}

/** Say why there are no figures; those of another question must not stand there meanwhile. */
function refuse(section, error) {
  const host = bodyOf(section);
  host.classList.toggle("without", error !== null);
  const told = one(".refused", host);
  if (!error) return void told?.remove();
  const { first, cells, limit } = error.problem ?? {};
  const more = [first && `≥ ${moment(first)}`, cells && `${number(cells)} > ${number(limit)}`].filter(Boolean);
  const text = [error.message, ...more].join(" ");
  if (told) retext(told, text);
  else host.prepend(h("p", { class: "refused" }, text));
}

async function refresh() {
  readAt = performance.now();
  const answers = (await Promise.all(SECTIONS.map(show))).flat().filter(Boolean);
  if (!answers.length) return;
  keepOnly([...answers.map((each) => each.path), "v1/reports", pulsePath()]);
  one("#synthetic").hidden = !answers.some((each) => each.meta.synthetic || each.body.synthetic);
  drawContents();
}

function drawContents() {
  const shown = SECTIONS.filter((each) => !one(`#${each.id}`).hidden);
  put(one("#contents"), ...shown.map((each) => h("a", { href: `#${each.id}` }, say(each.id))));
}

// How fresh the figures are.

function freshness(answer) {
  if (!answer) return ["lost", say("lost")];
  if (get("as_of")) return ["past", `${say("as_of")} ${moment(get("as_of"))} · ${say("past")}`];
  if (!answer.asOf) return ["late", say("never")];
  const when = `${say("as_of")} ${moment(answer.asOf)}`;
  const lag = Number(answer.lag);
  return lag <= LATE_S ? ["live", `${when} · ${say("live")}`] : ["late", `${when} · ${say("late")} ${number(Math.round(lag))} s`];
}

function drawFreshness(answer) {
  const [state, text] = freshness(answer);
  const place = one("#fresh");
  // Only a change of state is read out, not every second that passes.
  if (place.dataset.state !== state && place.dataset.state !== "loading") announce(text);
  place.dataset.state = state;
  const line = one("#fresh-text");
  delete line.dataset.text;
  retext(line, text);
}

// The loop.

const pulsePath = () => (get("wave") ? `${PULSE}?wave=${get("wave")}` : PULSE);

async function turn() {
  const before = beat;
  try {
    const answer = await ask(pulsePath());
    beat = `${answer.path} ${answer.turn} ${language()}`;
    const moved = beat !== before;
    pace = moved ? OFTEN_MS : Math.min(SELDOM_MS, pace * SLOWER);
    if (moved || performance.now() - readAt > ALL_AFTER_MS) await refresh();
    drawFreshness(answer);
  } catch {
    drawFreshness(null);
  }
}

async function loop() {
  // A choice of the past does not change any more, and a page out of sight need not know.
  if (!document.hidden && !get("as_of")) await turn();
  setTimeout(loop, pace * (0.9 + 0.2 * Math.random()));
}

async function chosen() {
  turns += 1;
  for (const section of built.keys()) section.chosen?.();
  const wanted = ["id", "en"].includes(get("lang")) ? get("lang") : first;
  if (wanted !== language()) {
    await speak(wanted);
    markLanguage();
    buildFilters(one("#filters"));
    named();
  }
  await refresh();
  await Promise.all([drawFilters(), ask(pulsePath()).then(drawFreshness, () => drawFreshness(null))]);
}

function markLanguage() {
  for (const link of document.querySelectorAll(".languages a")) {
    if (link.lang === language()) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function watchLanguages() {
  one(".languages").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    // Changed in place: a new page would forget the token.
    event.preventDefault();
    choose({ lang: link.lang });
  });
}

async function start() {
  login = watchLogin(() => chosen().catch(() => drawFreshness(null)));
  watchLanguages();
  onChange(() => chosen().catch(() => drawFreshness(null)));
  try {
    await readCatalogue();
  } catch {
    drawFreshness(null);
    return setTimeout(start, SELDOM_MS);
  }
  buildFilters(one("#filters"));
  await turn();
  if (get("as_of")) await chosen();
  else await drawFilters();
  document.documentElement.dataset.ready = "true";
  return loop();
}

addEventListener("visibilitychange", () => {
  if (!document.hidden) pace = OFTEN_MS;
});

start();
