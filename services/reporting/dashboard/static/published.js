// The published tables: a closed list, open to everybody, each with the rows of its latest edition.

import { askIfThere, ask, indicatorOf } from "./api.js";
import { h, put } from "./dom.js";
import { plate } from "./plate.js";
import { labelOf, titleOf } from "./question.js";
import { language, moment, number, say, told } from "./words.js";

const LIST = "v1/published-tables";
let parts;

const numberOf = (row) => (row.suppressed ? "<5" : row.denominator ? `${number(row.numerator)} / ${number(row.denominator)}` : number(row.numerator));

/** The rows of an edition: a line for each place, a column for each indicator. */
function editionTable(body) {
  const keys = [...new Set(body.rows.flatMap((row) => Object.keys(row.dims)))].filter((name) => name !== "indicator");
  const codes = [...new Set(body.rows.map((row) => row.dims.indicator))];
  const lines = new Map();
  for (const row of body.rows) {
    const key = keys.map((name) => row.dims[name]);
    const line = lines.get(key.join("|")) ?? lines.set(key.join("|"), { key, cells: {} }).get(key.join("|"));
    line.cells[row.dims.indicator] = row;
  }
  const heads = keys.length ? keys : [null];
  const head = [...heads.map((name) => (name ? titleOf(name) : "")), ...codes.map((code) => told(indicatorOf(body.report, code)?.label) || code)];
  const text = (name, value) => (name ? labelOf(name, String(value)) : say("nation"));
  return h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": told(body.label) },
    h("table", {}, h("thead", {}, h("tr", {}, ...head.map((each) => h(each ? "th" : "td", each ? { scope: "col" } : {}, each)))),
      h("tbody", {}, ...[...lines.values()].map(({ key, cells }) =>
        h("tr", {}, ...heads.map((name, place) => h(place ? "td" : "th", place ? {} : { scope: "row" }, text(name, key[place]))),
          ...codes.map((code) => h("td", {}, cells[code] ? numberOf(cells[code]) : "–"))))))); // prettier-ignore
}

function open(item, path) {
  return async (event) => {
    const details = event.target;
    if (!details.open || details.querySelector("table")) return;
    const { body } = await ask(path);
    if (body.report) details.append(editionTable(body));
    details.append( h("p", { class: "fine" }, `SHA-256 ${item.edition.sha256}`));
  };
}

function entry(item) {
  const path = `${LIST}/${item.code}?edition=${item.edition.edition}`;
  const when = `${say("edition")} ${number(item.edition.edition)} · ${say("published_at")} ${moment(item.edition.published_at)}`;
  const name = told(item.label);
  return h("li", { "data-table": item.code },
    h("details", { on: { toggle: open(item, path) } },
      h("summary", {}, h("span", { class: "name" }, name), " ", h("span", { class: "fine" }, when)),
      h("p", {}, told(item.description), " ", h("a", { href: path, download: `${item.code}-${item.edition.edition}.json` }, `${say("download")} JSON`)))); // prettier-ignore
}

/** A sheet of frozen figures; one that was replaced says so, why, and by which. */
function sheetEntry(sheet) {
  const at = (id) => `sheets/${id}?lang=${language()}`;
  const successor = sheet.replaced_by_id;
  const why = sheet.replaced_reason ? ` (${sheet.replaced_reason})` : "";
  return h("li", { "data-sheet": sheet.id, "data-state": sheet.state },
    h("a", { href: at(sheet.id) }, sheet.title),
    " ", h("span", { class: "fine" }, `${say("published_at")} ${moment(sheet.published_at)}`),
    successor && h("p", { class: "refused" }, `${say("replaced")}${why}. `, h("a", { href: at(successor) }, say("replaced_by"))),
    !successor && sheet.revises_id && h("p", { class: "fine" }, `${say("revises")}: ${sheet.reason ?? ""}`)); // prettier-ignore
}

export default {
  id: "published",
  shown: () => true,
  build(host) {
    parts = plate(host, "published");
    parts.asTable.hidden = true;
  },
  async read() {
    const [tables, snapshots] = await Promise.all([askIfThere(LIST), askIfThere("v1/snapshots")]);
    const there = (tables?.body.items ?? []).some((each) => each.edition) || (snapshots?.body.items ?? []).some((each) => each.published_at);
    return { questions: [], answers: [tables, snapshots], hidden: !there };
  },
  draw({ answers: [tables, snapshots] }) {
    const mark = JSON.stringify([language(), tables?.body, snapshots?.body]);
    // Tables that somebody has opened stay open until there is a new edition.
    if (parts.picture.dataset.mark === mark) return;
    parts.picture.dataset.mark = mark;
    const sheets = (snapshots?.body.items ?? []).filter((each) => each.published_at);
    put(parts.picture);
    parts.picture.append(h("ul", { class: "entries" }, ...(tables?.body.items ?? []).filter((each) => each.edition).map(entry)));
    if (sheets.length) parts.picture.append(h("h3", {}, say("snapshots")), h("ul", { class: "entries" }, ...sheets.map(sheetEntry)));
  },
};
