// What stands under every picture: the same figures as a table, as a file, and what they mean.

import { Refused, indicatorOf, request } from "./api.js";
import { announce, h, put } from "./dom.js";
import { titleOf } from "./question.js";
import { number, say, told } from "./words.js";

/** The parts of a section, made once in `host`. */
export function plate(host, name) {
  const parts = {
    name,
    note: h("p", { class: "remark", hidden: true }),
    controls: h("div", { class: "controls" }),
    picture: h("div", { class: "picture" }),
    under: h("div", { class: "under" }),
    table: h("div", { class: "scroller", tabindex: "0", role: "region" }),
    downloads: h("p", { class: "downloads" }),
    meaning: h("dl", {}),
  };
  const summary = h("summary", { "data-text": "as_table" }, say("as_table"));
  parts.asTable = h("details", { class: "as-table" }, summary, parts.table, parts.downloads);
  const meaning = h("summary", { "data-text": "meaning" }, say("meaning"));
  parts.asMeaning = h("details", { class: "meaning", hidden: true }, meaning, parts.meaning);
  host.replaceChildren(parts.note, parts.controls, parts.picture, parts.under, parts.asTable, parts.asMeaning);
  // On a telephone a picture says little: the table says it.
  parts.asTable.open = name === "map" && matchMedia("(max-width: 30rem)").matches;
  return parts;
}

/** `columns`: labels; `rows`: texts, the first of each a heading. */
export function setTable(parts, caption, columns, rows) {
  parts.table.setAttribute("aria-label", `${say("as_table")}: ${caption}`);
  const head = columns.map((label) => h("th", { scope: "col" }, label));
  const body = rows.map(([first, ...rest]) =>
    h("tr", {}, h("th", { scope: "row" }, first), ...rest.map((text) => h("td", {}, text))),
  );
  put(
    parts.table,
    h("table", {}, h("caption", { class: "visually-hidden" }, caption), h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body)),
  ); // prettier-ignore
}

const FILES = {
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  geojson: "application/geo+json",
};

/** Offer what is shown as files. A token cannot travel in a link, so each is fetched and handed over. */
export function setDownloads(parts, questions, formats = ["csv", "xlsx"]) {
  const buttons = questions.flatMap(({ path, code, title }) =>
    formats.map((format) => {
      const what = title ?? say(parts.name);
      const label = `${say("download")} ${what}, ${format.toUpperCase()}`;
      return h("button", { type: "button", class: "plain file", "data-path": path, "data-code": code, "data-format": format, "aria-label": label }, format.toUpperCase()); // prettier-ignore
    }),
  );
  parts.downloads.hidden = !buttons.length;
  put(parts.downloads, h("span", {}, say("download")), ...buttons);
}

addEventListener("click", (event) => {
  const button = event.target.closest?.("button.file");
  if (button) save(button.dataset).catch((error) => announce(failure(error)));
});

const failure = (error) => (error instanceof Refused ? error.message : say("download_failed"));

async function save({ path, code, format }) {
  const joined = `${path}${path.includes("?") ? "&" : "?"}format=${format}`;
  const response = await request(joined, { accept: `${FILES[format]}, application/problem+json` });
  const named = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "");
  const address = URL.createObjectURL(await response.blob());
  const link = h("a", { href: address, download: named?.[1] ?? `${code}.${format}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Say of each indicator what it is, how it is made, and when it changes, where the catalogue does. */
export function setMeaning(parts, pairs) {
  const described = pairs
    .map(([code, indicator]) => indicatorOf(code, indicator))
    .filter((each, place, all) => each?.definition && all.indexOf(each) === place);
  parts.asMeaning.hidden = !described.length;
  const line = (name, text) => (text ? h("dd", {}, h("i", {}, say(name)), " ", text) : null);
  put(
    parts.meaning,
    ...described.flatMap((each) => [
      h("dt", {}, told(each.label)),
      h("dd", {}, told(each.definition)),
      line("formula", told(each.formula)),
      line("source", told(each.source)),
      line("revision", told(each.revision)),
    ]),
  );
}

/** What the reader must know beside the figures: whose they are, and which filter they do not follow. */
export function setRemark(parts, answers, questions, more = []) {
  const ignored = [...new Set(questions.flatMap((each) => each.ignored))].map(titleOf);
  const lines = [
    answers.some((each) => each?.meta?.restricted) && say("restricted"),
    ignored.length && `${say("not_following")} ${ignored.join(", ")}`,
    ...more,
  ].filter(Boolean);
  parts.note.hidden = !lines.length;
  put(parts.note, lines.join(" · "));
}

export const fraction = (row) =>
  row?.suppressed ? "<5" : row && row.denominator !== null && row.denominator !== undefined
    ? `${number(row.numerator)} / ${number(row.denominator)}`
    : number(row?.numerator);

/** How many people a row counts; fewer than five are not told. */
export const people = (row) => (row?.suppressed ? "<5" : number(row?.numerator));

/** The row of these dimensions. */
export function find(answer, dims) {
  const wanted = Object.entries(dims);
  return answer?.rows.find((row) => wanted.every(([name, value]) => row.dims[name] === value)) ?? null;
}
