// The filters: what the reports offer, as far as the reader may use it. All of it stands in the address.

import { ask, dimensionsOf, hasToken, mayAsk, reports } from "./api.js";
import { announce, h, one, put } from "./dom.js";
import { labelOf, titleOf } from "./question.js";
import { FILTERS, OPTIONS, PERIODS, choose, get } from "./state.js";
import { moment, period, say } from "./words.js";

// What depends on a place is only asked for once the place is chosen: there are thousands.
const NEEDS = { regency: "province", facility: "regency" };
let panel, chips, built;

const offered = () =>
  FILTERS.filter((name) => reports().some((report) => mayAsk(report.code, [name])))
    .filter((name) => !NEEDS[name] || get(NEEDS[name]) || get(name)); // prettier-ignore

/** The report whose rows name the values of a dimension. */
const reportWith = (name) => ["progress", "funnel", "facilities"].find((code) => mayAsk(code, [name])) ?? reports().find((each) => mayAsk(each.code, [name])).code; // prettier-ignore

async function valuesOf(name) {
  const code = reportWith(name);
  const place = NEEDS[name] && get(NEEDS[name]) ? `&${NEEDS[name]}=${get(NEEDS[name])}` : "";
  const answer = await ask(`v1/reports/${code}?by=${name}${place}`);
  const values = [...new Set(answer.rows.map((row) => String(row.dims[name])))].filter(Boolean);
  const chosen = get(name);
  if (chosen && !values.includes(chosen)) values.push(chosen);
  return values.map((value) => [value, labelOf(name, value)]).sort((one, other) => one[1].localeCompare(other[1]));
}

function selectOf(name, values) {
  const options = [["", say("all")], ...values].map(([value, label]) => h("option", { value, selected: (get(name) ?? "") === value }, label));
  return labelled(name, titleOf(name), h("select", { id: `filter-${name}`, "data-filter": name }, ...options));
}

const labelled = (name, label, control) => h("div", { class: "field" }, h("label", { for: `filter-${name}` }, label), control);

function optionSelect(name, values) {
  const options = values.map((value) => h("option", { value: value === values[0] ? "" : value, selected: get(name) === value }, say(`${name}_${value}`)));
  return labelled(name, say(name), h("select", { id: `filter-${name}`, "data-filter": name }, ...options));
}

const dateField = (name) => labelled(name, say(name), h("input", { type: "date", id: `filter-${name}`, "data-filter": name, value: get(name) ?? "" }));

/** A moment is written in Jakarta's time, and kept in the address in UTC. */
function asOfField() {
  const present = get("as_of");
  const local = present ? new Date(Date.parse(present) + 7 * 3600_000).toISOString().slice(0, 16) : "";
  return labelled("as_of", say("as_of_filter"), h("input", { type: "datetime-local", id: "filter-as_of", "data-filter": "as_of", value: local }));
}

function changed(event) {
  const name = event.target.dataset.filter;
  if (!name) return;
  let value = event.target.value || null;
  if (name === "as_of" && value) value = new Date(`${value}:00+07:00`).toISOString().replace(".000", "");
  const emptied = { province: { regency: null, facility: null }, regency: { facility: null } }[name] ?? {};
  choose({ [name]: value, ...emptied });
}

async function fill() {
  const names = offered();
  const lists = await Promise.all(names.map((name) => valuesOf(name).catch(() => [])));
  const basis = reports().some((each) => each.area_bases.includes("residence") && mayAsk(each.code));
  put(
    one(".fields", panel),
    h("div", { class: "fieldset" }, ...names.map((name, place) => selectOf(name, lists[place]))),
    h("div", { class: "fieldset" },
      basis && optionSelect("area_basis", ["facility", "residence"]), optionSelect("areas", ["then", "now"]),
      asOfField(), ...PERIODS.map(dateField)),
    !hasToken() && h("p", { class: "fine" }, say("more_with_token")),
  ); // prettier-ignore
  // What a form shows is a property, and the address may have changed behind it.
  for (const each of panel.querySelectorAll("select")) each.value = get(each.dataset.filter) ?? "";
}

function wordOf(name) {
  const value = get(name);
  if (name === "as_of") return moment(value);
  if (PERIODS.includes(name)) return period(value);
  if (OPTIONS.includes(name)) return say(`${name}_${value}`);
  return value.split(",").map((each) => labelOf(name, each)).join(", ");
}

const titleFor = (name) => (OPTIONS.includes(name) ? say(name === "as_of" ? "as_of_filter" : name) : titleOf(name));

function drawChips() {
  const active = [...FILTERS, ...OPTIONS].filter(get);
  put(
    chips,
    active.length === 0 && h("span", { class: "fine" }, say("filters_none")),
    ...active.map((name) =>
      h("button", { type: "button", class: "chip", "data-remove": name, "aria-label": `${say("remove")} ${titleFor(name)}: ${wordOf(name)}` },
        h("span", {}, `${titleFor(name)}: `, h("b", {}, wordOf(name))), h("span", { "aria-hidden": "true" }, "×"))),
    active.length > 1 && h("button", { type: "button", class: "plain", "data-remove": active.join(",") }, say("clear")),
  ); // prettier-ignore
}

async function copy() {
  await navigator.clipboard?.writeText(location.href);
  announce(say("copied"));
}

/** Make the panel; closed, it costs nothing but the names of what is chosen. */
export function buildFilters(host) {
  chips = h("div", { class: "chips" });
  panel = h("details", { class: "panel", on: { toggle: () => panel.open && fill(), change: changed } },
    h("summary", {}, say("filters")),
    h("div", { class: "fields" }),
    h("p", { class: "fine" }, say("filters_why"), " ", h("button", { type: "button", class: "plain", on: { click: copy } }, say("copy")))); // prettier-ignore
  const open = built?.open;
  built = panel;
  chips.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    choose(Object.fromEntries(button.dataset.remove.split(",").map((name) => [name, null])));
    one("summary", panel).focus();
  });
  host.replaceChildren(panel, chips);
  if (open) panel.open = true;
}

/** Show what is chosen now. A name that no figure has told yet is asked for. */
export async function drawFilters() {
  drawChips();
  if (panel.open) await fill();
  const nameless = FILTERS.filter((name) => get(name) && /^[0-9a-f]{8}-/.test(get(name)) && labelOf(name, get(name)).length === 8);
  const asked = nameless.filter((name) => reports().some((each) => dimensionsOf(each).has(name)));
  await Promise.all(asked.map((name) => valuesOf(name).catch(() => [])));
  if (asked.length) drawChips();
}
