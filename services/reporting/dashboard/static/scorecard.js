// The scorecard of one centre; the section stays away as long as there are no scorecards.

import { askIfThere, hasToken } from "./api.js";
import { h, one, put } from "./dom.js";
import { plate, setTable } from "./plate.js";
import { choose, get } from "./state.js";
import { decimal, number, say, share, told } from "./words.js";

const LIST = "v1/scorecards";
const MOST = 100;
let parts;

const nameOf = (item) => item.name ?? item.facility_name ?? told(item.label) ?? item.facility_id;
const valueOf = (figure) => {
  if (figure.suppressed) return "<5";
  if (figure.unit === "RATIO") return share(figure.value);
  return figure.unit === "COUNT" ? number(figure.value) : decimal(figure.value);
};

function chooser(items) {
  const options = items.map((each) => h("option", { value: each.facility_id }, nameOf(each)));
  return h("div", { class: "field" }, h("label", { for: "centre" }, say("centre")),
    h("select", { id: "centre", on: { change: (event) => choose({ centre: event.target.value || null }) } }, h("option", { value: "" }, say("choose_centre")), ...options)); // prettier-ignore
}

const figuresOf = (card) => card?.indicators ?? card?.figures ?? card?.rows ?? [];

function tile(figure) {
  return h("div", { class: figure.few_answers ? "outcome few" : "outcome" }, h("dt", {}, told(figure.label) || figure.code),
    h("dd", {}, h("span", { class: "number" }, valueOf(figure)),
      figure.unit === "RATIO" && h("span", { class: "track", "aria-hidden": "true" }, h("i", { share: figure.value ?? 0 })),
      h("span", { class: "fine" }, figure.denominator ? `${number(figure.numerator)} ${say("of")} ${number(figure.denominator)}` : "",
        figure.few_answers && h("em", { class: "mark" }, say("few"))))); // prettier-ignore
}

export default {
  id: "scorecard",
  shown: () => hasToken(),
  build: (host) => (parts = plate(host, "scorecard")),
  async read() {
    const place = get("regency") ?? get("province");
    const name = get("regency") ? "regency" : "province";
    const list = await askIfThere(`${LIST}?limit=${MOST}${place ? `&${name}=${place}` : ""}`);
    const centre = get("centre") ?? get("facility");
    const card = list && centre ? await askIfThere(`${LIST}/${centre}`) : null;
    return { questions: [], answers: [list, card], hidden: !list?.body.items?.length };
  },
  draw({ answers: [list, card] }) {
    const items = list?.body.items ?? [];
    const field = one("#centre", parts.controls);
    if (field?.options.length !== items.length + 1) parts.controls.replaceChildren(chooser(items));
    one("#centre", parts.controls).value = get("centre") ?? get("facility") ?? "";
    const figures = figuresOf(card?.body);
    put(parts.picture, figures.length ? h("dl", { class: "outcomes" }, ...figures.map(tile)) : h("p", { class: "nothing" }, say("choose_centre")));
    parts.asTable.hidden = !figures.length;
    setTable(parts, say("scorecard"), ["indicator", "value", "numerator", "denominator", "response"].map((name) => say(name)),
      figures.map((each) => [told(each.label) || each.code, valueOf(each), number(each.numerator), number(each.denominator), share(each.response_rate)])); // prettier-ignore
  },
};
