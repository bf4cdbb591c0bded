// The hour of the start: what has opened, who is there, who is silent. A second tab shows how people signed up.

import { ask, askIfThere, mayAsk } from "./api.js";
import { h, one, put, responsive, retext, s } from "./dom.js";
import { find, fraction, plate, setDownloads, setMeaning, setRemark, setTable } from "./plate.js";
import { question } from "./question.js";
import { choose, get } from "./state.js";
import { hear } from "./stream.js";
import { clock, moment, number, rounded, say, share } from "./words.js";
import { scaleLinear } from "./vendor/maps.js";

const ZONES = ["WIB", "WITA", "WIT"];
const TABS = ["opening", "signups"];
const HEIGHT = 200;
const EDGE = { top: 12, right: 4, bottom: 24, left: 44 };
let parts, minutes, redraw, ending, heard, dirty;

const tab = () => (TABS.includes(get("tab")) ? get("tab") : "opening");
const waveQuery = () => (get("wave") ? `?wave=${get("wave")}` : "");

// The tabs, as WAI-ARIA describes them: one stop, arrow keys between them.

function tabs() {
  const buttons = TABS.map((name) =>
    h("button", { type: "button", role: "tab", id: `tab-${name}`, "data-tab": name, "aria-controls": "cockpit-panel" }, say(`${name}_tab`)));
  const list = h("div", { role: "tablist", class: "tabs", "aria-label": say("cockpit") }, ...buttons);
  list.addEventListener("click", (event) => event.target.dataset.tab && choose({ tab: event.target.dataset.tab }));
  list.addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const next = TABS[(TABS.indexOf(tab()) + 1) % TABS.length];
    choose({ tab: next });
    one(`#tab-${next}`).focus();
  });
  return list;
}

function markTabs() {
  for (const button of parts.controls.querySelectorAll("[role=tab]")) {
    const current = button.dataset.tab === tab();
    button.setAttribute("aria-selected", String(current));
    button.setAttribute("tabindex", current ? "0" : "-1");
  }
  parts.picture.setAttribute("aria-labelledby", `tab-${tab()}`);
}

// The opening.

function total(label, row, fine, counted = false) {
  return h("div", { class: counted && row?.numerator ? "some" : null },
    h("dt", {}, label),
    h("dd", {}, h("span", { class: "number" }, number(row?.numerator ?? (row ? 0 : null))),
      row?.denominator ? h("span", { class: "denominator" }, ` ${say("of")} ${number(row.denominator)}`) : null,
      h("span", { class: "fine" }, fine))); // prettier-ignore
}

function meter(row) {
  return h("td", {}, h("span", { class: "pair" }, fraction(row)), h("span", { class: "track", "aria-hidden": "true" }, h("i", { share: row?.value ?? 0 })));
}

function zoneTable(byZone) {
  const columns = ["zone", "classes_opened", "people_present", "silent"];
  const there = ZONES.filter((zone) => find(byZone, { zone }));
  const lines = there.map((zone) => {
    const row = (indicator) => find(byZone, { zone, indicator });
    return h("tr", { "data-zone": zone }, h("th", { scope: "row" }, zone), meter(row("classes_opened")), meter(row("present")), h("td", {}, number(row("silent")?.numerator ?? 0)));
  });
  return h("table", { class: "zones" }, h("caption", {}, say("by_zone")),
    h("thead", {}, h("tr", {}, ...columns.map((name) => h("th", { scope: "col" }, say(name))))), h("tbody", {}, ...lines)); // prettier-ignore
}

/** What only the cockpit knows: when the start is, and how many days of the pilot are left. */
function clockLine(cockpit) {
  const start = cockpit?.starts_at ?? cockpit?.wave?.starts_at;
  const left = cockpit?.days_left ?? cockpit?.pilot?.days_left;
  const lines = [
    start && `${say("starts_in")} ${moment(start)}`,
    left !== null && left !== undefined && `${say("days_left")}: ${number(left)}`,
    heard && `● ${say("streaming")}`,
  ].filter(Boolean);
  return lines.length ? h("p", { class: "clock" }, lines.join(" · ")) : null;
}

function drawOpening([whole, byZone, byProvince, cockpit]) {
  const row = (indicator) => find(whole, { indicator });
  const present = row("present");
  put(
    parts.picture,
    clockLine(cockpit?.body),
    h("dl", { class: "totals" },
      total(say("classes_opened"), row("classes_opened"), rounded(row("classes_opened")?.value)),
      total(say("people_present"), present, present?.response_rate === null ? "" : `${share(present?.response_rate)} ${say("reported")}`),
      total(say("silent"), row("silent"), say("silent_why"), true)),
    zoneTable(byZone),
  ); // prettier-ignore
  const provinces = [...new Set(byProvince.rows.map((each) => each.dims.province))].sort();
  setTable(
    parts,
    say("cockpit"),
    ["province", "classes_opened", "people_present", "silent"].map((name) => say(name)),
    provinces.map((province) => {
      const at = (indicator) => find(byProvince, { province, indicator });
      return [say(`province_${province}`), fraction(at("classes_opened")), fraction(at("present")), number(at("silent")?.numerator ?? 0)];
    }),
  );
}

// The sign-ups.

function chart(width) {
  const first = Date.parse(minutes[0].at);
  const last = Date.parse(minutes.at(-1).at);
  const x = scaleLinear([first, Math.max(last, first + 60_000)], [EDGE.left, width - EDGE.right]);
  const y = scaleLinear([0, Math.max(1, ...minutes.map((each) => each.count))], [HEIGHT - EDGE.bottom, EDGE.top]).nice(3);
  const thick = Math.max(1, Math.min(24, (width - EDGE.left) / ((last - first) / 60_000 + 1) - 1));
  const rules = y.ticks(3).map((tick) =>
    s("g", {}, s("line", { x1: EDGE.left, x2: width - EDGE.right, y1: y(tick), y2: y(tick), class: tick ? "rule" : "axis" }),
      s("text", { x: EDGE.left - 8, y: y(tick), dy: "0.32em", "text-anchor": "end" }, number(tick)))); // prettier-ignore
  const bars = minutes.map((each) =>
    s("rect", { x: Math.min(x(Date.parse(each.at)), width - EDGE.right - thick), y: y(each.count), width: thick, height: y(0) - y(each.count), class: "column" })); // prettier-ignore
  const ends = [[EDGE.left, first, "start"], [width - EDGE.right, last, "end"]].map(([at, when, anchor]) =>
    s("text", { x: at, y: HEIGHT - 6, "text-anchor": anchor }, clock(when))); // prettier-ignore
  const host = one(".canvas", parts.picture);
  if (host) put(host, s("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, class: "chart", role: "img", "aria-label": `${say("signups")}: ${signupLine()}` }, ...rules, ...bars, ...ends)); // prettier-ignore
}

function signupLine() {
  const peak = minutes.reduce((best, each) => (each.count > best.count ? each : best));
  const all = minutes.reduce((sum, each) => sum + each.count, 0);
  return say("signups_caption", { total: number(all), peak: number(peak.count), time: clock(peak.at) });
}

function drawSignups(answer) {
  minutes = (answer?.body.items ?? answer?.body.rows ?? []).map((each) => ({ at: each.at ?? each.minute ?? each.from, count: each.count ?? each.n ?? each.signups }));
  if (!minutes.length) {
    put(parts.picture, h("p", { class: "nothing" }, say(answer ? "empty" : "choose_wave")));
  } else if (!one(".canvas", parts.picture)) {
    parts.picture.replaceChildren(h("div", { class: "canvas" }), h("p", { class: "detail" }));
    redraw = responsive(one(".canvas", parts.picture), chart);
  } else redraw();
  if (minutes.length) retext(one(".detail", parts.picture), signupLine());
  setTable(parts, say("signups"), [say("minute"), say("signups")], minutes.map((each) => [clock(each.at), number(each.count)]));
}

/** While the section is in sight, every event of the stream has the figures read at once. */
function watch(host, refresh) {
  let stop = null;
  const begin = () => {
    stop ??= hear(`v1/cockpit/stream${waveQuery()}`, {
      onEvent: () => {
        heard = true;
        refresh();
      },
      onLost: () => (heard = false),
    });
  };
  const end = () => {
    stop?.();
    stop = null;
    heard = false;
  };
  const seen = new IntersectionObserver(([entry]) => (entry.isIntersecting && dirty ? begin() : end()));
  seen.observe(host);
  return () => (seen.disconnect(), end());
}

export default {
  id: "cockpit",
  shown: () => mayAsk("opening", ["zone", "province"]),
  build(host, { refresh }) {
    parts = plate(host, "cockpit");
    parts.picture.id = "cockpit-panel";
    parts.picture.setAttribute("role", "tabpanel");
    parts.controls.append(tabs());
    ending?.();
    dirty = true;
    ending = watch(host, refresh);
  },
  async read() {
    const questions = [question("opening"), ...["zone", "province"].map((by) => question("opening", { by: [by] }))];
    const answers = await Promise.all(questions.map((each) => ask(each.path)));
    const cockpit = await askIfThere(`v1/cockpit${waveQuery()}`);
    const signups = tab() === "signups" ? await askIfThere(`v1/signups${waveQuery()}`) : null;
    return { questions, answers: [...answers, cockpit, signups] };
  },
  draw({ questions, answers }) {
    markTabs();
    if (tab() === "signups") drawSignups(answers[4]);
    else drawOpening(answers);
    setDownloads(parts, questions.slice(-1));
    setMeaning(parts, ["classes_opened", "present", "silent"].map((code) => ["opening", code]));
    setRemark(parts, answers.slice(0, 3), questions);
  },
};
