// The published tables: a closed list, open to everybody.

import { askIfThere } from "./api.js";
import { h, put } from "./dom.js";
import { plate } from "./plate.js";
import { moment, number, say, told } from "./words.js";

const LIST = "v1/published-tables";
let parts;

const titleOf = (item) => told(item.label ?? item.title ?? { id: item.label_id ?? item.title_id, en: item.label_en ?? item.title_en }) || item.code;

function entry(item) {
  const edition = item.edition ?? item.latest ?? item;
  const at = edition?.published_at ?? item.published_at;
  const path = `${LIST}/${item.code}`;
  return h("li", { "data-table": item.code },
    h("span", { class: "name" }, titleOf(item)),
    h("span", { class: "fine" }, at ? `${say("published_at")} ${moment(at)}${edition?.number ? ` · ${say("edition")} ${number(edition.number)}` : ""}` : say("none")),
    at && h("span", { class: "downloads" }, ...["csv", "xlsx"].map((format) =>
      h("button", { type: "button", class: "plain file", "data-path": path, "data-code": item.code, "data-format": format, "aria-label": `${say("download")} ${titleOf(item)}, ${format.toUpperCase()}` }, format.toUpperCase())))); // prettier-ignore
}

export default {
  id: "published",
  shown: () => true,
  build: (host) => (parts = plate(host, "published")),
  async read() {
    const [tables, snapshots] = await Promise.all([askIfThere(LIST), askIfThere("v1/snapshots")]);
    return { questions: [], answers: [tables, snapshots], hidden: !tables };
  },
  draw({ answers: [tables, snapshots] }) {
    const sheets = (snapshots?.body.items ?? []).filter((each) => each.published_at);
    put(
      parts.picture,
      h("ul", { class: "entries" }, ...(tables?.body.items ?? []).map(entry)),
      sheets.length > 0 && h("h3", {}, say("snapshots")),
      sheets.length > 0 && h("ul", { class: "entries" }, ...sheets.map((each) =>
        h("li", {}, h("a", { href: `sheets/${each.id}?lang=${document.documentElement.lang}` }, titleOf(each)), h("span", { class: "fine" }, `${say("published_at")} ${moment(each.published_at)}`)))),
    ); // prettier-ignore
    parts.asTable.hidden = true;
  },
};
