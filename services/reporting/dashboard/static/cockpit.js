// The hour of the start: what has opened, who is there, who is silent. A second tab shows how people signed up.

import { ask, askIfThere, mayAsk } from "./api.js";
import { h, one, put } from "./dom.js";
import { find, fraction, plate, setDownloads, setMeaning, setRemark, setTable } from "./plate.js";
import { ignoring, question } from "./question.js";
import { drawSignups, readSignups } from "./signups.js";
import { choose, get } from "./state.js";
import { hear } from "./stream.js";
import { moment, number, rounded, say, share } from "./words.js";

const ZONES = ["WIB", "WITA", "WIT"];
const TABS = ["opening", "signups"];
let parts, latest, ending;

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
    h("dd", {}, h("span", { class: "number" }, row?.suppressed ? "<5" : number(row?.numerator ?? (row ? 0 : null))),
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

// The cockpit follows a wave and nothing else; for any other choice the report of the opening answers.

const follows = () => !ignoring(["wave"]).length;

function rowsOf(counts, dims) {
  const row = (indicator, numerator, denominator, more) => ({
    dims: { ...dims, indicator }, numerator, denominator, value: denominator ? numerator / denominator : null, ...more,
  }); // prettier-ignore
  return [
    row("classes_opened", counts.classes_opened, counts.classes_planned),
    row("present", counts.present, counts.seated, {
      response_rate: counts.seated ? counts.reported / counts.seated : null,
      suppressed: counts.seated === null,
    }),
    row("silent", counts.classes_silent, counts.classes_due, { centres: counts.centres_silent }),
  ];
}

/** What the cockpit says, in the shape of the three reports. */
function asReports(body) {
  const answer = (rows) => ({ rows, meta: { synthetic: body.synthetic } });
  return [
    answer(rowsOf(body.total, {})),
    answer(body.zones.flatMap((each) => rowsOf(each, { zone: each.zone }))),
    answer(body.provinces.flatMap((each) => rowsOf(each, { province: each.province }))),
  ];
}

/** What only the cockpit knows: when the next start is, and how many days of the pilot are left. */
function clockLine(body) {
  const [course] = body?.programs ?? [];
  const lines = [
    body?.next_start && `${say("starts_in")} ${moment(body.next_start)}`,
    course && `${say("days_left")}: ${number(course.days_left)}`,
  ].filter(Boolean);
  return lines.length ? h("p", { class: "clock" }, lines.join(" · ")) : null;
}

function silentLine(row) {
  return row?.centres === undefined ? say("silent_why") : `${say("centres_silent", { centres: number(row.centres) })}, ${say("silent_why")}`;
}

function drawOpening([whole, byZone, byProvince], body) {
  const row = (indicator) => find(whole, { indicator });
  const present = row("present");
  put(
    parts.picture,
    clockLine(body),
    h("dl", { class: "totals" },
      total(say("classes_opened"), row("classes_opened"), rounded(row("classes_opened")?.value)),
      total(say("people_present"), present, present?.response_rate === null ? "" : `${share(present?.response_rate)} ${say("reported")}`),
      total(say("silent"), row("silent"), silentLine(row("silent")), true)),
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

/** While the section is in sight its figures are streamed. */
function watch(host) {
  let stop = null;
  const begin = () => {
    if (stop || !follows() || tab() !== "opening") return;
    stop = hear(`v1/cockpit/stream${waveQuery()}`, {
      onEvent({ name, data }) {
        if (name !== "cockpit" || !follows() || tab() !== "opening") return;
        latest = data;
        drawOpening(asReports(data), data);
      },
      onLost: () => (latest = null),
    });
  };
  const end = () => {
    stop?.();
    stop = null;
    latest = null;
  };
  let seen = false;
  const sight = new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    if (seen) begin();
    else end();
  });
  sight.observe(host);
  const again = () => (end(), seen && !document.hidden && begin());
  document.addEventListener("visibilitychange", again);
  return { again, end: () => (sight.disconnect(), document.removeEventListener("visibilitychange", again), end()) };
}

export default {
  id: "cockpit",
  shown: () => mayAsk("opening", ["zone", "province"]),
  build(host) {
    ending?.end();
    parts = plate(host, "cockpit");
    parts.picture.id = "cockpit-panel";
    parts.picture.setAttribute("role", "tabpanel");
    parts.controls.append(tabs());
    ending = watch(host);
  },
  chosen: () => ending?.again(),
  async read() {
    const questions = [question("opening"), ...["zone", "province"].map((by) => question("opening", { by: [by] }))];
    if (tab() === "signups") return { questions: [], ignored: ignoring(["wave", "province"]), answers: [await readSignups()] };
    const cockpit = follows() ? await askIfThere(`v1/cockpit${waveQuery()}`) : null;
    if (cockpit) return { questions, answers: [cockpit], body: cockpit.body };
    return { questions, answers: await Promise.all(questions.map((each) => ask(each.path))) };
  },
  draw({ questions, answers, body, ignored = [] }) {
    markTabs();
    if (tab() === "signups") drawSignups(parts, answers[0]);
    else if (latest ?? body) drawOpening(asReports(latest ?? body), latest ?? body);
    else drawOpening(answers);
    setDownloads(parts, questions.slice(-1));
    setMeaning(parts, ["classes_opened", "present", "silent"].map((code) => ["opening", code]));
    setRemark(parts, answers, [...questions, { ignored }]);
  },
};
